/**
 * Where the command line's data come from: files of the person, and the files that ship with the lab.
 */
import { dirname, isAbsolute, join } from 'node:path';
import { LabError } from '../base/lab_error';
import { openMatrixSource } from '../data/npy_source';
import { openSource, type FileAccess, type SourceConfig } from '../data/open';
import type { ActivationSource, Split } from '../data/source';
import { readNpy } from '../io/npy';
import type { LanguageModelStore } from '../lab/language_model_store';
import { openData, type DataAccess } from '../lab/open_data';
import { dataSchema, type LanguageDataConfig, type RunConfig } from '../lab/run_config';
import { exists, readBytes, readShipped } from './files';
import { openModelStore } from './language_models';

/** A path of a run file: beside the run file, else from the folder that the command runs in. */
async function resolvePath(path: string, runFile: string): Promise<string> {
  const beside = join(dirname(runFile), path);
  return !isAbsolute(path) && (await exists(beside)) ? beside : path;
}

/**
 * Access of a command to files and language models. Paths are those of `runFile`, else of the folder that
 * the command runs in; the device is opened when a language model is asked for.
 */
export function nodeAccess(runFile: string, device: () => Promise<GPUDevice>): DataAccess {
  let store: LanguageModelStore | null = null;
  return {
    shipped: readShipped,
    matrix: async (path) => {
      const found = await resolvePath(path, runFile);
      return readNpy(await readBytes(found), found);
    },
    text: async (path) => readBytes(await resolvePath(path, runFile)),
    languageModels: async () => {
      store ??= openModelStore(await device(), (path) => resolvePath(path, runFile));
      return store;
    },
  };
}

/** The data of a run. Throws LabError as the files, the device and `openData` do. */
export function openRunData(
  config: RunConfig,
  runFile: string,
  device: () => Promise<GPUDevice>,
): Promise<ActivationSource> {
  return openData(config.data, nodeAccess(runFile, device), config.training.seed);
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
};

/**
 * The rows that `lab eval --data` names. `trained` is what the model's folder remembers of its own data:
 * made data are made again with the same seed, a language model reads the same text again.
 */
export async function openEvaluationData(
  name: string,
  split: 'all' | 'held_out' | undefined,
  trained: unknown,
  device: () => Promise<GPUDevice>,
): Promise<EvaluationData> {
  if (name === 'lm') {
    const source = await openData(languageData(trained), nodeAccess('', device), 0);
    return { source, split: split ?? 'held_out' };
  }
  const own = Object.hasOwn(ownData, name) ? ownData[name] : undefined;
  if (own !== undefined) {
    const config = own.kind === 'synthetic' ? { ...own, seed: seedOf(trained, own.preset) } : own;
    const access: FileAccess = {
      shipped: readShipped,
      matrix: () => Promise.reject(new RangeError('the lab has no matrix of its own')),
    };
    return { source: await openSource(config, access, 0), split: split ?? 'held_out' };
  }
  if (!(await exists(name))) {
    throw new LabError(
      'not_found',
      `${name} cannot be read: there is no such file.`,
      `Give a .npy file, or ${Object.keys(ownData).join(', ')} for the data that the lab has, or lm for the language model that it was trained on.`,
    );
  }
  const matrix = readNpy(await readBytes(name), name);
  const order = split === 'held_out' ? 'shuffled' : 'sequential';
  return { source: openMatrixSource(matrix, name, order, 0), split: split ?? 'all' };
}

/** The language model that a folder says it was trained on. */
function languageData(trained: unknown): LanguageDataConfig {
  const parsed = dataSchema.safeParse(trained);
  if (parsed.success && parsed.data.kind === 'lm') return parsed.data;
  throw new LabError(
    'bad_config',
    'This model was not trained on activations of a language model, as far as its folder says.',
    'Give its activations as a .npy file; "lab harvest" writes one.',
  );
}

function seedOf(trained: unknown, preset: string): number {
  if (typeof trained !== 'object' || trained === null) return 0;
  const { preset: own, seed } = trained as Readonly<Record<string, unknown>>;
  return own === preset && typeof seed === 'number' ? seed : 0;
}
