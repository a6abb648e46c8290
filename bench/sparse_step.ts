/** Our training step, as the lab runs it, on a fixed batch. */
import { allocate } from '../src/gpu/buffers';
import { PlanRunner } from '../src/gpu/executor';
import { writeParameters } from '../src/lab/weights';
import { initialWeights } from '../src/sae/initial';
import type { KernelVariant } from '../src/sae/layout';
import { uniformsAt } from '../src/sae/schedule';
import { stepPlan, type StepPlan } from '../src/sae/step_plan';
import { batchOf, type Stepper, type Workload } from './workload';

/** Settings of the optimiser in every benchmark. */
export const optimiser = {
  lr: 1e-3,
  lr_warm_up_steps: 0,
  lr_decay_steps: 0,
  adam_beta1: 0.9,
  adam_beta2: 0.999,
  weight_decay: 0,
} as const;

export interface SparseStep extends Stepper {
  readonly step: StepPlan;
  readonly runner: PlanRunner;
}

/** Compiles the lab's step of a workload on a device. */
export async function sparseStep(
  device: GPUDevice,
  workload: Workload,
  variant: KernelVariant,
): Promise<SparseStep> {
  const { config, width, batch } = workload;
  const step = stepPlan({ config, width, batch, variant, clip: false });
  const buffers = await allocate(device, step.plan);
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
  const x = device.createBuffer({ size: batch * step.layout.d4 * 16, usage });
  device.queue.writeBuffer(x, 0, Float32Array.from(batchOf(workload)));
  buffers.set('x', x);
  buffers.set('data_mean', device.createBuffer({ size: step.layout.d4 * 16, usage }));
  const weights = initialWeights(config, width, new Float32Array(width), 0, 0);
  writeParameters(device, buffers, step.layout, '', weights);
  const runner = await PlanRunner.create(device, step.plan, buffers);
  const model = { lambda: 0.003, inputScale: 1 };
  runner.setUniforms(0, uniformsAt(config, optimiser, model, 0, 1_000_000, batch));
  runner.upload();
  return {
    name: 'SASA Lab',
    step,
    runner,
    run: async (steps) => {
      for (let i = 0; i < steps; i += 1) {
        const encoder = device.createCommandEncoder();
        runner.recordClears(encoder);
        const pass = encoder.beginComputePass();
        runner.record(pass, 0, false);
        pass.end();
        device.queue.submit([encoder.finish()]);
      }
      await device.queue.onSubmittedWorkDone();
    },
    destroy: () => {
      runner.destroy();
      for (const buffer of buffers.values()) buffer.destroy();
    },
  };
}
