/**
 * One run as the page knows it, and how an event of the engine changes it. Slow facts (name, status,
 * settings) are immutable fields; streamed numbers sit in growing columns that are shared between
 * versions of the record, and `revision` rises when they grew. Knows no store and no React.
 */
import { at, largest } from '../base/array';
import { saysSame } from '../base/canonical';
import type { LabErrorData } from '../base/lab_error';
import type {
  DataStatistics,
  Event as EngineEvent,
  Feeding,
  LabelProbe,
  MetricValues,
  RunEstimate,
  RunPast,
  RunStatus,
  SaidOfRun,
  ShapeProbe,
} from '../lab/protocol/protocol';
import type { DataIdentity } from '../lab/run/data_identity';
import type { SettingChange } from '../lab/run/live_settings';
import { parseRunConfig, totalSteps, type RunConfig, type RunInput } from '../lab/run/run_config';
import { countedOn, NEVER_TRAINED, type TrainedBefore } from '../lab/run/run_history';
import { isMove, type RunMove } from '../lab/run/run_moves';
import {
  architectureOf,
  displayName,
  shapeOf,
  type ArchitectureId,
  type ModelConfig,
} from '../sae/config';
import { MetricSeries, ShapeSeries } from './metric_series';

/** What is said of a run before somebody says something. */
const NOTHING_SAID: SaidOfRun = { starred: false, tags: [], note: '' };

/** One model of a run, with what the page shows of it everywhere. */
export interface RunModel {
  readonly index: number;
  readonly name: string;
  readonly architecture: ArchitectureId;
  /** "group" for SASA, "latent" for scalar autoencoders. */
  readonly unitName: 'group' | 'latent';
  /** K, r and slots. */
  readonly groups: number;
  readonly rank: number;
  readonly slots: number;
  readonly metrics: MetricSeries;
  readonly shapeHistory: ShapeSeries;
  /** The latest probe of the known shapes, null before the first. */
  readonly shapes: ShapeProbe | null;
  /** The latest probe of labelled rows, null before the first. */
  readonly labels: LabelProbe | null;
  /** λ in absolute units as the engine says it, null where there is none or it is not known yet. */
  readonly lambda: number | null;
  /** What its weights had behind them when the run began with them; curves and changes count on from there. */
  readonly before: TrainedBefore;
  /** Steps of the run that its weights had when they were last saved; null when they never were. */
  readonly savedStep: number | null;
}

/** What this browser keeps of a run. */
interface KeptFacts {
  /** Steps of its latest checkpoint, from which it goes on after a reload. */
  readonly step: number;
  /** Steps of all of them, rising; they can be looked at. */
  readonly checkpoints: readonly number[];
  readonly bytes: number;
  /** The person's own files that it was trained on; null where its data open by themselves. */
  readonly data: DataIdentity | null;
  /** The latest metrics of each model, for a list; null where only the folder knows. */
  readonly logged: readonly MetricValues[] | null;
  /** Another tab is training it: here it can be looked at. */
  readonly elsewhere: boolean;
  /** Whether its curves are in this page; a run of an earlier visit is read when it is looked at. */
  readonly read: boolean;
}

export interface Run {
  readonly id: string;
  readonly name: string;
  /** What was asked for, as written. */
  readonly input: RunInput;
  /** The same with every default filled in: what the run began with. */
  readonly config: RunConfig;
  /** Its settings as they are now: `config` with the changes made while it went. */
  readonly settings: RunConfig;
  /** `settings` once the engine has done all that it was told. */
  readonly asked: RunConfig;
  /** The file that its data name, null for data that name none. */
  readonly file: File | null;
  readonly status: RunStatus;
  /** What is done before the first step, and its share; null before it is told and once steps are taken. */
  readonly preparing: { readonly stage: string; readonly fraction: number } | null;
  readonly error: LabErrorData | null;
  readonly models: readonly RunModel[];
  readonly totalSteps: number;
  readonly step: number;
  readonly samples: number;
  /** Seconds of training so far. */
  readonly seconds: number;
  /** Rows per second lately; null while there were too few steps to say. */
  readonly samplesPerSecond: number | null;
  /** How the making of rows keeps up; null for data that are at hand. */
  readonly feeding: Feeding | null;
  readonly estimate: RunEstimate | null;
  readonly statistics: DataStatistics | null;
  /** What was changed while it went, oldest first. */
  readonly changes: readonly SettingChange[];
  /** What was moved between groups while it went, oldest first. */
  readonly moved: readonly RunMove[];
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** `recorded` runs ship with the lab: they have no weights and cannot be analysed. */
  readonly origin: 'session' | 'recorded';
  /** Its models began with weights that were trained before, so they say something at step 0. */
  readonly opened: boolean;
  /** False once the engine can no longer get at the weights (lost device, crash). */
  readonly inEngine: boolean;
  /** What the person says of it. */
  readonly about: SaidOfRun;
  /** Null for a run that is lost with the page. */
  readonly kept: KeptFacts | null;
  /** Rises whenever the streamed numbers grew. */
  readonly revision: number;
}

