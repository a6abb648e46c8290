/**
 * An output folder that belongs to one run for as long as it trains. The claim is a file in the folder that
 * names the process; it goes when the run ends, however it ends. Of a process that was killed it stays, and the
 * next run on this host takes it over; what a process on another host does cannot be known, so that one is only
 * explained. It knows nothing of runs but that they write files.
 */
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod/mini';
import { LabError } from '../base/lab_error';
import { strictJson } from '../base/strict_json';
import { CLAIM_FILE } from '../lab/run/run_files';
import { reason } from './file_errors';
import { namesIn } from './files';
import { discardAtExit, keep } from './leavings';
import { isRunning, thisProcess } from './process_owner';
import { makeFolder, publishFiles, removeIfEmpty, tryToWrite } from './written_files';

const ownerSchema = z.strictObject({
  host: z.string(),
  pid: z.int(),
  started: z.string(),
  since: z.string(),
});
type Claim = z.output<typeof ownerSchema>;

/** Times that another process may win before this one gives up. */
const TRIES = 100;
const PAUSE_MS = 20;
const LONGEST_TURN_MS = 10_000;

export class OutputClaim {
  private constructor(
    readonly folder: string,
    private readonly content: string,
    private readonly made: readonly string[],
  ) {}

  /**
   * Claims a folder, which is made if `make` says so. `tell` hears of a dead run whose claim was taken over. Throws
   * LabError `bad_config` when it cannot be made or belongs to another run.
   */
  static async of(
    folder: string,
    { make, tell }: { make: boolean; tell: (sentence: string) => void },
  ): Promise<OutputClaim> {
    const made = make ? await folderFor(folder) : [];
    if (!make) await requireFolder(folder);
    for (const path of made) discardAtExit(path, 'empty folder');
    const content = strictJson({ ...thisProcess(), since: new Date().toISOString() });
    try {
      await take(folder, content, tell);
    } catch (error) {
      await forget(made);
      throw error;
    }
    const path = join(folder, CLAIM_FILE);
    discardAtExit(path);
    return new OutputClaim(folder, content, made);
  }

  /**
   * Tries to write files of these names, folders included, and leaves none. Throws LabError `bad_file` saying what
   * stands against it.
   */
  async tryNames(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const path = join(this.folder, name);
      const made = await makeFolder(dirname(path)).catch((error: unknown) => {
        throw cannotBeMade(dirname(path), error);
      });
      try {
        await tryToWrite(path);
        if ((await stat(path).catch(() => null)) === null) {
          await publishFiles(this.folder, { [name]: new Uint8Array() });
          await rm(path);
        }
      } finally {
        await removeIfEmpty(made);
      }
    }
  }

  /** Throws LabError `bad_file` when the folder has come to belong to somebody else, or is gone. */
  async requireOurs(): Promise<void> {
    const now = await readFile(join(this.folder, CLAIM_FILE), 'utf8').catch(() => null);
    if (now === this.content) return;
    throw new LabError(
      'bad_file',
      now === null
        ? `${join(this.folder, CLAIM_FILE)} was removed while this run was writing to the folder.`
        : `${this.folder} was taken over by another run (${describe(read(now))}).`,
      'Start this run again with a folder of its own; no file of the other run was touched.',
    );
  }

  /** Gives the folder back; it goes, too, if it was made for this run and nothing has come into it. */
  async release(): Promise<void> {
    const path = join(this.folder, CLAIM_FILE);
    keep(path);
    const now = await readFile(path, 'utf8').catch(() => null);
    if (now === this.content) await rm(path, { force: true });
    await forget(this.made);
  }
}

async function forget(made: readonly string[]): Promise<void> {
  await removeIfEmpty(made);
  for (const path of made) keep(path);
}

async function folderFor(path: string): Promise<string[]> {
  const there = await stat(path).catch(() => null);
  if (there !== null && !there.isDirectory()) {
    throw new LabError('bad_config', `--out ${path} is a file.`, 'Give the path of a new folder.');
  }
  return makeFolder(path).catch((error: unknown) => {
    throw cannotBeMade(path, error);
  });
}

async function requireFolder(path: string): Promise<void> {
  if ((await namesIn(path)) !== null) return;
  throw new LabError(
    'not_found',
    `There is no run in ${path} to continue: there is no such folder.`,
    'Give the folder of the run, or leave --resume out to start a new one.',
  );
}

function cannotBeMade(path: string, error: unknown): LabError {
  return new LabError(
    'bad_config',
    `The folder ${path} cannot be made: ${reason(error)}.`,
    'Give --out a folder in a place where you may write.',
    { cause: error },
  );
}

async function take(
  folder: string,
  content: string,
  tell: (sentence: string) => void,
): Promise<void> {
  const path = join(folder, CLAIM_FILE);
  for (let turn = 0; turn < TRIES; turn += 1) {
    if (await created(path, content)) return;
    const text = await readFile(path, 'utf8').catch(() => null);
    // It went between the two.
    if (text === null) continue;
    const claim = read(text);
    if (claim === null || isRunning(claim) !== false) throw inUse(folder, claim);
    if (await removed(path, text)) {
      tell(`${folder} was claimed by ${describe(claim)}, which has ended; this run takes it over.`);
    }
  }
  throw inUse(folder, null);
}

async function created(path: string, content: string): Promise<boolean> {
  try {
    await writeFile(path, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw new LabError(
      'bad_file',
      `${dirname(path)} cannot be written to: ${reason(error)}.`,
      'Give --out a folder in a place where you may write.',
      { cause: error },
    );
  }
}

/**
 * Removes the claim of a dead process; false when somebody else was about it. One at a time, and only what is still
 * the same: the slower of two must not remove what the faster one has claimed since.
 */
async function removed(path: string, text: string): Promise<boolean> {
  const turn = `${path}.taking`;
  if (!(await created(turn, ''))) {
    const since = (await stat(turn).catch(() => null))?.mtimeMs ?? Date.now();
    // Whoever takes a claim over needs a moment for it.
    if (Date.now() - since > LONGEST_TURN_MS) await rm(turn, { force: true });
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    return false;
  }
  try {
    if ((await readFile(path, 'utf8').catch(() => null)) !== text) return false;
    await rm(path);
    return true;
  } finally {
    await rm(turn, { force: true });
  }
}

function read(text: string): Claim | null {
  try {
    const result = ownerSchema.safeParse(JSON.parse(text));
    return result.success ? result.data : null;
  } catch {
    return null;
  }
}

function describe(claim: Claim | null): string {
  if (claim === null) return 'a run that does not say which';
  const [host] = claim.host.split(' ');
  return `process ${claim.pid} on ${host ?? 'this machine'} since ${claim.since}`;
}

function inUse(folder: string, claim: Claim | null): LabError {
  const path = join(folder, CLAIM_FILE);
  const known = claim !== null && isRunning(claim) === true;
  return new LabError(
    'bad_config',
    `${folder} belongs to a run that writes to it: ${describe(claim)}${known ? '' : ', which cannot be checked from here'}.`,
    known
      ? 'Wait until it has ended, or give this run a folder of its own.'
      : `If that run has ended, remove ${path} and try again.`,
  );
}
