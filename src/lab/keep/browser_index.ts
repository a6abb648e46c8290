/**
 * Where a browser keeps runs: folders in its private files, the index in its IndexedDB, who may write by its Web Locks. What
 * a record holds is said by run_index.ts.
 */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import { LabError } from '../../base/lab_error';
import { openLastingFiles } from '../../io/private_files';
import type { RememberedFile } from '../protocol/data_files_protocol';
import { KeptData, type RememberedFiles } from './kept_data';
import { KeptRuns, type RunLocks } from './kept_runs';
import type { KeptRun, RunIndex } from './run_index';

const DATABASE = 'sasa-lab';
const RUNS = 'runs';
const ANNOTATIONS = 'annotations';
const FILES = 'files';
/** Of the tables, not of the records in them: those say their own. 2: annotations by weights; 3: files by SHA-256. */
const VERSION = 3;

interface Tables extends DBSchema {
  [RUNS]: { key: string; value: KeptRun };
  [ANNOTATIONS]: { key: string; value: object };
  [FILES]: { key: string; value: RememberedFile };
}

/** Folders of the private file system: of runs, and of copies of the data that they need. */
const FOLDER = 'runs';
const COPIES = 'run-data';

/** The runs of this browser. Throws LabError `not_found` where it keeps nothing. */
export async function openKeptRuns(): Promise<KeptRuns> {
  const files = await openLastingFiles(FOLDER);
  const copies = files === null ? null : await openLastingFiles(COPIES);
  const tables = copies === null ? null : await openBrowserTables().catch(() => null);
  if (files === null || copies === null || tables === null) {
    throw new LabError(
      'not_found',
      'This browser lets the page keep nothing: runs are lost when it is closed or reloaded.',
      'Export what you want to keep, or open the page in a window that is not private.',
    );
  }
  const data = new KeptData({ copies, remembered: rememberedIn(tables) });
  const index = runsIn(tables);
  return new KeptRuns({ files, index, locks: browserLocks(), now: () => Date.now(), data });
}

/** Opens the database when somebody needs it, and again after it was closed. */
type OpenTables = () => Promise<IDBPDatabase<Tables>>;

async function openBrowserTables(): Promise<OpenTables> {
  let opened: Promise<IDBPDatabase<Tables>> | null = null;
  const forget = () => {
    opened = null;
  };
  const tables: OpenTables = () => {
    opened ??= openTables(forget).catch((error: unknown) => {
      forget();
      throw error;
    });
    return opened;
  };
  await tables();
  return tables;
}

function rememberedIn(tables: OpenTables): RememberedFiles {
  return {
    all: async () => (await tables()).getAll(FILES),
    put: async (file) => {
      await (await tables()).put(FILES, file);
    },
    remove: async (sha256) => (await tables()).delete(FILES, sha256),
  };
}

function runsIn(tables: OpenTables): RunIndex {
  // Files are flushed before the record that speaks of them; a power cut shall not leave it behind them.
  const writing = async () =>
    (await tables()).transaction(RUNS, 'readwrite', { durability: 'strict' });
  return {
    all: async () => (await tables()).getAll(RUNS),
    get: async (id) => (await tables()).get(RUNS, id),
    put: async (run) => {
      const { store, done } = await writing();
      await Promise.all([store.put(run), done]);
    },
    change: async (id, change) => {
      const { store, done } = await writing();
      const run = change(await store.get(id));
      await Promise.all([run === null ? undefined : store.put(run), done]);
      return run;
    },
    remove: async (id) => {
      const { store, done } = await writing();
      await Promise.all([store.delete(id), done]);
    },
    annotations: {
      isSomething: async () => (await (await tables()).count(ANNOTATIONS)) > 0,
      get: async (weights) => (await tables()).get(ANNOTATIONS, weights),
      change: async (weights, change) => {
        const { store, done } = (await tables()).transaction(ANNOTATIONS, 'readwrite');
        const changed = change(await store.get(weights));
        const written = changed === null ? store.delete(weights) : store.put(changed, weights);
        await Promise.all([written, done]);
      },
    },
  };
}

/** `onClosed` is called when the database is closed by the browser, as when its data are cleared, or for a newer lab. */
async function openTables(onClosed: () => void): Promise<IDBPDatabase<Tables>> {
  const database = await openDB<Tables>(DATABASE, VERSION, {
    // A browser may have any of them already, from whichever version.
    upgrade: (tables) => {
      const { objectStoreNames: there } = tables;
      if (!there.contains(RUNS)) tables.createObjectStore(RUNS, { keyPath: 'id' });
      if (!there.contains(ANNOTATIONS)) tables.createObjectStore(ANNOTATIONS);
      if (!there.contains(FILES)) tables.createObjectStore(FILES, { keyPath: 'sha256' });
    },
    // A newer lab in another tab waits for this one otherwise.
    blocking: () => {
      database.close();
      onClosed();
    },
    terminated: onClosed,
  });
  return database;
}

/** Milliseconds that a lock may take to be free: others let go within one when they only waited for it. */
const CLAIM_MS = 500;
const lockName = (id: string): string => `${LOCK}${id}`;
const LOCK = 'sasa-lab run ';

/**
 * Locks that all tabs of this lab share; the browser gives them back when a tab or its worker ends. News travel on a
 * channel, which a tab that is killed says nothing on: that it is gone, its locks say.
 */
function browserLocks(): RunLocks {
  const channel = new BroadcastChannel('sasa-lab runs');
  return {
    claim: (id) =>
      new Promise((resolve, reject) => {
        const held = (): Promise<void> => new Promise((release) => resolve(release));
        const signal = AbortSignal.timeout(CLAIM_MS);
        navigator.locks.request(lockName(id), { signal }, held).catch((error: unknown) => {
          if (signal.aborted) resolve(null);
          else reject(error instanceof Error ? error : new Error(String(error)));
        });
      }),
    held: async () => {
      const { held = [] } = await navigator.locks.query();
      return new Set(
        held.flatMap(({ name = '' }) => (name.startsWith(LOCK) ? name.slice(LOCK.length) : [])),
      );
    },
    inTurn: (name, work) => navigator.locks.request(`sasa-lab ${name}`, work),
    whenFree: (id) => navigator.locks.request(lockName(id), { mode: 'shared' }, () => undefined),
    tell: () => channel.postMessage(null),
    onNews: (listener) => {
      channel.onmessage = listener;
    },
  };
}