/** Whether the engine is at work on the run, or could go on. */
export function isActive(status: RunStatus): boolean {
  return status === 'preparing' || status === 'running' || status === 'paused';
}

/** The run that is at work or paused, of which there is one at most. */
export function goingOn(runs: Readonly<Record<string, Run>>): Run | undefined {
  return Object.values(runs).find(({ status }) => isActive(status));
}

/** What a run begins with besides its settings. */
export interface RunOrigin {
  /** The file that the data name. */
  readonly file?: File | null;
  /** Its models begin with weights that were trained before; what those had behind them, by model. */
  readonly opened?: readonly TrainedBefore[] | null;
}

/** A new run, before the engine has answered. Throws LabError `bad_config`. */
export function createRun(
  id: string,
  name: string,
  input: RunInput,
  createdAt: number,
  { file = null, opened = null }: RunOrigin = {},
): Run {
  const config = parseRunConfig(input);
  return {
    id,
    name,
    input,
    config,
    settings: config,
    asked: config,
    file,
    status: 'preparing',
    preparing: null,
    error: null,
    models: config.models.map((model, index) =>
      createModel(model, index, opened?.[index] ?? NEVER_TRAINED),
    ),
    totalSteps: totalSteps(config.training),
    step: 0,
    samples: 0,
    seconds: 0,
    samplesPerSecond: null,
    feeding: null,
    estimate: null,
    statistics: null,
    changes: [],
    moved: [],
    createdAt,
    origin: 'session',
    opened: opened !== null,
    inEngine: true,
    about: NOTHING_SAID,
    kept: null,
    revision: 0,
  };
}

function createModel(model: ModelConfig, index: number, before: TrainedBefore): RunModel {
  const metrics = new MetricSeries();
  for (const record of before.metrics) metrics.append(record);
  return {
    index,
    name: displayName(model),
    architecture: model.architecture,
    unitName: architectureOf(model).words.unit,
    ...shapeOf(model),
    metrics,
    shapeHistory: new ShapeSeries(),
    shapes: null,
    labels: null,
    lambda: null,
    before,
    savedStep: null,
  };
}

/** Steps and samples that a run's weights had behind them when it began; of those that had most. */
export function trainedBefore({ models }: Pick<Run, 'models'>): {
  readonly steps: number;
  readonly samples: number;
} {
  return {
    steps: largest(
      models.map(({ before }) => before.steps),
      0,
    ),
    samples: largest(
      models.map(({ before }) => before.samples),
      0,
    ),
  };
}

/** Everything that was changed while the weights of a run were trained, oldest first, before they were opened too. */
export function allChanges(run: Pick<Run, 'models' | 'changes'>): readonly SettingChange[] {
  const { steps } = trainedBefore(run);
  const earlier = run.models.flatMap(({ index, before }) =>
    before.changes.flatMap((change): SettingChange[] =>
      isMove(change) ? [] : [{ ...change, model: change.setting === 'lr' ? null : index }],
    ),
  );
  // A change of the training stands in the account of every model.
  const each = earlier.filter(
    (change, at) => !earlier.slice(0, at).some((other) => saysSame(other, change)),
  );
  const own = run.changes.map((change) => ({ ...change, step: steps + change.step }));
  return [...each.toSorted((a, b) => a.step - b.step), ...own];
}

/**
 * All moves of a run's models before its step `until`, those from before their weights were opened too; they count from
 * the first step of the run that made the weights.
 */
export function allMoves(
  run: Pick<Run, 'models' | 'moved'>,
  until = Number.POSITIVE_INFINITY,
): readonly RunMove[] {
  const { steps } = trainedBefore(run);
  const earlier = run.models.flatMap(({ index, before }) =>
    before.changes.flatMap((change): RunMove[] =>
      isMove(change) ? [{ ...change, model: index }] : [],
    ),
  );
  const own = run.moved.filter(({ step }) => step < until);
  return [...earlier, ...own.map((move) => ({ ...move, step: steps + move.step }))];
}

/**
 * Whether a run has weights that were trained since they were last saved, and would be lost with the page. One that is
 * kept while it goes would go on from its latest checkpoint.
 */
