/**
 * The runs that a browser keeps: a folder each (kept_folder.ts) and an index of them (run_index.ts). It lists, renames,
 * deletes and gives back, and says who may write. Knows neither GPU nor page, and works on memory as in a browser.
 */
import { LabError } from '../../base/lab_error';
import { CheckedFiles } from '../../io/checked_files';
import type { FileStore } from '../../io/file_store';
import { UNDO_MS, type SaidOfRun } from '../protocol/kept_protocol';
import type { KeptData } from './kept_data';
import { KeptFolder } from './kept_folder';
import {
  filesNeeded,
  readKeptRun,
  type KeptRun,
  type KnownAnnotations,
  type RunIndex,
} from './run_index';

/** What the tabs of this lab share: who may write to a run, and that something is not as it was. */
export interface RunLocks {
  /** Claims a run; null when another tab has it. The answer gives it back. */
  claim(id: string): Promise<(() => void) | null>;
  /** Ids of the runs that some tab has claimed. */
  held(): Promise<ReadonlySet<string>>;
  /** Resolves when no tab has claimed the run any more. */
  whenFree(id: string): Promise<void>;
  /** Tells the other tabs that the list of runs has changed. */
  tell(): void;
  /** Calls `listener` when another tab tells so. */
  onNews(listener: () => void): void;
  /** Does work on something of a run when nobody else does, in any tab. */
  inTurn<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/** Where runs are kept. */
export interface RunPlaces {
  readonly files: FileStore;
  readonly index: RunIndex;
  readonly locks: RunLocks;
  /** Milliseconds since 1970. */
  now(): number;
  /** The person's own files that runs need; absent where none are kept. */
  readonly data?: KeptData;
}

export class KeptRuns {
  /** Changes of records, one after the other: none is lost between its reading and its writing. */
  private line: Promise<unknown> = Promise.resolve();
  /** Runs that this tab has claimed, with their records as it last wrote them. */
  private readonly claimed = new Map<string, KeptRun | null>();
  /** Folders without a record are looked for once a visit. */
  private searched: Promise<boolean> | null = null;
  /** Runs that were deleted here, with the time since this visit began, which no change of the clock alters. */
  private readonly deletedHere = new Map<string, number>();

  constructor(private readonly places: RunPlaces) {}

  /** What is kept of the person's own files that runs need; null where nothing is. */
  get data(): KeptData | null {
    return this.places.data ?? null;
  }

  /** All runs but those that were deleted, oldest first. */
  async list(): Promise<readonly KeptRun[]> {
    await this.removeDeleted();
    // What cannot be read now is left for another visit.
    this.searched ??= this.takeUpLost().then(
      () => true,
      () => false,
    );
    if (await this.searched) await this.removeUnneeded();
    const runs = await this.all();
    return runs
      .filter(({ deletedAt }) => deletedAt === null)
      .toSorted((a, b) => a.createdAt - b.createdAt);
  }

  /** Ids of those that were deleted and can still be had back. */
  async deleted(): Promise<readonly string[]> {
    const runs = await this.all();
    return runs.filter(({ deletedAt }) => deletedAt !== null).map(({ id }) => id);
  }

  /** Ids of those that another tab has claimed. */
  async elsewhere(): Promise<ReadonlySet<string>> {
    const held = await this.places.locks.held();
    return new Set([...held].filter((id) => !this.claimed.has(id)));
  }

  /** Resolves when no tab has claimed the run any more. */
  whenFree(id: string): Promise<void> {
    return this.places.locks.whenFree(id);
  }

