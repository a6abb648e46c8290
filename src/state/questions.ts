/**
 * What the page has asked the engine: by question and by what it is about, the latest answer, what is under way and
 * what went wrong since. Kept here so that a question goes on while the person looks at another page and its answer
 * is still there when they return. A newer answer replaces an older one, which stays readable until then. One
 * question of a name and key is under way at a time: a newer one takes its place. Knows no React.
 */
import { create } from 'zustand';
import { describeError, type LabErrorData } from '../base/lab_error';
import type { AnswerOf, AskOf, RequestName } from '../lab/protocol/requests';
import type { AskOptions, EngineClient } from './engine_client';
import { runOf, useRuns } from './runs_store';

/** How far a question is: share done, 0 to 1, and what is being done. */
export interface QuestionProgress {
  readonly fraction: number;
  readonly stage: string;
}

export interface Question<Name extends RequestName> {
  readonly answer: AnswerOf<Name> | null;
  /** What that is the answer to; null without one. */
  readonly asked: AskOf<Name> | null;
  /** What is under way; the last that was, while nothing is. */
  readonly asking: AskOf<Name> | null;
  /** Null while nothing is under way. */
  readonly progress: QuestionProgress | null;
  readonly error: LabErrorData | null;
  /** Changes of the model's own settings that it had behind it when its answer was asked for; see `changesBehind`. */
  readonly changes: number;
}

export const NOT_ASKED: Question<never> = {
  answer: null,
  asked: null,
  asking: null,
  progress: null,
  error: null,
  changes: 0,
};

/** Questions by name, then by what they are about: `modelKey`, `cardKey` or any other text. */
export type Questions = {
  readonly [Name in RequestName]?: Readonly<Record<string, Question<Name>>>;
};

export const useQuestions = create<Questions>()(() => ({}));

/** Names one model of one run, as it is now or at the checkpoint of a step. */
export function modelKey(runId: string, model: number, checkpoint: number | null = null): string {
  return `${runId}/${model}${checkpoint === null ? '' : `@${checkpoint}`}`;
}

/** Names one group of one model of one run, as it is now or at the checkpoint of a step. */
export function cardKey(
  runId: string,
  model: number,
  group: number,
  checkpoint: number | null = null,
): string {
  return `${modelKey(runId, model, checkpoint)}#${group}`;
}

/** Names all models of a run at the checkpoint of a step. */
export function checkpointKey(runId: string, checkpoint: number): string {
  return `${runId}@${checkpoint}`;
}

/** The state of a question; the same object while nothing changed. */
export function questionOf<Name extends RequestName>(
  state: Questions,
  name: Name,
  key: string,
): Question<Name> {
  const asked: Readonly<Record<string, Question<Name>>> | undefined = state[name];
  return asked?.[key] ?? NOT_ASKED;
}

/**
 * How often settings of a model (λ, s) were changed so far while its run went, as the engine has told. What is asked
 * from now on is about a model with so many changes behind it, or more: an answer never passes for newer than it is.
 */
function changesBehind(ask: AskOf<RequestName>): number {
  if (ask === null || !('runId' in ask && 'model' in ask)) return 0;
  return runOf(ask.runId)?.changes.filter(({ model }) => model === ask.model).length ?? 0;
}

/** What gives up the questions under way. */
const underWay = new Map<string, AbortController>();

export interface PoseOptions<Name extends RequestName> {
  /** What is said to be done until the engine says more. */
  readonly stage?: string | undefined;
  /** Asks the engine, where that takes more than the question itself. */
  readonly put?: (options: AskOptions) => Promise<AnswerOf<Name>>;
}

