/**
 * A test double of the engine's worker: it answers the protocol with a scripted run that looks like
 * training (losses fall, TopK tiles the shapes, SASA settles to one group each). Everything it sends is
 * invented; it exists so that stores and pages can be tested without a GPU.
 */
import { at } from '../../src/base/array';
import { describeError, LabError } from '../../src/base/lab_error';
import type {
  AdapterReport,
  Command,
  DataStatistics,
  Event as EngineEvent,
  LabelProbe,
  MetricRecord,
  RunEstimate,
  ShapeProbe,
  ShapeState,
} from '../../src/lab/protocol';
import { parseRunConfig, totalSteps, type RunConfig } from '../../src/lab/run_config';
import { shapeOf, type ModelConfig } from '../../src/sae/config';
import type { EngineWorker } from '../../src/state/engine_client';

export interface FakeOptions {
  /** Milliseconds between turns of the script; 0 makes every command answer at once, by `turn()`. */
  readonly interval: number;
  /** Steps taken in one turn. */
  readonly stepsPerTurn: number;
  readonly adapter: AdapterReport | null;
  /** Step at which every run fails. */
  readonly failAt?: number;
}

export const FAKE_ADAPTER: AdapterReport = {
  name: 'Scripted adapter',
  vendor: 'none',
  architecture: 'none',
  software: true,
  features: ['shader-f16', 'subgroups', 'timestamp-query'],
  maxBufferSize: 4 * 2 ** 30,
  maxStorageBufferBindingSize: 2 * 2 ** 30,
  defaultLimitsOnly: false,
};

interface FakeRun {
  readonly id: string;
  readonly config: RunConfig;
  readonly total: number;
  step: number;
  going: boolean;
}

const NOBODY = 0xffffffff;
const POINTS = 1500;

export class FakeEngine implements EngineWorker {
  onmessage: ((message: MessageEvent<EngineEvent>) => void) | null = null;
  onerror: ((error: ErrorEvent) => void) | null = null;
  onmessageerror: ((message: MessageEvent) => void) | null = null;
  readonly commands: Command[] = [];
  readonly #runs = new Map<string, FakeRun>();
  readonly #timer: ReturnType<typeof setInterval> | null;

  constructor(private readonly options: FakeOptions) {
    this.#timer = options.interval === 0 ? null : setInterval(() => this.turn(), options.interval);
  }

  terminate(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#runs.clear();
  }

  postMessage(command: Command): void {
    this.commands.push(command);
    queueMicrotask(() => this.#answer(command));
  }

  emit(event: EngineEvent): void {
    this.onmessage?.(new MessageEvent('message', { data: event }));
  }

  /** Advances every running run. */
  turn(): void {
    for (const run of this.#runs.values()) if (run.going) this.#advance(run);
  }

  #answer(command: Command): void {
    switch (command.kind) {
      case 'connect':
        if (this.options.adapter === null) {
          const error = new LabError(
            'no_webgpu',
            'This browser has no WebGPU.',
            'Use Chrome 113 or later.',
          );
          this.emit({ kind: 'unavailable', error: describeError(error) });
        } else this.emit({ kind: 'connected', adapter: this.options.adapter });
        break;
      case 'estimate':
        this.#reply(command.requestId, () => ({
          kind: 'estimated',
          requestId: command.requestId,
          estimate: estimateOf(parseRunConfig(command.config)),
        }));
        break;
      case 'preview':
        this.#reply(command.requestId, () => ({
          kind: 'previewed',
          requestId: command.requestId,
          preview: previewOf(parseRunConfig(command.config)),
        }));
        break;
      case 'start': {
        const config = parseRunConfig(command.config);
        const total = totalSteps(config.training);
        const run = { id: command.runId, config, total, step: 0, going: command.paused !== true };
        this.#runs.set(run.id, run);
        this.emit({ kind: 'status', runId: run.id, status: 'preparing', step: 0 });
        this.emit({
          kind: 'started',
          runId: run.id,
          config,
          totalSteps: total,
          estimate: estimateOf(config),
          statistics: statisticsOf(config),
          lambdas: config.models.map((model) => lambdaOf(model, statisticsOf(config).power)),
        });
        this.emit({
          kind: 'status',
          runId: run.id,
          status: run.going ? 'running' : 'paused',
          step: 0,
        });
        this.#probe(run);
        break;
      }
      case 'pause':
      case 'resume':
        this.#withRun(command.runId, (run) => {
          run.going = command.kind === 'resume';
          const status = run.going ? 'running' : 'paused';
          this.emit({ kind: 'status', runId: run.id, status, step: run.step });
        });
        break;
      case 'step':
        this.#withRun(command.runId, (run) => this.#advance(run, 1));
        break;
      case 'stop':
        this.#withRun(command.runId, (run) => {
          run.going = false;
          this.emit({ kind: 'status', runId: run.id, status: 'stopped', step: run.step });
        });
        break;
      case 'forget':
        this.#runs.delete(command.runId);
        break;
      case 'set_hyperparameters':
        this.#withRun(command.runId, (run) =>
          this.emit({
            kind: 'settings_changed',
            runId: run.id,
            step: run.step,
            settings: command.settings,
          }),
        );
        break;
      case 'export':
        this.emit({
          kind: 'exported',
          requestId: command.requestId,
          runId: command.runId,
          filename: `model_${command.model}.zip`,
          mimeType: 'application/zip',
          bytes: new ArrayBuffer(16),
        });
        break;
      case 'cancel':
        break;
      default: {
        const error = new LabError('internal', 'The scripted engine analyses nothing.', 'None.');
        this.emit({
          kind: 'request_failed',
          requestId: command.requestId,
          error: describeError(error),
        });
      }
    }
  }

  #reply(requestId: number, event: () => EngineEvent): void {
    try {
      this.emit(event());
    } catch (error) {
      this.emit({ kind: 'request_failed', requestId, error: describeError(error) });
    }
  }

  #withRun(id: string, act: (run: FakeRun) => void): void {
    const run = this.#runs.get(id);
    if (run !== undefined) act(run);
  }

  #advance(run: FakeRun, steps = this.options.stepsPerTurn): void {
    const { train_batch_size_samples: batch, log_every: every } = run.config.training;
    const records: MetricRecord[] = [];
    for (let i = 0; i < steps && run.step < run.total; i++) {
      run.step += 1;
      if (run.step % every === 0 || run.step === run.total) {
        run.config.models.forEach((model, index) => records.push(recordOf(run, model, index)));
      }
    }
    const samplesPerSecond = (1000 / Math.max(1, this.options.interval)) * steps * batch;
    this.emit({
      kind: 'progress',
      runId: run.id,
      step: run.step,
      samples: run.step * batch,
      seconds: (run.step * batch) / samplesPerSecond,
      samplesPerSecond,
    });
    if (records.length > 0) this.emit({ kind: 'metrics', runId: run.id, records });
    if (this.options.failAt !== undefined && run.step >= this.options.failAt) {
      run.going = false;
      const error = new LabError(
        'not_finite',
        `losses/mse_loss of SASA became NaN at step ${run.step}.`,
        'Lower the learning rate or clip the gradient; the weights of the step before are kept.',
      );
      this.emit({ kind: 'failed', runId: run.id, error: describeError(error) });
      return;
    }
    if (run.step % (this.options.stepsPerTurn * 8) === 0 || run.step === run.total)
      this.#probe(run);
    if (run.step === run.total) {
      run.going = false;
      this.emit({ kind: 'status', runId: run.id, status: 'finished', step: run.step });
    }
  }

  #probe(run: FakeRun): void {
    const { data, models } = run.config;
    if (data.kind === 'synthetic') {
      const probes = models.map((model, index) => shapesOf(run, model, index));
      this.emit({ kind: 'shapes', runId: run.id, probes });
    } else if (data.kind === 'words') {
      const probes = models.map((model, index) => labelsOf(run, model, index));
      this.emit({ kind: 'labels', runId: run.id, probes });
    }
  }
}

