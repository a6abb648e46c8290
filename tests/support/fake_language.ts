/**
 * The part of the scripted engine that knows language models: downloads that take turns and can be broken off,
 * and invented answers about text (scripted_language.ts).
 */
import { describeError, LabError, type LabErrorData } from '../../src/base/lab_error';
import type { LmCommand } from '../../src/lab/protocol/lm_protocol';
import type { Event as EngineEvent } from '../../src/lab/protocol/protocol';
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

export class FakeLanguage {
  readonly #cached = new Set(['stories15m']);
  /** Bytes received by language model, of downloads under way and broken off. */
  readonly #received = new Map<string, number>();
  /** Ids of language models by the request that fetches them. */
  readonly #downloads = new Map<number, string>();

  constructor(
    private readonly options: LanguageOptions,
    private readonly emit: (event: EngineEvent) => void,
  ) {}

  /** More bytes of every download. */
  turn(): void {
    for (const [requestId, id] of this.#downloads) this.#download(requestId, id);
  }

  cancel(requestId: number): void {
    this.#downloads.delete(requestId);
  }

  /** Answers a command; `step` is that of the run it is about. */
  answer(command: LmCommand, step: number): void {
    const { requestId } = command;
    const trouble = this.options.languageTrouble;
    if (trouble !== undefined) {
      this.emit({ kind: 'request_failed', requestId, error: trouble });
      return;
    }
    switch (command.kind) {
      case 'load_language_model':
        this.#downloads.set(requestId, command.id);
        break;
      case 'delete_language_model':
        this.#cached.delete(command.id);
        this.#received.delete(command.id);
        this.#list(requestId);
        break;
      case 'list_language_models':
        this.#list(requestId);
        break;
      case 'read_text': {
        const reading = scriptedReading(command.model, step, command.text);
        this.emit({ kind: 'text_read', requestId, reading });
        break;
      }
      case 'steer_text':
        this.emit({ kind: 'text_steered', requestId, answer: scriptedSteering(command, step) });
        break;
      case 'splice': {
        const { runId, model, tokens } = command;
        const faithfulness = scriptedFaithfulness(model, tokens);
        this.emit({ kind: 'spliced', requestId, runId, model, step, faithfulness });
        break;
      }
      case 'attribute_logits': {
        const attribution = scriptedAttribution(command.model, step, command.group);
        this.emit({ kind: 'logits_attributed', requestId, attribution });
        break;
      }
    }
  }

  #list(requestId: number): void {
    const models = SCRIPTED_MODELS.filter(({ id }) => this.#cached.has(id)).map((model) => ({
      ...model,
      cached: model.id !== 'stories15m',
    }));
    this.emit({ kind: 'language_models', requestId, models });
  }

  #download(requestId: number, id: string): void {
    const model = SCRIPTED_MODELS.find((known) => known.id === id);
    if (model === undefined) {
      this.#downloads.delete(requestId);
      const error = new LabError('not_found', `There is no ${id} on the hub.`, 'Check its name.');
      this.emit({ kind: 'request_failed', requestId, error: describeError(error) });
      return;
    }
    const { cached: _cached, ...info } = model;
    const step = this.options.bytesPerTurn ?? info.bytes;
    const received = Math.min(info.bytes, (this.#received.get(id) ?? 0) + step);
    this.#received.set(id, received);
    const file = 'model.safetensors';
    this.emit({ kind: 'download', id, file, received, total: info.bytes });
    if (received < info.bytes) return;
    this.#downloads.delete(requestId);
    this.#received.delete(id);
    this.#cached.add(id);
    this.emit({ kind: 'language_model_loaded', requestId, info });
  }
}
