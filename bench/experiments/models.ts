/**
 * Models of the experiments, with the names of their settings as the run file has them. All have the same auxiliary
 * loss, the lab's default: a share of 1/32 of it.
 */
import type { Measure, Settings } from './experiment';

/** Strength of the nuclear norm relative to the power of the data, everywhere the same. */
export const STRENGTH = 3.3e-5;

export type Gate = 'topk_sasa' | 'batch_topk_sasa';

/** SASA with K groups of rank r of which s are active in a row, or on average with a gate over the batch. */
export function sasa(
  [groups, rank, active]: readonly [groups: number, rank: number, active: number],
  more: Settings = {},
  gate: Gate = 'topk_sasa',
): Settings {
  return {
    architecture: gate,
    n_groups: groups,
    group_rank: rank,
    k_groups: active,
    nuclear_target: 'composition',
    nuclear_coefficient_relative: STRENGTH,
    ...more,
  };
}

export function scalar(
  architecture: 'topk' | 'topk_signed' | 'batchtopk',
  latents: number,
  active: number,
): Settings {
  return { architecture, d_sae: latents, k: active };
}

/** What moves a model makes while it trains, by what an arm is called. */
export const MOVES: Readonly<Record<'none' | 'unpack' | 'both', Settings>> = {
  none: {},
  unpack: { moves: { repartition: false } },
  both: { moves: {} },
};

export const quality: readonly Measure[] = [
  { label: 'EV', path: 'explained_variance', decimals: 4, best: 'largest' },
  { label: 'l0', path: 'l0', decimals: 2, best: 'smallest' },
  { label: 'pruned l0', path: 'pruned_l0', decimals: 2, best: 'smallest' },
];

/** Of runs whose bits were measured. */
export const rates: readonly Measure[] = [
  { label: 'bits', path: 'bits_per_token', decimals: 1, best: 'smallest' },
];

export const costs: readonly Measure[] = [
  { label: 'units', path: 'groups_per_token', decimals: 2, best: 'smallest' },
  ...rates,
  { label: 'dead', path: 'dead_groups', decimals: 1, best: 'smallest' },
];

/** The same dictionary with codes by least squares, on the units of its gate and on units chosen from twice as many. */
export const fitted: readonly Measure[] = ['least_squares', 'prune2'].flatMap((kind) => [
  { label: `${kind} EV`, path: `codes.${kind}.explained_variance`, decimals: 4, best: 'largest' },
  { label: `${kind} bits`, path: `codes.${kind}.bits_per_token`, decimals: 1, best: 'smallest' },
]);

/** What a language model loses with the model in its residual stream. */
export const faithfulness: readonly Measure[] = [
  { label: 'KL', path: 'splice.kl_sae', decimals: 3, best: 'smallest' },
  { label: 'CE', path: 'splice.ce_sae', decimals: 3, best: 'smallest' },
  { label: 'KL score', path: 'splice.kl_score_mean_ablation', decimals: 4, best: 'largest' },
  { label: 'CE score', path: 'splice.ce_score_mean_ablation', decimals: 4, best: 'largest' },
];

/** Of features of at least two dimensions: how much of them their groups hold, and at what rank. */
export const recovered: readonly Measure[] = [
  {
    label: 'capture',
    path: 'recovery.mean_capture_multi_dimensional',
    decimals: 4,
    best: 'largest',
  },
  {
    label: 'rank error',
    path: 'recovery.mean_rank_error_multi_dimensional',
    decimals: 3,
    best: 'smallest',
  },
  { label: 'packed', path: 'recovery.packed_features', decimals: 1, best: 'smallest' },
  { label: 'split', path: 'recovery.split_features', decimals: 1, best: 'smallest' },
  { label: 'lost', path: 'recovery.lost_features', decimals: 1, best: 'smallest' },
  { label: 'live', path: 'live_groups', decimals: 1, best: 'largest' },
  { label: 'moves', path: 'changes.length', decimals: 1, best: 'smallest' },
  { label: 'late unpack', path: 'late_moves.unpack', decimals: 1, best: 'smallest' },
  { label: 'late repartition', path: 'late_moves.repartition', decimals: 1, best: 'smallest' },
];
