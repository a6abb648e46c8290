/**
 * What the engine has found out about trained models: the group table, single cards, the diagnosis and the
 * held-out evaluation of each model, with the state of every request. Kept here so that an analysis goes on while the person
 * looks at another page and is still there when they return. An answer belongs to the step at which it
 * was made; a newer one replaces it, and until then the old one stays readable.
 */
import { create } from 'zustand';
import { describeError, type LabErrorData } from '../base/lab_error';
import type {
  DiagnoseAnswer,
  EvaluateAnswer,
  GroupCard,
  GroupsAnswer,
} from '../lab/protocol/protocol';
import type { EngineClient, RequestOptions } from './engine_client';
import { runOf } from './runs_store';

/** One analysis: the latest answer, and what is under way or went wrong since. */
export interface Analysis<Answer> {
  readonly answer: Answer | null;
  /** Null while nothing is asked. */
  readonly progress: { readonly fraction: number; readonly stage: string } | null;
  readonly error: LabErrorData | null;
}

/** An analysis of one model of a run. */
export interface ModelAnalysis<Answer> extends Analysis<Answer> {
  /** Changes of the model's own settings that it had behind it when its answer was asked for; see `changesBehind`. */
  readonly changes: number;
}

export const NOT_ASKED: ModelAnalysis<never> = {
  answer: null,
  progress: null,
  error: null,
  changes: 0,
};

/**
 * How often settings of a model (λ, s) were changed so far while its run went, as the engine has told. What is asked
 * from now on is about a model with so many changes behind it, or more: an answer never passes for newer than it is.
 */
export function changesBehind(runId: string, model: number): number {
  return runOf(runId)?.changes.filter((change) => change.model === model).length ?? 0;
}

interface Answers {
  groups: GroupsAnswer;
  diagnosis: DiagnoseAnswer;
  /** Of rows that were held out; also that of a report that was opened with its weights. */
  evaluation: EvaluateAnswer;
}

export type AnalysisKind = keyof Answers;

/** The card of a group, or why there is none. */
export type CardEntry =
  | { readonly card: GroupCard; readonly error: null }
  | { readonly card: null; readonly error: LabErrorData };

/** Analyses by kind, then by `modelKey`. */
type AnalysesByKind = {
  readonly [Kind in AnalysisKind]: Readonly<Record<string, ModelAnalysis<Answers[Kind]>>>;
};

export type AnalysesState = AnalysesByKind & {
  /** By `cardKey`, oldest first. */
  readonly cards: Readonly<Record<string, CardEntry>>;
};

export const useAnalyses = create<AnalysesState>()(() => ({
  groups: {},
  diagnosis: {},
  evaluation: {},
  cards: {},
}));

/** Names one model of one run. */
export function modelKey(runId: string, model: number): string {
  return `${runId}/${model}`;
}

/** The state of one analysis; the same object while nothing changed. */
export function analysisOf<Kind extends AnalysisKind>(
  state: AnalysesByKind,
  kind: Kind,
  runId: string,
  model: number,
): ModelAnalysis<Answers[Kind]> {
  return state[kind][modelKey(runId, model)] ?? NOT_ASKED;
}

const running = new Map<string, AbortController>();

function update<Kind extends AnalysisKind>(
  kind: Kind,
  key: string,
  changes: Partial<ModelAnalysis<Answers[Kind]>>,
): void {
  useAnalyses.setState((state: AnalysesByKind) => {
    const before = state[kind][key] ?? NOT_ASKED;
    return { [kind]: { ...state[kind], [key]: { ...before, ...changes } } };
  });
}

/**
 * Asks for an analysis unless it is under way. Its outcome, error included, appears in the store; tells
 * whether there is an answer.
 */
export async function analyse(
  engine: EngineClient,
  kind: AnalysisKind,
  runId: string,
  model: number,
): Promise<'answered' | 'ended'> {
  const key = modelKey(runId, model);
  const name = `${kind} ${key}`;
  if (running.has(name)) return 'ended';
  const controller = new AbortController();
  running.set(name, controller);
  const changes = changesBehind(runId, model);
  update(kind, key, { progress: { fraction: 0, stage: 'Waiting for the engine' }, error: null });
  const options = {
    signal: controller.signal,
    onProgress: (fraction: number, stage: string) =>
      update(kind, key, { progress: { fraction, stage } }),
  };
  try {
    if (kind === 'groups') {
      const answer = await engine.groups(runId, model, options);
      forgetCards((card) => card.startsWith(`${key}#`));
      update('groups', key, { answer, progress: null, changes });
    } else if (kind === 'diagnosis') {
      const answer = await engine.diagnose(runId, model, options);
      update('diagnosis', key, { answer, progress: null, changes });
    } else {
      const answer = await engine.evaluate(runId, model, options);
      update('evaluation', key, { answer, progress: null, changes });
    }
    return 'answered';
  } catch (error) {
    const described = describeError(error);
    const cancelled = described.code === 'cancelled';
    update(kind, key, { progress: null, error: cancelled ? null : described });
    return 'ended';
  } finally {
    running.delete(name);
  }
}

/**
 * Asks for an analysis of several models, one after the other: the engine has one GPU. One that is cancelled or
 * fails ends the row.
 */
export async function analyseInTurn(
  engine: EngineClient,
  kind: AnalysisKind,
  runId: string,
  models: readonly number[],
): Promise<void> {
  for (const model of models) {
    if ((await analyse(engine, kind, runId, model)) === 'ended') return;
  }
}

/** Keeps an evaluation that was made elsewhere: the report of opened weights. */
export function keepEvaluation(runId: string, answer: EvaluateAnswer): void {
  update('evaluation', modelKey(runId, answer.model), { answer });
}

/** Gives up an analysis that is under way. */
export function cancelAnalysis(kind: AnalysisKind, runId: string, model: number): void {
  running.get(`${kind} ${modelKey(runId, model)}`)?.abort();
}

/** Most cards kept; the oldest go first. */
const CARDS_KEPT = 64;

/** Names one group of one model of one run. */
export function cardKey(runId: string, model: number, group: number): string {
  return `${modelKey(runId, model)}#${group}`;
}

/**
 * Asks for the card of a group; card or error appear in the store under `cardKey`. An aborted request
 * leaves no trace.
 */
export async function fetchCard(
  engine: EngineClient,
  runId: string,
  model: number,
  group: number,
  options: RequestOptions,
): Promise<void> {
  let entry: CardEntry;
  try {
    const ask = () => engine.groupCard(runId, model, group, options);
    let card = await ask();
    // The table may have been made anew meanwhile: a card of the old one is of no use.
    const table = analysisOf(useAnalyses.getState(), 'groups', runId, model).answer;
    if (table !== null && card.step < table.step) card = await ask();
    entry = { card, error: null };
  } catch (error) {
    const described = describeError(error);
    if (described.code === 'cancelled') return;
    entry = { card: null, error: described };
  }
  useAnalyses.setState(({ cards }) => {
    const { [cardKey(runId, model, group)]: _replaced, ...others } = cards;
    const kept = Object.entries(others).slice(1 - CARDS_KEPT);
    return { cards: Object.fromEntries([...kept, [cardKey(runId, model, group), entry]]) };
  });
}

/** Drops a card, so that it is asked for again. */
export function forgetCard(runId: string, model: number, group: number): void {
  forgetCards((key) => key === cardKey(runId, model, group));
}

function forgetCards(which: (key: string) => boolean): void {
  useAnalyses.setState(({ cards }) => ({
    cards: Object.fromEntries(Object.entries(cards).filter(([key]) => !which(key))),
  }));
}
