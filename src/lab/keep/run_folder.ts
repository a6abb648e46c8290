/**
 * A run is a folder, on the disk and in the browser's private files alike: what is written while it trains, what when it
 * is finished, and what of it a run that goes on reads. Which names lie where is said in lab/run/run_files.ts; how files
 * come to lie there whole is the business of whoever implements `WholeFiles`.
 */
import { at } from '../../base/array';
import { strictJson } from '../../base/strict_json';
import type { FileChanges, FileSet, WholeFiles } from '../../io/whole_files';
import {
  CHANGES_FILE,
  CHECKPOINT_FILE,
  METRICS_FILE,
  modelFolder,
  RUN_FILE,
  TRAINED_FILES,
} from '../run/run_files';
import type { RunConfig } from '../run/run_config';
import { readCheckpoint, writeCheckpoint, type Checkpoint } from './checkpoint';
import { logFiles, logsUpTo, type EarlierLogs, type LogsUntil, type ModelLogs } from './model_logs';

/** A run as far as it has come. */
export interface SavedRun extends Checkpoint {
  /** By model. */
  readonly logs: readonly ModelLogs[];
}

/**
 * What is saved of a run to go on from. The state comes last: what is logged beyond it is dropped by a run that goes on,
 * what is missing before it could not be had again. `checkpoint` is the name
 * of its file. Throws LabError `not_finite` for a state that could not go on.
 */
export function savedFiles(
  { config, step, states, logs }: SavedRun,
  checkpoint: string = CHECKPOINT_FILE,
): FileChanges {
  const ofModels = config.models.flatMap((model, index) =>
    inFolder(modelFolder(config, model), [METRICS_FILE, CHANGES_FILE], logFiles(at(logs, index))),
  );
  return {
    [RUN_FILE]: runText(config),
    ...Object.fromEntries(ofModels),
    [checkpoint]: writeCheckpoint({ config, step, states }),
  };
}

/** What is written of a run whose models are evaluated: their folders, and the run. `models` has the files of each. */
export function evaluatedFiles(config: RunConfig, models: readonly FileSet[]): FileChanges {
  const ofModels = config.models.flatMap((_, index) =>
    Object.entries(evaluatedModelFiles(config, index, at(models, index))),
  );
  return { ...Object.fromEntries(ofModels), [RUN_FILE]: runText(config) };
}

/** The files of one of them. */
export function evaluatedModelFiles(config: RunConfig, model: number, files: FileSet): FileChanges {
  const folder = modelFolder(config, at(config.models, model));
  return Object.fromEntries(inFolder(folder, TRAINED_FILES, files));
}

/** The state that a run goes on from; null when there is none. Throws LabError as readCheckpoint. */
export async function readState(files: WholeFiles): Promise<Checkpoint | null> {
  const bytes = await files.read(CHECKPOINT_FILE);
  return bytes === null ? null : readCheckpoint(bytes, files.place(CHECKPOINT_FILE));
}

/** What was logged until that state, by model. */
export function readLogs(
  files: WholeFiles,
  { config, step }: Pick<Checkpoint, 'config' | 'step'>,
): Promise<readonly EarlierLogs[]> {
  return Promise.all(
    config.models.map((_, model) => readModelLogs(files, config, model, { step })),
  );
}

/** The same of one of them. */
export async function readModelLogs(
  files: WholeFiles,
  config: RunConfig,
  model: number,
  until: LogsUntil,
): Promise<EarlierLogs> {
  const folder = modelFolder(config, at(config.models, model));
  const [metrics, changes] = await Promise.all([
    files.read(folder + METRICS_FILE),
    files.read(folder + CHANGES_FILE),
  ]);
  return logsUpTo(until, { metrics, changes });
}

/** Files of these names in a folder; what is not among `files` shall not be there, left by an earlier part of the run. */
function inFolder(
  folder: string,
  names: readonly string[],
  files: FileSet,
): (readonly [path: string, bytes: Uint8Array | null])[] {
  return names.map((name) => [folder + name, files[name] ?? null]);
}

/** The text of run.json. */
export function runText(config: RunConfig): Uint8Array {
  return new TextEncoder().encode(`${strictJson(config, 2)}\n`);
}
