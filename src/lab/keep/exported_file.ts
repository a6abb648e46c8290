/**
 * What of a run a person takes home as a file: the folder of a model as a .zip, or what was logged for it. Knows
 * neither the page nor how a run goes.
 */
import { describeError, LabError } from '../../base/lab_error';
import type { Work } from '../../base/work';
import { zipFolder } from '../../io/archive';
import type { FileSet } from '../../io/whole_files';
import { metricsToCsv, metricsToJsonl } from '../../io/metrics_text';
import { displayName } from '../../sae/config';
import type { ExportedFile, ExportFormat, MetricRecord } from '../protocol/protocol';
import {
  folderOfRun,
  type Account,
  type EvaluatedModel,
  type EvaluatedRun,
} from './run_evaluations';
import type { RunConfig } from '../run/run_config';
import {
  metricsSince,
  NEVER_TRAINED,
  type RunChange,
  type TrainedBefore,
} from '../run/run_history';

/** A file for the person, before its bytes move to the page. */
export interface WrittenFile extends Omit<ExportedFile, 'bytes'> {
  readonly bytes: Uint8Array;
}

/** What is asked of a run. */
export interface ExportedRun extends Pick<EvaluatedRun, 'step' | 'source' | 'modelConfig'> {
  /** Its settings as they are now. */
  readonly settings: RunConfig;
  readonly records: readonly MetricRecord[];
  readonly changes: readonly RunChange[];
  /** By model. */
  readonly before: readonly TrainedBefore[];
  evaluate(model: number, work: Work): Promise<EvaluatedModel>;
}

/** More files for the folder of a model at a step, given those that it has. */
export type FilesBeside = (files: FileSet, step: number) => Promise<FileSet>;

export const NOTHING_BESIDE: FilesBeside = () => Promise.resolve({});

/** How the weights of a model came to be as they were at `step`; what came after it is no part of their account. */
export function accountOf(
  { settings, before, changes, records }: Omit<ExportedRun, 'evaluate'>,
  model: number,
  step: number,
): Account {
  return {
    settings,
    before: before[model] ?? NEVER_TRAINED,
    changes: changes.filter((change) => change.step <= step),
    records: records.filter((record) => record.model === model && record.step <= step),
  };
}

/** A file with a model's weights and what is `beside` them, or its metrics. Throws LabError `cancelled`. */
export async function exportFile(
  run: ExportedRun,
  model: number,
  format: ExportFormat,
  work: Work,
  beside: FilesBeside = NOTHING_BESIDE,
): Promise<WrittenFile> {
  const before = run.before[model] ?? NEVER_TRAINED;
  const name = displayName(run.modelConfig(model));
  const stemAt = (step: number) =>
    `${name} ${run.source.label} step ${before.steps + step}`.replace(/[^A-Za-z0-9]+/g, '-');
  if (format === 'saelens_folder') {
    const evaluated = await run.evaluate(model, work);
    const { step, report } = evaluated;
    const files = folderOfRun(model, evaluated, accountOf(run, model, step));
    const stem = stemAt(step);
    const bytes = zipFolder(stem, { ...files, ...(await beside(files, before.steps + step)) });
    const failed = report instanceof LabError ? { withoutReport: describeError(report) } : {};
    return { filename: `${stem}.zip`, mimeType: 'application/zip', bytes, step, ...failed };
  }
  const { step } = run;
  const named = metricsSince(before, accountOf(run, model, step).records).map((record) => ({
    ...record,
    modelName: name,
  }));
  const table = format === 'metrics_csv';
  return {
    filename: `${stemAt(step)}.${table ? 'csv' : 'jsonl'}`,
    mimeType: table ? 'text/csv' : 'application/x-ndjson',
    bytes: new TextEncoder().encode(table ? metricsToCsv(named) : metricsToJsonl(named)),
    step,
  };
}
