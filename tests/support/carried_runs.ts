/** A browser in memory with what it keeps, and folders of runs of an earlier version, for tests that carry runs about. */
import { join } from 'node:path';
import { expect } from 'vitest';
import { at } from '../../src/base/array';
import { MemoryFileStore } from '../../src/io/file_store';
import { KeptRuns } from '../../src/lab/keep/kept_runs';
import type { KeptRun } from '../../src/lab/keep/run_index';
import type { WhichCheckpoints } from '../../src/lab/protocol/protocol';
import { receiveRuns, sendRuns } from '../../src/lab/worker/run_carrier';
import { MemoryIndex, MemoryLocks } from './memory_runs';
import { filesOnDisk, type Files } from './run_folders';

const fixtures = join(import.meta.dirname, '../fixtures/version2/runs');
export const folderOf = (name: string): Files => filesOnDisk(join(fixtures, name));
export const encode = (value: unknown) =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
export const decode = (bytes: Uint8Array | undefined) =>
  JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;

/** The same bytes as text, which is compared in no time. */
export const inText = (files: Files = {}) =>
  Object.fromEntries(
    Object.entries(files).map(([path, bytes]) => [path, Buffer.from(bytes).toString('base64')]),
  );

/** A browser with what it keeps. */
export class Browser {
  readonly index = new MemoryIndex();
  readonly locks = new MemoryLocks();
  readonly kept: KeptRuns;

  constructor(
    readonly files: MemoryFileStore = new MemoryFileStore(),
    now = 9000,
  ) {
    this.kept = new KeptRuns({ files, index: this.index, locks: this.locks, now: () => now });
  }

  async export(checkpoints: WhichCheckpoints = 'latest', runIds: string[] | null = null) {
    const { file } = await sendRuns(this.kept, { runIds, checkpoints, to: null }, {});
    if (file === null) throw new Error('no file');
    return new File([file], 'runs.zip');
  }

  import(file: File) {
    return receiveRuns(this.kept, [{ path: file.name, file }], {});
  }

  async isEmpty(): Promise<boolean> {
    return (await this.files.folders()).length === 0 && (await this.index.all()).length === 0;
  }
}

export const only = async (browser: Browser): Promise<KeptRun> => {
  const runs = await browser.kept.list();
  expect(runs).toHaveLength(1);
  return at(runs, 0);
};
