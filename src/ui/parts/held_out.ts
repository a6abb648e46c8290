/**
 * Held-out quality as every page says it: the numbers of a model's final evaluation, each with its name, its meaning
 * and its rows, and how a page asks for it. It knows no page.
 */
import { useMemo } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { LabErrorData } from '../../base/lab_error';
import type { QualityReport } from '../../lab/protocol/model_report';
import type { EvaluateAnswer } from '../../lab/protocol/protocol';
import { engine } from '../../state/engine_store';
import { cancelEvaluation, evaluateRun } from '../../state/final_evaluations';
import type { Question, QuestionProgress } from '../../state/questions';
import { runOf, useRuns } from '../../state/runs_store';
import { useModelQuestions } from '../../state/use_question';
import { formatFixed, formatInteger, formatNumber } from '../plots/format';
import { changedText, type AgedRun } from './answer_age';
import { explain } from './explain';
import type { MeasureText } from './Measure';
import { jointProgress, momentsOf, obstacleOf } from './use_analysis';

export interface QualityMeasure {
  readonly id: keyof Omit<QualityReport, 'rows' | 'split'>;
  readonly label: string;
  readonly text: MeasureText;
  readonly format: (value: number) => string;
}

/** Four digits at most and no jump of width while it falls: "24.5", "1.129", "0.024", "3.0e-4". */
export function lossText(value: number): string {
  return value < 0.001 || value >= 10 ? formatNumber(value) : formatFixed(value, 3);
}

export const qualityMeasures: readonly QualityMeasure[] = [
  {
    id: 'explained_variance',
    label: 'Explained variance',
    text: explain(
      'metrics/explained_variance',
      'Share of the variance of these rows that the reconstruction holds. Predicting the mean scores 0.',
    ),
    format: (value) => formatFixed(value, 3),
  },
  {
    id: 'mse',
    label: 'Reconstruction loss',
    text: explain('losses/mse_loss', 'Squared error of these rows.'),
    format: lossText,
  },
  {
    id: 'l0',
    label: 'Columns per row (l0)',
    text: explain('metrics/l0', 'Columns of the dictionary that describe one of these rows.'),
    format: (value) => formatFixed(value, 1),
  },
  {
    id: 'dead_groups',
    label: 'Dead units',
    text: { text: 'Groups (or latents) that fired on none of these rows.' },
    format: formatInteger,
  },
];

/** The measure of an id. */
export function qualityMeasure(id: QualityMeasure['id']): QualityMeasure {
  const measure = qualityMeasures.find((each) => each.id === id);
  if (measure === undefined) throw new RangeError(`no measure "${id}"`);
  return measure;
}

/** Which rows an evaluation read: "held out, 2 000 rows"; "all 800 rows, also trained on". */
export function rowsText({ rows, split }: Pick<QualityReport, 'rows' | 'split'>): string {
  const count = `${formatInteger(rows)} rows`;
  return split === 'held_out' ? `held out, ${count}` : `all ${count}, also trained on`;
}

export interface HeldOutView {
  /** The latest evaluation of each model, null before the first. */
  readonly answers: readonly (EvaluateAnswer | null)[];
  readonly progress: QuestionProgress | null;
  readonly error: LabErrorData | null;
  /** Whether the run has weights to evaluate. */
  readonly possible: boolean;
  /** Whether every answer is about the models as they are now: their weights and their settings. */
  readonly current: boolean;
  /** What was set otherwise since: "s of SASA went from 1 to 2"; null while nothing was. */
  readonly changed: string | null;
  readonly start: () => void;
  readonly cancel: () => void;
}

/** Whether evaluations are about a run's models as they are now, and what was set otherwise since. */
export function standingOf(
  run: AgedRun | undefined,
  evaluations: readonly Question<'evaluate'>[],
): Pick<HeldOutView, 'current' | 'changed'> {
  const changed = run === undefined ? null : changedText(run, momentsOf(evaluations));
  const step = run?.step ?? 0;
  return {
    current: changed === null && evaluations.every(({ answer }) => answer?.step === step),
    changed,
  };
}

/** Follows the final evaluation of a run's models. */
export function useHeldOut(runId: string | null): HeldOutView {
  const count = useRuns(({ runs }) => (runId === null ? 0 : (runs[runId]?.models.length ?? 0)));
  const possible = useRuns(({ runs }) => {
    const obstacle = obstacleOf(runId === null ? undefined : runs[runId]);
    return obstacle === null || obstacle === 'training';
  });
  const models = useMemo(() => Array.from({ length: count }, (_, index) => index), [count]);
  const analyses = useModelQuestions('evaluate', runId, models);
  const standing = useRuns(
    useShallow(({ runs }) => standingOf(runId === null ? undefined : runs[runId], analyses)),
  );
  const start = () => {
    const run = runOf(runId);
    if (run !== undefined) void evaluateRun(engine, run);
  };
  const cancel = () => {
    const run = runOf(runId);
    if (run !== undefined) cancelEvaluation(run);
  };
  return {
    answers: analyses.map(({ answer }) => answer),
    progress: jointProgress(analyses),
    error: analyses.find(({ error }) => error !== null)?.error ?? null,
    possible,
    ...standing,
    start,
    cancel,
  };
}
