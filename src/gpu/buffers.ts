/**
 * What a device can hold and run of a plan, and the plan's buffers, allocated once from its own table under an
 * error scope, so that a model that does not fit is refused before anything runs.
 */
import { LabError } from '../base/lab_error';
import { BufferSet } from './buffer_set';
import { planBytes, type Pass, type Plan } from './plan';

/** A MiB figure for sentences. */
export function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(bytes < 2 ** 20 * 10 ? 1 : 0)} MiB`;
}

/** What makes a run smaller. */
export const SMALLER_RUN = 'Use fewer groups, a smaller block rank or a smaller batch.';
/** What makes encoding smaller, for which the batch is chosen to fit. */
export const SMALLER_MODEL = 'Use fewer groups or latents, or a smaller block rank.';

/** Limits of a device, in bytes, that decide how large a buffer may be. */
export type SizeLimits = Pick<GPUSupportedLimits, 'maxBufferSize' | 'maxStorageBufferBindingSize'>;

/** Limits of a device that decide whether a plan can run there. */
export type PlanLimits = SizeLimits & Pick<GPUSupportedLimits, 'maxComputeWorkgroupsPerDimension'>;

/** A plan, or nothing but the buffers of what never runs by itself. */
export type BufferPlan = Pick<Plan, 'name' | 'buffers'> & Partial<Pick<Plan, 'passes'>>;

/** Whatever an adapter grants, kernels count elements in 32 bits and drivers bytes. */
const MOST_BYTES = 2 ** 32 - 4;

/** Bytes of the largest buffer that a kernel can read to its end. */
export function largestBuffer({ maxBufferSize, maxStorageBufferBindingSize }: SizeLimits): number {
  return Math.min(maxBufferSize, maxStorageBufferBindingSize, MOST_BYTES);
}

/**
 * Throws LabError `out_of_memory` when a buffer of the plans exceeds what the device can bind, `bad_config` when a
 * pass has more workgroups than it can run.
 */
export function checkFits(
  { limits }: { readonly limits: PlanLimits },
  plans: readonly BufferPlan[],
  wayOut: string = SMALLER_RUN,
): void {
  const limit = largestBuffer(limits);
  const total = plans.reduce((sum, plan) => sum + planBytes(plan), 0);
  for (const plan of plans) {
    for (const buffer of plan.buffers) {
      if (buffer.length * 4 <= limit) continue;
      throw new LabError(
        'out_of_memory',
        `${plan.name} needs a buffer "${buffer.name}" (${buffer.shape}) of ${mebibytes(buffer.length * 4)}, and this adapter gives at most ${mebibytes(limit)} to one buffer. ${mebibytes(total)} would be needed in all.`,
        buffer.wayOut ?? wayOut,
      );
    }
  }
  // A plan that is too large says so before it says how many workgroups that would take.
  for (const plan of plans) {
    for (const pass of plan.passes ?? []) checkWorkgroups(pass, plan, limits, wayOut);
  }
}

function checkWorkgroups(pass: Pass, plan: BufferPlan, limits: PlanLimits, wayOut: string): void {
  const most = limits.maxComputeWorkgroupsPerDimension;
  const tooMany = pass.workgroups.find((count) => count > most);
  if (tooMany === undefined) return;
  throw new LabError(
    'bad_config',
    `${plan.name} needs ${tooMany} workgroups in one dimension for "${pass.name}", and this adapter runs at most ${most}.`,
    wayOut,
  );
}

/**
 * Allocates the buffers of a plan; the caller destroys them. Throws LabError `out_of_memory`, whose way out is
 * `wayOut`.
 */
export async function allocate(
  device: GPUDevice,
  plan: BufferPlan,
  wayOut: string = SMALLER_RUN,
): Promise<BufferSet> {
  checkFits(device, [plan], wayOut);
  device.pushErrorScope('out-of-memory');
  const buffers = new BufferSet(device, plan.name);
  for (const { name, length } of plan.buffers) buffers.create(name, length * 4);
  const error = await device.popErrorScope();
  if (error !== null) {
    buffers.destroy();
    throw new LabError(
      'out_of_memory',
      `The GPU could not give ${mebibytes(planBytes(plan))} for ${plan.name}: ${error.message}`,
      `${wayOut} Or close other programs that use the GPU.`,
    );
  }
  for (const { name, initial } of plan.buffers) {
    if (initial !== undefined) buffers.write(name, initial);
  }
  return buffers;
}
