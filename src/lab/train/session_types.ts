/**
 * What a training session offers to whoever drives it, the worker and the command line: session.ts implements it.
 * Nothing here says how a step is made, where metrics are shown or where a checkpoint is kept.
 */
import type { Dictionary } from '../../analysis/types';
import type { ActivationSource } from '../../data/source';
import type { RunModels } from '../encode/kept_models';
import type { ParameterArrays } from '../encode/weights';
import type { DataStatistics, Feeding, MetricRecord, RunEstimate } from '../protocol/protocol';
import type { RunConfig } from '../run/run_config';
import type { RunMove } from '../run/run_moves';

/**
 * Everything that training one model carries from step to step. A session started from the states of
 * another one continues it bit for bit on the same adapter.
 */
export interface ModelState {
  /** Steps taken. */
  readonly step: number;
  /** Weights as trained: in units of the scaled input c·x, nothing folded. */
  readonly weights: Dictionary;
  /** Adam's first and second moments. */
  readonly firstMoment: ParameterArrays;
  readonly secondMoment: ParameterArrays;
  /** [K], tokens seen since the group was last selected (its age), as the engine counts them. */
  readonly tokensSinceFired: Uint32Array;
  /** c of `expected_average_only_in`; 1 for the other normalisations. */
  readonly inputScale: number;
  /** λ in absolute units, null for models without a nuclear penalty. */
  readonly lambda: number | null;
  readonly moved: MovesDone;
}

/** What was moved between the groups of a model so far. A state after some steps is from before the moves that follow them. */
export interface MovesDone {
  /** Points of the run that it had, which are not had again when the run is made longer. */
  readonly points: number;
  /** Moves made at them. */
  readonly made: number;
}

/** Of a model that was never moved. */
export const NOTHING_MOVED: MovesDone = { points: 0, made: 0 };

/** What one model starts from instead of a fresh initialisation. */
export type StartingPoint =
  /** Weights of a finished model in raw input units (a SAELens folder); moments start at zero. */
  | { readonly kind: 'weights'; readonly weights: Dictionary }
  /** The state of an interrupted run: same run, same step. All models of a run resume together. */
  | { readonly kind: 'state'; readonly state: ModelState };

export interface SessionOptions {
  readonly device: GPUDevice;
  readonly config: RunConfig;
  readonly source: ActivationSource;
  /** One per model of the run; absent or undefined: initialised from the run's seed. */
  readonly initial?: readonly (StartingPoint | undefined)[];
}

/** Told while a session runs, between submits, never from inside a step. */
export interface RunHooks {
  onMetrics?(records: readonly MetricRecord[]): void;
  /** Told of a point of moves when it is done; of none, too. */
  onMoves?(made: readonly RunMove[]): void;
  onProgress?(progress: RunProgress): void;
  /** Asked between submits; true ends the call after the current one. */
  shouldStop?(): boolean;
}

export interface RunProgress {
  readonly step: number;
  readonly samples: number;
  /** Seconds of training in this session. */
  readonly seconds: number;
  /** Rows per second lately; null while there were too few steps to say. */
  readonly samplesPerSecond: number | null;
  /** For data that are made while training goes on. */
  readonly feeding?: Feeding;
}

/** A run in progress: several models on one stream of batches, with all their buffers. */
export interface Session extends RunModels {
  readonly totalSteps: number;
  readonly statistics: DataStatistics;
  readonly estimate: RunEstimate;
  /**
   * Takes up to `steps` steps, never beyond `totalSteps`. Throws LabError `not_finite` when a loss is
   * NaN or infinite (it names model, loss and step; the last good weights stay readable) and
   * `device_lost`.
   */
  run(steps: number, hooks?: RunHooks): Promise<void>;
  state(model: number): Promise<ModelState>;
}
