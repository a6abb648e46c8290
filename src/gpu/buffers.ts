/**
 * What a device can hold and run of a plan, and the plan's buffers, allocated once from its own table under an
 * error scope, so that a model that does not fit is refused before anything runs.
 */
import { LabError } from '../base/lab_error';
import { planBytes, type Pass, type Plan } from './plan';

/** Named GPU buffers. */
export type BufferMap = ReadonlyMap<string, GPUBuffer>;

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
  plans: readonly Plan[],
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
    for (const pass of plan.passes) checkWorkgroups(pass, plan, limits, wayOut);
  }
}

function checkWorkgroups(pass: Pass, plan: Plan, limits: PlanLimits, wayOut: string): void {
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
  plan: Plan,
  wayOut: string = SMALLER_RUN,
): Promise<Map<string, GPUBuffer>> {
  checkFits(device, [plan], wayOut);
  device.pushErrorScope('out-of-memory');
  const buffers = new Map<string, GPUBuffer>();
  for (const spec of plan.buffers) {
    const buffer = device.createBuffer({
      label: `${plan.name}.${spec.name}`,
      size: Math.max(16, spec.length * 4),
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
    buffers.set(spec.name, buffer);
  }
  const error = await device.popErrorScope();
  if (error !== null) {
    for (const buffer of buffers.values()) buffer.destroy();
    throw new LabError(
      'out_of_memory',
      `The GPU could not give ${mebibytes(planBytes(plan))} for ${plan.name}: ${error.message}`,
      `${wayOut} Or close other programs that use the GPU.`,
    );
  }
  for (const spec of plan.buffers) {
    const buffer = buffers.get(spec.name);
    if (spec.initial !== undefined && buffer !== undefined) {
      device.queue.writeBuffer(
        buffer,
        0,
        spec.initial.buffer,
        spec.initial.byteOffset,
        spec.initial.byteLength,
      );
    }
  }
  return buffers;
}
