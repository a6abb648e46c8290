/**
 * A plan made ready on a device: its own buffers allocated, its passes compiled over them and over what it imports.
 */
import type { BufferMap, BufferSet } from './buffer_set';
import { allocate } from './buffers';
import { PlanRunner } from './executor';
import type { Plan } from './plan';

export interface OpenPlan {
  /** The plan's own buffers, without imports. */
  readonly own: BufferSet;
  readonly runner: PlanRunner;
  /** Frees the runner and the plan's own buffers. */
  readonly destroy: () => void;
}

/**
 * Nothing is left of it when it fails. `imports` holds at least the plan's imports and stays the caller's; a buffer
 * of the plan's own hides one of its name there. `wayOut` is what makes the plan smaller. Throws LabError `out_of_memory` or `gpu_validation`.
 */
export async function openPlan(
  device: GPUDevice,
  plan: Plan,
  imports: BufferMap,
  { wayOut }: { readonly wayOut?: string } = {},
): Promise<OpenPlan> {
  const own = await allocate(device, plan, wayOut);
  try {
    const runner = await PlanRunner.create(device, plan, new Map([...imports, ...own]));
    const destroy = (): void => {
      runner.destroy();
      own.destroy();
    };
    return { own, runner, destroy };
  } catch (error) {
    own.destroy();
    throw error;
  }
}
