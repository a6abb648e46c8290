/**
 * The workloads of the step benchmarks: one SASA model, map objective, no auxiliary loss, so that every
 * implementation has the same work to do. Shapes are those of the milestone.
 */
import type { ModelConfig } from '../src/sae/config';
import { modelSchema } from '../src/sae/config';

export interface Workload {
  readonly name: string;
  /** d */
  readonly width: number;
  /** B */
  readonly batch: number;
  readonly config: Extract<ModelConfig, { architecture: 'topk_sasa' }>;
}

function workload(
  width: number,
  groups: number,
  rank: number,
  slots: number,
  batch: number,
): Workload {
  const config = modelSchema.parse({
    architecture: 'topk_sasa',
    n_groups: groups,
    group_rank: rank,
    k_groups: slots,
    nuclear_coefficient: 0.003,
    aux_loss: 'none',
  });
  if (config.architecture !== 'topk_sasa') throw new TypeError('a SASA model was asked for');
  return { name: `d=${width} K=${groups} r=${rank} s=${slots} B=${batch}`, width, batch, config };
}

export const workloads: Readonly<Record<'small' | 'gpt2', Workload>> = {
  /** s·r/N = 1/32. */
  small: workload(128, 256, 4, 8, 512),
  /** GPT-2's published sizes; s·r/N = 1/205. */
  gpt2: workload(768, 2048, 6, 10, 256),
};

/** Something that takes training steps and can be timed. */
export interface Stepper {
  readonly name: string;
  /** Takes steps and waits until the GPU has done them. */
  run(steps: number): Promise<void>;
  destroy(): void;
}

/** Rows of a batch, the same for all implementations: uniform on [-1, 1]. */
export function batchOf({ width, batch }: Workload): Float32Array {
  let state = 1;
  return Float32Array.from({ length: batch * width }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}
