/** Where runs are kept, in memory: an index and locks as a browser has them, for tests that look at both. */
import type { RunLocks } from '../../src/lab/keep/kept_runs';
import type { KeptRun, RunIndex } from '../../src/lab/keep/run_index';

/** An index in memory. */
export class MemoryIndex implements RunIndex {
  private readonly records = new Map<string, unknown>();

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

  remove(id: string): Promise<void> {
    this.records.delete(id);
    return Promise.resolve();
  }
}

/** Locks within one page. */
export class MemoryLocks implements RunLocks {
  private readonly held = new Set<string>();

  claim(id: string): Promise<(() => void) | null> {
    if (this.held.has(id)) return Promise.resolve(null);
    this.held.add(id);
    return Promise.resolve(() => this.held.delete(id));
  }
}
