/**
 * Files as the command line writes them: nothing half-written, and nothing left behind. A file is written
 * aside and takes its name when it is whole; a place is tried before anything is computed for it. It knows no
 * format; files.ts reads.
 */
import { mkdir, open, readdir, rename, rm, rmdir, stat, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LabError } from '../base/lab_error';
import type { FileChanges } from '../io/whole_files';
import { notWritten } from './file_errors';
import { discardAtExit, keep } from './leavings';
import { isAlive } from './process_owner';

/** Bytes of a name that every usual file system takes. */
const LONGEST_NAME = 255;

/** Where a file lies while it is written; its name may be the longest that there can be. */
function aside(path: string): string {
  const end = `.${process.pid}.part`;
  return join(dirname(path), `.${beginning(basename(path), end)}${end}`);
}

/** As much of a name as fits between a dot and `end`. */
function beginning(name: string, end: string): string {
  const room = LONGEST_NAME - 1 - Buffer.byteLength(end);
  let cut = name;
  while (Buffer.byteLength(cut) > room) cut = Array.from(cut).slice(0, -1).join('');
  return cut;
}

/** Removes what processes that have ended left of writing this file. */
async function removeDeadParts(path: string): Promise<void> {
  const folder = dirname(path);
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const [, own, pid] = /^\.(.+)\.(\d+)\.part$/s.exec(name) ?? [];
    if (own === undefined || pid === undefined) continue;
    if (own !== beginning(basename(path), `.${pid}.part`) || isAlive(Number(pid))) continue;
    await rm(join(folder, name), { recursive: true, force: true });
  }
}

/**
 * Makes a folder and those above it; gives the ones that were not there, the outermost first. Step by step:
 * where no folder can be made, as below /proc, Node's own recursion never ends. Throws what the system says.
 */
export async function makeFolder(path: string): Promise<string[]> {
  const made = await makeOne(path);
  if (made !== null) return made;
  const above = await makeFolder(dirname(path));
  await mkdir(path);
  return [...above, path];
}

/** null when the folder above is not there. */
async function makeOne(path: string): Promise<string[] | null> {
  try {
    await mkdir(path);
    return [path];
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' && dirname(path) !== path) return null;
    // Some systems say that the root is read-only rather than that it is there.
    if ((await stat(path).catch(() => null))?.isDirectory() === true) return [];
    throw error;
  }
}

/** Removes folders that `makeFolder` made, unless something has been put into them. */
export async function removeIfEmpty(folders: readonly string[]): Promise<void> {
  for (const folder of folders.toReversed()) await rmdir(folder).catch(() => undefined);
}

/**
 * Tries whether a file can be written, by writing one aside; what ended processes left there is removed. Throws
 * LabError `bad_file` when it cannot, or when something else than a file has that name.
 */
export async function tryToWrite(path: string): Promise<void> {
  await requirePlace(path);
  await removeDeadParts(path);
  await writeAside(path, ['?']);
  await discard(aside(path));
}

/** Throws LabError `bad_file` when the disk of a folder has less room than that. */
export async function requireRoom(folder: string, bytes: number): Promise<void> {
  const disk = await statfs(folder).catch(() => null);
  // Some file systems do not know how large they are.
  if (disk === null || disk.blocks === 0 || disk.bavail * disk.bsize >= bytes) return;
  throw new LabError(
    'bad_file',
    `The run needs ${megabytes(bytes)} in ${folder}, and its disk has ${megabytes(disk.bavail * disk.bsize)} left.`,
    'Make room, or give --out a folder on another disk.',
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

/** Writes pieces one after another; the file appears when it is whole. Throws LabError `bad_file`. */
export async function writeWhole(
  path: string,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  await requirePlace(path);
  const part = aside(path);
  try {
    await writeAside(path, pieces);
    await rename(part, path).catch((error: unknown) => {
      throw notWritten(path, error);
    });
    keep(part);
  } catch (error) {
    await discard(part);
    throw error;
  }
}

/**
 * Puts files into a folder, making it if need be: each takes its name after all have been written, in their
 * order, in which those that shall not be there go. Other files in it stay. Throws LabError `bad_file` and leaves
 * everything as it was.
 */
export async function publishFiles(folder: string, files: FileChanges): Promise<void> {
  const targets = Object.keys(files).map((name) => join(folder, name));
  const made: string[] = [];
  try {
    for (const [name, bytes] of Object.entries(files)) {
      if (bytes === null) continue;
      const target = join(folder, name);
      for (const one of await makeFolder(dirname(target))) made.push(one);
      await writeAside(target, [bytes]);
    }
    for (const target of targets) await requirePlace(target);
    for (const [name, bytes] of Object.entries(files)) {
      const target = join(folder, name);
      if (bytes === null) {
        await rm(target, { force: true });
        continue;
      }
      await rename(aside(target), target);
      keep(aside(target));
    }
  } catch (error) {
    await Promise.all(targets.map((target) => discard(aside(target))));
    await removeIfEmpty(made);
    throw error instanceof LabError ? error : notWritten(folder, error);
  }
}

async function writeAside(
  path: string,
  pieces: Iterable<Uint8Array | string> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const part = aside(path);
  discardAtExit(part);
  const failed = (error: unknown): never => {
    throw notWritten(path, error);
  };
  const file = await open(part, 'w').catch(failed);
  try {
    for await (const piece of pieces) await file.writeFile(piece).catch(failed);
    // The name must not reach the disk before the content.
    await file.sync().catch(failed);
  } finally {
    await file.close();
  }
}

async function discard(part: string): Promise<void> {
  await rm(part, { force: true }).catch(() => undefined);
  keep(part);
}

/**
 * Throws LabError `bad_file` when there can be no such name, or what has it could not be replaced by a file, or should
 * not be.
 */
async function requirePlace(path: string): Promise<void> {
  const there = await stat(path).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw notWritten(path, error);
  });
  if (there === null || there.isFile()) return;
  throw new LabError(
    'bad_file',
    `${path} cannot be written: it is ${there.isDirectory() ? 'a folder' : 'a device'}.`,
    'Give the path of a file.',
  );
}
