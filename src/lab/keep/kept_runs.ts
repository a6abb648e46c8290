/**
 * The runs that a browser keeps: a folder each (kept_folder.ts) and an index of them (run_index.ts). It lists, renames,
 * deletes and gives back, and says who may write. Knows neither GPU nor page, and works on memory as in a browser.
 */
import { LabError } from '../../base/lab_error';
import { CheckedFiles } from '../../io/checked_files';
import type { FileStore } from '../../io/file_store';
import type { SaidOfRun } from '../protocol/kept_protocol';
import { KeptFolder } from './kept_folder';
import { readKeptRun, type KeptRun, type RunIndex } from './run_index';

/** Milliseconds for which a deleted run can be had back. */
export const UNDO_MS = 60_000;

/** Who may write to a run. */
export interface RunLocks {
  /** Claims a run; null when another tab has it. The answer gives it back. */
  claim(id: string): Promise<(() => void) | null>;
}

/** Where runs are kept. */
export interface RunPlaces {
  readonly files: FileStore;
  readonly index: RunIndex;
  readonly locks: RunLocks;
  /** Milliseconds since 1970. */
  now(): number;
}

export class KeptRuns {
  /** Changes of records, one after the other: none is lost between its reading and its writing. */
  private line: Promise<unknown> = Promise.resolve();
  /** What was left of imports in earlier visits is looked for once. */
  private swept: Promise<void> | null = null;

  constructor(private readonly places: RunPlaces) {}

  /** All runs but those that were deleted, oldest first. */
  async list(): Promise<readonly KeptRun[]> {
    await this.removeDeleted();
    this.swept ??= this.removeStrays();
    await this.swept;
    const runs = await this.all();
    return runs
      .filter(({ deletedAt }) => deletedAt === null)
      .toSorted((a, b) => a.createdAt - b.createdAt);
  }

  /** A run by its id; null when there is none, or it was deleted. */
  async find(id: string): Promise<KeptRun | null> {
    const run = readKeptRun(await this.places.index.get(id));
    return run?.deletedAt === null ? run : null;
  }

  /** The folder of a run. */
  folder(id: string): KeptFolder {
    return new KeptFolder(this.places.files, id, (change) => this.change(id, change));
  }

  /** Begins to keep a run. */
  add(run: KeptRun): Promise<void> {
    return this.inTurn(() => this.places.index.put(run));
  }

  /** Whether there is a record of that id, be it of a run that was deleted a moment ago or that a newer lab keeps. */
  async knows(id: string): Promise<boolean> {
    return ((await this.places.index.get(id)) ?? null) !== null;
  }

  /**
   * Adds a run with its files, all of it or nothing: `write` writes them, and gives its record, which comes last. Throws
   * what `write` throws, and LabError `bad_config` where another tab has the run.
   */
  async receive(id: string, write: (files: CheckedFiles) => Promise<KeptRun>): Promise<void> {
    const release = await this.claim(id);
    if (release === null) {
      throw new LabError('bad_config', `Another tab is importing run ${id}.`, 'Wait for that tab.');
    }
    const { files } = this.places;
    try {
      const run = await write(new CheckedFiles(files, id));
      await this.add({ ...run, bytes: await files.used(id) });
    } catch (error) {
      await files.remove(id);
      throw error;
    } finally {
      release();
    }
  }

  /** Claims a run for writing; null when another tab has it. The answer gives it back. */
  claim(id: string): Promise<(() => void) | null> {
    return this.places.locks.claim(id);
  }

  rename(id: string, name: string): Promise<void> {
    return this.change(id, (run) => ({ ...run, name }));
  }

  /** Keeps what the person says of a run. */
  describe(id: string, about: SaidOfRun): Promise<void> {
    return this.change(id, (run) => ({ ...run, about }));
  }

  /** Deletes a run, which `restore` takes back for a minute. */
  delete(id: string): Promise<void> {
    return this.change(id, (run) => ({ ...run, deletedAt: this.places.now() }));
  }

  /** Takes a deletion back; false when it is too late. */
  async restore(id: string): Promise<boolean> {
    await this.change(id, (run) => ({ ...run, deletedAt: null }));
    return (await this.find(id)) !== null;
  }

  /** Bytes that may still be written; null when nobody knows. */
  available(): Promise<number | null> {
    return this.places.files.available();
  }

  /** Milliseconds since 1970. */
  now(): number {
    return this.places.now();
  }

  /** Removes for good what was deleted more than a minute ago. */
  private async removeDeleted(): Promise<void> {
    const latest = this.places.now() - UNDO_MS;
    for (const { id, deletedAt } of await this.all()) {
      if (deletedAt === null || deletedAt > latest) continue;
      await this.inTurn(async () => {
        await this.places.files.remove(id);
        await this.places.index.remove(id);
      });
    }
  }

  /** Removes files of which no record speaks: the browser was closed while they came from elsewhere. */
  private async removeStrays(): Promise<void> {
    for (const id of await this.places.files.folders()) {
      if (await this.knows(id)) continue;
      // They may be on their way in another tab.
      const release = await this.claim(id);
      if (release === null) continue;
      if (!(await this.knows(id))) await this.places.files.remove(id);
      release();
    }
  }

  private async all(): Promise<readonly KeptRun[]> {
    const records = await this.places.index.all();
    return records.flatMap((record) => readKeptRun(record) ?? []);
  }

  /** Changes the record of a run; one that is gone stays gone. */
  private change(id: string, change: (run: KeptRun) => KeptRun): Promise<void> {
    return this.inTurn(async () => {
      const run = readKeptRun(await this.places.index.get(id));
      if (run !== null) await this.places.index.put(change(run));
    });
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.line.then(work);
    this.line = done.catch(() => undefined);
    return done;
  }
}
