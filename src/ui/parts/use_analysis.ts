/**
 * An analysis of trained models as a page follows it: what there is to show, why there is nothing, and how
 * to ask again. A model that is not training is analysed by itself when the page opens or its step has
 * changed or one of its settings; one that is training only when the person asks, since that takes time from the training.
 */
import { useEffect, useMemo, useRef } from 'react';
import type { LabErrorData } from '../../base/lab_error';
import { analyseInTurn, type AnalysisName } from '../../state/analyses_store';
import { useCurrentRun } from '../../state/current';
import { engine } from '../../state/engine_store';
import { giveUp, modelKey, type Question, type QuestionProgress } from '../../state/questions';
import type { Run } from '../../state/run_record';
import { useModelQuestions } from '../../state/use_question';
import { changedText, type AnswerMoment } from './answer_age';

/** What keeps a page from showing (newer) numbers. */
export type Obstacle =
  /** Nothing was trained in this visit. */
  | 'no_run'
  /** The run ships with the lab, without weights. */
  | 'recorded'
  /** The engine lost the weights. */
  | 'lost'
  /** It failed before its first step: there is nothing to look at, and its error says why. */
  | 'failed'
  /** No step was taken yet. */
  | 'untrained'
  /** It is training: only on demand. */
  | 'training'
  | null;

/** The facts about a run that decide whether it can be analysed. */
export type RunFacts = Pick<
  Run,
  'id' | 'status' | 'origin' | 'inEngine' | 'step' | 'opened' | 'statistics'
>;

/** Why a run is not analysed by itself; null when it is. */
export function obstacleOf(run: RunFacts | undefined): Obstacle {
  if (run === undefined) return 'no_run';
  if (run.origin === 'recorded') return 'recorded';
  // Opened weights can be looked at once they stand on their data, whatever became of training on.
  const standing = run.opened && run.statistics !== null;
  if (run.status === 'failed' && run.step === 0 && !standing) return 'failed';
  if (!run.inEngine) return 'lost';
  if (run.step === 0 && !run.opened) return 'untrained';
  return run.status === 'running' || run.status === 'preparing' ? 'training' : null;
}

export interface AnalysisView<Name extends AnalysisName> {
  /** One per asked model, in order. */
  readonly analyses: readonly Question<Name>[];
  /** The models as the answers are about them. */
  readonly made: readonly AnswerMoment[];
  readonly obstacle: Obstacle;
  /** Progress over all asked models, null while nothing is under way. */
  readonly progress: QuestionProgress | null;
  readonly error: LabErrorData | null;
  readonly start: () => void;
  readonly cancel: () => void;
}

/** The models that analyses are about, of those that have an answer. */
export function momentsOf(
  analyses: readonly Pick<
    Question<AnalysisName | 'evaluate' | 'count_moves'>,
    'answer' | 'changes'
  >[],
): readonly AnswerMoment[] {
  return analyses.flatMap(({ answer, changes }) =>
    answer === null ? [] : [{ model: answer.model, step: answer.step, changes }],
  );
}

/** Follows one kind of analysis of some models of the current run. */
export function useAnalysis<Name extends AnalysisName>(
  name: Name,
  models: readonly number[],
): AnalysisView<Name> {
  const runId = useCurrentRun((run) => run.id);
  const obstacle = useCurrentRun(obstacleOf) ?? (runId === undefined ? 'no_run' : null);
  // While it trains the step changes ten times per second and matters to nobody here.
  const restingStep = useCurrentRun((run) => (obstacleOf(run) === null ? run.step : null));
  const analyses = useModelQuestions(name, runId, models);

  const start = () => {
    if (runId !== undefined) void analyseInTurn(engine, name, runId, models);
  };
  const cancel = () => {
    if (runId === undefined) return;
    for (const model of models) giveUp(name, modelKey(runId, model));
  };

  const asked = useRef('');
  const made = useMemo(() => momentsOf(analyses), [analyses]);
  // Of another s the codes are others at the same step.
  const changed = useCurrentRun((run) => changedText(run, made)) ?? '';
  const outdated = changed !== '' || analyses.some(({ answer }) => answer?.step !== restingStep);
  const wanted =
    restingStep !== null && outdated ? `${runId}/${models.join()}@${restingStep} ${changed}` : '';
  useEffect(() => {
    // Asked once: a cancelled or failed analysis waits for the person.
    if (wanted === '' || wanted === asked.current || runId === undefined) return;
    asked.current = wanted;
    void analyseInTurn(engine, name, runId, models);
  }, [wanted, name, runId, models]);

  return {
    analyses,
    made,
    obstacle,
    progress: jointProgress(analyses),
    error: analyses.find(({ error }) => error !== null)?.error ?? null,
    start,
    cancel,
  };
}

/** Progress over several analyses of which one is under way; null when none is. */
export function jointProgress(
  analyses: readonly { readonly progress: QuestionProgress | null }[],
): QuestionProgress | null {
  const current = analyses.findIndex(({ progress }) => progress !== null);
  const progress = analyses[current]?.progress ?? null;
  if (progress === null) return null;
  return { ...progress, fraction: (current + progress.fraction) / analyses.length };
}
