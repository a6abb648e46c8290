/**
 * Where a browser keeps runs: folders in its private files, the index in its IndexedDB, who may write by its Web Locks. What
 * a record holds is said by run_index.ts.
 */
import { openDB, type DBSchema } from 'idb';
import { LabError } from '../../base/lab_error';
import { openLastingFiles } from '../../io/private_files';
import { KeptRuns, type RunLocks } from './kept_runs';
import type { KeptRun, RunIndex } from './run_index';

const DATABASE = 'sasa-lab';
const RUNS = 'runs';
/** Of the tables, not of the records in them: those say their own. */
const VERSION = 1;

interface Tables extends DBSchema {
  [RUNS]: { key: string; value: KeptRun };
}

/** Folder of the private file system. */
const FOLDER = 'runs';

/** The runs of this browser. Throws LabError `not_found` where it keeps nothing. */
export async function openKeptRuns(): Promise<KeptRuns> {
  const files = await openLastingFiles(FOLDER);
  const index = files === null ? null : await openBrowserIndex().catch(() => null);
  if (files === null || index === null) {
    throw new LabError(
      'not_found',
      'This browser lets the page keep nothing: runs are lost when it is closed or reloaded.',
      'Export what you want to keep, or open the page in a window that is not private.',
    );
  }
  return new KeptRuns({ files, index, locks: browserLocks, now: () => Date.now() });
}

async function openBrowserIndex(): Promise<RunIndex> {
  const database = await openDB<Tables>(DATABASE, VERSION, {
    upgrade: (tables) => {
      tables.createObjectStore(RUNS, { keyPath: 'id' });
    },
    // A newer lab in another tab waits for this one otherwise.
    blocking: () => database.close(),
  });
  return {
    all: () => database.getAll(RUNS),
    get: (id) => database.get(RUNS, id),
    put: async (run) => {
      await database.put(RUNS, run);
    },
    remove: (id) => database.delete(RUNS, id),
  };
}

/** Locks that all tabs of this lab share; the browser gives them back when a tab or its worker ends. */
const browserLocks: RunLocks = {
  claim: (id) =>
    new Promise((resolve, reject) => {
      const held = (lock: Lock | null): Promise<void> | undefined => {
        if (lock === null) {
          resolve(null);
          return undefined;
        }
        return new Promise<void>((release) => resolve(release));
      };
      navigator.locks.request(`sasa-lab run ${id}`, { ifAvailable: true }, held).catch(reject);
    }),
};
