/**
 * Files as the command line reads them: errors in words. It knows no format; written_files.ts writes.
 */
import { open, readFile, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LabError } from '../base/lab_error';
import { strictJson } from '../base/strict_json';
import { decodeText } from '../base/text_file';
import { isAbsence, notRead } from './file_errors';

/** The folder that the page serves as its own. */
const shippedFolder = join(import.meta.dirname, '../../public');

/** node:fs cannot hold more than this in one buffer. */
const LARGEST_FILE = 2 ** 32 - 1;
const PIECE = 2 ** 30;

/**
 * Bytes of a file. Throws LabError `not_found` when there is no such file, `bad_file` when it cannot be read
 * for another reason or is too large.
 */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > LARGEST_FILE) {
      throw new LabError(
        'bad_file',
        `${path} has ${size} bytes; files up to ${LARGEST_FILE} bytes can be read.`,
        lessOf(path, Math.floor(size / LARGEST_FILE) + 1),
      );
    }
    // readFile stops at 2 GiB.
    if (size < PIECE) return await readFile(path);
    const bytes = new Uint8Array(size);
    const file = await open(path);
    try {
      for (let offset = 0; offset < size;) {
        const { bytesRead } = await file.read(bytes, offset, Math.min(PIECE, size - offset));
        if (bytesRead === 0) return bytes.subarray(0, offset);
        offset += bytesRead;
      }
    } finally {
      await file.close();
    }
    return bytes;
  } catch (error) {
    throw error instanceof LabError ? error : notRead(path, error);
  }
}

/** How to make a file of at most one part in `parts`. */
function lessOf(path: string, parts: number): string {
  const [from, to] = [strictJson(path), strictJson(path.replace(/\.npy$/, '_part.npy'))];
  return path.endsWith('.npy')
    ? `Give a part of its rows. In Python: import numpy as np; x = np.load(${from}, mmap_mode="r"); np.save(${to}, x[: len(x) // ${parts}])`
    : 'Give a smaller file: a part of a text, or a model saved as float16.';
}

/** Where a file lies that ships with the lab, by its path below `public`. */
export function shippedPath(path: string): string {
  return join(shippedFolder, path);
}

/** A file with JSON in it. Throws LabError as readBytes, or `bad_config` when it holds something else. */
export async function readJson(path: string): Promise<unknown> {
  const text = decodeText(await readBytes(path), path, 'bad_config');
  try {
    return JSON.parse(text);
  } catch (error) {
    // V8 quotes the place, line breaks and all.
    const said = error instanceof Error ? error.message.replace(/\s+/g, ' ') : String(error);
    throw new LabError(
      'bad_config',
      `${path} is not JSON: ${said}.`,
      'Correct it; docs/run-file.md has an example.',
    );
  }
}

/** Names in the folder of a model. Throws LabError `not_found` when it is none, `bad_file` when it cannot be read. */
export async function namesInFolder(path: string): Promise<string[]> {
  const present = await namesIn(path);
  if (present === null) throw await noFolder(path);
  return present;
}

/** What to say where the folder of a model was expected and there is none. */
async function noFolder(path: string): Promise<LabError> {
  if (!(await exists(path))) {
    return new LabError(
      'not_found',
      `${path} cannot be read: there is no such folder.`,
      'Give the folder of a model: cfg.json beside sae_weights.safetensors.',
    );
  }
  return new LabError(
    'not_found',
    `${path} is a file; the folder of a model is needed.`,
    /\.zip$/i.test(path)
      ? `Unpack it and give the folder inside it.`
      : `Give the folder that it lies in, ${dirname(path)}.`,
  );
}

/**
 * Names in a folder; null when there is no such folder. Throws LabError `bad_file` for one that is there and
 * cannot be read.
 */
export async function namesIn(path: string): Promise<string[] | null> {
  try {
    return await readdir(path);
  } catch (error) {
    if (isAbsence(error)) return null;
    throw notRead(path, error);
  }
}

/**
 * Whether something is there under that name. Throws LabError `bad_file` when that cannot be known: a folder
 * above it may not be read, its name is too long, …
 */
export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (isAbsence(error)) return false;
    throw notRead(path, error);
  }
}
