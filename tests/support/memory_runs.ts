/** Where runs are kept, in memory: an index and locks as a browser has them, for tests that look at both. */
import { MemoryFileStore } from '../../src/io/file_store';
import { KeptData } from '../../src/lab/keep/kept_data';
import type { RunLocks } from '../../src/lab/keep/kept_runs';
import type { RememberedFile } from '../../src/lab/protocol/protocol';
import type { KeptRun, KnownAnnotations, RunIndex } from '../../src/lab/keep/run_index';

/** An index in memory. */
export class MemoryIndex implements RunIndex {
  private readonly records = new Map<string, unknown>();
  readonly annotations = new MemoryAnnotations();

  all(): Promise<readonly unknown[]> {
    return Promise.resolve([...this.records.values()]);
  }

  get(id: string): Promise<unknown> {
    return Promise.resolve(this.records.get(id));
  }

  put(run: KeptRun): Promise<void> {
    this.records.set(run.id, structuredClone(run));
    return Promise.resolve();
  }

  async change(id: string, change: (record: unknown) => KeptRun | null): Promise<KeptRun | null> {
    const run = change(this.records.get(id));
    if (run !== null) await this.put(run);
    return run;
  }

  remove(id: string): Promise<void> {
    this.records.delete(id);
    return Promise.resolve();
  }
}

/** Annotations by weights, in memory. */
class MemoryAnnotations implements KnownAnnotations {
  private readonly records = new Map<string, unknown>();

  isSomething(): Promise<boolean> {
    return Promise.resolve(this.records.size > 0);
  }

  get(weights: string): Promise<unknown> {
    return Promise.resolve(this.records.get(weights));
  }

  change(weights: string, change: (record: unknown) => object | null): Promise<void> {
    const changed = change(this.records.get(weights));
    if (changed === null) this.records.delete(weights);
    else this.records.set(weights, structuredClone(changed));
    return Promise.resolve();
  }
}

/** What is kept of the person's files, in memory; `capacity` bounds the bytes of copies. */
export function memoryData(
  copies = new MemoryFileStore(),
  remembered: readonly RememberedFile[] = [],
): KeptData {
  const files = new Map(remembered.map((file) => [file.sha256, file]));
  return new KeptData({
    copies,
    remembered: {
      all: () => Promise.resolve([...files.values()]),
      put: (file) => {
        files.set(file.sha256, file);
        return Promise.resolve();
      },
      remove: (sha256) => {
        files.delete(sha256);
        return Promise.resolve();
      },
    },
  });
}

/** What tabs share, within one page: every `new MemoryLocks(shared)` over the same map is a tab. */
export class MemoryLocks implements RunLocks {
  private readonly listeners = new Set<() => void>();
  private readonly lines = new Map<string, Promise<unknown>>();

  /** Of runs that are held, what to call when they are free. */
  constructor(
    private readonly shared = new Map<string, (() => void)[]>(),
    private readonly tabs: MemoryLocks[] = [],
  ) {
    tabs.push(this);
  }

  inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
    const done = (this.lines.get(name) ?? Promise.resolve()).then(work);
    this.lines.set(
      name,
      done.catch(() => undefined),
    );
    return done;
  }

  claim(id: string): Promise<(() => void) | null> {
    if (this.shared.has(id)) return Promise.resolve(null);
    this.shared.set(id, []);
    return Promise.resolve(() => {
      const waiting = this.shared.get(id) ?? [];
      this.shared.delete(id);
      for (const free of waiting) free();
    });
  }

  held(): Promise<ReadonlySet<string>> {
    return Promise.resolve(new Set(this.shared.keys()));
  }

  whenFree(id: string): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.shared.get(id);
      if (waiting === undefined) resolve();
      else waiting.push(resolve);
    });
  }

  tell(): void {
    for (const tab of this.tabs) if (tab !== this) for (const hear of tab.listeners) hear();
  }

  onNews(listener: () => void): void {
    this.listeners.add(listener);
  }
}
