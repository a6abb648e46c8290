/** The numbers at the top of the Train page: what each tile says of each model, and what it means. */
import { trainedBefore, type Run, type RunModel } from '../../../state/run_record';
import { lossText } from '../../parts/held_out';
import { formatFixed, formatInteger } from '../../plots/format';

export interface Tile {
  readonly title: string;
  /** Which rows the number is about, in two words: "last batch". */
  readonly rows: string;
  /** What it means, for the tooltip, with its formula. */
  readonly meaning: string;
  readonly formula?: string;
  /** The number of one model; undefined while it is not known. */
  readonly value: (model: RunModel, run: Run) => number | undefined;
  readonly format: (value: number) => string;
  /** Small text behind the number: "/64". */
  readonly detail?: (model: RunModel) => string;
}

/** Where a metric of the log comes from. */
const LAST_BATCH = 'last batch';

const last = (name: string) => (model: RunModel) => model.metrics.last(name);

/** Rows in which a unit must have been selected to count as alive. */
function windowOf(run: Run, { index }: RunModel): number {
  return run.settings.models[index]?.dead_group_window ?? 0;
}

const explained: Tile = {
  title: 'Explained variance',
  rows: LAST_BATCH,
  meaning:
    'Share of the variance of the last logged training batch that the reconstruction holds. Predicting the mean scores 0.',
  formula: '1 − Σ‖x − x̂‖² / Σ‖x − x̄‖²',
  value: last('metrics/explained_variance'),
  format: (value) => formatFixed(value, 3),
};

const loss: Tile = {
  title: 'Reconstruction loss',
  rows: LAST_BATCH,
  meaning: 'Squared error, summed over dimensions, mean over the last logged training batch.',
  formula: 'E‖x − x̂‖²',
  value: last('losses/mse_loss'),
  format: lossText,
};

const alive: Tile = {
  title: 'Units alive',
  rows: 'dead_group_window',
  meaning:
    'Groups (or latents) that the training selected within the last dead_group_window samples; the others are dead. It says nothing before that many samples were seen: until then every unit counts as alive.',
  formula: 'selected within the last dead_group_window samples',
  value: (model, run) => {
    const dead = model.metrics.last('sparsity/dead_groups');
    const seen = run.step === 0 ? model.before.samples : run.samples;
    return dead === undefined || seen < windowOf(run, model) ? undefined : model.groups - dead;
  },
  format: formatInteger,
  detail: (model) => `/${formatInteger(model.groups)}`,
};

const columns: Tile = {
  title: 'Columns per row (l0)',
  rows: LAST_BATCH,
  meaning: 'Non-zero codes of a row, mean over the last logged training batch.',
  formula: 'l0 = E[#{j : z_j ≠ 0}];  s·r for groups',
  value: last('metrics/l0'),
  format: (value) => formatFixed(value, 1),
};

const rank: Tile = {
  title: 'Rank90 of maps',
  rows: 'units alive',
  meaning:
    'Singular values of a group’s map that hold 90 % of their squares, mean over the units alive. A latent has rank 1.',
  formula: 'min n : Σ_{i≤n} σᵢ² ≥ 0.9 Σσᵢ², σ of D_kᵀE_k',
  value: (model) =>
    model.unitName === 'latent' && model.metrics.steps.length > 0
      ? 1
      : model.metrics.last('metrics/mean_rank90'),
  format: (value) => formatFixed(value, 1),
};

const units: Tile = {
  title: 'Units per shape',
  rows: 'probe rows',
  meaning:
    'Groups (or latents) that carry 90 % of a shape’s energy, mean over shapes. More than one: the shape is split. Counted on 2048 held-out rows while the run goes, on the 8192 of Diagnose once it rests.',
  formula: 'energy of unit j on shape i = E[‖P_{Vᵢ} contributionⱼ‖² | i active]',
  value: (model) => model.shapeHistory.meanUnits.last(),
  format: (value) => formatFixed(value, 1),
};

/** The tiles for data with or without known shapes. */
export function tilesFor(hasShapes: boolean): readonly Tile[] {
  return [explained, loss, alive, columns, rank, ...(hasShapes ? [units] : [])];
}

/** "step 300": of which step a tile shows a number of a run that is not shown as it is now. */
export function stepText(tile: Tile, run: Run): string {
  const logged = run.models[0]?.metrics.steps.last();
  const step =
    tile === units || logged === undefined ? trainedBefore(run).steps + run.step : logged;
  return `step ${formatInteger(step)}`;
}
