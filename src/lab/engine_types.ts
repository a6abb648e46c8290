/**
 * What the engine offers to whoever drives a run: the worker and the command line program against
 * these types, `session.ts`, `encoder.ts` and `evaluate.ts` implement them. Nothing here says how a
 * step is made, where metrics are shown or where a checkpoint is kept.
 *
 *   createSession(options: SessionOptions): Promise<Session>
 *   createEncoder(options: EncoderOptions): Promise<Encoder>
 *   evaluateModel(model: TrainedModel, source: ActivationSource, options: EvaluationOptions): Promise<ModelReport>
 */
import type { CodeTable, Dictionary } from '../analysis/types';
import type { ActivationSource, Split } from '../data/source';
import type { Architecture, ModelConfig } from '../sae/config';
import type { NotDefined } from './not_defined';
import type { DataStatistics, Feeding, MetricRecord, RunEstimate } from './protocol';
import type { RunConfig } from './run_config';

/** One number per parameter, in the layouts of Dictionary. */
export type ParameterArrays = Pick<
  Dictionary,
  'encoder' | 'decoder' | 'encoderBias' | 'decoderBias'
>;

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
}

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

/** Told while a session runs; both are called between submits, never from inside a step. */
export interface RunHooks {
  onMetrics?(records: readonly MetricRecord[]): void;
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
export interface Session {
  /** Steps taken so far, including those of the states it was started from. */
  readonly step: number;
  readonly totalSteps: number;
  /** λ of each model in absolute units, null where there is none. */
  readonly lambdas: readonly (number | null)[];
  /** c of each model, see ModelState. */
  readonly inputScales: readonly number[];
  readonly statistics: DataStatistics;
  readonly estimate: RunEstimate;
  /**
   * Takes up to `steps` steps, never beyond `totalSteps`. Throws LabError `not_finite` when a loss is
   * NaN or infinite (it names model, loss and step; the last good weights stay readable) and
   * `device_lost`.
   */
  run(steps: number, hooks?: RunHooks): Promise<void>;
  /** Weights in raw input units (the input scale is folded in; codes are unchanged by that). */
  weights(model: number): Promise<Dictionary>;
  state(model: number): Promise<ModelState>;
  encode(
    model: number,
    x: Float32Array,
    rows: number,
    onProgress?: EncodeProgress,
  ): Promise<Encoded>;
  destroy(): void;
}

/** Called with the share of rows done, 0 to 1. */
export type EncodeProgress = (fraction: number) => void;

/** What a model says about some rows. */
export interface Encoded {
  readonly codes: CodeTable;
  /** [rows], ‖x − x̂‖² in raw units. */
  readonly squaredError: Float32Array;
}

export interface EncoderOptions {
  readonly device: GPUDevice;
  /** `normalize_activations` must not be `expected_average_only_in`: a folder has it folded in. */
  readonly config: ModelConfig;
  /** In raw input units. */
  readonly dictionary: Dictionary;
}

/** A trained model that only encodes: for evaluation of a folder. */
export interface Encoder {
  /** Encodes rows x [rows, d] in raw units. */
  encode(x: Float32Array, rows: number, onProgress?: EncodeProgress): Promise<Encoded>;
  destroy(): void;
}

/** A model under evaluation, from a session or from a folder. */
export interface TrainedModel {
  readonly config: ModelConfig;
  /** In raw input units. */
  readonly weights: Dictionary;
  encode(x: Float32Array, rows: number, onProgress?: EncodeProgress): Promise<Encoded>;
}

export interface EvaluationOptions {
  readonly split: Split;
  /** Most rows to read; a finite split may hold fewer. */
  readonly rows: number;
  readonly onProgress?: EncodeProgress;
  /** Aborted when the evaluation is not wanted any more; it ends with LabError `cancelled` then. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Final evaluation of one model: report.json and what `lab eval` prints, so its keys are for people and
 * programs outside. Names and definitions: docs/method.md §5 and §6.
 */
export interface ModelReport extends NotDefined {
  readonly name: string;
  readonly architecture: Architecture;
  /** Rows evaluated, and which. */
  readonly rows: number;
  readonly split: Split;
  /** Null, with the reason in `not_defined`, for rows without variance. */
  readonly explained_variance: number | null;
  readonly explained_variance_legacy: number | null;
  /** Sum over d, mean over rows. */
  readonly mse: number;
  readonly l0: number;
  readonly groups_per_token: number;
  /** Groups (columns) that never fired on the evaluated rows. */
  readonly dead_groups: number;
  readonly dead_features: number;
  /** Share of groups that fired at least once. */
  readonly group_coverage: number;
  /** Means over live groups of the rank of the map D_kᵀE_k. */
  readonly mean_stable_rank: number;
  readonly mean_rank90: number;
  /** For synthetic data only. */
  readonly recovery?: RecoveryReport;
}

/** What the page says of a model's held-out quality. */
export type QualityReport = Pick<
  ModelReport,
  'rows' | 'split' | 'explained_variance' | 'mse' | 'l0' | 'dead_groups'
>;

/** What became of the known features. */
export interface RecoveryReport {
  /** Over all features, and over those with d_i ≥ 2 (null when there are none). */
  readonly mean_capture: number;
  readonly mean_capture_multi_dimensional: number | null;
  /** The same by each feature's best group, which several features may share. */
  readonly mean_best_capture_multi_dimensional: number | null;
  /** Mean |rank90 − d_i| of the matched groups; null when none is matched. */
  readonly mean_rank_error: number | null;
  readonly mean_rank_error_multi_dimensional: number | null;
  readonly features: readonly FeatureReport[];
}

export interface FeatureReport {
  readonly name: string;
  readonly kind: string;
  readonly dimension: number;
  /** Units that carry 90 % and 99 % of the feature's energy. */
  readonly units90: number | null;
  readonly units99: number | null;
  /** Share of the energy carried by the strongest unit. */
  readonly top_share: number;
  /** Share of the feature's energy reconstructed inside its own subspace. */
  readonly reconstruction: number;
  /** Group matched to the feature, null when none is left for it. */
  readonly matched_group: number | null;
  readonly capture: number;
  /** Group of the highest contribution R², matched to this feature or to another, and its capture. */
  readonly best_group: number | null;
  readonly best_capture: number;
  readonly r2: number;
  /** rank90 of the matched group's map; null when unmatched. */
  readonly rank90: number | null;
}
