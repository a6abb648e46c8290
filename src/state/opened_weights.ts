/**
 * Models that were trained before, opened from their SAELens folders: they become a run that waits at its
 * first step, ready to be explored or trained on. Their folders say which data they saw; where they do not,
 * the data in the draft is taken. What else a folder of the lab holds comes with them: how far they were trained,
 * what was changed meanwhile, their curves and their evaluation. Knows no React.
 */
import type { Dictionary } from '../analysis/types';
import { canonicalJson, saysSame } from '../base/canonical';
import { describeError, LabError } from '../base/lab_error';
import { unzipFolder } from '../io/archive';
import { METRICS_FILE, readMetricsJsonl } from '../io/metrics_text';
import { CONFIG_FILE, WEIGHTS_FILE } from '../io/sae_folder';
import {
  FOLDER_FILES,
  readSaeFolder,
  type FolderOrigin,
  type SaeFolder,
} from '../io/sae_folder_reader';
import type { QualityReport } from '../lab/protocol/model_report';
import { dataIdentitySchema } from '../lab/run/data_identity';
import { fileSetting } from '../lab/run/data_kinds';
import { REPORT_FILE } from '../lab/run/report_rows';
import { dataSchema, parseRunConfig, type RunConfig, type RunInput } from '../lab/run/run_config';
import {
  CHANGES_FILE,
  readChanges,
  readChangesJsonl,
  type TrainedBefore,
} from '../lab/run/run_history';
import { readReport } from '../lab/keep/written_report';

const FILES = [...FOLDER_FILES, REPORT_FILE, METRICS_FILE, CHANGES_FILE];

type Files = Readonly<Record<string, Uint8Array>>;

/** A folder with the account that the lab keeps in it. */
interface OpenedFolder extends SaeFolder {
  readonly before: TrainedBefore;
  readonly report: QualityReport | null;
}

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
  const folders: OpenedFolder[] = [];
  const unread: string[] = [];
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
      folders.push(openFolder(unzipFolder(bytes, FILES, file.name), file.name, unread));
    } else {
      loose[file.name] = bytes;
    }
  }
  if (Object.keys(loose).length > 0) folders.push(openFolder(loose, 'The chosen folder', unread));
  if (folders.length === 0) {
    throw new LabError(
      'not_found',
      'No file was chosen.',
      `Choose a .zip of a model, or ${CONFIG_FILE} and ${WEIGHTS_FILE}.`,
    );
  }
  return { ...runOf(folders, draft), unread };
}

/** A model with its account; what of that cannot be read is said in `unread`, and never a reason to refuse weights. */
function openFolder(files: Files, label: string, unread: string[]): OpenedFolder {
  const folder = readSaeFolder(files, label);
  const read = <T>(name: string, reader: (text: string, label: string) => T): T | null => {
    const bytes = files[name];
    if (bytes === undefined) return null;
    try {
      return reader(new TextDecoder().decode(bytes), `${label}/${name}`);
    } catch (error) {
      unread.push(describeError(error).message);
      return null;
    }
  };
  const count = (value: unknown) =>
    typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : 0;
  const { data, data_identity: said, steps, samples, changes } = folder.provenance ?? {};
  const identity = dataIdentitySchema.safeParse(said);
  if (said !== undefined && !identity.success) {
    unread.push(
      `What ${label}/${CONFIG_FILE} says of its data cannot be read (metadata.sasa_lab.data_identity).`,
    );
  }
  return {
    ...folder,
    report: read(REPORT_FILE, readReport),
    before: {
      steps: count(steps),
      samples: count(samples),
      changes: read(CHANGES_FILE, readChangesJsonl) ?? readChanges(changes) ?? [],
      metrics: read(METRICS_FILE, readMetricsJsonl) ?? [],
      // It is that of the data which the folder names, not of others from the draft.
      ...(data !== undefined && identity.success ? { dataIdentity: identity.data } : {}),
    },
  };
}

function runOf(
  folders: readonly OpenedFolder[],
  draft: RunConfig | null,
): Omit<OpenedRun, 'unread'> {
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
    reports: folders.map(({ report }) => report),
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
  if (!read.success) return data;
  const own = fileSetting(read.data);
  return own === null ? read.data : { ...read.data, [own.setting]: fileName(own.name) };
}

/** The last name of a path, of whichever system. */
function fileName(path: string): string {
  return /[^/\\]+$/.exec(path)?.[0] ?? path;
}
