/**
 * Own text and what the engine said about it: readings, steered continuations and the faithfulness of
 * each trained model, with the state of every request. Kept here so that the text and its answers are
 * still there after a look at another page. The text stays in this tab; no address ever holds it.
 */
import { create } from 'zustand';
import { describeError } from '../base/lab_error';
import type { LogitAttribution, SteeringAnswer, TextReading } from '../lab/protocol/lm_protocol';
import { cardKey, changesBehind, modelKey, NOT_ASKED, type ModelAnalysis } from './analyses_store';
import type { EngineClient, RequestOptions } from './engine_client';
import {
  attributeLogits,
  readText,
  spliceModel,
  steerText,
  type AboutModel,
  type SplicedModel,
  type SteeringRequest,
} from './language_model_requests';

/** A reading with the text it is of. */
export interface TextAnswer {
  readonly text: string;
  readonly reading: TextReading;
}

/** Continuations with what was asked for. */
export interface SteeredAnswer {
  readonly request: SteeringRequest;
  readonly steering: SteeringAnswer;
}

interface Answers {
  readings: TextAnswer;
  steerings: SteeredAnswer;
  faithfulness: SplicedModel;
  attributions: LogitAttribution;
}

export type TextQuestion = keyof Answers;

type AnswersByKind = {
  /** By `modelKey`; attributions by `cardKey`. */
  readonly [Kind in TextQuestion]: Readonly<Record<string, ModelAnalysis<Answers[Kind]>>>;
};

export type TextState = AnswersByKind & {
  readonly text: string;
  readonly prompt: string;
};

export const useText = create<TextState>()(() => ({
  text: '',
  prompt: '',
  readings: {},
  steerings: {},
  faithfulness: {},
  attributions: {},
}));

export function setText(text: string): void {
  useText.setState({ text });
}

export function setPrompt(prompt: string): void {
  useText.setState({ prompt });
}

/** The state of one question about a model (`modelKey`) or group (`cardKey`); the same object while nothing changed. */
export function textAnswer<Kind extends TextQuestion>(
  state: AnswersByKind,
  kind: Kind,
  key: string,
): ModelAnalysis<Answers[Kind]> {
  return state[kind][key] ?? NOT_ASKED;
}

const running = new Map<string, AbortController>();

function update<Kind extends TextQuestion>(
  kind: Kind,
  key: string,
  changes: Partial<ModelAnalysis<Answers[Kind]>>,
): void {
  useText.setState((state: AnswersByKind) => {
    const before = state[kind][key] ?? NOT_ASKED;
    return { [kind]: { ...state[kind], [key]: { ...before, ...changes } } };
  });
}

/** Asks one question; a newer one of the same kind about the same model takes its place. */
async function ask<Kind extends TextQuestion>(
  kind: Kind,
  key: string,
  { runId, model }: AboutModel,
  stage: string,
  question: (options: RequestOptions) => Promise<Answers[Kind]>,
): Promise<void> {
  const name = `${kind} ${key}`;
  running.get(name)?.abort();
  const controller = new AbortController();
  running.set(name, controller);
  const current = () => running.get(name) === controller;
  const changes = changesBehind(runId, model);
  update(kind, key, { progress: { fraction: 0, stage }, error: null });
  try {
    const answer = await question({
      signal: controller.signal,
      onProgress: (fraction, said) => {
        if (current()) update(kind, key, { progress: { fraction, stage: said } });
      },
    });
    if (current()) update(kind, key, { answer, progress: null, changes });
  } catch (error) {
    const described = describeError(error);
    const cancelled = described.code === 'cancelled';
    if (current()) update(kind, key, { progress: null, error: cancelled ? null : described });
  } finally {
    if (current()) running.delete(name);
  }
}

/** Gives up a question that is under way. */
export function cancelQuestion(kind: TextQuestion, key: string): void {
  running.get(`${kind} ${key}`)?.abort();
}

/** Reads the text with a model; nothing is asked about blank text. */
export async function readWith(engine: EngineClient, about: AboutModel): Promise<void> {
  const { text } = useText.getState();
  const key = modelKey(about.runId, about.model);
  if (text.trim() === '') {
    cancelQuestion('readings', key);
    update('readings', key, { answer: null, error: null });
    return;
  }
  await ask('readings', key, about, 'Reading', async (options) => ({
    text,
    reading: await readText(engine, about, text, options),
  }));
}

/** Continues a prompt with and without a change of a group. */
export function steerWith(
  engine: EngineClient,
  about: AboutModel,
  request: SteeringRequest,
): Promise<void> {
  const key = modelKey(about.runId, about.model);
  return ask('steerings', key, about, 'Writing', async (options) => ({
    request,
    steering: await steerText(engine, about, request, options),
  }));
}

/** Measures what splicing a model in costs, on so many held-out tokens. */
export function measureFaithfulness(
  engine: EngineClient,
  about: AboutModel,
  tokens: number,
): Promise<void> {
  const key = modelKey(about.runId, about.model);
  return ask('faithfulness', key, about, 'Splicing in', (options) =>
    spliceModel(engine, about, tokens, options),
  );
}

/** Asks what a group writes to the vocabulary. */
export function attributeGroup(
  engine: EngineClient,
  about: AboutModel,
  group: number,
): Promise<void> {
  const key = cardKey(about.runId, about.model, group);
  return ask('attributions', key, about, 'Attributing', (options) =>
    attributeLogits(engine, about, group, options),
  );
}
