/**
 * What the engine answers about a run: what it would need, how its data look, what its models are worth, and a file
 * of them. Part of the protocol (protocol.ts passes these types on); what each is the answer to says requests.ts.
 */
import type { Diagnosis } from '../../analysis/report_types';
import type { LabErrorData } from '../../base/lab_error';
import type { AnalysedSplit } from './groups_protocol';
import type { QualityReport } from './model_report';
import type { DataStatistics, ShapeState } from './run_events';

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

/** A file that the engine wrote, ready to be saved. */
export interface ExportedFile {
  /** Steps of the run that it knows of. */
  readonly step: number;
  readonly filename: string;
  readonly mimeType: string;
  readonly bytes: ArrayBuffer;
  /** Why a model's folder has no report.json; absent where it has one, and for metrics. */
  readonly withoutReport?: LabErrorData;
}
