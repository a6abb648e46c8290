/**
 * The page's end of the engine's worker: typed commands out, typed events in, and promises for the
 * requests that have one answer. It starts the worker when first needed, starts a fresh one after a
 * crash, and knows nothing of runs, stores or React.
 */
import { LabError, type LabErrorData } from '../base/lab_error';
import type {
  Command,
  DiagnoseAnswer,
  EvaluateAnswer,
  Event as EngineEvent,
  ExportFormat,
  GroupCard,
  GroupsAnswer,
  Preview,
  RunEstimate,
} from '../lab/protocol/protocol';
import type { RunInput } from '../lab/run/run_config';

/** What the client needs of a Worker; a test gives its own. */
export interface EngineWorker {
  postMessage(command: Command, transfer: Transferable[]): void;
  onmessage: ((message: MessageEvent<EngineEvent>) => void) | null;
  onerror: ((error: ErrorEvent) => void) | null;
  onmessageerror: ((message: MessageEvent) => void) | null;
  terminate(): void;
}

/** Everything a listener can hear: the engine's events, and the end of the worker itself. */
export type ClientEvent = EngineEvent | { readonly kind: 'crashed'; readonly error: LabErrorData };

/** How a long request reports and is given up. */
export interface RequestOptions {
  /** Called with the share done (0 … 1) and what is being done. */
  readonly onProgress?: ((fraction: number, stage: string) => void) | undefined;
  /** Aborting tells the worker to stop and rejects with LabError `cancelled`. */
  readonly signal?: AbortSignal | undefined;
}

/** A file the engine wrote, ready to be saved. */
export interface ExportedFile {
  readonly filename: string;
  readonly mimeType: string;
  readonly bytes: ArrayBuffer;
  /** Steps of the run that it knows of. */
  readonly step: number;
  /** Why the folder of a model has no report.json; absent where it has one, and for metrics. */
  readonly withoutReport?: LabErrorData;
}

type RequestCommand = Extract<Command, { readonly requestId: number }>;
type Unnumbered<C> = C extends RequestCommand ? Omit<C, 'requestId'> : never;

/** A command with one answer, before it gets its request id. */
export type Request = Exclude<Unnumbered<RequestCommand>, { readonly kind: 'cancel' }>;

/** An event that ends a request. */
export type Answer = Exclude<
  Extract<EngineEvent, { readonly requestId: number }>,
  { kind: 'analysis_progress' | 'request_failed' }
>;

interface Pending {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: LabError) => void;
  readonly onProgress: RequestOptions['onProgress'];
}

const CRASH_WAY_OUT =
  'The engine was started afresh; press Train to run again. Finished runs keep their curves, but their weights are gone.';

export class EngineClient {
  #worker: EngineWorker | null = null;
  #nextRequest = 1;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<(event: ClientEvent) => void>();

  constructor(private readonly startWorker: () => EngineWorker) {}

