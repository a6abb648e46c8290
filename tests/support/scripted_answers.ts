/**
 * What the scripted engine says: statistics, estimates, metrics, shapes and words of a run that looks like
 * training, as functions of the run and its step. All of it is invented.
 */
import { at } from '../../src/base/array';
import type {
  DataStatistics,
  EvaluateAnswer,
  LabelProbe,
  MetricRecord,
  Preview,
  RunEstimate,
  ShapeProbe,
  ShapeState,
} from '../../src/lab/protocol/protocol';
import { dataLabel } from '../../src/lab/run/data_kinds';
import type { BitsReport, FittedCodes } from '../../src/lab/protocol/model_report';
import type { AskOf } from '../../src/lab/protocol/requests';
import type { RunConfig } from '../../src/lab/run/run_config';
import { inputUnitsOf } from '../../src/sae/input_units';
import { shapeOf, type ModelConfig } from '../../src/sae/config';
import { nuclearStrength } from '../../src/sae/penalty';

export interface ScriptedRun {
  readonly id: string;
  config: RunConfig;
  readonly total: number;
  step: number;
  going: boolean;
}

const NOBODY = 0xffffffff;
/** Points of a shape: enough to see, few enough for tests. */
const POINTS = 200;

/** Uniform in [0, 1) from two integers; fixed, so that pictures can be compared. */
function noise(a: number, b: number): number {
  const value = Math.sin(a * 127.1 + b * 311.7) * 43758.5453;
  return value - Math.floor(value);
}

function progressOf(run: ScriptedRun): number {
  return 1 - Math.exp((-7 * run.step) / run.total);
}

/** λ of a model on the scripted data. */
export function lambdaOf(config: RunConfig, index: number): number | null {
  const model = at(config.models, index);
  return nuclearStrength(model, inputUnitsOf(model.normalize_activations, statisticsOf(config)));
}

export function statisticsOf(config: RunConfig): DataStatistics {
  const { data } = config;
  if (data.kind === 'words') return { width: 100, power: 27.4, meanNorm: 5.2, sampledRows: 16384 };
  if (data.kind === 'lm') return { width: 288, power: 19.6, meanNorm: 4.9, sampledRows: 4096 };
  if (data.kind === 'npy') return { width: 768, power: 803.2, meanNorm: 28.1, sampledRows: 16384 };
  return data.preset === 'figure1'
    ? { width: 64, power: 1.0004, meanNorm: 1, sampledRows: 16384 }
    : { width: 128, power: 3.01, meanNorm: 1.72, sampledRows: 16384 };
}

export function estimateOf(config: RunConfig): RunEstimate {
  const { width } = statisticsOf(config);
  const columns = config.models.map((model) => shapeOf(model).groups * shapeOf(model).rank);
  const bytes = columns.reduce((sum, n) => sum + n * width * 4 * 7, 1e6);
  const warnings = config.models.flatMap((model) => {
    const { rank, slots } = shapeOf(model);
    return model.architecture !== 'standard' && rank * slots >= width
      ? [`s·r = ${rank * slots} is at least d = ${width}: sparsity does not bind.`]
      : [];
  });
  return {
    bytes,
    rows: [],
    largestBuffer: Math.max(...columns) * width * 4,
    fits: bytes < 4e9,
    warnings,
    flopPerStep: 1e9,
    parameters: columns,
  };
}

interface Feature {
  readonly name: string;
  readonly dimension: number;
  readonly point: (u: number, v: number) => readonly [number, number, number];
}

const CIRCLE: Feature['point'] = (u) => [Math.cos(6.2832 * u), Math.sin(6.2832 * u), 0];
const SPHERE: Feature['point'] = (u, v) => {
  const z = 2 * v - 1;
  const r = Math.sqrt(1 - z * z);
  return [r * Math.cos(6.2832 * u), r * Math.sin(6.2832 * u), z];
};
const HELIX: Feature['point'] = (u) => [
  0.7 * Math.cos(18.85 * u),
  0.7 * Math.sin(18.85 * u),
  1.4 * u - 0.7,
];
const LINE: Feature['point'] = (u) => [2 * u - 1, 0, 0];

function featuresOf(config: RunConfig): readonly Feature[] {
  const { data } = config;
  if (data.kind !== 'synthetic') return [];
  if (data.preset === 'figure1') {
    return [
      { name: 'Circle', dimension: 2, point: CIRCLE },
      { name: 'Sphere', dimension: 3, point: SPHERE },
      { name: 'Helix', dimension: 3, point: HELIX },
    ];
  }
  const some = (count: number, kind: string, dimension: number, point: Feature['point']) =>
    Array.from({ length: count }, (_, i) => ({ name: `${kind} ${i + 1}`, dimension, point }));
  return [
    ...some(16, 'Circle', 2, CIRCLE),
    ...some(16, 'Sphere', 3, SPHERE),
    ...some(16, 'Signed line', 1, LINE),
    ...some(8, 'Helix', 3, HELIX),
    ...some(8, 'Gaussian 4-D', 4, SPHERE),
  ];
}