export function hasUnsavedWeights({ origin, inEngine, kept, status, step, models }: Run): boolean {
  if (origin !== 'session' || !inEngine || step === 0) return false;
  if (kept !== null && (isActive(status) || kept.step === step)) return false;
  return models.some(({ savedStep }) => savedStep === null || savedStep < step);
}

const KEPT: KeptFacts = {
  step: 0,
  checkpoints: [],
  bytes: 0,
  data: null,
  logged: null,
  elsewhere: false,
  read: true,
};

/** A run as it was at a checkpoint, with what was logged until then; what this page knew of later steps is dropped. */
export function withPast(run: Run, past: RunPast, settings: RunConfig): Run {
  const moved = past.changes.filter(isMove);
  const changes = past.changes.flatMap((change) => (isMove(change) ? [] : [change]));
  const models = run.models.map(({ index }) => {
    const before = past.before?.[index] ?? NEVER_TRAINED;
    const model = createModel(at(settings.models, index), index, before);
    for (const record of past.records) {
      if (record.model === index) model.metrics.append(countedOn(before, record));
    }
    const lambda = changes.findLast((change) => change.model === index)?.lambda;
    return { ...model, lambda: lambda ?? at(run.models, index).lambda };
  });
  const kept = run.kept ?? KEPT;
  const checkpoints = kept.checkpoints.filter((step) => step <= past.step);
  return {
    ...run,
    models,
    settings,
    asked: settings,
    changes,
    moved,
    step: past.step,
    samples: past.step * settings.training.train_batch_size_samples,
    seconds: past.seconds,
    error: run.status === 'preparing' ? null : run.error,
    kept: { ...kept, step: past.step, checkpoints, read: true },
    revision: run.revision + 1,
  };
}

/** The run after an event about it. Events of other kinds leave it as it is. */
export function applyEvent(run: Run, event: EngineEvent): Run {
  switch (event.kind) {
    case 'started':
      return {
        ...run,
        config: event.config,
        settings: event.config,
        totalSteps: event.totalSteps,
        estimate: event.estimate,
        statistics: event.statistics,
        models: run.models.map((model) => ({
          ...model,
          lambda: event.lambdas[model.index] ?? null,
        })),
      };
    case 'status':
      return { ...run, status: event.status, step: event.step, preparing: null };
    case 'preparing':
      return { ...run, preparing: { stage: event.stage, fraction: event.fraction } };
    case 'progress':
      return {
        ...run,
        preparing: null,
        step: event.step,
        samples: event.samples,
        seconds: event.seconds,
        samplesPerSecond: event.samplesPerSecond,
        feeding: event.feeding ?? null,
      };
    case 'metrics':
      for (const record of event.records) {
        const { before, metrics } = at(run.models, record.model);
        metrics.append(countedOn(before, record));
      }
      return { ...run, revision: run.revision + 1 };
    case 'shapes':
      return {
        ...run,
        revision: run.revision + 1,
        models: event.probes.reduce((models, probe) => withShapes(run, models, probe), run.models),
      };
    case 'labels':
      return {
        ...run,
        revision: run.revision + 1,
        models: run.models.map((model) => ({
          ...model,
          labels: event.probes.findLast((probe) => probe.model === model.index) ?? model.labels,
        })),
      };
    case 'settings_changed':
      return withChanges(run, event.changes, event.config);
    case 'moved':
      return { ...run, moved: [...run.moved, ...event.made] };
    case 'kept':
      return {
        ...run,
        kept: {
          ...(run.kept ?? KEPT),
          step: event.step,
          checkpoints: event.checkpoints,
          ...(event.data === undefined ? {} : { data: event.data }),
        },
      };
    case 'reopened':
      return withPast(run, event.past, event.settings);
    case 'failed':
      return { ...run, status: 'failed', preparing: null, error: event.error };
    default:
      return run;
  }
}

function withShapes(run: Run, models: readonly RunModel[], probe: ShapeProbe): readonly RunModel[] {
  const { before } = at(run.models, probe.model);
  const samples = before.samples + probe.step * run.config.training.train_batch_size_samples;
  // A shape that is not reconstructed yet has no units to count.
  const units = probe.shapes.map((shape) => shape.units90).filter((count) => count > 0);
  at(models, probe.model).shapeHistory.append(samples, units);
  return models.map((model) => (model.index === probe.model ? { ...model, shapes: probe } : model));
}

function withChanges(run: Run, changes: readonly SettingChange[], settings: RunConfig): Run {
  const models = run.models.map((model) => {
    const lambda = changes.findLast((change) => change.model === model.index)?.lambda;
    return {
      ...model,
      ...shapeOf(at(settings.models, model.index)),
      lambda: lambda === undefined ? model.lambda : lambda,
    };
  });
  return { ...run, models, settings, changes: [...run.changes, ...changes] };
}
