/** The curves of a run: which metrics are drawn, under which title, on which scale. */
import type { Run, RunModel } from '../../../state/run_record';
import type { ScaleKind } from '../../plots/props';

export interface CurveSpec {
  readonly id: string;
  readonly title: string;
  readonly hint: string;
  readonly yScale?: ScaleKind;
  readonly yMin?: number;
  /** Where the values of interest lie; see LineChart. */
  readonly yWithin?: readonly [number, number];
  /** Counts of things. */
  readonly yWhole?: boolean;
  readonly line: (model: RunModel) => Line | undefined;
  /** Which rows each of its points was read on, for the saved file. */
  readonly readOn: ReadOn;
  /** Said in the empty frame before training. */
  readonly empty?: string;
}

/** The logged batch, the samples of the dead window, rows that are looked at now and then, or no row at all. */
export type ReadOn = 'batch' | 'dead_group_window' | 'probe' | 'none';

/** How many rows those are; null for a probe, whose rows are others while the run rests. */
export function rowsReadOn(
  readOn: ReadOn,
  { settings }: Pick<Run, 'settings'>,
  model: number,
): number | null {
  switch (readOn) {
    case 'batch':
      return settings.training.train_batch_size_samples;
    case 'dead_group_window':
      return settings.models[model]?.dead_group_window ?? null;
    case 'probe':
    case 'none':
      return null;
  }
}

interface Line {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

function metric(name: string): CurveSpec['line'] {
  return (model) => {
    const y = model.metrics.column(name);
    return y === undefined ? undefined : { x: model.metrics.samples.view(), y };
  };
}

const reconstruction: CurveSpec = {
  id: 'losses/mse_loss',
  title: 'Reconstruction loss, log',
  hint: 'E‖x − x̂‖²: squared error summed over dimensions, mean over the batch.',
  yScale: 'log',
  line: metric('losses/mse_loss'),
  readOn: 'batch',
  empty: 'Press Train to draw the curves.',
};

const explained: CurveSpec = {
  id: 'metrics/explained_variance',
  title: 'Explained variance',
  hint: '1 − Σ‖x − x̂‖² / Σ‖x − x̄‖²; predicting the mean scores 0.',
  yWithin: [0, 1],
  line: metric('metrics/explained_variance'),
  readOn: 'batch',
};

const units: CurveSpec = {
  id: 'units_per_shape',
  title: 'Units per shape',
  hint: 'Units that carry 90 % of a shape’s energy, mean over shapes.',
  yMin: 0,
  readOn: 'probe',
  line: (model) => {
    const { samples, meanUnits } = model.shapeHistory;
    return samples.length === 0 ? undefined : { x: samples.view(), y: meanUnits.view() };
  },
};

const dead: CurveSpec = {
  id: 'sparsity/dead_groups',
  title: 'Dead units',
  hint: 'Groups or latents not selected for any of the last dead_group_window samples.',
  yMin: 0,
  yWhole: true,
  line: metric('sparsity/dead_groups'),
  readOn: 'dead_group_window',
};

/** The curves always seen, beside the ranks. */
export function mainCurves(hasShapes: boolean): readonly CurveSpec[] {
  return [explained, hasShapes ? units : dead, reconstruction];
}

/** The rest, under "All curves". */
export function otherCurves(hasShapes: boolean): readonly CurveSpec[] {
  return [
    ...(hasShapes ? [dead] : []),
    {
      id: 'losses/overall_loss',
      title: 'Whole loss, log',
      hint: 'Reconstruction + λ·R + α·auxiliary: what the optimiser minimises.',
      yScale: 'log',
      line: metric('losses/overall_loss'),
      readOn: 'batch',
    },
    {
      id: 'losses/nuclear_loss',
      title: 'Nuclear penalty',
      hint: 'λ·R, with R the sum of nuclear norms of the maps (or what the target says).',
      yMin: 0,
      line: metric('losses/nuclear_loss'),
      readOn: 'none',
    },
    {
      id: 'losses/auxiliary_reconstruction_loss',
      title: 'Auxiliary loss',
      hint: 'α·L_aux: what dead units fail to reconstruct of the residual.',
      yMin: 0,
      line: metric('losses/auxiliary_reconstruction_loss'),
      readOn: 'batch',
    },
    {
      id: 'losses/l1_loss',
      title: 'L1 penalty',
      hint: 'λ₁ Σ|z|·‖d‖ of ReLU models.',
      yMin: 0,
      line: metric('losses/l1_loss'),
      readOn: 'batch',
    },
    {
      id: 'metrics/l0',
      title: 'Columns per row (l0)',
      hint: 'l0: non-zero codes of a row, mean over the batch.',
      yMin: 0,
      line: metric('metrics/l0'),
      readOn: 'batch',
    },
    {
      id: 'metrics/mean_stable_rank',
      title: 'Mean stable rank of maps',
      hint: 'Σσ²/σ₁² of the maps of live groups.',
      yMin: 1,
      line: metric('metrics/mean_stable_rank'),
      readOn: 'dead_group_window',
    },
    {
      id: 'metrics/eta',
      title: 'Step on codes, η',
      hint: 'How far codes are moved along what they leave of the row, E(x − b_dec − Dᵀp), before they are decoded.',
      line: metric('metrics/eta'),
      readOn: 'none',
    },
    {
      id: 'details/grad_norm',
      title: 'Gradient norm, log',
      hint: '‖∇L‖₂ over all parameters of the model.',
      yScale: 'log',
      line: metric('details/grad_norm'),
      readOn: 'batch',
    },
    {
      id: 'details/current_learning_rate',
      title: 'Learning rate',
      hint: 'Adam’s step size with warm-up and decay.',
      yMin: 0,
      line: metric('details/current_learning_rate'),
      readOn: 'none',
    },
  ];
}
