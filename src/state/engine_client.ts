/**
 * The page's end of the engine's worker: typed commands out, typed events in, and a promise for every
 * question. It starts the worker when first needed, starts a fresh one after a
 * crash, and knows nothing of runs, stores or React.
 */
import { LabError, type LabErrorData } from '../base/lab_error';
import type { Command, Event as EngineEvent } from '../lab/protocol/protocol';
import type {
  AnswerEvent,
  AnswerOf,
  AskCommand,
  AskOf,
  RequestName,
} from '../lab/protocol/requests';

/** What the client needs of a Worker; a test gives its own. */
export interface EngineWorker {
  postMessage(command: Command): void;
  onmessage: ((message: MessageEvent<EngineEvent>) => void) | null;
  onerror: ((error: ErrorEvent) => void) | null;
  onmessageerror: ((message: MessageEvent) => void) | null;
  terminate(): void;
}

/** Everything a listener can hear: the engine's events, and the end of the worker itself. */
export type ClientEvent = EngineEvent | { readonly kind: 'crashed'; readonly error: LabErrorData };

/** How a question reports and is given up. */
export interface AskOptions {
  /** Called with the share done (0 … 1) and what is being done. */
  readonly onProgress?: ((fraction: number, stage: string) => void) | undefined;
  /** Aborting tells the worker to stop and rejects with LabError `cancelled`. */
  readonly signal?: AbortSignal | undefined;
}

interface Pending {
  readonly resolve: (event: AnswerEvent) => void;
  readonly reject: (error: LabError) => void;
  readonly onProgress: AskOptions['onProgress'];
}

const CRASH_WAY_OUT = 'Runs that this browser keeps can go on; others have to be trained again.';

/** Resolves when nobody holds a lock of the browser any more. */
export type LockWatch = (name: string) => Promise<void>;

/** Null where the browser has no locks: then only a worker that fails with a word is known to be gone. */
function browserLocks(): LockWatch | null {
  if (!('navigator' in globalThis) || !('locks' in navigator)) return null;
  return (name) => navigator.locks.request(name, () => undefined);
}

export class EngineClient {
  #worker: EngineWorker | null = null;
  #nextRequest = 1;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<(event: ClientEvent) => void>();
  /** Address of the page, which every worker is told first. */
  #base: string | null = null;
  /** Why no worker is started any more; null while one is when it is needed. */
  #end: LabError | null = null;

  #before: (runId: string) => Promise<void> | null = () => null;

  constructor(
    private readonly startWorker: () => EngineWorker,
    private readonly locks: LockWatch | null = browserLocks(),
  ) {}

  /** Starts a worker, if there is none, for the page at `base`. */
  connect(base: string): void {
    this.#base = base;
    this.#connected();
  }

  /** Ends the worker and starts none any more until `revive`: what is asked is refused with the error, what is told is dropped. */
  end({ code, message, wayOut }: LabErrorData): void {
    this.#end = new LabError(code, message, wayOut);
    this.#worker?.terminate();
    this.#worker = null;
    this.#rejectAll(this.#end);
  }

  /** After `end`: the next command starts a worker again. */
  revive(): void {
    this.#end = null;
  }

  /** Has questions about models of a run wait for what `before` does for it; null for nothing. */
  beforeAsking(before: (runId: string) => Promise<void> | null): void {
    this.#before = before;
  }

  /** Calls `listener` with every event; returns how to stop that. */
  subscribe(listener: (event: ClientEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Sends a command that has no single answer. */
  send(command: Command): void {
    if (this.#end === null) this.#connected().postMessage(command);
  }

  /** Ends the worker; requests under way are rejected as cancelled. */
  close(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#rejectAll(new LabError('cancelled', 'The engine was closed.', 'Reload the page.'));
  }

  /** Asks a question of the protocol's table; rejects with LabError. */
  ask<Name extends RequestName>(
    name: Name,
    ask: AskOf<Name>,
    options: AskOptions = {},
  ): Promise<AnswerOf<Name>> {
    const isOfModel = ask !== null && 'model' in ask && 'runId' in ask;
    const before = isOfModel ? this.#before(ask.runId) : null;
    return before === null
      ? this.#put(name, ask, options)
      : before.then(() => this.#put(name, ask, options));
  }

  #put<Name extends RequestName>(
    name: Name,
    ask: AskOf<Name>,
    { signal, onProgress }: AskOptions,
  ): Promise<AnswerOf<Name>> {
    const requestId = this.#nextRequest++;
    return new Promise((resolve, reject) => {
      const cancelled = () =>
        new LabError('cancelled', 'This was cancelled.', 'Start it again when you need it.');
      if (signal?.aborted || this.#end !== null) {
        reject(this.#end ?? cancelled());
        return;
      }
      const abort = () => {
        if (!this.#pending.delete(requestId)) return;
        this.send({ kind: 'cancel', requestId });
        reject(cancelled());
      };
      const settle = () => signal?.removeEventListener('abort', abort);
      this.#pending.set(requestId, {
        resolve: (event) => {
          settle();
          if (event.name === name) resolve(event.answer);
          else reject(new LabError('internal', `The engine answered ${event.name}.`, 'Reload.'));
        },
        reject: (error) => {
          settle();
          reject(error);
        },
        onProgress,
      });
      signal?.addEventListener('abort', abort);
      // A name with its own question, which the union of all questions does not tell.
      const command = { kind: 'ask', requestId, name, ask } as AskCommand;
      this.send(command);
    });
  }

  #connected(): EngineWorker {
    if (this.#worker !== null) return this.#worker;
    const worker = this.startWorker();
    worker.onmessage = (message) => this.#receive(message.data);
    worker.onerror = (error) => this.#crash(error.message || 'the worker could not be loaded');
    worker.onmessageerror = () => this.#crash('a message could not be read');
    this.#worker = worker;
    if (this.#base !== null) worker.postMessage({ kind: 'connect', base: this.#base });
    return worker;
  }

  /** Hears of the end of a worker that says nothing. */
  #watch(lock: string): void {
    const worker = this.#worker;
    void this.locks?.(lock).then(() => {
      if (this.#worker === worker) this.#crash('its worker was ended');
    });
  }

  #receive(event: EngineEvent): void {
    if (event.kind === 'alive') {
      this.#watch(event.lock);
    } else if (event.kind === 'analysis_progress') {
      this.#pending.get(event.requestId)?.onProgress?.(event.fraction, event.stage);
    } else if (event.kind === 'request_failed') {
      const { code, message, wayOut } = event.error;
      this.#take(event.requestId)?.reject(new LabError(code, message, wayOut));
    } else if (event.kind === 'answer') {
      this.#take(event.requestId)?.resolve(event);
    }
    this.#emit(event);
  }

  #take(requestId: number): Pending | undefined {
    const pending = this.#pending.get(requestId);
    this.#pending.delete(requestId);
    return pending;
  }

  #crash(reason: string): void {
    this.#worker?.terminate();
    this.#worker = null;
    const error = new LabError('engine_lost', `The engine stopped: ${reason}.`, CRASH_WAY_OUT);
    this.#rejectAll(error);
    const { code, message, wayOut } = error;
    this.#emit({ kind: 'crashed', error: { code, message, wayOut } });
  }

  #rejectAll(error: LabError): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(error);
  }

  #emit(event: ClientEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
