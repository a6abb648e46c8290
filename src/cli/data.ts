/**
 * Where the command line's data come from: files of the person, and the files that ship with the lab.
 */
import { LabError } from '../base/lab_error';
import { openMatrixSource } from '../data/npy_source';
import { openSource, type FileAccess, type SourceConfig } from '../data/open';
import type { ActivationSource, Split } from '../data/source';
import { readNpy } from '../io/npy';
import type { LanguageModelStore } from '../lab/language/language_model_store';
import { openData, type DataAccess } from '../lab/language/open_data';
import type { DataIdentity } from '../lab/run/data_identity';
import {
  dataSchema,
  type DataConfig,
  type LanguageDataConfig,
  type RunConfig,
} from '../lab/run/run_config';
import type { DataFiles } from './data_files';
import { exists, readBytes } from './files';
import { openModelStore, readShipped } from './language_models';
import { languageDataOf, type RememberedData } from './remembered_data';

/**
 * Access of a command to files and language models; the device is opened when a language model is asked for.
 */
export function nodeAccess(files: DataFiles, device: () => Promise<GPUDevice>): DataAccess {
  let store: LanguageModelStore | null = null;
  return {
    shipped: (path) => readShipped(path, files),
    matrix: async (path) => {
      const found = await files.file('path', path);
      return readNpy(await readBytes(found), found);
    },
    text: async (path) => readBytes(await files.file('corpus', path)),
    languageModels: async () => {
      store ??= openModelStore(await device(), files);
      return store;
    },
  };
}

/** The data of a run, and the run with what they were. */
export interface RunData {
  readonly source: ActivationSource;
  /** Its files by the places where they were found, so that the settings mean the same anywhere. */
  readonly data: DataConfig;
  /** What they were, for a record that is kept in `folder`. */
  readonly identityIn: (folder: string) => DataIdentity;
}

/** Opens the data of a run. Throws LabError as the files, the device and `openData` do. */
export async function openRunData(
  config: RunConfig,
  files: DataFiles,
  device: () => Promise<GPUDevice>,
): Promise<RunData> {
  const source = await openData(config.data, nodeAccess(files, device), config.training.seed);
  return {
    source,
    data: files.located(config.data),
    identityIn: (folder) => ({
      rows: source.size.all,
      width: source.width,
      files: files.list(folder),
    }),
  };
}

/** Data to evaluate on. */
export interface EvaluationData {
  readonly source: ActivationSource;
  readonly split: Split;
}

const ownData: Readonly<Record<string, SourceConfig>> = {
  words: { kind: 'words' },
  figure1: { kind: 'synthetic', preset: 'figure1', seed: 0 },
  zoo: { kind: 'synthetic', preset: 'zoo', seed: 0 },
  zoo_independent: { kind: 'synthetic', preset: 'zoo_independent', seed: 0 },
  zoo2: { kind: 'synthetic', preset: 'zoo2', seed: 0 },
};

/**
 * The rows that `lab eval --data` names. `trained` is what the model's folder remembers of its own data:
 * made data are made again with the same seed, a language model reads the same text again.
 */
export async function openEvaluationData(
  name: string,
  split: 'all' | 'held_out' | undefined,
  trained: RememberedData,
  device: () => Promise<GPUDevice>,
): Promise<EvaluationData> {
  if (name === 'lm') {
    const access = nodeAccess(trained.files, device);
    const source = await openData(trainedOn(trained), access, 0);
    return { source, split: split ?? 'held_out' };
  }
  const own = ownDataNamed(name, trained);
  if (own !== null) {
    const access: FileAccess = {
      shipped: (path) => readShipped(path),
      matrix: () => Promise.reject(new RangeError('the lab has no matrix of its own')),
    };
    return { source: await openSource(own, access, 0), split: split ?? 'held_out' };
  }
  if (!(await exists(name))) {
    throw new LabError(
      'not_found',
      `${name} cannot be read: there is no such file.`,
      `Give a .npy file, or ${Object.keys(ownData).join(', ')} for the lab's own data, or synthetic or lm for the made data or the language model that it was trained on.`,
    );
  }
  const matrix = readNpy(await readBytes(name), name);
  const order = split === 'held_out' ? 'shuffled' : 'sequential';
  return { source: openMatrixSource(matrix, name, order, 0), split: split ?? 'all' };
}

/** Data that need no file, by name; null for a name that is none. Made data have the seed that the model saw. */
function ownDataNamed(name: string, trained: RememberedData): SourceConfig | null {
  if (name === 'synthetic') return trainedOnMade(trained);
  const own = Object.hasOwn(ownData, name) ? ownData[name] : undefined;
  if (own?.kind !== 'synthetic') return own ?? null;
  return { ...own, seed: seedOf(trained.data, own.preset) };
}

/** The made data that a folder says it was trained on. */
function trainedOnMade({ data }: RememberedData): SourceConfig {
  const parsed = dataSchema.safeParse(data);
  if (parsed.success && parsed.data.kind === 'synthetic') return parsed.data;
  throw new LabError(
    'bad_config',
    'This model was not trained on made data, as far as its folder says.',
    `Name data of the lab: ${Object.keys(ownData).join(', ')}; or give a .npy file.`,
  );
}

/** The language model that a folder says it was trained on. */
function trainedOn(trained: RememberedData): LanguageDataConfig {
  const data = languageDataOf(trained);
  if (data !== null) return data;
  throw new LabError(
    'bad_config',
    'This model was not trained on activations of a language model, as far as its folder says.',
    'Give its activations as a .npy file; "lab harvest" writes one.',
  );
}

function seedOf(trained: unknown, preset: string | undefined): number {
  if (typeof trained !== 'object' || trained === null) return 0;
  const { preset: own, seed } = trained as Readonly<Record<string, unknown>>;
  return own === preset && typeof seed === 'number' ? seed : 0;
}
