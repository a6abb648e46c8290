/**
 * What the engine says of the runs that this browser keeps. Part of the protocol; what is the answer to what, says
 * requests.ts.
 */
import type { LabErrorData } from '../../base/lab_error';
import type { DataIdentity } from '../run/data_identity';
import type { ModelAnnotations } from '../run/annotations';
import type { RunConfig } from '../run/run_config';
import type { RunChange, TrainedBefore } from '../run/run_history';
import type { QualityReport } from './model_report';
import type { MetricRecord, MetricValues, RunStatus } from './run_events';

/** Milliseconds for which a deleted run can be had back. */
export const UNDO_MS = 60_000;

/** What the person says of a run. */
export interface SaidOfRun {
  readonly starred: boolean;
  readonly tags: readonly string[];
  readonly note: string;
}

/** A kept run, as the list shows it: nothing of it is in memory. */
export interface ListedRun {
  readonly id: string;
  readonly name: string;
  /** The run as it began, and with its settings as they are now. */
  readonly config: RunConfig;
  readonly settings: RunConfig;
  /** Where it stood; one that was going on when its tab went away is `stopped`. */
  readonly status: RunStatus;
  readonly error: LabErrorData | null;
  /** Steps of its latest checkpoint. */
  readonly step: number;
  /** Steps of all, rising. */
  readonly checkpoints: readonly number[];
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly seconds: number;
  readonly bytes: number;
  /** It began with weights that were trained before. */
  readonly opened: boolean;
  /** The person's own files that it was trained on; null where its data open by themselves. */
  readonly data: DataIdentity | null;
  /** What the evaluation of each model at that step found; null where it has none, or its folder has to be asked. */
  readonly results: readonly (QualityReport | null)[] | null;
  /** The latest metrics of each model; null where its folder has to be asked. */
  readonly logged: readonly MetricValues[] | null;
  readonly about: SaidOfRun;
  /** Another tab is training it. */
  readonly elsewhere: boolean;
}

/** What becomes of annotations that came with opened weights. */
export interface AttachedAnnotations {
  readonly annotations: ModelAnnotations;
  /** Units of which this browser knew something already. */
  readonly found: number;
  /** Why the file that came with the weights could not be read; null where it could, or there was none. */
  readonly unread: LabErrorData | null;
}

export interface KeptList {
  /** Oldest first. */
  readonly runs: readonly ListedRun[];
  /** Ids of runs that were deleted, here or in another tab, and can still be had back. */
  readonly deleted: readonly string[];
  /** Bytes that may still be written; null when nobody knows. */
  readonly available: number | null;
}

/** What was logged of a kept run until its latest checkpoint, and what its evaluation found. */
export interface RunPast {
  readonly step: number;
  /** Seconds of training until then. */
  readonly seconds: number;
  readonly records: readonly MetricRecord[];
  readonly changes: readonly RunChange[];
  /** What the weights of each model had behind them when the run began with them; null for fresh ones. */
  readonly before: readonly TrainedBefore[] | null;
  /** By model; null where there is none of that step. */
  readonly reports: readonly (QualityReport | null)[];
}

/** Which checkpoints of a run go out with it. */
export type WhichCheckpoints = 'latest' | 'all';

/** What a .zip of kept runs would have, about and rather more. */
export interface ExportSize {
  readonly runs: number;
  /** With the latest checkpoint of each. */
  readonly bytes: number;
  /** Checkpoints before the latest, and the bytes that they would add. */
  readonly older: number;
  readonly olderBytes: number;
}

/** Kept runs to be written as one .zip. */
export interface RunsToExport {
  /** Null for all. */
  readonly runIds: readonly string[] | null;
  readonly checkpoints: WhichCheckpoints;
  /** The file to write to; null to have it handed back. */
  readonly to: FileSystemFileHandle | null;
}

export interface ExportedRuns {
  readonly runs: number;
  readonly bytes: number;
  /** The .zip; null where it was written to a file. */
  readonly file: Blob | null;
}

/** What became of a folder that was to be imported; `from` is its name. */
export type ImportedRun =
  | {
      readonly from: string;
      /** `here` for a run that this browser keeps already, at the same state. */
      readonly outcome: 'imported' | 'here';
      readonly runId: string;
      readonly name: string;
    }
  | { readonly from: string; readonly outcome: 'refused'; readonly error: LabErrorData };

/** A file with its path in the folder that it was chosen or dropped with. */
export interface PlacedFile {
  readonly path: string;
  readonly file: File;
}
