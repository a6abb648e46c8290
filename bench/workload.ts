/**
 * The workloads of the step benchmarks: one SASA model, map objective, no auxiliary loss, so that every
 * implementation has the same work to do. Shapes are those of the milestone.
 */
import { modelSchema, type ModelConfig } from '../src/sae/config';
import type { Dictionary } from '../src/base/dictionary';
import { initialWeights } from '../src/sae/initial';
import type { OptimiserSettings } from '../src/sae/schedule';

export interface Workload {
  readonly name: string;
  /** d */
  readonly width: number;
  /** B */
  readonly batch: number;
  readonly config: Extract<ModelConfig, { architecture: 'topk_sasa' }>;
}

/** K, r, s of a model, d and B of its batches. */
export interface WorkloadShape {
  readonly width: number;
  readonly groups: number;
  readonly rank: number;
  readonly slots: number;
  readonly batch: number;
}

/** A workload of any shape; `lambda` is the nuclear coefficient. */
export function workloadOf(shape: WorkloadShape, lambda = 0.003): Workload {
  const { width, groups, rank, slots, batch } = shape;
  const config = modelSchema.parse({
    architecture: 'topk_sasa',
    n_groups: groups,
    group_rank: rank,
    k_groups: slots,
    nuclear_coefficient: lambda,
    aux_loss: 'none',
  });
  if (config.architecture !== 'topk_sasa') throw new TypeError('a SASA model was asked for');
  return { name: `d=${width} K=${groups} r=${rank} s=${slots} B=${batch}`, width, batch, config };
}

export const shapes = {
  /** s·r/N = 1/32. */
  small: { width: 128, groups: 256, rank: 4, slots: 8, batch: 512 },
  /** GPT-2's published sizes; s·r/N = 1/205. */
  gpt2: { width: 768, groups: 2048, rank: 6, slots: 10, batch: 256 },
  /** The same at the published batch; 77 GFLOP a step for the encoder alone. */
  gpt2_4096: { width: 768, groups: 2048, rank: 6, slots: 10, batch: 4096 },
} as const satisfies Record<string, WorkloadShape>;

export type ShapeName = keyof typeof shapes;

/** What is measured when no workload is named: what fits software adapters too. */
export const usualShapes: readonly ShapeName[] = ['small', 'gpt2'];

/** Settings of the optimiser in every benchmark: a constant rate, no decay. */
export const optimiser: OptimiserSettings = {
  lr: 1e-3,
  lr_warm_up_steps: 0,
  lr_decay_steps: 0,
  adam_beta1: 0.9,
  adam_beta2: 0.999,
  weight_decay: 0,
};

/** Something that takes training steps and can be timed. */
export interface Stepper {
  readonly name: string;
  /** Takes steps and waits until the GPU has done them. */
  run(steps: number): Promise<void>;
  destroy(): void;
}

/** Rows of the batch [B, d], the same for all implementations: uniform on [-1, 1]. */
export function batchOf({ width, batch }: Workload): Float32Array<ArrayBuffer> {
  let state = 1;
  return Float32Array.from({ length: batch * width }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

/** The weights that every implementation starts from; b_dec is zero. */
export function weightsOf({ config, width }: Workload): Dictionary {
  return initialWeights(config, width, new Float32Array(width), 0, 0, 1);
}
