/**
 * What the page and the engine's worker say to each other: two discriminated unions. The page never
 * touches the GPU, the worker never touches the page. Every message about a run carries its id; every
 * request that expects one answer carries a request id.
 */
import type { Dictionary } from '../../analysis/types';
import type { LabErrorData } from '../../base/lab_error';
import type { Diagnosis } from '../../analysis/report_types';
import type { DataDescribed, DescribeData } from './data_protocol';
import type { QualityReport } from './model_report';
import type { AnalysedSplit, GroupCard, GroupsAnswer } from './groups_protocol';
import type { LmCommand, LmEvent } from './lm_protocol';
import type { LiveSettings, SettingChange } from '../run/live_settings';
import type { RunConfig, RunInput } from '../run/run_config';
import type { TrainedBefore } from '../run/run_history';

export type {
  AnalysedSplit,
  CardText,
  CardTruth,
  GroupCard,
  GroupsAnswer,
  LabelledFirings,
  LabelledGroupRow,
  SpanUnits,
} from './groups_protocol';

/** The adapter as a person sees it, with what decides whether a model fits. */
export interface AdapterReport {
  /** "Apple M2 Pro", "SwiftShader (software)". */
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  readonly software: boolean;
  readonly features: readonly string[];
  /** Bytes. */
  readonly maxBufferSize: number;
  readonly maxStorageBufferBindingSize: number;
  /** True when only WebGPU's default limits were granted. */
  readonly defaultLimitsOnly: boolean;
}

/** One row of the memory table. */
export interface MemoryRow {
  readonly buffer: string;
  readonly shape: string;
  readonly bytes: number;
  readonly owner: string;
}

/** What a run would need, known before anything is allocated. */
export interface RunEstimate {
  readonly bytes: number;
  readonly rows: readonly MemoryRow[];
  /** Bytes of the largest single buffer, against maxStorageBufferBindingSize. */
  readonly largestBuffer: number;
  readonly fits: boolean;
  /** Sentences: s·r ≥ d, batch too large, does not fit … */
  readonly warnings: readonly string[];
  /** Dense encoder FLOP of one step over all models. */
  readonly flopPerStep: number;
  /** Columns of the model (N) by model. */
  readonly parameters: readonly number[];
}

/** Data statistics measured at the start of a run, in raw units. */
export interface DataStatistics {
  readonly width: number;
  /** E‖x‖² after centring. */
  readonly power: number;
  /** Mean ‖x‖. */
  readonly meanNorm: number;
  readonly sampledRows: number;
}

/** How the making of data keeps up with training, counted from the start of this session. */
export interface Feeding {
  /** Share of the shuffle buffer that has been filled; training begins at 1. */
  readonly filled: number;
  /** Rows made so far. */
  readonly rowsMade: number;
  /** Seconds of the GPU's time: making rows, moving them into the shuffle buffer, training. */
  readonly sourceSeconds: number;
  readonly shuffleSeconds: number;
  readonly trainingSeconds: number;
}

/** Metrics of one model at one logged step, under the names of docs/method/metrics.md. */
export type MetricValues = Readonly<Record<string, number>>;

export interface MetricRecord {
  readonly model: number;
  readonly step: number;
  readonly samples: number;
  /** Seconds of training so far. */
  readonly seconds: number;
  readonly values: MetricValues;
  /** Counts of live groups by weight rank90: index 0 is rank 1. */
  readonly rankHistogram: readonly number[];
}

/** State of one model on a fixed probe set, for the shape view. Sent every second or so. */
export interface ShapeProbe {
  readonly model: number;
  readonly step: number;
  /** Rows that were looked at, none of them trained on; a recording does not say. */
  readonly rows?: number | undefined;
  /** One per true feature shown. */
  readonly shapes: readonly ShapeState[];
}

