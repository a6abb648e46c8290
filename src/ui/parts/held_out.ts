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
import { cancelEvaluation, evaluateRun, measureCodes } from '../../state/final_evaluations';
import type { Question, QuestionProgress } from '../../state/questions';
import { runOf, useRuns } from '../../state/runs_store';
import { useModelQuestions } from '../../state/use_question';
import { formatExact, formatFixed, formatInteger, formatNumber } from '../plots/format';
import { changedText, type AgedRun } from './answer_age';
import { explain } from './explain';
import type { MeasureText } from './Measure';
import { jointProgress, momentsOf, obstacleOf } from './use_analysis';

export interface QualityMeasure {
  readonly id:
    | 'explained_variance'
    | 'mse'
    | 'dead_groups'
    | 'l0'
    | 'pruned_l0'
    | 'groups_per_token'
    | 'bits_per_token';
  readonly label: string;
  /** What is good about a model, or what a row of its codes costs. */
  readonly of: 'quality' | 'cost';
  readonly text: MeasureText;
  readonly format: (value: number) => string;
  /** What belongs to the number, in words; null where an evaluation does not have it. */
  readonly detail?: (report: QualityReport) => string | null;
}

/** Four digits at most and no jump of width while it falls: "24.5", "1.129", "0.024", "3.0e-4". */
export function lossText(value: number): string {
  return value < 0.001 || value >= 10 ? formatNumber(value) : formatFixed(value, 3);
}

const tenths = (value: number) => formatFixed(value, 1);

export const qualityMeasures: readonly QualityMeasure[] = [
  {
    id: 'explained_variance',
    label: 'Explained variance',
    of: 'quality',
    text: explain(
      'metrics/explained_variance',
      'Share of the variance of these rows that the reconstruction holds. Predicting the mean scores 0.',
    ),
    format: (value) => formatFixed(value, 3),
  },
  {
    id: 'mse',
    label: 'Reconstruction loss',
    of: 'quality',
    text: explain('losses/mse_loss', 'Squared error of these rows.'),
    format: lossText,
  },
  {
    id: 'dead_groups',
    label: 'Dead units',
    of: 'quality',
    text: { text: 'Groups (or latents) that fired on none of these rows.' },
    format: formatInteger,
  },
  {
    id: 'l0',
    label: 'Columns per row (l0)',
    of: 'cost',
    text: explain('metrics/l0', 'Columns of the dictionary that describe one of these rows.'),
    format: tenths,
  },
  {
    id: 'pruned_l0',
    label: 'Pruned l0',
    of: 'cost',
    text: explain(
      'pruned_l0',
      'Columns without those that a group hardly uses: one of rank 4 that holds a circle pays for two. Beside it the explained variance (EV) without them.',
    ),
    format: tenths,
    detail: ({ pruned_explained_variance: ev = null }) =>
      ev === null ? null : `EV ${formatFixed(ev, 3)}`,
  },
  {
    id: 'groups_per_token',
    label: 'Units per row',
    of: 'cost',
    text: explain(
      'metrics/groups_per_token',
      'Groups (or latents) that fire on one of these rows.',
    ),
    format: tenths,
  },
  {
    id: 'bits_per_token',
    label: 'Bits a token',
    of: 'cost',
    text: explain(
      'bits_per_token',
      'How many bits it takes to write down which units fire on a row and with which values, so finely that 0.01 of explained variance is lost. Fewer is cheaper, whatever a unit is.',
    ),
    format: tenths,
    detail: (report) => intervalText(report),
  },
];

/** "95 %: 20.9 to 21.7"; null where there is no interval. */
export function intervalText({
  bits_per_token_low: low = null,
  bits_per_token_high: high = null,
}: QualityReport): string | null {
  if (low === null || high === null) return null;
  // Ends that look the same would say nothing.
  const decimals = high - low < 0.3 ? 2 : 1;
  return `95 %: ${formatFixed(low, decimals)} to ${formatFixed(high, decimals)}`;
}

/** Why an evaluation does not have a number; null where it does. */
export function lackOf(report: QualityReport, id: keyof QualityReport): string | null {
  if ((report[id] ?? null) !== null) return null;
  return report.not_defined?.[id] ?? 'Not measured when this was evaluated. Evaluate it again.';
}

/** The number of a measure with all its digits and what belongs to it, or why it is missing. */
export function exactText(report: QualityReport, { id, detail }: QualityMeasure): string {
  const value = report[id] ?? null;
  if (value === null) return lackOf(report, id) ?? '';
  const more = detail?.(report) ?? null;
  return more === null ? formatExact(value) : `${formatExact(value)}; ${more}`;
}

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

/** Which rows bits were counted on: "Bits: 16 384 of them and 40 000 training rows"; undefined where they were not. */
export function bitsRowsText({ bits_rows: rows }: QualityReport): string | undefined {
  if (rows === undefined) return undefined;
  const training = rows.training === 0 ? '' : ` and ${formatInteger(rows.training)} training rows`;
  return `Bits are counted on ${formatInteger(rows.evaluated)} of these rows${training}`;
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
  /** Whether bits were measured with every answer: earlier labs did not. */
  readonly costed: boolean;
  /** Whether codes by least squares can be measured: not while the run goes on, whose end is evaluated. */
  readonly fittable: boolean;
  /** Whether what is under way measures codes by least squares as well. */
  readonly fitting: boolean;
  /** What was set otherwise since: "s of SASA went from 1 to 2"; null while nothing was. */
  readonly changed: string | null;
  readonly start: () => void;
  /** Has codes by least squares measured for all models. */
  readonly fit: () => void;
  readonly cancel: () => void;
}

/** Whether evaluations are about a run's models as they are now, and what was set otherwise since. */
export function standingOf(
  run: AgedRun | undefined,
  evaluations: readonly Question<'evaluate'>[],
): Pick<HeldOutView, 'current' | 'costed' | 'changed'> {
  const changed = run === undefined ? null : changedText(run, momentsOf(evaluations));
  const step = run?.step ?? 0;
  return {
    current: changed === null && evaluations.every(({ answer }) => answer?.step === step),
    costed: evaluations.every(({ answer }) => answer?.report.bits_rows !== undefined),
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
  const fittable = useRuns(
    ({ runs }) => obstacleOf(runId === null ? undefined : runs[runId]) === null,
  );
  const models = useMemo(() => Array.from({ length: count }, (_, index) => index), [count]);
  const analyses = useModelQuestions('evaluate', runId, models);
  const standing = useRuns(
    useShallow(({ runs }) => standingOf(runId === null ? undefined : runs[runId], analyses)),
  );
  const start = () => {
    const run = runOf(runId);
    if (run !== undefined) void evaluateRun(engine, run);
  };
  const fit = () => {
    const run = runOf(runId);
    if (run !== undefined) void measureCodes(engine, run);
  };
  const cancel = () => {
    const run = runOf(runId);
    if (run !== undefined) cancelEvaluation(run);
  };
  return {
    answers: analyses.map(({ answer }) => answer),
    progress: jointProgress(analyses),
    fitting: analyses.some(({ progress, asking }) => progress !== null && asking?.codes === true),
    error: analyses.find(({ error }) => error !== null)?.error ?? null,
    possible,
    fittable,
    ...standing,
    start,
    fit,
    cancel,
  };
}
