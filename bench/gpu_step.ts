/**
 * A training step that is a plan of passes, compiled on a device with the workload's weights and batch in
 * place. Our step and the dense step are both made here, so nothing but their plans can differ.
 */
import { at } from '../src/base/array';
import { allocate } from '../src/gpu/buffers';
import { PlanRunner } from '../src/gpu/executor';
import { readBuffer } from '../src/gpu/readback';
import { writeParameters } from '../src/lab/encode/weights';
import { padRows } from '../src/base/padded_rows';
import { uniformsAt } from '../src/sae/schedule';
import type { StepPlan } from '../src/sae/step_plan';
import { batchOf, optimiser, weightsOf, type Stepper, type Workload } from './workload';

export interface GpuStep extends Stepper {
  readonly step: StepPlan;
  readonly runner: PlanRunner;
  /** Contents of one of the step's buffers. */
  read(name: string): Promise<ArrayBuffer>;
}

/**
 * Compiles a step. Every run of it has the uniforms of step 0 (Adam's bias corrections among them), as
 * the jax-js step has.
 */
export async function compileStep(
  device: GPUDevice,
  workload: Workload,
  name: string,
  step: StepPlan,
): Promise<GpuStep> {
  const { config, width, batch } = workload;
  const { plan, layout } = step;
  const buffers = await allocate(device, plan);
  const rowBytes = layout.d4 * 16;
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
  const x = device.createBuffer({ label: 'x', size: batch * rowBytes, usage });
  device.queue.writeBuffer(x, 0, Float32Array.from(padRows(batchOf(workload), width)));
  buffers.set('x', x);
  buffers.set('data_mean', device.createBuffer({ label: 'data_mean', size: rowBytes, usage }));
  writeParameters(buffers, layout, '', weightsOf(workload));
  const runner = await PlanRunner.create(device, plan, buffers);
  const model = { lambda: config.nuclear_coefficient ?? 0, sparsity: 0, rms: 1, inputScale: 1 };
  runner.setUniforms(0, uniformsAt(config, optimiser, model, 0, 1_000_000, batch));
  runner.upload();
  return {
    name,
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
    read: async (bufferName) => {
      const buffer = buffers.get(bufferName);
      if (buffer === undefined) throw new RangeError(`no buffer "${bufferName}"`);
      return readBuffer(device, buffer);
    },
    destroy: () => {
      runner.destroy();
      for (const buffer of buffers.values()) buffer.destroy();
    },
  };
}

/** Loss of the last step of our own: mean over the batch of the squared error summed over d. */
export async function lastLoss(step: GpuStep): Promise<number> {
  const stats = new Float32Array(await step.read('row_stats'));
  const { batch } = step.step.layout;
  let sum = 0;
  for (let row = 0; row < batch; row += 1) sum += at(stats, row * 8 + 2);
  return sum / batch;
}