export interface ShapeState {
  readonly name: string;
  readonly dimension: number;
  /** [points, 3] coordinates in the feature's frame (padded with zeros, cut at 3). */
  readonly points: Float32Array;
  /** [points] strongest unit, 0xffffffff for none. */
  readonly owners: Uint32Array;
  /** Units that carry 90 % of the feature's energy. */
  readonly units90: number;
  /** Units that carry 99 %. */
  readonly units99: number;
  /** Share of the feature's energy reconstructed inside its own subspace. */
  readonly reconstruction: number;
  /** Share of the energy carried by the strongest unit. */
  readonly topShare: number;
  /** rank90 of the strongest unit's map. */
  readonly topRank90: number;
}

/** For data whose rows have labels: what the strongest groups hold so far. */
export interface LabelProbe {
  readonly model: number;
  readonly step: number;
  /** Rows that were looked at: the first of the data, of text those that are never trained on. */
  readonly rows: number;
  readonly groups: readonly {
    readonly group: number;
    readonly frequency: number;
    readonly rank90: number;
    readonly labels: readonly string[];
  }[];
}

export interface DiagnoseAnswer {
  readonly model: number;
  readonly step: number;
  readonly diagnosis: Diagnosis;
  readonly featureNames: readonly string[];
  readonly analysedRows: number;
  readonly split: AnalysedSplit;
}

/** The final evaluation of a model, with the step of the weights. */
export interface EvaluateAnswer {
  readonly model: number;
  readonly step: number;
  readonly report: QualityReport;
}

export type ExportFormat = 'saelens_folder' | 'metrics_jsonl' | 'metrics_csv';

export type Command =
  | LmCommand
  | DescribeData
  | {
      readonly kind: 'connect';
      /** Address of the page, below which its data files are. */
      readonly base: string;
    }
  | { readonly kind: 'estimate'; readonly requestId: number; readonly config: RunInput }
  | {
      readonly kind: 'start';
      readonly runId: string;
      readonly config: RunInput;
      /** Contents of a dropped .npy for data kind `npy`. */
      readonly file?: ArrayBuffer;
      /** Weights that each model starts from instead of a fresh initialisation, in raw input units. */
      readonly weights?: readonly Dictionary[];
      /** What those weights had behind them, by model. */
      readonly before?: readonly TrainedBefore[];
      /** Start paused (the page's first picture, and Step). */
      readonly paused?: boolean;
    }
  | { readonly kind: 'pause'; readonly runId: string }
  | { readonly kind: 'resume'; readonly runId: string }
  | { readonly kind: 'step'; readonly runId: string }
  | { readonly kind: 'stop'; readonly runId: string }
  /** Frees what a run holds; one that is still being prepared is given up and never starts. */
  | { readonly kind: 'forget'; readonly runId: string }
  | {
      readonly kind: 'set_hyperparameters';
      readonly runId: string;
      readonly settings: LiveSettings;
    }
  | {
      readonly kind: 'preview';
      readonly requestId: number;
      readonly config: RunInput;
      readonly file?: ArrayBuffer;
    }
  | {
      readonly kind: 'groups';
      readonly requestId: number;
      readonly runId: string;
      readonly model: number;
    }
  | {
      readonly kind: 'group_card';
      readonly requestId: number;
      readonly runId: string;
      readonly model: number;
      readonly group: number;
    }
  | {
      readonly kind: 'diagnose';
      readonly requestId: number;
      readonly runId: string;
      readonly model: number;
    }
  /** The final evaluation on held-out rows, of the weights as they are now; answered by `evaluated`. */
  | {
      readonly kind: 'evaluate';
      readonly requestId: number;
      readonly runId: string;
      readonly model: number;
    }
  | {
      readonly kind: 'export';
      readonly requestId: number;
      readonly runId: string;
      readonly model: number;
      readonly format: ExportFormat;
    }
  | { readonly kind: 'cancel'; readonly requestId: number };

/** The untrained data as the first picture shows it. */
export interface Preview {
  readonly label: string;
  readonly description: string;
  readonly statistics: DataStatistics;
  /** Points of the shown shapes with no owner, for synthetic data. */
  readonly shapes: readonly ShapeState[];
  /** Rows in which those points are. */
  readonly shapeRows: number;
  /** First labels, for labelled data. */
  readonly labels: readonly string[];
}

