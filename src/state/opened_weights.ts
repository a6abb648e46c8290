/**
 * Models that were trained before, opened from their SAELens folders: they become a run that waits at its
 * first step, ready to be explored or trained on. Their folders say which data they saw; where they do not,
 * the data on the bench is taken. Knows no React.
 */
import type { Dictionary } from '../analysis/types';
import { canonicalJson, saysSame } from '../base/canonical';
import { LabError } from '../base/lab_error';
import { unzipFolder } from '../io/archive';
import { CONFIG_FILE, WEIGHTS_FILE } from '../io/sae_folder';
import {
  FOLDER_FILES,
  readSaeFolder,
  type FolderOrigin,
  type SaeFolder,
} from '../io/sae_folder_reader';
import { dataSchema, parseRunConfig, type RunConfig, type RunInput } from '../lab/run_config';

/** A run to start, with the weights that each of its models starts from. */
export interface OpenedRun {
  readonly input: RunInput;
  readonly weights: readonly Dictionary[];
  /** Whether the folders say which data they saw; else the data are those of the bench. */
  readonly namesData: boolean;
  /** Which activations a folder from elsewhere says it saw; null where it does not. */
  readonly origin: FolderOrigin | null;
}

/**
 * Reads model folders from chosen files: every .zip holds one, loose files make one more. Throws LabError
 * for whatever cannot be read, and `bad_config` for models that were trained on different data.
 */
export async function readOpenedRun(
  chosen: readonly File[],
  bench: RunConfig | null,
): Promise<OpenedRun> {
  const folders: SaeFolder[] = [];
  const loose: Record<string, Uint8Array> = {};
  for (const file of chosen) {
    if (loose[file.name] !== undefined) {
      throw new LabError(
        'bad_file',
        `There are several files ${file.name}.`,
        'Give the files of one model at a time, or a .zip for each model.',
      );
    }
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (file.name.toLowerCase().endsWith('.zip')) {
      folders.push(readSaeFolder(unzipFolder(bytes, FOLDER_FILES, file.name), file.name));
    } else {
      loose[file.name] = bytes;
    }
  }
  if (Object.keys(loose).length > 0) folders.push(readSaeFolder(loose, 'The chosen folder'));
  if (folders.length === 0) {
    throw new LabError(
      'not_found',
      'No file was chosen.',
      `Choose a .zip of a model, or ${CONFIG_FILE} and ${WEIGHTS_FILE}.`,
    );
  }
  return runOf(folders, bench);
}

function runOf(folders: readonly SaeFolder[], bench: RunConfig | null): OpenedRun {
  const data = folders.map(({ provenance }) => withDefaults(provenance?.data ?? bench?.data));
  const stranger = data.findIndex((other) => !saysSame(other, data[0]));
  if (stranger > 0) {
    throw new LabError(
      'bad_config',
      `The first model was trained on ${canonicalJson(data[0])}, number ${stranger + 1} on ${canonicalJson(data[stranger])}.`,
      'Open models of different data one after the other.',
    );
  }
  const training = folders[0]?.provenance?.training ?? bench?.training;
  const input = parseRunConfig({
    data: data[0],
    training,
    models: folders.map(({ config, weights }) => ({ ...config, d_in: weights.width })),
  });
  return {
    input,
    weights: folders.map(({ weights }) => weights),
    namesData: folders[0]?.provenance?.data !== undefined,
    origin: folders.find(({ origin }) => origin !== null)?.origin ?? null,
  };
}

/** Settings of data with what a folder may leave out; those that cannot be read are refused with their run. */
function withDefaults(data: unknown): unknown {
  const read = dataSchema.safeParse(data);
  return read.success ? read.data : data;
}
