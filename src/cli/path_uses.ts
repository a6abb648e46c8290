/**
 * What a command reads and what it writes, by the files that the paths really mean: an output may not take the
 * place of an input, nor of another output, whatever the way to it is called. Asked before anything is computed.
 */
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { LabError } from '../base/lab_error';

/** A path and what it is to the command, as a person would say it: "--codes". */
export interface PathUse {
  readonly what: string;
  readonly path: string;
}

/** Systems on which names that differ in capitals alone mean one file. */
const IGNORES_CASE = process.platform === 'darwin' || process.platform === 'win32';

/**
 * Throws LabError `bad_config` when something that is written is read as well, or written twice. A folder that is
 * read stands for every file in it.
 */
export async function requireApart(
  reads: readonly PathUse[],
  writes: readonly PathUse[],
): Promise<void> {
  const taken = new Map<string, PathUse>();
  for (const use of reads) {
    for (const path of await filesAt(use.path)) {
      for (const key of await keysOf(path)) taken.set(key, use);
    }
  }
  for (const use of writes) {
    const keys = await keysOf(use.path);
    const other = keys.map((key) => taken.get(key)).find((found) => found !== undefined);
    if (other !== undefined) {
      throw new LabError(
        'bad_config',
        `${use.what} and ${other.what} are the same file, ${use.path}.`,
        'Give each a file of its own.',
      );
    }
    for (const key of keys) taken.set(key, use);
  }
}

/** The files of a folder, or the one file; none when nothing is there, which nobody can destroy. */
async function filesAt(path: string): Promise<string[]> {
  const names = await readdir(path).catch(() => null);
  if (names !== null) return names.map((name) => join(path, name));
  return (await stat(path).catch(() => null)) === null ? [] : [path];
}

/** Names under which a file is known: its real path, and for one that is there its place on the disk. */
async function keysOf(path: string): Promise<string[]> {
  const real = await realPath(resolve(path));
  const there = await stat(real, { bigint: true }).catch(() => null);
  const name = IGNORES_CASE ? real.toLowerCase() : real;
  return there?.isFile() === true ? [name, `${there.dev}:${there.ino}`] : [name];
}

/** The real path of what need not be there yet. */
async function realPath(path: string): Promise<string> {
  const found = await realpath(path).catch(() => null);
  if (found !== null) return found;
  const above = dirname(path);
  return above === path ? path : join(await realPath(above), basename(path));
}
