/**
 * Of which model an answer is, in words: how far it was trained when the answer was made, and what has become of it
 * since, by training or by a changed setting. Every page that shows what was asked earlier says it this way.
 */
import { useMemo } from 'react';
import { smallest } from '../../base/array';
import type { SettingChange } from '../../lab/run/live_settings';
import { useCurrentRun } from '../../state/current';
import { trainedBefore, type Run } from '../../state/run_record';
import { formatExact, formatInteger } from '../plots/format';
import { changedName } from './setting_names';

/** The facts of a run by which an answer ages. */
export type AgedRun = Pick<Run, 'step' | 'models' | 'changes' | 'config'>;

/** The model that an answer is about. */
export interface AnswerMoment {
  /** Its index. */
  readonly model: number;
  /** Steps of the run that it had. */
  readonly step: number;
  /** Changes of its own settings that it had behind it. */
  readonly changes: number;
}

/** "step 1 500, 96 000 samples": what opened weights had behind them is counted too. */
export function trainedText(run: Pick<AgedRun, 'models' | 'config'>, step: number): string {
  const before = trainedBefore(run);
  const samples = before.samples + step * run.config.training.train_batch_size_samples;
  return `step ${formatInteger(before.steps + step)}, ${formatInteger(samples)} samples`;
}

/** What became of the models since answers about them, as a clause; null while the answers are about them as they are. */
export function sinceText(run: AgedRun, made: readonly AnswerMoment[]): string | null {
  const before = trainedBefore(run).steps;
  const clauses = [
    ...(made.some(({ step }) => step !== run.step)
      ? [`the run is at step ${formatInteger(before + run.step)}`]
      : []),
    ...changedClauses(run, made),
  ];
  return clauses.length === 0 ? null : clauses.join(' and ');
}

/** What was set otherwise since, as a clause; null while the settings are those of the answers. */
export function changedText(run: ChangedRun, made: readonly AnswerMoment[]): string | null {
  const clauses = changedClauses(run, made);
  return clauses.length === 0 ? null : clauses.join(' and ');
}

type ChangedRun = Pick<AgedRun, 'models' | 'changes'>;

/** "s of SASA went from 1 to 2" for every setting of a model that is another now. */
function changedClauses(
  { models, changes }: ChangedRun,
  made: readonly AnswerMoment[],
): readonly string[] {
  return [...new Set(made.map(({ model }) => model))].flatMap((model) => {
    const behind = smallest(made.filter((each) => each.model === model).map((m) => m.changes));
    const since = changes.filter((change) => change.model === model).slice(behind);
    const name = models[model]?.name ?? `model ${model + 1}`;
    return netChanges(since).map(
      ({ setting, from, to }) =>
        `${changedName(setting)} of ${name} went from ${from === null ? 'not set' : formatExact(from)} to ${formatExact(to)}`,
    );
  });
}

/** Changes of one model with those of a setting taken together; one that was taken back is none. */
function netChanges(
  changes: readonly SettingChange[],
): readonly Pick<SettingChange, 'setting' | 'from' | 'to'>[] {
  return [...new Set(changes.map(({ setting }) => setting))].flatMap((setting) => {
    const own = changes.filter((change) => change.setting === setting);
    const [first, last] = [own[0], own.at(-1)];
    if (first === undefined || last === undefined || first.from === last.to) return [];
    return [{ setting, from: first.from, to: last.to }];
  });
}

/** How a page says of which model an answer is. */
export interface AnswerAge {
  /** "step 1 500, 96 000 samples". */
  readonly trained: string;
  /** What has become of the model since; null while it is as it was. */
  readonly since: string | null;
}

/** The age of an answer about a model of the current run, made after `step` steps of it; null without an answer. */
export function useAnswerAge(
  model: number,
  step: number | null,
  changes: number,
): AnswerAge | null {
  const trained = useCurrentRun((run) => (step === null ? null : trainedText(run, step))) ?? null;
  const since =
    useCurrentRun((run) => (step === null ? null : sinceText(run, [{ model, step, changes }]))) ??
    null;
  return useMemo(() => (trained === null ? null : { trained, since }), [trained, since]);
}