  /** Calls `listener` with every event; returns how to stop that. */
  subscribe(listener: (event: ClientEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Sends a command that has no single answer. Buffers in `transfer` move to the worker. */
  send(command: Command, transfer: Transferable[] = []): void {
    this.#connected().postMessage(command, transfer);
  }

  /** Memory and warnings of a run, before anything is allocated. */
  async estimate(config: RunInput, options?: RequestOptions): Promise<RunEstimate> {
    const answer = await this.request({ kind: 'estimate', config }, 'estimated', options);
    return answer.estimate;
  }

  /** The data of a run as its first picture shows them. `file` (an .npy) moves to the worker. */
  async preview(config: RunInput, file?: ArrayBuffer, options?: RequestOptions): Promise<Preview> {
    const request: Request =
      file === undefined ? { kind: 'preview', config } : { kind: 'preview', config, file };
    const transfer = file === undefined ? [] : [file];
    return (await this.request(request, 'previewed', options, transfer)).preview;
  }

  /** Table of all groups (or latents) of one model of a run. */
  async groups(runId: string, model: number, options?: RequestOptions): Promise<GroupsAnswer> {
    return (await this.request({ kind: 'groups', runId, model }, 'groups', options)).answer;
  }

  /** The card of one group. */
  async groupCard(
    runId: string,
    model: number,
    group: number,
    options?: RequestOptions,
  ): Promise<GroupCard> {
    const request: Request = { kind: 'group_card', runId, model, group };
    return (await this.request(request, 'group_card', options)).card;
  }

  /** All diagnostics of one model of a run. */
  async diagnose(runId: string, model: number, options?: RequestOptions): Promise<DiagnoseAnswer> {
    return (await this.request({ kind: 'diagnose', runId, model }, 'diagnosed', options)).answer;
  }

  /** The final evaluation of one model of a run, on rows it was not trained on. */
  async evaluate(runId: string, model: number, options?: RequestOptions): Promise<EvaluateAnswer> {
    return (await this.request({ kind: 'evaluate', runId, model }, 'evaluated', options)).answer;
  }

  /** Weights or metrics as a file. */
  export(
    runId: string,
    model: number,
    format: ExportFormat,
    options?: RequestOptions,
  ): Promise<ExportedFile> {
    const request: Request = { kind: 'export', runId, model, format };
    return this.request(request, 'exported', options);
  }

  /** Ends the worker; requests under way are rejected as cancelled. */
  close(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#rejectAll(new LabError('cancelled', 'The engine was closed.', 'Reload the page.'));
  }

  /** Asks anything that has one answer, of kind `answerKind`; rejects with LabError. */
  request<K extends Answer['kind']>(
    request: Request,
    answerKind: K,
    options: RequestOptions = {},
    transfer: Transferable[] = [],
  ): Promise<Extract<Answer, { kind: K }>> {
    const requestId = this.#nextRequest++;
    return new Promise((resolve, reject) => {
      const cancelled = () =>
        new LabError('cancelled', 'This was cancelled.', 'Start it again when you need it.');
      if (options.signal?.aborted) {
        reject(cancelled());
        return;
      }
      const abort = () => {
        if (!this.#pending.delete(requestId)) return;
        this.send({ kind: 'cancel', requestId });
        reject(cancelled());
      };
      const settle = () => options.signal?.removeEventListener('abort', abort);
      this.#pending.set(requestId, {
        resolve: (answer) => {
          settle();
          if (isKind(answer, answerKind)) resolve(answer);
          else reject(new LabError('internal', `The engine answered ${answer.kind}.`, 'Reload.'));
        },
        reject: (error) => {
          settle();
          reject(error);
        },
        onProgress: options.onProgress,
      });
      options.signal?.addEventListener('abort', abort);
      this.send({ ...request, requestId }, transfer);
    });
  }

  #connected(): EngineWorker {
    if (this.#worker !== null) return this.#worker;
    const worker = this.startWorker();
    worker.onmessage = (message) => this.#receive(message.data);
    worker.onerror = (error) => this.#crash(error.message || 'the worker could not be loaded');
    worker.onmessageerror = () => this.#crash('a message could not be read');
    this.#worker = worker;
    return worker;
  }

  #receive(event: EngineEvent): void {
    if (event.kind === 'analysis_progress') {
      this.#pending.get(event.requestId)?.onProgress?.(event.fraction, event.stage);
    } else if (event.kind === 'request_failed') {
      const { code, message, wayOut } = event.error;
      this.#take(event.requestId)?.reject(new LabError(code, message, wayOut));
    } else if ('requestId' in event) {
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
    const error = new LabError('internal', `The engine stopped: ${reason}.`, CRASH_WAY_OUT);
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

function isKind<K extends Answer['kind']>(
  answer: Answer,
  kind: K,
): answer is Extract<Answer, { kind: K }> {
  return answer.kind === kind;
}
