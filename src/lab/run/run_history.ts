/**
 * What was done to the models of a run while it went, and what the weights that it began with had behind them: steps,
 * samples, changed settings, moves, logged metrics. `changes.jsonl` is the one place where changes are written;
 * cfg.json and report.json repeat it. Steps and samples count from the first step of the run that made the weights.
 */
import * as z from 'zod/mini';
import { readJsonLines } from '../../io/json_lines';
import type { LoggedMetrics } from '../../io/metrics_text';
import type { DataIdentity } from './data_identity';
import { liveSettingNames, type SettingChange } from './live_settings';
import { isMove, moveSchema, type RunMove } from './run_moves';

const settingSchema = z.strictObject({
  /** Steps taken before it. */
  step: z.int().check(z.gte(0)),
  setting: z.enum(liveSettingNames),
  from: z.nullable(z.number()),
  to: z.number(),
  /** λ of the model from then on; null for a change of the training and for models without one. */
  lambda: z.nullable(z.number()),
});

const changeSchema = z.union([settingSchema, moveSchema]);

/** In the account of one model: a changed setting, whose own it is or the training's, or a move. */
export type ModelChange = z.output<typeof changeSchema>;

/** What was done to the models of a run while it went: a changed setting, or a move. */
export type RunChange = SettingChange | RunMove;

/** What weights had behind them when a run began with them. */
export interface TrainedBefore {
  readonly steps: number;
  readonly samples: number;
  /** Oldest first. */
  readonly changes: readonly ModelChange[];
  readonly metrics: readonly LoggedMetrics[];
  /** What the data were that made them; absent where their folder does not say. */
  readonly dataIdentity?: DataIdentity;
}

/** What fresh weights have behind them. */
export const NEVER_TRAINED: TrainedBefore = { steps: 0, samples: 0, changes: [], metrics: [] };

/**
 * Whether weights after `step` steps have a change behind them. A state is from before the moves that follow its last step, which
 * whoever goes on from it makes again.
 */
export function isBehind(change: RunChange | ModelChange, step: number): boolean {
  return isMove(change) ? change.step < step : change.step <= step;
}

/** All changes of one model, oldest first: those before its weights were opened, and those of the run since. */
export function changesOf(
  model: number,
  before: TrainedBefore,
  changes: readonly RunChange[],
): readonly ModelChange[] {
  const own = changes.flatMap(({ model: whose, step, ...change }): ModelChange[] =>
    whose === null || whose === model ? [{ step: before.steps + step, ...change }] : [],
  );
  return [...before.changes, ...own];
}

/** All records of one model, oldest first, its own counted on from those before its weights were opened. */
export function metricsSince(
  before: TrainedBefore,
  records: readonly LoggedMetrics[],
): readonly LoggedMetrics[] {
  return [...before.metrics, ...records.map((record) => countedOn(before, record))];
}

/** A record of a run that began with trained weights, its steps and samples counted on from theirs. */
export function countedOn<Record extends LoggedMetrics>(
  before: Pick<TrainedBefore, 'steps' | 'samples'>,
  record: Record,
): Record {
  const samples = before.samples + record.samples;
  const values = { ...record.values };
  if ('details/n_training_samples' in values) values['details/n_training_samples'] = samples;
  return { ...record, step: before.steps + record.step, samples, values };
}

/** What `countedOn` was made of: a record of a run as it counts by itself. */
export function countedByItself(
  before: Pick<TrainedBefore, 'steps' | 'samples'>,
  record: LoggedMetrics,
): LoggedMetrics {
  return countedOn({ steps: -before.steps, samples: -before.samples }, record);
}

/** One JSON object per line, with a line break after each. */
export function changesToJsonl(changes: readonly ModelChange[]): string {
  return changes
    .map((change) => {
      if (isMove(change)) {
        const { step, move, from, components, loss } = change;
        return `${JSON.stringify({ step, move, from, components, loss })}\n`;
      }
      const { step, setting, from, to, lambda } = change;
      return `${JSON.stringify({ step, setting, from, to, lambda })}\n`;
    })
    .join('');
}

/** One change; null for what says something else. */
export function readChange(value: unknown): ModelChange | null {
  const read = changeSchema.safeParse(value);
  return read.success ? read.data : null;
}

/** The changes of a `changes.jsonl`. Throws LabError `bad_file` that names the line. */
export function readChangesJsonl(text: string, label: string): readonly ModelChange[] {
  return readJsonLines(text, changeSchema, label);
}

/** The changes that cfg.json repeats; null where it says none of it, or what cannot be read. */
export function readChanges(value: unknown): readonly ModelChange[] | null {
  const read = z.array(changeSchema).safeParse(value);
  return read.success ? read.data : null;
}
