/**
 * Models that were trained before, opened from their SAELens folders: they become a run that waits at its
 * first step, ready to be explored or trained on. Their folders say which data they saw; where they do not,
 * the data in the draft is taken. What else a folder of the lab holds comes with them: how far they were trained,
 * what was changed meanwhile, their curves and their evaluation. Knows no React.
 */
import type { Dictionary } from '../analysis/types';
import { canonicalJson, saysSame } from '../base/canonical';
import { LabError } from '../base/lab_error';
import { unzipFolder } from '../io/archive';
import { CONFIG_FILE, WEIGHTS_FILE } from '../io/sae_folder';
import type { FolderOrigin } from '../io/sae_folder_reader';
import { MemoryFiles, type FileSet } from '../io/whole_files';
import { readKeptModel, type KeptModel } from '../lab/keep/kept_model';
import type { QualityReport } from '../lab/protocol/model_report';
import { withFileName } from '../lab/run/data_kinds';
import { dataSchema, parseRunConfig, type RunConfig, type RunInput } from '../lab/run/run_config';
import { MODEL_FILES } from '../lab/run/run_files';
import type { TrainedBefore } from '../lab/run/run_history';

/** A run to start, with the weights that each of its models starts from. */
export interface OpenedRun {
  readonly input: RunInput;
  readonly weights: readonly Dictionary[];
  /** Whether the folders say which data they saw; else the data are those of the draft. */
  readonly namesData: boolean;
  /** Which activations a folder from elsewhere says it saw; null where it does not. */
  readonly origin: FolderOrigin | null;
  /** What the weights have behind them, by model. */
  readonly before: readonly TrainedBefore[];
  /** SHA-256 of each file of weights, and the annotations beside it. */
  readonly annotated: readonly Pick<KeptModel, 'weightsSha256' | 'annotations'>[];
  /** What their evaluation found, by model; null where the folder has none. */
  readonly reports: readonly (QualityReport | null)[];
  /** Sentences on what of the accounts could not be read; the weights open all the same. */
  readonly unread: readonly string[];
}

/**
 * Reads model folders from chosen files: every .zip holds one, loose files make one more. Throws LabError
 * for whatever cannot be read, and `bad_config` for models that were trained on different data.
 */
export async function readOpenedRun(
  chosen: readonly File[],
  draft: RunConfig | null,
): Promise<OpenedRun> {
  const folders: KeptModel[] = [];
  const open = async (label: string, files: FileSet) => {
    const place = new MemoryFiles(label, files);
    folders.push(await readKeptModel(place, label, Object.keys(files)));
  };
  const loose: Record<string, Uint8Array> = {};
  for (const file of chosen) {
    if (loose[file.name] !== undefined) {
      throw new LabError(
        'bad_file',
        `There are several files named ${file.name}.`,
        'Give the files of one model at a time, or a .zip for each model.',
      );
    }
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (file.name.toLowerCase().endsWith('.zip')) {
      await open(file.name, unzipFolder(bytes, MODEL_FILES, file.name));
    } else {
      loose[file.name] = bytes;
    }
  }
  if (Object.keys(loose).length > 0) await open('The chosen folder', loose);
  if (folders.length === 0) {
    throw new LabError(
      'not_found',
      'No file was chosen.',
      `Choose a .zip of a model, or ${CONFIG_FILE} and ${WEIGHTS_FILE}.`,
    );
  }
  return runOf(folders, draft);
}

function runOf(folders: readonly KeptModel[], draft: RunConfig | null): OpenedRun {
  const data = folders.map(({ provenance }) => withDefaults(provenance?.data ?? draft?.data));
  const stranger = data.findIndex((other) => !saysSame(other, data[0]));
  if (stranger > 0) {
    throw new LabError(
      'bad_config',
      `The first model was trained on ${canonicalJson(data[0])}, number ${stranger + 1} on ${canonicalJson(data[stranger])}.`,
      'Open models of different data one after the other.',
    );
  }
  const namesData = folders[0]?.provenance?.data !== undefined;
  const training = folders[0]?.provenance?.training ?? draft?.training;
  const input = parseRunConfig({
    data: namesData ? asOnPage(data[0]) : data[0],
    training,
    models: folders.map(({ config, weights }) => ({ ...config, d_in: weights.width })),
  });
  return {
    input,
    weights: folders.map(({ weights }) => weights),
    namesData,
    origin: folders.find(({ origin }) => origin !== null)?.origin ?? null,
    before: folders.map(({ before }) => before),
    annotated: folders.map(({ weightsSha256, annotations }) => ({ weightsSha256, annotations })),
    reports: folders.map(({ report }) => report),
    unread: folders.flatMap(({ unread }) => unread),
  };
}

/** Settings of data with what a folder may leave out; those that cannot be read are refused with their run. */
function withDefaults(data: unknown): unknown {
  const read = dataSchema.safeParse(data);
  return read.success ? read.data : data;
}

/** Data of a folder with their file by its name: the command line writes its place down, and the page knows none. */
function asOnPage(data: unknown): unknown {
  const read = dataSchema.safeParse(data);
  return read.success ? withFileName(read.data) : data;
}
