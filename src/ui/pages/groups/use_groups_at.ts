/** The table of a model at a checkpoint, asked for by itself once the checkpoint has been chosen for a moment. */
import { useCallback, useEffect } from 'react';
import { analyseCheckpoint } from '../../../state/analyses_store';
import { lookedAt, pastSteps } from '../../../state/checkpoints';
import { useCurrentRun } from '../../../state/current';
import { engine } from '../../../state/engine_store';
import {
  forget,
  giveUp,
  modelKey,
  questionOf,
  useQuestions,
  type Question,
} from '../../../state/questions';
import { useView } from '../../../state/view_store';

export interface GroupsAt {
  readonly question: Question<'groups'>;
  /** Step of the checkpoint; null for the run as it is now. */
  readonly checkpoint: number | null;
  /** Has it asked for again. */
  readonly start: () => void;
  readonly cancel: () => void;
}

/** Milliseconds that a checkpoint must stay chosen, while the hand moves over many. */
const DWELL = 120;

/** Follows the table of a model of the current run at the checkpoint that is looked at. */
export function useGroupsAt(runId: string | null, model: number): GroupsAt {
  const wanted = useView((view) => view.checkpoint);
  const checkpoint = useCurrentRun((run) => lookedAt(pastSteps(run), wanted)) ?? null;
  const isPast = runId !== null && checkpoint !== null;
  const key = isPast ? modelKey(runId, model, checkpoint) : '';
  const question = useQuestions((state) => questionOf(state, 'groups', key));
  const { answer, error } = question;
  const missing = isPast && answer === null && error === null;
  const cancel = useCallback(() => giveUp('groups', key), [key]);
  useEffect(() => {
    if (!missing) return undefined;
    const about = { runId, model, checkpoint };
    const timer = setTimeout(() => void analyseCheckpoint(engine, about), DWELL);
    return () => {
      clearTimeout(timer);
      cancel();
    };
  }, [missing, runId, model, checkpoint, cancel]);
  return { question, checkpoint, start: () => forget('groups', (known) => known === key), cancel };
}
