/**
 * Files as the command line reads them: errors in words. It knows no format; written_files.ts writes.
 */
import { open, readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../base/lab_error';

/** Files by path relative to their folder, with `/` between names. */
export type FileSet = Readonly<Record<string, Uint8Array>>;

/** The folder that the page serves as its own. */
const shippedFolder = join(import.meta.dirname, '../../public');

/** node:fs cannot hold more than this in one buffer. */
const LARGEST_FILE = 2 ** 32 - 1;
const PIECE = 2 ** 30;

/** What the operating system said, for the end of a sentence. */
export function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return 'there is no such file or folder';
    case 'EACCES':
    case 'EPERM':
      return 'permission is denied';
    case 'ENOSPC':
      return 'the disk is full';
    case 'EISDIR':
      return 'it is a folder';
    case 'ENOTDIR':
      return 'a part of its path is no folder';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

/** Bytes of a file. Throws LabError `not_found` when it cannot be read, `bad_file` when it is too large. */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > LARGEST_FILE) {
      throw new LabError(
        'bad_file',
        `${path} has ${size} bytes; files up to ${LARGEST_FILE} bytes can be read.`,
        'Give a part of it.',
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
    if (error instanceof LabError) throw error;
    throw notRead(path, error);
  }
}

/** What to say of a file that the system does not let one read. */
export function notRead(path: string, error: unknown): LabError {
  return new LabError(
    'not_found',
    `${path} cannot be read: ${reason(error)}.`,
    'Give the path of a file that is there.',
    { cause: error },
  );
}

/** Where a file lies that ships with the lab, by its path below `public`. */
export function shippedPath(path: string): string {
  return join(shippedFolder, path);
}

/** A file with JSON in it. Throws LabError `not_found`, or `bad_config` when it holds something else. */
export async function readJson(path: string): Promise<unknown> {
  const text = new TextDecoder('utf-8').decode(await readBytes(path));
  try {
    return JSON.parse(text);
  } catch (error) {
    // V8 quotes the place, line breaks and all.
    const said = error instanceof Error ? error.message.replace(/\s+/g, ' ') : String(error);
    throw new LabError(
      'bad_config',
      `${path} is no JSON: ${said}.`,
      'Correct it; docs/run-file.md has an example.',
    );
  }
}

/** The files of a folder (not of its subfolders) that are among `names`; an absent one is left out. */
export async function readFolder(path: string, names: readonly string[]): Promise<FileSet> {
  const present = await namesIn(path);
  if (present === null) {
    throw new LabError(
      'not_found',
      `${path} is not a folder that can be read.`,
      'Give the folder of a model: cfg.json beside sae_weights.safetensors.',
    );
  }
  const found = names.filter((name) => present.includes(name));
  const entries = await Promise.all(
    found.map(async (name) => [name, await readBytes(join(path, name))] as const),
  );
  return Object.fromEntries(entries);
}

/** Names in a folder; null when there is no such folder. */
export async function namesIn(path: string): Promise<string[] | null> {
  try {
    return await readdir(path);
  } catch {
    return null;
  }
}

/** Whether something is there under that name. */
export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
