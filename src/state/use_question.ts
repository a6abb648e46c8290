/** Hooks to what was asked of the page's engine: the state of questions, and how to ask and give up. */
import { useCallback, useState } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { AskOf, RequestName } from '../lab/protocol/requests';
import { engine } from './engine_store';
import { giveUp, modelKey, pose, questionOf, useQuestions, type Question } from './questions';

export interface FollowedQuestion<Name extends RequestName> extends Question<Name> {
  /** The same function while name and key are the same; so is `cancel`. */
  readonly ask: (ask: AskOf<Name>) => void;
  readonly cancel: () => void;
}

/** Follows one question; `stage` is said to be done until the engine says more. */
export function useQuestion<Name extends RequestName>(
  name: Name,
  key: string,
  stage?: string,
): FollowedQuestion<Name> {
  const question = useQuestions((state) => questionOf(state, name, key));
  const ask = useCallback(
    (about: AskOf<Name>) => void pose(engine, name, key, about, { stage }),
    [name, key, stage],
  );
  const cancel = useCallback(() => giveUp(name, key), [name, key]);
  return { ...question, ask, cancel };
}

/** Follows a question about several models of a run, in their order; of no run there is none. */
export function useModelQuestions<Name extends RequestName>(
  name: Name,
  runId: string | null | undefined,
  models: readonly number[],
): readonly Question<Name>[] {
  return useQuestions(
    useShallow((state) =>
      runId == null ? [] : models.map((model) => questionOf(state, name, modelKey(runId, model))),
    ),
  );
}

/**
 * The value itself, or while it is on its way the last one that was there for the same `subject`: a picture stays, with
 * the step that it is of, until the next one is ready.
 */
export function useLatest<Value>(value: Value | null, subject: string): Value | null {
  const [last, setLast] = useState<{ readonly value: Value; readonly subject: string } | null>(
    null,
  );
  if (value !== null && (last?.value !== value || last.subject !== subject)) {
    setLast({ value, subject });
  }
  return value ?? (last?.subject === subject ? last.value : null);
}
