/**
 * The index of kept runs in the browser's IndexedDB, and who may write to a run, by its Web Locks. What a record holds is
 * said by run_index.ts.
 */
import { openDB, type DBSchema } from 'idb';
import type { RunLocks } from './kept_runs';
import type { KeptRun, RunIndex } from './run_index';

const DATABASE = 'sasa-lab';
const RUNS = 'runs';
/** Of the tables, not of the records in them: those say their own. */
const VERSION = 1;

interface Tables extends DBSchema {
  [RUNS]: { key: string; value: KeptRun };
}

/** Rejects where the browser grants no database. */
export async function openBrowserIndex(): Promise<RunIndex> {
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
export const browserLocks: RunLocks = {
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
