/**
 * The engine's end of the analysis worker: one analysis at a time, progress, and giving up by ending the
 * worker. Tables are sent once and kept here by key, so that a fresh worker can be filled again.
 */
import { LabError } from '../base/lab_error';
import type {
  AnalysisCommand,
  AnalysisEvent,
  AnalysisResult,
  AnalysisTable,
} from './analysis_worker';

/** What can be asked, without the id that the client adds. */
export type AnalysisQuestion =
  | { readonly kind: 'groups'; readonly key: string }
  | { readonly kind: 'diagnose'; readonly key: string }
  | {
      readonly kind: 'card';
      readonly key: string;
      readonly group: number;
      readonly others: readonly string[];
    };

interface Job {
  readonly id: number;
  readonly question: AnalysisQuestion;
  readonly onProgress: (fraction: number) => void;
  readonly resolve: (result: AnalysisResult) => void;
  readonly reject: (error: LabError) => void;
}

const cancelled = () =>
  new LabError('cancelled', 'The analysis was given up.', 'Start it again when you need it.');

export class AnalysisClient {
  private worker: Worker | null = null;
  private readonly tables = new Map<string, AnalysisTable>();
  private readonly sent = new Set<string>();
  private queue: Job[] = [];
  private running: Job | null = null;

  /** Keeps a table under a key, replacing what was there. */
  put(key: string, table: AnalysisTable): void {
    this.tables.set(key, table);
    this.sent.delete(key);
  }

  get(key: string): AnalysisTable | undefined {
    return this.tables.get(key);
  }

  /** Forgets all tables whose key begins with `prefix`. */
  drop(prefix: string): void {
    for (const key of [...this.tables.keys()].filter((name) => name.startsWith(prefix))) {
      this.tables.delete(key);
      if (this.sent.delete(key)) this.worker?.postMessage({ kind: 'drop', key });
    }
  }

  /** Asks for an analysis; rejects with LabError. */
  ask(
    id: number,
    question: AnalysisQuestion,
    onProgress: (fraction: number) => void,
  ): Promise<AnalysisResult> {
    return new Promise((resolve, reject) => {
      this.queue.push({ id, question, onProgress, resolve, reject });
      this.next();
    });
  }

  /** Gives up an analysis that waits or runs. */
  cancel(id: number): void {
    const waiting = this.queue.find((job) => job.id === id);
    if (waiting !== undefined) {
      this.queue = this.queue.filter((job) => job !== waiting);
      waiting.reject(cancelled());
    } else if (this.running?.id === id) {
      const job = this.running;
      this.endWorker();
      job.reject(cancelled());
      this.next();
    }
  }

  private next(): void {
    if (this.running !== null) return;
    const job = this.queue.shift();
    if (job === undefined) return;
    this.running = job;
    const worker = this.startedWorker();
    const { question, id } = job;
    for (const key of [question.key, ...(question.kind === 'card' ? question.others : [])]) {
      const table = this.tables.get(key);
      if (table === undefined || this.sent.has(key)) continue;
      this.sent.add(key);
      this.send(worker, { kind: 'load', key, table });
    }
    this.send(worker, { ...question, id });
  }

  private send(worker: Worker, command: AnalysisCommand): void {
    worker.postMessage(command);
  }

  private startedWorker(): Worker {
    if (this.worker !== null) return this.worker;
    const worker = new Worker(new URL('./analysis_worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data: event }: MessageEvent<AnalysisEvent>) => {
      const job = this.running;
      if (job?.id !== event.id) return;
      if (event.kind === 'progress') {
        job.onProgress(event.fraction);
        return;
      }
      this.running = null;
      if (event.kind === 'done') job.resolve(event.result);
      else job.reject(new LabError(event.error.code, event.error.message, event.error.wayOut));
      this.next();
    };
    worker.onerror = (event) => {
      const job = this.running;
      this.endWorker();
      job?.reject(
        new LabError('internal', `The analysis stopped: ${event.message}`, 'Analyse again.'),
      );
      this.next();
    };
    this.worker = worker;
    return worker;
  }

  private endWorker(): void {
    this.worker?.terminate();
    this.worker = null;
    this.running = null;
    this.sent.clear();
  }
}
