/**
 * The engine's end of the analysis worker: one analysis at a time, progress, and giving up by ending the
 * worker. A table of codes is made when an analysis first needs it and then moves to the worker, so that codes
 * exist once; when the worker was ended, it is made again. Knows no GPU: whoever asks says how a table
 * is made.
 */
import { LabError } from '../../base/lab_error';
import type {
  AnalysisAnswers,
  AnalysisCommand,
  AnalysisEvent,
  AnalysisKind,
  AnalysisQuestion,
  AnalysisTable,
} from './analysis_worker';

/** How an analysis is carried out for whoever asked. */
export interface AnalysisHooks {
  /**
   * Makes the table of a key; called for keys that the worker does not hold. `signal` is aborted when no
   * question waits for the table any more.
   */
  readonly load: (key: string, signal: AbortSignal) => Promise<AnalysisTable>;
  readonly onProgress: (fraction: number) => void;
}

interface Job extends AnalysisHooks {
  readonly id: number;
  readonly question: AnalysisQuestion;
  readonly resolve: (result: AnalysisAnswers[AnalysisKind]) => void;
  readonly reject: (error: unknown) => void;
  /** Whether the question has gone to the worker; before that its tables are being made. */
  asked: boolean;
  /** Whether it was cancelled while its tables were being made. */
  givenUp: boolean;
}

const cancelled = () =>
  new LabError('cancelled', 'The analysis was cancelled.', 'Start it again when you need it.');

/** Keys of the tables that a question is about. */
function tablesOf(question: AnalysisQuestion): readonly string[] {
  if (!('key' in question)) return [];
  if (question.kind !== 'card') return [question.key];
  const { key, others, alignedTo } = question;
  return [key, ...others, ...(alignedTo === null ? [] : [alignedTo])];
}

export class AnalysisClient {
  private worker: Worker | null = null;
  /** Step of every table that the worker holds, by key. */
  private readonly held = new Map<string, number>();
  private queue: Job[] = [];
  private running: Job | null = null;
  /** The table that is being made for the job that runs. */
  private making: { readonly key: string; readonly controller: AbortController } | null = null;

  /** Step of the table of a key; undefined where none is held. */
  stepOf(key: string): number | undefined {
    return this.held.get(key);
  }

  /** Forgets the tables of some keys. */
  drop(which: (key: string) => boolean): void {
    for (const key of [...this.held.keys()].filter(which)) {
      this.held.delete(key);
      this.send({ kind: 'drop', key });
    }
  }

  /** Asks for an analysis; rejects with LabError, or with what `load` threw. */
  ask<Kind extends AnalysisKind>(
    id: number,
    question: AnalysisQuestion<Kind>,
    hooks: AnalysisHooks,
  ): Promise<AnalysisAnswers[Kind]> {
    return new Promise((resolve, reject) => {
      this.queue.push({
        ...hooks,
        id,
        question,
        // The worker answers a question by its kind.
        resolve: (result) => resolve(result as AnalysisAnswers[Kind]),
        reject,
        asked: false,
        givenUp: false,
      });
      this.next();
    });
  }

  /** Gives up an analysis that waits or runs. */
  cancel(id: number): void {
    const waiting = this.queue.find((job) => job.id === id);
    const { running } = this;
    if (waiting !== undefined) {
      this.queue = this.queue.filter((job) => job !== waiting);
      waiting.reject(cancelled());
      this.stopUnwanted();
    } else if (running?.id === id) {
      running.reject(cancelled());
      running.givenUp = true;
      if (running.asked) {
        this.endWorker();
        this.finish(running);
      } else this.stopUnwanted();
    }
  }

  /** Stops the making of a table that neither the job that runs nor one that waits needs any more. */
  private stopUnwanted(): void {
    const { making, running } = this;
    if (making === null || running?.givenUp !== true) return;
    const isWanted = this.queue.some(({ question }) => tablesOf(question).includes(making.key));
    if (!isWanted) making.controller.abort();
  }

  private next(): void {
    if (this.running !== null) return;
    const job = this.queue.shift();
    if (job === undefined) return;
    this.running = job;
    this.begin(job).catch((error: unknown) => {
      job.reject(error);
      this.finish(job);
    });
  }

  private finish(job: Job): void {
    if (this.running !== job) return;
    this.running = null;
    this.next();
  }

  private async begin(job: Job): Promise<void> {
    const { question, id } = job;
    const keys = tablesOf(question);
    // Asked again after each wait: a table may have been dropped meanwhile.
    for (let key = this.missing(keys); key !== undefined; key = this.missing(keys)) {
      const table = await this.make(job, key);
      const worker = this.startedWorker();
      this.held.set(key, table.step);
      const command: AnalysisCommand = { kind: 'load', key, table };
      worker.postMessage(command, buffersOf(table));
      if (job.givenUp || this.running !== job) {
        this.finish(job);
        return;
      }
    }
    this.startedWorker();
    job.asked = true;
    this.send({ kind: 'ask', id, question });
  }

  private async make(job: Job, key: string): Promise<AnalysisTable> {
    const controller = new AbortController();
    this.making = { key, controller };
    try {
      return await job.load(key, controller.signal);
    } finally {
      this.making = null;
    }
  }

  private missing(keys: readonly string[]): string | undefined {
    return keys.find((key) => !this.held.has(key));
  }

  private send(command: AnalysisCommand): void {
    this.worker?.postMessage(command);
  }

  private startedWorker(): Worker {
    if (this.worker !== null) return this.worker;
    const worker = new Worker(new URL('./analysis_worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data: event }: MessageEvent<AnalysisEvent>) => this.receive(event);
    worker.onerror = (event) => {
      const job = this.running;
      this.endWorker();
      if (job === null) return;
      job.reject(
        new LabError('internal', `The analysis stopped: ${event.message}`, 'Analyse again.'),
      );
      this.finish(job);
    };
    this.worker = worker;
    return worker;
  }

  private receive(event: AnalysisEvent): void {
    const job = this.running;
    if (job?.id !== event.id) return;
    if (event.kind === 'progress') {
      job.onProgress(event.fraction);
      return;
    }
    if (event.kind === 'done') job.resolve(event.result);
    else job.reject(new LabError(event.error.code, event.error.message, event.error.wayOut));
    this.finish(job);
  }

  /** Ends whatever runs there; its tables go with it. */
  private endWorker(): void {
    this.worker?.terminate();
    this.worker = null;
    this.held.clear();
  }
}

/**
 * What moves to the worker instead of being copied: codes and rows, which were made for this table. Weights and
 * true features may belong to a run that still needs them.
 */
function buffersOf({ codes, rowIds, text }: AnalysisTable): Transferable[] {
  const arrays = [
    codes.offsets,
    codes.active,
    codes.codes,
    rowIds,
    ...(text === null ? [] : [text.tokens, text.documents, text.positions]),
  ];
  return [...new Set(arrays.map(({ buffer }) => buffer))];
}
