/** Our training step, as the lab runs it, on a fixed batch. */
import type { KernelVariant } from '../src/sae/layout';
import { stepPlan } from '../src/sae/step_plan';
import { compileStep, type GpuStep } from './gpu_step';
import type { Workload } from './workload';

/** Compiles the lab's step of a workload on a device. */
export function sparseStep(
  device: GPUDevice,
  workload: Workload,
  variant: KernelVariant,
): Promise<GpuStep> {
  const { config, width, batch } = workload;
  const step = stepPlan({ config, width, batch, variant, clip: false });
  return compileStep(device, workload, 'SASA Lab', step);
}