export function previewOf(config: RunConfig): Preview {
  const statistics = statisticsOf(config);
  const { data } = config;
  const texts = {
    figure1: ['Circle, sphere, helix', '64 dimensions, one shape a sample, noise 0.02, endless'],
    zoo: ['64 mixed features', '128 dimensions, 3 features per sample, endless'],
    zoo_independent: ['Feature zoo, independent', '128 dimensions, 64 features, endless'],
    zoo2: ['Feature zoo of lines', '128 dimensions, 3 of 128 features per row, endless'],
    spec: [dataLabel(data), 'features of your own, endless'],
    words: ['Word vectors', '20 000 English words, 100 dimensions, most frequent first'],
    npy: ['activations.npy', '120 000 rows, 768 dimensions'],
    lm: ['stories15M, layer 4', 'residual stream of 288 dimensions entering block 4 of 6'],
  };
  const key = data.kind === 'synthetic' ? (data.preset ?? 'spec') : data.kind;
  const [label = '', description = ''] = texts[key];
  const features = featuresOf(config);
  const perRow = key === 'zoo' ? 3 : 1;
  return {
    label,
    description,
    statistics,
    shapes: features.map((feature, index) => shapeState(feature, index, [])),
    shapeRows: (features.length * POINTS) / perRow,
    labels:
      data.kind === 'words' ? 'the of and in to a is was for on as with by that at'.split(' ') : [],
  };
}

function shapeState(
  feature: Feature,
  index: number,
  directions: readonly (readonly [number, number, number])[],
  firstUnit = 0,
): ShapeState {
  const points = new Float32Array(3 * POINTS);
  const owners = new Uint32Array(POINTS).fill(NOBODY);
  for (let i = 0; i < POINTS; i++) {
    const p = feature.point(noise(i, index), noise(i, index + 99));
    for (let axis = 0; axis < 3; axis++) {
      points[3 * i + axis] = at(p, axis) + 0.02 * (noise(i, axis + 7 * index) - 0.5);
    }
    let best = -2;
    directions.forEach((direction, unit) => {
      const dot = direction[0] * p[0] + direction[1] * p[1] + direction[2] * p[2];
      if (dot > best) {
        best = dot;
        owners[i] = firstUnit + unit;
      }
    });
  }
  const units = directions.length;
  return {
    name: feature.name,
    dimension: feature.dimension,
    points,
    owners,
    units90: units === 0 ? 0 : Math.max(1, Math.round(0.8 * units)),
    units99: units,
    reconstruction: units === 0 ? 0 : 0.98,
    topShare: units === 0 ? 0 : 1 / units,
    topRank90: feature.dimension,
  };
}

export function shapesOf(run: ScriptedRun, model: ModelConfig, index: number): ShapeProbe {
  const done = progressOf(run);
  const shapes = featuresOf(run.config).map((feature, f) => {
    const full =
      model.architecture === 'topk_sasa' ? 6 : ([0, 10, 20, 60, 30][feature.dimension] ?? 30);
    const count =
      model.architecture === 'topk_sasa'
        ? Math.max(1, Math.round(full * (1 - 1.2 * done)))
        : Math.max(1, Math.round(4 + full * done));
    const directions = Array.from({ length: count }, (_, i) => {
      const p = SPHERE(noise(i, f + 3), feature.dimension < 3 ? 0.5 : noise(i, f + 5));
      return p;
    });
    return shapeState(feature, f, directions, 61 * f + index);
  });
  return { model: index, step: run.step, shapes };
}

const FAMILIES = [
  'wednesday monday friday tuesday thursday',
  'four seven six five eight nine three',
  'blue yellow grey white red purple',
  'nov feb oct december july january',
  'kg pounds metres inches miles feet',
  'paris london madrid rome vienna',
  'first second third fourth fifth sixth',
  'son daughter wife husband brother',
  'violin cello piano flute quartet',
  'north south east west northern',
  'senate parliament assembly congress',
  'winter summer spring autumn season',
  'gold silver bronze medal medals',
  'protein cells gene tissue enzyme',
  'telugu kannada tamil hindi malayalam',
  'ship frigate destroyer submarine',
];

export function labelsOf(run: ScriptedRun, model: ModelConfig, index: number): LabelProbe {
  const { groups, rank } = shapeOf(model);
  return {
    model: index,
    step: run.step,
    rows: 2048,
    groups: FAMILIES.map((family, i) => ({
      group: Math.floor(noise(i, index) * groups),
      frequency: 0.004 + 0.012 * noise(i, 2),
      rank90: rank === 1 ? 1 : 1 + Math.floor(3 * noise(i, 3)),
      labels: run.step === 0 ? [] : family.split(' '),
    })),
  };
}