/** Asks a question. Its outcome, error included, appears in the store; tells whether there is an answer. */
export async function pose<Name extends RequestName>(
  engine: EngineClient,
  name: Name,
  key: string,
  ask: AskOf<Name>,
  { stage = 'Waiting for the engine', put }: PoseOptions<Name> = {},
): Promise<'answered' | 'ended'> {
  giveUp(name, key);
  const id = idOf(name, key);
  const controller = new AbortController();
  underWay.set(id, controller);
  const isLatest = () => underWay.get(id) === controller;
  const tell = (changed: Partial<Question<Name>>) => {
    if (isLatest()) update(name, key, changed);
  };
  const changes = changesBehind(ask);
  tell({ asking: ask, progress: { fraction: 0, stage }, error: null });
  const options: AskOptions = {
    signal: controller.signal,
    onProgress: (fraction, said) => tell({ progress: { fraction, stage: said } }),
  };
  const once = () => (put === undefined ? engine.ask(name, ask, options) : put(options));
  try {
    const answer = await once().catch(async (error: unknown) => {
      if (!isEngineLost(error) || !isLatest()) throw error;
      // Device or worker went from under it, and is there again.
      await untilRunIsBack(ask);
      return once();
    });
    tell({ answer, asked: ask, progress: null, changes });
    return isLatest() ? 'answered' : 'ended';
  } catch (error) {
    const described = describeError(error);
    const isGivenUp = described.code === 'cancelled';
    tell({ progress: null, error: isGivenUp ? null : described });
    const { answer } = questionOf(useQuestions.getState(), name, key);
    // What was never answered leaves no trace.
    if (isGivenUp && isLatest() && answer === null) forget(name, (known) => known === key);
    return 'ended';
  } finally {
    if (isLatest()) underWay.delete(id);
  }
}

/** Whether what was asked ended because the device was lost or the worker died. */
export function isEngineLost(error: unknown): boolean {
  const { code } = describeError(error);
  return code === 'device_lost' || code === 'engine_lost';
}

/** Resolves when the run that a question is about is not on its way back into the engine. */
function untilRunIsBack(ask: AskOf<RequestName>): Promise<void> {
  const isBack = () =>
    ask === null || !('runId' in ask) || runOf(ask.runId)?.status !== 'preparing';
  return new Promise((resolve) => {
    if (isBack()) {
      resolve();
      return;
    }
    const stop = useRuns.subscribe(() => {
      if (!isBack()) return;
      stop();
      resolve();
    });
  });
}

/** Asks one after the other, since the engine has one GPU. One that is given up or fails ends the row, and is told of. */
export async function poseInTurn<About>(
  row: readonly About[],
  ask: (about: About) => Promise<'answered' | 'ended'>,
): Promise<'answered' | 'ended'> {
  for (const about of row) if ((await ask(about)) === 'ended') return 'ended';
  return 'answered';
}

/** Whether a question waits for its answer. */
export function isUnderWay(name: RequestName, key: string): boolean {
  return underWay.has(idOf(name, key));
}

/** Gives up a question that is under way; that is no error, and the last answer stays. */
export function giveUp(name: RequestName, key: string): void {
  underWay.get(idOf(name, key))?.abort();
}

/** Keeps an answer that was made elsewhere. */
export function keepAnswer<Name extends RequestName>(
  name: Name,
  key: string,
  asked: AskOf<Name>,
  answer: AnswerOf<Name>,
): void {
  update(name, key, { asked, answer });
}

/** An answer that was made elsewhere. */
export interface KeptAnswer<Name extends RequestName> {
  readonly key: string;
  readonly asked: AskOf<Name>;
  readonly answer: AnswerOf<Name>;
}

/** Keeps many such answers in one change of the store. */
export function keepAnswers<Name extends RequestName>(
  name: Name,
  answers: readonly KeptAnswer<Name>[],
): void {
  if (answers.length === 0) return;
  useQuestions.setState((state: Questions) => {
    const known: Readonly<Record<string, Question<Name>>> | undefined = state[name];
    const kept = answers.map(({ key, asked, answer }) => {
      return [key, { ...questionOf(state, name, key), asked, answer }] as const;
    });
    return { [name]: { ...known, ...Object.fromEntries(kept) } };
  });
}

/** Drops what is known of some questions of a name. */
export function forget(name: RequestName, which: (key: string) => boolean): void {
  useQuestions.setState((state: Questions) => {
    const known = Object.entries<unknown>(state[name] ?? {});
    return { [name]: Object.fromEntries(known.filter(([key]) => !which(key))) };
  });
}

function idOf(name: RequestName, key: string): string {
  return `${name} ${key}`;
}

function update<Name extends RequestName>(
  name: Name,
  key: string,
  changes: Partial<Question<Name>>,
): void {
  useQuestions.setState((state: Questions) => {
    const question = { ...questionOf(state, name, key), ...changes };
    return { [name]: { ...state[name], [key]: question } };
  });
}
