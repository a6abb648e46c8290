/**
 * Turns what a logged step left in the GPU's buffers into the metrics of docs/method/metrics.md. Sums are taken in
 * float64 on the CPU: a few kilobytes per logged step, and no kernel for what is not a hot path.
 */
import { explainedShare } from '../../analysis/reconstruction';
import { at } from '../../base/array';
import { refuseNotFiniteMetrics } from '../../base/finite';
import type { ModelConfig } from '../../sae/config';
import { codesPenalty, nuclearPenalty, nuclearShare } from '../../sae/penalty';
import type { ModelLayout } from '../../sae/layout';
import type { MetricRecord } from '../protocol/protocol';

/** Columns of a row of `row_stats`; see center_input.wgsl and decode_residual.wgsl. `fired` is `term` with a penalty on the codes. */
const Column = { power: 1, loss: 2, l0: 3, energy: 4, auxiliary: 5, fired: 7, term: 7 } as const;
const COLUMNS = 8;

/** What to do when a number broke. */
const KEPT =
  'The weights from before are kept. Lower the learning rate, or warm it up over some steps, and start again.';

/** What the GPU left of one logged step of one model. */
export interface LoggedStep {
  readonly rowStats: Float32Array;
  readonly singularValues: Float32Array;
  readonly lastFired: Uint32Array;
  readonly gradientNorm: number;
}

export interface StepContext {
  readonly model: number;
  readonly name: string;
  readonly config: ModelConfig;
  readonly layout: ModelLayout;
  /** Steps taken, including this one. */
  readonly step: number;
  readonly seconds: number;
  readonly lr: number;
  readonly lambda: number;
  /** Strength of the penalty on the codes in that step; 0 without one. */
  readonly sparsity: number;
  readonly inputScale: number;
  /** η after the step; null for a model that takes no step on its codes. */
  readonly eta: number | null;
  /** Moves made so far; null for a model that has none. */
  readonly moved: number | null;
}

/**
 * Metrics of a logged step; an explained variance is left out where the batch has no variance. Throws LabError
 * `not_finite` naming the number that broke: a loss, or the norm of a gradient, beyond which no step is taken.
 */
export function recordOf(logged: LoggedStep, context: StepContext): MetricRecord {
  const { config, layout, step } = context;
  const { batch } = layout;
  const unscale = 1 / context.inputScale ** 2;
  const mean = (column: number): number => {
    let sum = 0;
    for (let row = 0; row < batch; row += 1) sum += at(logged.rowStats, row * COLUMNS + column);
    return sum / batch;
  };
  const mse = mean(Column.loss) * unscale;
  const auxiliary =
    layout.auxiliary === null ? 0 : config.aux_coefficient * mean(Column.auxiliary) * unscale;
  const ranks = rankSummary(logged, context);
  const codes = codesPenalty(config);
  const nuclear = ranks.nuclearNorm * context.lambda * unscale;
  const sparsity = codes === null ? 0 : context.sparsity * mean(Column.term) * unscale;
  const losses: [string, number][] = [
    ['losses/mse_loss', mse],
    ['losses/nuclear_loss', nuclear],
    ['losses/auxiliary_reconstruction_loss', auxiliary],
    ...(codes === null ? [] : [[codes.metric, sparsity] satisfies [string, number]]),
  ];
  const l0 = mean(Column.l0);
  const groupsPerToken = codes === null ? mean(Column.fired) : l0;
  const power = mean(Column.power);
  const energy = mean(Column.energy);
  const values: Record<string, number> = {
    'losses/overall_loss': losses.reduce((sum, [, value]) => sum + value, 0),
    'losses/mse_loss': mse,
    ...explained('metrics/explained_variance', mse / unscale, power),
    ...explained('metrics/explained_variance_legacy', mse / unscale, energy),
    'metrics/l0': l0,
    'metrics/groups_per_token': groupsPerToken,
    'metrics/group_coverage': ranks.live / layout.groups,
    'sparsity/dead_groups': layout.groups - ranks.live,
    'sparsity/dead_features': (layout.groups - ranks.live) * layout.rank,
    'details/current_learning_rate': context.lr,
    'details/n_training_samples': step * batch,
    'details/grad_norm': logged.gradientNorm,
  };
  if (nuclearPenalty(config) !== null) {
    values['losses/nuclear_loss'] = nuclear;
    values['metrics/mean_stable_rank'] = ranks.stableRank;
    values['metrics/mean_rank90'] = ranks.rank90;
  }
  if (layout.auxiliary !== null) values['losses/auxiliary_reconstruction_loss'] = auxiliary;
  if (codes !== null) values[codes.metric] = sparsity;
  if (context.eta !== null) values['metrics/eta'] = context.eta;
  if (context.moved !== null) values['metrics/moves'] = context.moved;
  const checked = { ...Object.fromEntries(losses), '‖x − x̄‖²': power, '‖x‖²': energy, ...values };
  refuseNotFiniteMetrics(checked, context.name, KEPT, ` at step ${step}`);
  return {
    model: context.model,
    step,
    samples: step * batch,
    seconds: context.seconds,
    values,
    rankHistogram: ranks.histogram,
  };
}

/** The share that is explained, under its name; nothing where there is nothing to explain. */
function explained(name: string, error: number, total: number): Record<string, number> {
  const share = explainedShare(error, total);
  return share === null ? {} : { [name]: share };
}

interface RankSummary {
  readonly live: number;
  /** R of the objective: the sum of all singular values, or their mean over groups (decoder). */
  readonly nuclearNorm: number;
  readonly stableRank: number;
  readonly rank90: number;
  readonly histogram: number[];
}

/** Ranks of the live groups' maps from their singular values; scalar units all have rank 1. */
function rankSummary(logged: LoggedStep, context: StepContext): RankSummary {
  const { config, layout, step } = context;
  const now = step * layout.batch;
  const { groups, rank } = layout;
  const measured = nuclearPenalty(config) !== null;
  const histogram = new Array<number>(rank).fill(0);
  let live = 0;
  let nuclear = 0;
  let stable = 0;
  let rank90 = 0;
  for (let group = 0; group < groups; group += 1) {
    const alive = now - at(logged.lastFired, group) < config.dead_group_window;
    if (alive) live += 1;
    if (!measured) {
      if (alive) histogram[0] = at(histogram, 0) + 1;
      continue;
    }
    const sigma = logged.singularValues.subarray(group * rank, (group + 1) * rank);
    let squares = 0;
    for (const value of sigma) {
      nuclear += value;
      squares += value * value;
    }
    if (!alive || squares === 0) continue;
    stable += squares / at(sigma, 0) ** 2;
    const needed = rankHolding(sigma, 0.9 * squares);
    rank90 += needed;
    histogram[needed - 1] = at(histogram, needed - 1) + 1;
  }
  const ranked = Math.max(
    1,
    histogram.reduce((sum, value) => sum + value, 0),
  );
  return {
    live,
    nuclearNorm: nuclear / nuclearShare(config),
    stableRank: stable / ranked,
    rank90: rank90 / ranked,
    histogram,
  };
}

/** Number of leading squares of descending values that reach `share`. */
function rankHolding(descending: Float32Array, share: number): number {
  let sum = 0;
  for (let i = 0; i < descending.length; i += 1) {
    sum += at(descending, i) ** 2;
    if (sum >= share) return i + 1;
  }
  return descending.length;
}
