/** The numbers at the top of the Train page: what each tile says of each model, and what it means. */
import type { Run, RunModel } from '../../../state/run_record';
import { formatFixed, formatInteger, formatNumber } from '../../plots/format';

export interface Tile {
  readonly title: string;
  /** What it means, for the tooltip, with its formula. */
  readonly meaning: string;
  readonly formula?: string;
  /** The number of one model; undefined while it is not known. */
  readonly value: (model: RunModel, run: Run) => number | undefined;
  readonly format: (value: number) => string;
  /** Small text behind the number: "/64". */
  readonly detail?: (model: RunModel) => string;
}

/** Four digits at most and no jump of width while it falls: "24.5", "1.129", "0.024", "3.0e-4". */
function lossText(value: number): string {
  return value < 0.001 || value >= 10 ? formatNumber(value) : formatFixed(value, 3);
}

const last = (name: string) => (model: RunModel) => model.metrics.last(name);

const explained: Tile = {
  title: 'Explained variance',
  meaning:
    'Share of the data’s variance that the reconstruction holds. Predicting the mean scores 0.',
  formula: '1 − Σ‖x − x̂‖² / Σ‖x − x̄‖²',
  value: last('metrics/explained_variance'),
  format: (value) => formatFixed(value, 3),
};

const loss: Tile = {
  title: 'Reconstruction loss',
  meaning: 'Squared error, summed over dimensions, mean over samples.',
  formula: 'E‖x − x̂‖²',
  value: last('losses/mse_loss'),
  format: lossText,
};

const alive: Tile = {
  title: 'Units alive',
  meaning: 'Groups (or latents) that some recent sample used; the others are dead.',
  formula: 'selected within the last dead_group_window samples',
  value: (model) => {
    const dead = model.metrics.last('sparsity/dead_groups');
    return dead === undefined ? undefined : model.groups - dead;
  },
  format: formatInteger,
  detail: (model) => `/${formatInteger(model.groups)}`,
};

const columns: Tile = {
  title: 'Columns per sample',
  meaning: 'Non-zero codes of a sample, on average: the l0.',
  formula: 'l0 = E[#{j : z_j ≠ 0}];  s·r for groups',
  value: last('metrics/l0'),
  format: (value) => formatFixed(value, 1),
};

const rank: Tile = {
  title: 'Mean rank 90',
  meaning:
    'Singular values of a live group’s map that hold 90 % of their squares, on average. A latent has rank 1.',
  formula: 'min n : Σ_{i≤n} σᵢ² ≥ 0.9 Σσᵢ²',
  value: (model) =>
    model.unitName === 'latent' && model.metrics.steps.length > 0
      ? 1
      : model.metrics.last('metrics/mean_rank90'),
  format: (value) => formatFixed(value, 1),
};

const units: Tile = {
  title: 'Units per shape',
  meaning:
    'Groups (or latents) that carry 90 % of a shape’s energy, mean over shapes. More than one: the shape is split.',
  formula: 'energy of unit j on shape i = E[‖P_{Vᵢ} contributionⱼ‖² | i active]',
  value: (model) => model.shapeHistory.meanUnits.last(),
  format: (value) => formatFixed(value, 1),
};

/** The tiles for data with or without known shapes. */
export function tilesFor(hasShapes: boolean): readonly Tile[] {
  return [explained, loss, alive, columns, rank, ...(hasShapes ? [units] : [])];
}