export type RunStatus = 'preparing' | 'running' | 'paused' | 'finished' | 'stopped' | 'failed';

export type Event =
  | LmEvent
  | DataDescribed
  | { readonly kind: 'connected'; readonly adapter: AdapterReport }
  | { readonly kind: 'unavailable'; readonly error: LabErrorData }
  | { readonly kind: 'estimated'; readonly requestId: number; readonly estimate: RunEstimate }
  | { readonly kind: 'previewed'; readonly requestId: number; readonly preview: Preview }
  | {
      readonly kind: 'started';
      readonly runId: string;
      readonly config: RunConfig;
      readonly totalSteps: number;
      readonly estimate: RunEstimate;
      readonly statistics: DataStatistics;
      /** λ of each model in absolute units, null where there is none. */
      readonly lambdas: readonly (number | null)[];
    }
  | {
      readonly kind: 'status';
      readonly runId: string;
      readonly status: RunStatus;
      readonly step: number;
    }
  /** What is done before the first step: loading a language model, reading the first rows, compiling. */
  | {
      readonly kind: 'preparing';
      readonly runId: string;
      readonly stage: string;
      /** Share of this stage, 0 to 1. */
      readonly fraction: number;
    }
  | {
      readonly kind: 'progress';
      readonly runId: string;
      readonly step: number;
      readonly samples: number;
      /** Seconds of training so far. */
      readonly seconds: number;
      /** Rows per second lately; null while there were too few steps to say. */
      readonly samplesPerSecond: number | null;
      /** For data that are made while training goes on (a language model's). */
      readonly feeding?: Feeding;
    }
  | { readonly kind: 'metrics'; readonly runId: string; readonly records: readonly MetricRecord[] }
  | { readonly kind: 'shapes'; readonly runId: string; readonly probes: readonly ShapeProbe[] }
  | { readonly kind: 'labels'; readonly runId: string; readonly probes: readonly LabelProbe[] }
  | {
      readonly kind: 'settings_changed';
      readonly runId: string;
      readonly changes: readonly SettingChange[];
      /** The run's settings from then on. */
      readonly config: RunConfig;
    }
  | {
      readonly kind: 'analysis_progress';
      readonly requestId: number;
      readonly fraction: number;
      readonly stage: string;
    }
  | {
      readonly kind: 'groups';
      readonly requestId: number;
      readonly runId: string;
      readonly answer: GroupsAnswer;
    }
  | {
      readonly kind: 'group_card';
      readonly requestId: number;
      readonly runId: string;
      readonly model: number;
      readonly card: GroupCard;
    }
  | {
      readonly kind: 'diagnosed';
      readonly requestId: number;
      readonly runId: string;
      readonly answer: DiagnoseAnswer;
    }
  | {
      readonly kind: 'evaluated';
      readonly requestId: number;
      readonly runId: string;
      readonly answer: EvaluateAnswer;
    }
  | {
      readonly kind: 'exported';
      readonly requestId: number;
      readonly runId: string;
      /** Steps of the run that the file knows of. */
      readonly step: number;
      readonly filename: string;
      readonly mimeType: string;
      readonly bytes: ArrayBuffer;
      /** Why a model's folder has no report.json; absent where it has one, and for metrics. */
      readonly withoutReport?: LabErrorData;
    }
  | { readonly kind: 'request_failed'; readonly requestId: number; readonly error: LabErrorData }
  /** A command could not be carried out; its run is as it was. */
  | {
      readonly kind: 'command_failed';
      readonly runId: string;
      readonly command: Command['kind'];
      readonly error: LabErrorData;
    }
  /** The run has ended by an error: it takes no more steps. */
  | { readonly kind: 'failed'; readonly runId: string; readonly error: LabErrorData }
  | {
      readonly kind: 'device_lost';
      readonly error: LabErrorData;
      readonly lostRuns: readonly string[];
    };
