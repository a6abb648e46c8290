/**
 * Long work that says how far it is and can be given up, and work that several wait for: it is done once, all
 * are told of it, and it ends when nobody wants it any more. It knows nothing of what is done.
 */
import { LabError } from './lab_error';

/** How long work reports and is given up. */
export interface Work {
  /** Told the share done, 0 to 1, and what is being done. */
  readonly onProgress?: ((fraction: number, stage: string) => void) | undefined;
  /** Aborted when the work is not wanted any more; it ends with LabError `cancelled` then. */
  readonly signal?: AbortSignal | undefined;
}

/** The error with which work ends that was given up. */
export function givenUp(): LabError {
  return new LabError('cancelled', 'This was cancelled.', 'Start it again when you like.');
}

/** Throws LabError `cancelled` when work has been given up. */
export function requireWanted({ signal }: Work): void {
  if (signal?.aborted === true) throw givenUp();
}

/** Milliseconds that long work keeps the thread for itself. */
const KEPT_MS = 25;

/** Long work on a thread that others need too: it stops now and then, so that they have their turn and it can be given up. */
export class Pauses {
  private since = performance.now();

  constructor(private readonly work: Work) {}

  /** Whether the thread was kept long enough. */
  due(): boolean {
    return performance.now() - this.since >= KEPT_MS;
  }

  /** Lets everybody else have their turn. Throws LabError `cancelled` when the work is given up. */
  async take(): Promise<void> {
    requireWanted(this.work);
    await new Promise((resolve) => void setTimeout(resolve));
    requireWanted(this.work);
    this.since = performance.now();
  }
}

/** The outcome of a promise, or LabError `cancelled` as soon as the work is given up. */
export async function whileWanted<T>(promise: Promise<T>, work: Work): Promise<T> {
  const { signal } = work;
  if (signal === undefined) return promise;
  // Nobody hears of it when the promise fails later.
  if (signal.aborted) promise.catch(() => undefined);
  requireWanted(work);
  const given = new AbortController();
  try {
    return await Promise.race([
      promise,
      new Promise<never>((_, reject) => {
        signal.addEventListener('abort', () => reject(givenUp()), { signal: given.signal });
      }),
    ]);
  } finally {
    given.abort();
  }
}

/** One piece of work that several may wait for. */
class SharedWork<T> {
  private readonly waiting = new Set<Work>();
  private readonly controller = new AbortController();
  private readonly outcome: Promise<T>;
  private settled = false;

  /** Begins the work. */
  constructor(start: (work: Work) => Promise<T>) {
    this.outcome = start({
      signal: this.controller.signal,
      onProgress: (fraction, stage) => {
        for (const { onProgress } of this.waiting) onProgress?.(fraction, stage);
      },
    }).finally(() => {
      this.settled = true;
    });
    // Whoever waits is told; until somebody does nobody has to be.
    this.outcome.catch(() => undefined);
  }

  /** Calls `then` if it fails or is given up. */
  onFailure(then: () => void): void {
    this.outcome.catch(then);
  }

  /** True once everybody has given it up: whoever comes now begins it anew. */
  get abandoned(): boolean {
    return this.controller.signal.aborted;
  }

  /** Ends it for everybody who waits, unless it is done. */
  giveUp(): void {
    if (!this.settled) this.controller.abort();
  }

  /** Waits for it. Rejects as the work does, and with LabError `cancelled` when `work` is given up. */
  async join(work: Work = {}): Promise<T> {
    requireWanted(work);
    this.waiting.add(work);
    try {
      return await whileWanted(this.outcome, work);
    } finally {
      this.waiting.delete(work);
      if (this.waiting.size === 0) this.giveUp();
    }
  }
}

/** Shared work by name: begun by the first who asks, kept once done, begun anew after a failure. */
export class SharedWorks<T> {
  private readonly works = new Map<string, SharedWork<T>>();

  /** Waits for the work of that name. Rejects as SharedWork.join does; nothing is begun for who gave up before. */
  async join(name: string, start: (work: Work) => Promise<T>, work: Work = {}): Promise<T> {
    requireWanted(work);
    let known = this.works.get(name);
    if (known === undefined || known.abandoned) {
      const begun = new SharedWork(start);
      begun.onFailure(() => {
        if (this.works.get(name) === begun) this.works.delete(name);
      });
      this.works.set(name, begun);
      known = begun;
    }
    return known.join(work);
  }

  /** Names of what is done or under way. */
  get names(): string[] {
    return [...this.works].flatMap(([name, work]) => (work.abandoned ? [] : [name]));
  }

  /**
   * Takes the work of a name out and gives it up if it is under way. Its outcome once it is settled; null when it
   * was given up, failed, or there is none.
   */
  async take(name: string): Promise<T | null> {
    const known = this.works.get(name);
    this.works.delete(name);
    known?.giveUp();
    return (await known?.join().catch(() => null)) ?? null;
  }

  /** Forgets what has a name of that kind. */
  forget(which: (name: string) => boolean): void {
    for (const name of this.works.keys()) if (which(name)) this.works.delete(name);
  }
}
