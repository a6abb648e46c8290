/**
 * What the page and the engine's worker say to each other: two discriminated unions. The page never
 * touches the GPU, the worker never touches the page. Every message about a run carries its id; questions that
 * have one answer are rows of one table (requests.ts) and travel in the same few messages.
 */
import type { Dictionary } from '../../analysis/types';
import type { LabErrorData } from '../../base/lab_error';
import type { DataIdentity } from '../run/data_identity';
import type { LiveSettings, SettingChange } from '../run/live_settings';
import type { RunConfig, RunInput } from '../run/run_config';
import type { TrainedBefore } from '../run/run_history';
import type { RunMove } from '../run/run_moves';
import type { AdapterReport } from './adapter_report';
import type { Download } from './lm_protocol';
import type { RunPast } from './kept_protocol';
import type { RequestCommand, RequestEvent } from './requests';
import type { RunEstimate } from './run_answers';
import type {
  DataStatistics,
  Feeding,
  LabelProbe,
  MetricRecord,
  RunStatus,
  ShapeProbe,
} from './run_events';

export type * from './adapter_report';
export type * from './data_files_protocol';
export type * from './kept_protocol';
export type * from './moves_protocol';
export type * from './run_answers';
export type * from './run_events';
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

export type Command =
  | RequestCommand
  | {
      readonly kind: 'connect';
      /** Address of the page, below which its data files are. */
      readonly base: string;
    }
  | {
      readonly kind: 'start';
      readonly runId: string;
      /** What the person calls it; its id when absent. */
      readonly name?: string;
      readonly config: RunInput;
      /** The file that the data name. */
      readonly file?: Blob;
      /** Weights that each model starts from instead of a fresh initialisation, in raw input units. */
      readonly weights?: readonly Dictionary[];
      /** What those weights had behind them, by model. */
      readonly before?: readonly TrainedBefore[];
      /** Start paused (the page's first picture, and Step). */
      readonly paused?: boolean;
    }
  | {
      /** Goes on with a kept run from its latest checkpoint. */
      readonly kind: 'reopen';
      readonly runId: string;
      /** Rests paused there. */
      readonly paused?: boolean;
      /** Settings as they were last: what was changed since the checkpoint is changed again. */
      readonly settings?: RunConfig;
      /** Samples of the whole run from now on, more than it was to see; the schedules are those of a run of so many. */
      readonly samples?: number;
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
    };

export type Event =
  | RequestEvent
  | Download
  /** The worker holds a Web Lock of that name as long as it lives: its end is heard of by who waits for the lock. */
  | { readonly kind: 'alive'; readonly lock: string }
  | { readonly kind: 'connected'; readonly adapter: AdapterReport }
  | { readonly kind: 'unavailable'; readonly error: LabErrorData }
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
  /** What was moved between groups after the latest step. */
  | { readonly kind: 'moved'; readonly runId: string; readonly made: readonly RunMove[] }
  /** A kept run is in memory again: its settings are these, its past is that of its checkpoint. */
  | {
      readonly kind: 'reopened';
      readonly runId: string;
      readonly settings: RunConfig;
      readonly past: RunPast;
      /** The step that it was kept at; later than its checkpoint where what was written there cannot be read. */
      readonly promised: number;
    }
  /** A checkpoint of the run lies in this browser, beside those of the other steps; `data` are the files that it needs, when it begins to be kept. */
  | {
      readonly kind: 'kept';
      readonly runId: string;
      readonly step: number;
      readonly data?: DataIdentity | null;
      /** Steps of all, rising. */
      readonly checkpoints: readonly number[];
    }
  /** Another tab has changed something about the runs that are kept. */
  | { readonly kind: 'kept_changed' }
  /** Said once a run, or once a visit where nothing can be kept at all: the run goes on and is lost with the page. */
  | { readonly kind: 'not_kept'; readonly runId: string; readonly error: LabErrorData }
  /** A command could not be carried out; its run is as it was. */
  | {
      readonly kind: 'command_failed';
      readonly runId: string;
      readonly command: Command['kind'];
      readonly error: LabErrorData;
    }
  /** The run has ended by an error: it takes no more steps. */
  | { readonly kind: 'failed'; readonly runId: string; readonly error: LabErrorData }
  /** Said once a loss, when it is known what becomes of the runs that were going on. */
  | {
      readonly kind: 'device_lost';
      readonly error: LabErrorData;
      readonly fates: readonly RunFate[];
    };

/** What becomes of a run that was going on when its device was lost. */
export interface RunFate {
  readonly runId: string;
  /** Step at which it stood. */
  readonly at: number;
  /** Step of its latest checkpoint; null for one that had not begun and is prepared again. */
  readonly from: number | null;
  /** `ended`: nothing is kept of its weights. `waits`: it can be gone on with, but does not by itself. */
  readonly outcome: 'goes_on' | 'stays_paused' | 'waits' | 'ended';
  /** Why it does not go on; null when it does. */
  readonly error: LabErrorData | null;
}
