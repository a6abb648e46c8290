/**
 * The part of the scripted engine that knows language models: downloads that take turns and can be broken off,
 * and invented answers about text (scripted_language.ts).
 */
import { LabError, type LabErrorData } from '../../src/base/lab_error';
import type { LanguageModelInfo, ListedLanguageModel } from '../../src/lab/protocol/lm_protocol';
import type { Event as EngineEvent } from '../../src/lab/protocol/protocol';
import type { AnswerOf, AskOf, RequestName } from '../../src/lab/protocol/requests';
import {
  scriptedAttribution,
  scriptedFaithfulness,
  scriptedReading,
  scriptedSteering,
  SCRIPTED_MODELS,
} from './scripted_language';

export interface LanguageOptions {
  /** Fails every request about language models with this error. */
  readonly languageTrouble?: LabErrorData;
  /** Bytes of a download that arrive in one turn; 0 holds it until it is cancelled. */
  readonly bytesPerTurn?: number;
}

/** The answer to every question of the protocol, at once or later; `signal` is aborted when it is given up. */
export type Script = {
  readonly [Name in RequestName]: (
    ask: AskOf<Name>,
    signal: AbortSignal,
  ) => AnswerOf<Name> | Promise<AnswerOf<Name>>;
};

type LanguageScript = Pick<
  Script,
  | 'load_language_model'
  | 'list_language_models'
  | 'delete_language_model'
  | 'read_text'
  | 'steer_text'
  | 'splice'
  | 'attribute_logits'
>;

interface Engine {
  emit(event: EngineEvent): void;
  stepOf(runId: string): number;
}

/** A fetch that waits for its next bytes. */
interface Fetch {
  readonly id: string;
  readonly done: (info: LanguageModelInfo) => void;
  readonly failed: (error: LabError) => void;
}

export class FakeLanguage {
  readonly script: LanguageScript;
  readonly #cached = new Set(['stories15m']);
  /** Bytes received by language model, of downloads under way and broken off. */
  readonly #received = new Map<string, number>();
  readonly #fetches = new Set<Fetch>();

  constructor(
    private readonly options: LanguageOptions,
    private readonly engine: Engine,
  ) {
    this.script = {
      load_language_model: ({ id }, signal) =>
        new Promise((done, failed) => {
          const fetch = { id, done, failed };
          this.#fetches.add(fetch);
          signal.addEventListener('abort', () => this.#fetches.delete(fetch));
        }),
      list_language_models: () => this.#list(),
      delete_language_model: ({ id }) => {
        this.#cached.delete(id);
        this.#received.delete(id);
        return this.#list();
      },
      read_text: ({ runId, model, text }) => scriptedReading(model, engine.stepOf(runId), text),
      steer_text: (ask) => scriptedSteering(ask, engine.stepOf(ask.runId)),
      splice: ({ runId, model, tokens }) => ({
        ...scriptedFaithfulness(model, tokens),
        step: engine.stepOf(runId),
      }),
      attribute_logits: ({ runId, model, group }) =>
        scriptedAttribution(model, engine.stepOf(runId), group),
    };
  }

  /** Throws the trouble that its questions have, if any. */
  refuse(name: RequestName): void {
    const trouble = this.options.languageTrouble;
    if (trouble === undefined || !(name in this.script)) return;
    throw new LabError(trouble.code, trouble.message, trouble.wayOut);
  }

  /** More bytes of every download. */
  turn(): void {
    for (const fetch of this.#fetches) this.#download(fetch);
  }

  #list(): ListedLanguageModel[] {
    return SCRIPTED_MODELS.filter(({ id }) => this.#cached.has(id)).map((model) => ({
      ...model,
      cached: model.id !== 'stories15m',
    }));
  }

  #download(fetch: Fetch): void {
    const { id } = fetch;
    const model = SCRIPTED_MODELS.find((known) => known.id === id);
    if (model === undefined) {
      this.#fetches.delete(fetch);
      fetch.failed(new LabError('not_found', `There is no ${id} on the hub.`, 'Check its name.'));
      return;
    }
    const { cached: _cached, ...info } = model;
    const step = this.options.bytesPerTurn ?? info.bytes;
    const received = Math.min(info.bytes, (this.#received.get(id) ?? 0) + step);
    this.#received.set(id, received);
    const file = 'model.safetensors';
    this.engine.emit({ kind: 'download', id, file, received, total: info.bytes });
    if (received < info.bytes) return;
    this.#fetches.delete(fetch);
    this.#received.delete(id);
    this.#cached.add(id);
    fetch.done(info);
  }
}