export function recordOf(run: ScriptedRun, model: ModelConfig, index: number): MetricRecord {
  const { groups, rank, slots } = shapeOf(model);
  const sasa = model.architecture === 'topk_sasa';
  const done = progressOf(run);
  const wobble = 0.01 * (noise(run.step, index) - 0.5);
  const best = sasa ? 0.977 : 0.958 - 0.02 * index;
  const { power } = statisticsOf(run.config);
  const mse = power * (1 - best * done) * (1 + 8 * wobble);
  const dead = Math.round((sasa ? groups - 3 : 0.37 * groups) * done);
  const live = groups - dead;
  const rankHistogram = Array.from({ length: rank }, (_, r) =>
    Math.round(live * (r === rank - 1 ? 1 - done : done / Math.max(1, rank - 1))),
  );
  const batch = run.config.training.train_batch_size_samples;
  // As the engine counts: λ times the sum of the nuclear norms, and every loss once in their sum.
  const nuclear = (lambdaOf(run.config, index) ?? 0) * (8 - 2 * done);
  const auxiliary = 0.01 * (1 - done) + 1e-4;
  return {
    model: index,
    step: run.step,
    samples: run.step * batch,
    seconds: run.step * 0.004,
    rankHistogram: rank === 1 ? [live] : rankHistogram,
    values: {
      'losses/overall_loss': mse + nuclear + auxiliary,
      'losses/mse_loss': mse,
      'losses/nuclear_loss': nuclear,
      'losses/auxiliary_reconstruction_loss': auxiliary,
      'metrics/explained_variance': best * done + wobble,
      'metrics/explained_variance_legacy': best * done + 0.01 + wobble,
      'metrics/l0': Math.min(slots * rank, 4),
      'metrics/groups_per_token': sasa ? slots : 4,
      'metrics/mean_rank90': sasa ? 4 - 1.3 * done : 1,
      'metrics/mean_stable_rank': sasa ? 3.6 - 1.2 * done : 1,
      'sparsity/dead_groups': dead,
      'sparsity/dead_features': dead * rank,
      'details/current_learning_rate':
        run.config.training.lr * Math.min(1, (5 * (run.total - run.step)) / run.total),
      'details/grad_norm': 0.8 * (1 - done) + 0.02 + wobble,
      'details/n_training_samples': run.step * batch,
    },
  };
}

/** A curve of explained variance against bits, which reaches its headline at `bits`. */
function bitsOf(explained: number, bits: number): BitsReport {
  return {
    bits_per_token: bits,
    bits_per_token_low: bits - 0.5,
    bits_per_token_high: bits + 0.5,
    bits_coefficients: bits - 6,
    bits_index: 6,
    bits_index_uniform: 6.2,
    bits_rows: { training: 40_000, evaluated: 2000, judged: 2000 },
    rate_explained_variance: explained,
    rate_curve: Array.from({ length: 24 }, (_, step) => ({
      delta: 0.01 * 100 ** (step / 23),
      bits: 6 + (bits - 6) * (1.6 - step / 15),
      explained_variance: explained - 0.01 * (step / 9) ** 2,
    })),
  };
}

/** What the final evaluation finds: a little worse than the last batch, on rows of another number. */
export function evaluationOf(
  run: ScriptedRun,
  model: ModelConfig,
  index: number,
  { bits = false, codes = false }: Pick<AskOf<'evaluate'>, 'bits' | 'codes'> = {},
): EvaluateAnswer {
  const { values } = recordOf(run, model, index);
  const explained = (values['metrics/explained_variance'] ?? 0) - 0.05;
  const l0 = values['metrics/l0'] ?? 0;
  const units = values['metrics/groups_per_token'] ?? 0;
  const cost = 18 + 9 * index;
  const fitted = (better: number): FittedCodes => ({
    explained_variance: explained + better,
    mse: (values['losses/mse_loss'] ?? 0) * (1 - better),
    l0,
    groups_per_token: units,
    ...bitsOf(explained + better, cost - 100 * better),
  });
  return {
    model: index,
    step: run.step,
    report: {
      rows: run.config.data.kind === 'words' ? 2000 : 16_384,
      split: 'held_out',
      explained_variance: explained,
      mse: (values['losses/mse_loss'] ?? 0) * 1.1,
      l0,
      pruned_l0: 0.7 * l0,
      pruned_explained_variance: (values['metrics/explained_variance'] ?? 0) - 0.051,
      groups_per_token: units,
      ...(bits || codes ? bitsOf(explained, cost) : {}),
      ...(codes ? { codes: { least_squares: fitted(0.02), prune2: fitted(0.03) } } : {}),
      dead_groups: (values['sparsity/dead_groups'] ?? 0) + 1,
    },
  };
}
