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
import type { Evaluation } from './evaluated_folder';
import type { ExportedFile, ExportFormat, MetricRecord } from '../protocol/protocol';
import {
  folderOfRun,
  type Account,
  type EvaluatedModel,
  type EvaluatedRun,
} from './run_evaluations';
import type { RunConfig } from '../run/run_config';
import type { RunMove } from '../run/run_moves';
import {
  isBehind,
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
    changes: changes.filter((change) => isBehind(change, step)),
    records: records.filter((record) => record.model === model && record.step <= step),
  };
}

/** What became of a model by moves that no training followed. */
export interface MovedModel extends Omit<EvaluatedModel, keyof Evaluation> {
  readonly frequency: Float32Array;
  readonly made: readonly RunMove[];
}

/** The folder of a model that was moved, with the moves in its account and without an evaluation. */
export function movedFolder(
  run: Omit<ExportedRun, 'evaluate'>,
  model: number,
  { made, ...moved }: MovedModel,
): WrittenFile {
  const { step } = moved;
  const account = accountOf(run, model, step);
  const report = new LabError(
    'not_found',
    'These weights were moved and not evaluated since.',
    'Evaluate them.',
  );
  const files = folderOfRun(
    model,
    { ...moved, report },
    { ...account, changes: [...account.changes, ...made] },
  );
  const stem = `${stemOf(run, model, step)}-moved`;
  const bytes = zipFolder(stem, files);
  return { filename: `${stem}.zip`, mimeType: 'application/zip', bytes, step };
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
  if (format === 'saelens_folder') {
    const evaluated = await run.evaluate(model, work);
    const { step, report } = evaluated;
    const files = folderOfRun(model, evaluated, accountOf(run, model, step));
    const stem = stemOf(run, model, step);
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
    filename: `${stemOf(run, model, step)}.${table ? 'csv' : 'jsonl'}`,
    mimeType: table ? 'text/csv' : 'application/x-ndjson',
    bytes: new TextEncoder().encode(table ? metricsToCsv(named) : metricsToJsonl(named)),
    step,
  };
}

/** Name of the files of a model at a step, without extension. */
function stemOf(run: Omit<ExportedRun, 'evaluate'>, model: number, step: number): string {
  const { steps } = run.before[model] ?? NEVER_TRAINED;
  const name = displayName(run.modelConfig(model));
  return `${name} ${run.source.label} step ${steps + step}`.replace(/[^A-Za-z0-9]+/g, '-');
}
