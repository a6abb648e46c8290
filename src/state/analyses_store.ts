/**
 * What the engine has found out about trained models: the group table, single cards and the diagnosis of
 * each model, with the state of every request. Kept here so that an analysis goes on while the person
 * looks at another page and is still there when they return. An answer belongs to the step at which it
 * was made; a newer one replaces it, and until then the old one stays readable.
 */
import { create } from 'zustand';
import { describeError, type LabErrorData } from '../base/lab_error';
import type { DiagnoseAnswer, GroupCard, GroupsAnswer } from '../lab/protocol';
import type { EngineClient } from './engine_client';

/** One analysis: the latest answer, and what is under way or went wrong since. */
export interface Analysis<Answer> {
  readonly answer: Answer | null;
  /** Null while nothing is asked. */
  readonly progress: { readonly fraction: number; readonly stage: string } | null;
  readonly error: LabErrorData | null;
}

export const NOT_ASKED: Analysis<never> = { answer: null, progress: null, error: null };

interface Answers {
  groups: GroupsAnswer;
  diagnosis: DiagnoseAnswer;
}

export type AnalysisKind = keyof Answers;

/** Analyses by kind, then by `modelKey`. */
export type AnalysesState = {
  readonly [Kind in AnalysisKind]: Readonly<Record<string, Analysis<Answers[Kind]>>>;
};

export const useAnalyses = create<AnalysesState>()(() => ({ groups: {}, diagnosis: {} }));

/** Names one model of one run. */
export function modelKey(runId: string, model: number): string {
  return `${runId}/${model}`;
}

/** The state of one analysis; the same object while nothing changed. */
export function analysisOf<Kind extends AnalysisKind>(
  state: AnalysesState,
  kind: Kind,
  runId: string,
  model: number,
): Analysis<Answers[Kind]> {
  return state[kind][modelKey(runId, model)] ?? NOT_ASKED;
}

const running = new Map<string, AbortController>();

function update<Kind extends AnalysisKind>(
  kind: Kind,
  key: string,
  changes: Partial<Analysis<Answers[Kind]>>,
): void {
  useAnalyses.setState((state) => {
    const before = state[kind][key] ?? NOT_ASKED;
    return { [kind]: { ...state[kind], [key]: { ...before, ...changes } } };
  });
}

/** Asks for an analysis unless it is under way. Its outcome, error included, appears in the store. */
export async function analyse(
  engine: EngineClient,
  kind: AnalysisKind,
  runId: string,
  model: number,
): Promise<void> {
  const key = modelKey(runId, model);
  const name = `${kind} ${key}`;
  if (running.has(name)) return;
  const controller = new AbortController();
  running.set(name, controller);
  update(kind, key, { progress: { fraction: 0, stage: 'Waiting for the engine' }, error: null });
  const options = {
    signal: controller.signal,
    onProgress: (fraction: number, stage: string) =>
      update(kind, key, { progress: { fraction, stage } }),
  };
  try {
    if (kind === 'groups') {
      const answer = await engine.groups(runId, model, options);
      cards.forget(key);
      update('groups', key, { answer, progress: null });
    } else {
      const answer = await engine.diagnose(runId, model, options);
      update('diagnosis', key, { answer, progress: null });
    }
  } catch (error) {
    const described = describeError(error);
    const cancelled = described.code === 'cancelled';
    update(kind, key, { progress: null, error: cancelled ? null : described });
  } finally {
    running.delete(name);
  }
}

/** Gives up an analysis that is under way. */
export function cancelAnalysis(kind: AnalysisKind, runId: string, model: number): void {
  running.get(`${kind} ${modelKey(runId, model)}`)?.abort();
}

/** Cards that were answered, by model and group: the latest 64. They belong to the model's group table. */
class CardCache {
  static readonly capacity = 64;
  readonly #cards = new Map<string, GroupCard>();

  get(key: string, group: number): GroupCard | undefined {
    return this.#cards.get(`${key}#${group}`);
  }

  put(key: string, card: GroupCard): void {
    this.#cards.set(`${key}#${card.group}`, card);
    for (const oldest of this.#cards.keys()) {
      if (this.#cards.size <= CardCache.capacity) break;
      this.#cards.delete(oldest);
    }
  }

  /** Drops the cards of a model whose table was made anew. */
  forget(key: string): void {
    for (const name of this.#cards.keys()) {
      if (name.startsWith(`${key}#`)) this.#cards.delete(name);
    }
  }
}

const cards = new CardCache();

/** The card of a group if it was asked for before and its table is still the same. */
export function knownCard(runId: string, model: number, group: number): GroupCard | undefined {
  return cards.get(modelKey(runId, model), group);
}

/** The card of a group, from memory or from the engine. Rejects with LabError; `cancelled` when aborted. */
export async function fetchCard(
  engine: EngineClient,
  runId: string,
  model: number,
  group: number,
  signal: AbortSignal,
): Promise<GroupCard> {
  const known = knownCard(runId, model, group);
  if (known !== undefined) return known;
  const card = await engine.groupCard(runId, model, group, { signal });
  cards.put(modelKey(runId, model), card);
  return card;
}