  /** Calls `listener` when another tab has changed something. */
  onNews(listener: () => void): void {
    this.places.locks.onNews(listener);
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
    return this.inTurn(async () => {
      await this.places.index.put(run);
      this.written(run);
    });
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
  async claim(id: string): Promise<(() => void) | null> {
    const release = await this.places.locks.claim(id);
    if (release === null) return null;
    this.claimed.set(id, await this.find(id).catch(() => null));
    this.places.locks.tell();
    return () => {
      this.claimed.delete(id);
      release();
    };
  }

  /** Annotations by the weights that they were made on, whatever became of their runs. */
  get known(): KnownAnnotations {
    return this.places.index.annotations;
  }

  /** Does work on the annotations of a run when no other tab does. A file of theirs is written under this alone. */
  inTurnOf<T>(id: string, work: () => Promise<T>): Promise<T> {
    return this.places.locks.inTurn(`annotations ${id}`, work);
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
    this.deletedHere.set(id, performance.now());
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
    for (const run of await this.all()) {
      const { id } = run;
      const age = this.ageOf(run);
      // The clock was set back since: its minute begins anew.
      if (age !== null && age < 0) await this.delete(id);
      if (age === null || age < UNDO_MS) continue;
      await this.inTurn(() =>
        this.alone(id, async () => {
          // Another tab may have taken the deletion back meanwhile.
          const now = readKeptRun(await this.places.index.get(id));
          if (now?.deletedAt !== run.deletedAt) return;
          await this.places.files.remove(id);
          await this.places.index.remove(id);
        }),
      );
    }
  }

  /**
   * Folders without a record: their index was lost alone, or a power cut came before it. One from which a run can go on
   * gets a record again, others only take room. A record that cannot be read is one all the same.
   */
  private async takeUpLost(): Promise<void> {
    for (const id of await this.places.files.folders()) {
      const isLost = async () => (await this.places.index.get(id)) === undefined;
      if (!(await isLost())) continue;
      await this.inTurn(() =>
        this.alone(id, async () => {
          if (!(await isLost())) return;
          const run = await this.folder(id).remembered(this.places.now());
          if (run === null) await this.places.files.remove(id);
          else await this.places.index.put(run);
        }),
      );
    }
  }

  /** Does something to a run that no tab has claimed, this one included; else nothing. */
  private async alone(id: string, work: () => Promise<void>): Promise<void> {
    if ((await this.places.locks.held()).has(id)) return;
    const release = await this.places.locks.claim(id);
    try {
      if (release !== null) await work();
    } finally {
      release?.();
    }
  }

  /** Takes away files that no run needs any more. */
  private async removeUnneeded(): Promise<void> {
    const { data } = this;
    if (data === null) return;
    // In turn with what adds runs: the files of one that begins are not taken for files of none.
    await this.inTurn(async () => {
      const { index, locks } = this.places;
      const records = await index.all();
      // A run that is being trained while its record was cleared gets it back with its next checkpoint.
      for (const id of await locks.held()) if ((await index.get(id)) === undefined) return;
      await data.keepOnly(new Set(records.flatMap(filesNeeded)));
    });
  }

  /** Milliseconds since a run was deleted, of what was deleted in another visit by the clock; null where it is not deleted. */
  private ageOf({ id, deletedAt }: KeptRun): number | null {
    if (deletedAt === null) return null;
    const here = this.deletedHere.get(id);
    return here === undefined ? this.places.now() - deletedAt : performance.now() - here;
  }

  private async all(): Promise<readonly KeptRun[]> {
    const records = await this.places.index.all();
    return records.flatMap((record) => readKeptRun(record) ?? []);
  }

  /**
   * Changes the record of a run. One that is gone stays gone, unless this tab writes the run: then it was cleared from
   * under it, and is there again as it was.
   */
  private change(id: string, change: (run: KeptRun) => KeptRun): Promise<void> {
    return this.inTurn(async () => {
      const written = await this.places.index.change(id, (record) => {
        const run = record === undefined ? this.claimed.get(id) : readKeptRun(record);
        return run === null || run === undefined ? null : change(run);
      });
      if (written !== null) this.written(written);
    });
  }

  private written(run: KeptRun): void {
    if (this.claimed.has(run.id)) this.claimed.set(run.id, run);
    this.places.locks.tell();
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.line.then(work);
    this.line = done.catch(() => undefined);
    return done;
  }
}
