/**
 * The reading of the text by one trained model, kept up to date: while the model is not training, a pause in
 * typing or a changed step has the text read anew; while it trains, only the person asks.
 */
import { useEffect, useRef } from 'react';
import { useCurrentRun } from '../../../state/current';
import { engine } from '../../../state/engine_store';
import { modelKey, type Question } from '../../../state/questions';
import { readWith, useText } from '../../../state/text_store';
import { useQuestion } from '../../../state/use_question';
import { useAnswerAge, type AnswerAge } from '../../parts/answer_age';
import { obstacleOf } from '../../parts/use_analysis';

/** Milliseconds without a key before the text is read. */
const QUIET = 600;

export interface FollowedReading {
  readonly question: Question<'read_text'>;
  /** The text has changed since the reading, or the model has, which is not training: it will be read anew. */
  readonly outdated: boolean;
  /** The text has changed since the reading. */
  readonly changed: boolean;
  /** Of which model the reading is, and whether that has moved on; null without a reading. */
  readonly age: AnswerAge | null;
  /** True while the model trains: it reads on demand. */
  readonly training: boolean;
  readonly read: () => void;
  readonly cancel: () => void;
}

/** What the tokens on the page are: of the text as it stands, or of one before it, which is being read anew or not. */
export type ReadingStanding = 'current' | 'reading' | 'old';

export function readingStanding(
  { progress, asked }: Pick<Question<'read_text'>, 'progress' | 'asked'>,
  text: string,
): ReadingStanding {
  if (progress !== null) return 'reading';
  return asked?.text === text ? 'current' : 'old';
}

export function useReading(runId: string, model: number): FollowedReading {
  const text = useText((state) => state.text);
  const question = useQuestion('read_text', modelKey(runId, model));
  const restingStep = useCurrentRun((run) => (obstacleOf(run) === null ? run.step : null)) ?? null;
  const read = () => void readWith(engine, { runId, model });

  const last = useRef('');
  const { answer, asked, changes } = question;
  const blank = text.trim() === '';
  const changed = blank ? answer !== null : asked?.text !== text;
  const age = useAnswerAge(model, answer?.step ?? null, changes);
  const since = age?.since ?? null;
  const older = restingStep !== null && since !== null;
  const wanted =
    restingStep !== null && (changed || older) ? `${restingStep} ${since ?? ''} ${text}` : '';
  useEffect(() => {
    // Asked once: a cancelled or failed reading waits for the person or for another text.
    if (wanted === '' || wanted === last.current) return undefined;
    const timer = setTimeout(
      () => {
        last.current = wanted;
        void readWith(engine, { runId, model });
      },
      last.current === '' ? 0 : QUIET,
    );
    return () => clearTimeout(timer);
  }, [wanted, runId, model]);

  return {
    question,
    outdated: changed || older,
    changed,
    age,
    training: restingStep === null,
    read,
    cancel: question.cancel,
  };
}
