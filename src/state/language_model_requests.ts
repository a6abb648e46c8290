/**
 * What the page asks the engine about language models, as functions with typed answers. Each takes one
 * request of the protocol; they keep nothing and know no store.
 */
import type {
  Faithfulness,
  LanguageModelInfo,
  LmEvent,
  LogitAttribution,
  SteeringAnswer,
  SteeringEdit,
  TextReading,
} from '../lab/protocol/lm_protocol';
import type { EngineClient, RequestOptions } from './engine_client';

/** A language model that ships with the lab or lies in this browser, or could. */
export type ListedModel = Extract<LmEvent, { kind: 'language_models' }>['models'][number];

/** One trained model of a run. */
export interface AboutModel {
  readonly runId: string;
  readonly model: number;
}

/** What splicing a model in costs, and how many steps it had. */
export interface SplicedModel extends Faithfulness {
  readonly step: number;
}

/** How a continuation is steered. */
export interface SteeringRequest {
  readonly prompt: string;
  readonly group: number;
  readonly edit: SteeringEdit;
  /** 0 takes the most likely token. */
  readonly temperature: number;
  readonly seed: number;
  /** Tokens to write after the prompt. */
  readonly length: number;
}

/** Loads a language model, from the hub when it is not at hand, or from files. Rejects with LabError. */
export async function loadLanguageModel(
  engine: EngineClient,
  id: string,
  files: readonly File[] | undefined,
  options: RequestOptions,
): Promise<LanguageModelInfo> {
  const kind = 'load_language_model';
  const request = files === undefined ? ({ kind, id } as const) : ({ kind, id, files } as const);
  return (await engine.request(request, 'language_model_loaded', options)).info;
}

/** The language models that ship with the lab or lie in this browser. */
export async function listLanguageModels(engine: EngineClient): Promise<readonly ListedModel[]> {
  return (await engine.request({ kind: 'list_language_models' }, 'language_models')).models;
}

/** Removes the files of a language model from this browser; the list of what is left. */
export async function deleteLanguageModel(
  engine: EngineClient,
  id: string,
): Promise<readonly ListedModel[]> {
  return (await engine.request({ kind: 'delete_language_model', id }, 'language_models')).models;
}

/** Text as the language model reads it, with the groups that fire on every token. */
export async function readText(
  engine: EngineClient,
  about: AboutModel,
  text: string,
  options: RequestOptions,
): Promise<TextReading> {
  return (await engine.request({ kind: 'read_text', ...about, text }, 'text_read', options))
    .reading;
}

/** The same prompt continued as it is, with a group edited, and with a random subspace edited. */
export async function steerText(
  engine: EngineClient,
  about: AboutModel,
  steering: SteeringRequest,
  options: RequestOptions,
): Promise<SteeringAnswer> {
  const request = { kind: 'steer_text', ...about, ...steering } as const;
  return (await engine.request(request, 'text_steered', options)).answer;
}

/** What splicing the autoencoder into the language model costs on `tokens` held-out tokens. */
export async function spliceModel(
  engine: EngineClient,
  about: AboutModel,
  tokens: number,
  options: RequestOptions,
): Promise<SplicedModel> {
  const request = { kind: 'splice', ...about, tokens } as const;
  const { faithfulness, step } = await engine.request(request, 'spliced', options);
  return { ...faithfulness, step };
}

/** What a group writes to the vocabulary, along its axes and around its plane. */
export async function attributeLogits(
  engine: EngineClient,
  about: AboutModel,
  group: number,
  options: RequestOptions,
): Promise<LogitAttribution> {
  const request = { kind: 'attribute_logits', ...about, group } as const;
  return (await engine.request(request, 'logits_attributed', options)).attribution;
}
