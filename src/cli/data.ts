/**
 * Where the command line's data come from: files of the person, and the files that ship with the lab.
 */
import { dirname, isAbsolute, join } from 'node:path';
import { LabError } from '../base/lab_error';
import { openSource, type FileAccess } from '../data/open';
import { openMatrixSource } from '../data/npy_source';
import type { ActivationSource, Split } from '../data/source';
import { readNpy } from '../io/npy';
import type { DataConfig, RunConfig } from '../lab/run_config';
import { exists, readBytes } from './files';

/** The folder that the page serves as its own. */
const shippedFolder = join(import.meta.dirname, '../../public');

async function readShipped(path: string): Promise<ArrayBuffer> {
  const bytes = await readBytes(join(shippedFolder, path));
  return Uint8Array.from(bytes).buffer;
}

/** A path of a run file: beside the run file, else from the folder that the command runs in. */
async function resolvePath(path: string, runFile: string): Promise<string> {
  const beside = join(dirname(runFile), path);
  return !isAbsolute(path) && (await exists(beside)) ? beside : path;
}

/** The data of a run. Throws LabError as the files and `openSource` do. */
export async function openRunData(config: RunConfig, runFile: string): Promise<ActivationSource> {
  const access: FileAccess = {
    shipped: readShipped,
    matrix: async (path) => {
      const found = await resolvePath(path, runFile);
      return readNpy(await readBytes(found), found);
    },
  };
  return openSource(config.data, access, config.training.seed);
}

/** Data to evaluate on. */
export interface EvaluationData {
  readonly source: ActivationSource;
  readonly split: Split;
}

const ownData: Readonly<Record<string, DataConfig>> = {
  words: { kind: 'words' },
  figure1: { kind: 'synthetic', preset: 'figure1', seed: 0 },
  zoo: { kind: 'synthetic', preset: 'zoo', seed: 0 },
};

/**
 * The rows that `lab eval --data` names. `trained` is what the model's folder remembers of its own data:
 * made data are made again with the same seed.
 */
export async function openEvaluationData(
  name: string,
  split: 'all' | 'held_out' | undefined,
  trained: unknown,
): Promise<EvaluationData> {
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
      `Give a .npy file, or ${Object.keys(ownData).join(', ')} for the data that the lab has.`,
    );
  }
  const matrix = readNpy(await readBytes(name), name);
  const order = split === 'held_out' ? 'shuffled' : 'sequential';
  return { source: openMatrixSource(matrix, name, order, 0), split: split ?? 'all' };
}

function seedOf(trained: unknown, preset: string): number {
  if (typeof trained !== 'object' || trained === null) return 0;
  const { preset: own, seed } = trained as Readonly<Record<string, unknown>>;
  return own === preset && typeof seed === 'number' ? seed : 0;
}