/** Uniform in [0, 1) from two integers; fixed, so that pictures can be compared. */
function noise(a: number, b: number): number {
  const value = Math.sin(a * 127.1 + b * 311.7) * 43758.5453;
  return value - Math.floor(value);
}

function progressOf(run: FakeRun): number {
  return 1 - Math.exp((-7 * run.step) / run.total);
}

function lambdaOf(model: ModelConfig, power: number): number | null {
  if (model.architecture !== 'topk_sasa') return null;
  return model.nuclear_coefficient ?? (model.nuclear_coefficient_relative ?? 0) * power;
}

function statisticsOf(config: RunConfig): DataStatistics {
  const { data } = config;
  if (data.kind === 'words') return { width: 100, power: 27.4, meanNorm: 5.2, sampledRows: 16384 };
  if (data.kind === 'npy') return { width: 768, power: 803.2, meanNorm: 28.1, sampledRows: 16384 };
  return data.preset === 'zoo'
    ? { width: 128, power: 3.01, meanNorm: 1.72, sampledRows: 16384 }
    : { width: 64, power: 1.0004, meanNorm: 1, sampledRows: 16384 };
}

function estimateOf(config: RunConfig): RunEstimate {
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

function previewOf(config: RunConfig) {
  const statistics = statisticsOf(config);
  const { data } = config;
  const texts = {
    figure1: ['Circle, sphere, helix', '64 dimensions, one shape a sample, noise 0.02, endless'],
    zoo: ['64 mixed features', '128 dimensions, 3 features a sample, endless'],
    words: ['Word vectors', '20 000 English words, 100 dimensions, most frequent first'],
    npy: ['activations.npy', '120 000 rows, 768 dimensions'],
  };
  const key = data.kind === 'synthetic' ? data.preset : data.kind;
  const [label = '', description = ''] = texts[key];
  return {
    label,
    description,
    statistics,
    shapes: featuresOf(config).map((feature, index) => shapeState(feature, index, [])),
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

function shapesOf(run: FakeRun, model: ModelConfig, index: number): ShapeProbe {
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

function labelsOf(run: FakeRun, model: ModelConfig, index: number): LabelProbe {
  const { groups, rank } = shapeOf(model);
  return {
    model: index,
    step: run.step,
    groups: FAMILIES.map((family, i) => ({
      group: Math.floor(noise(i, index) * groups),
      frequency: 0.004 + 0.012 * noise(i, 2),
      rank90: rank === 1 ? 1 : 1 + Math.floor(3 * noise(i, 3)),
      labels: run.step === 0 ? [] : family.split(' '),
    })),
  };
}

function recordOf(run: FakeRun, model: ModelConfig, index: number): MetricRecord {
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
  return {
    model: index,
    step: run.step,
    samples: run.step * batch,
    seconds: run.step * 0.004,
    rankHistogram: rank === 1 ? [live] : rankHistogram,
    values: {
      'losses/overall_loss': mse * 1.02,
      'losses/mse_loss': mse,
      'losses/nuclear_loss': sasa ? 0.003 * (8 - 2 * done) : 0,
      'losses/auxiliary_reconstruction_loss': 0.01 * (1 - done) + 1e-4,
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
