/**
 * What a column of the table of runs is, and how one is made: of facts of a run, of its models, or of their final
 * evaluation. Which there are is in run_columns.ts.
 */
import { exactText, type QualityMeasure } from '../../parts/held_out';
import type { MeasureText } from '../../parts/Measure';
import { formatExact, formatScientific, trimmed } from '../../plots/format';
import type { ModelFacts, RunFacts } from './run_facts';

export const columnIds = [
  'name',
  'status',
  'data',
  'models',
  'lambda',
  'lambda_abs',
  'lr',
  'batch',
  'seed',
  'samples',
  'ev',
  'loss',
  'l0',
  'pruned_l0',
  'units',
  'bits',
  'dead',
  'rows',
  'batch_ev',
  'steps',
  'time',
  'started',
  'size',
  'changed',
  'note',
] as const;
export type ColumnId = (typeof columnIds)[number];

/** What a cell says: one line a run, or one a model; the full value on hover. */
interface CellLine {
  readonly text: string;
  readonly title?: string | undefined;
}

export interface RunColumn {
  readonly id: ColumnId;
  readonly head: string;
  /** Its name in the list of columns. */
  readonly name: string;
  readonly text: MeasureText;
  /** Track of the CSS grid, and its least width in pixels. */
  readonly width: string;
  readonly least: number;
  readonly align: 'start' | 'end';
  /** Whether it says a setting, so that differences between chosen runs are marked in it. */
  readonly isSetting: boolean;
  /** Null: the row draws it by itself. */
  readonly lines: ((facts: RunFacts) => readonly CellLine[]) | null;
  readonly sort: RunSort;
}

/** By what a column sorts: a fact of the run, or of its models, of which the first or the best counts. */
export type RunSort =
  | { readonly of: 'run'; readonly value: (facts: RunFacts) => number | string | null }
  | {
      readonly of: 'models';
      readonly best: 'first' | 'largest' | 'smallest';
      readonly value: (model: ModelFacts) => number | string | null;
    };

/** What a cell says of what is not known. */
export const NONE: CellLine = { text: '–' };

/** A number, with all its digits on hover. */
export const number = (value: number | null, format: (value: number) => string): CellLine =>
  value === null ? NONE : { text: format(value), title: formatExact(value) };

/** Short and exact where that is short: "2e-3", "0.01", "3.3e-5". */
export function settingText(value: number): string {
  if (value === 0) return '0';
  return Math.abs(value) < 0.01
    ? formatScientific(value, 2).replace('.0e', 'e')
    : trimmed(value, 3);
}

/** A column with one line a run. */
export const ofRun = (
  id: ColumnId,
  head: string,
  about: string,
  track: { readonly width: number; readonly align?: 'start' | 'end'; readonly name?: string },
  line: (facts: RunFacts) => CellLine,
  value: (facts: RunFacts) => number | string | null,
  isSetting = false,
): RunColumn => ({
  id,
  head,
  name: track.name ?? head,
  text: { text: about },
  width: `${track.width}px`,
  least: track.width,
  align: track.align ?? 'end',
  isSetting,
  lines: (facts) => [line(facts)],
  sort: { of: 'run', value },
});

/** A column with one line a model. */
export const ofModels = (
  id: ColumnId,
  head: string,
  name: string,
  text: MeasureText,
  width: number,
  best: 'first' | 'largest' | 'smallest',
  line: (model: ModelFacts) => CellLine,
  value: (model: ModelFacts) => number | string | null,
  isSetting = false,
): RunColumn => ({
  id,
  head,
  name,
  text,
  width: `${width}px`,
  least: width,
  align: 'end',
  isSetting,
  lines: ({ models }) => models.map(line),
  sort: { of: 'models', best, value },
});

/** A number of the final evaluation, one line a model. */
export const heldOut = (
  id: ColumnId,
  head: string,
  measure: QualityMeasure,
  width: number,
  best: 'largest' | 'smallest',
): RunColumn => {
  const value = (model: ModelFacts) => model.heldOut?.[measure.id] ?? null;
  const name = `Held out: ${measure.label.charAt(0).toLowerCase()}${measure.label.slice(1)}`;
  const line = (model: ModelFacts): CellLine => {
    const report = model.heldOut;
    if (report === null) return NONE;
    const found = value(model);
    return {
      text: found === null ? NONE.text : measure.format(found),
      title: exactText(report, measure),
    };
  };
  return ofModels(id, head, name, measure.text, width, best, line, value);
};

/** A column that shares the width that is left over. */
export const wide = (
  id: ColumnId,
  head: string,
  about: string,
  [least, share]: readonly [number, number],
  lines: RunColumn['lines'],
  sort: RunSort,
  isSetting = false,
): RunColumn => ({
  id,
  head,
  name: head,
  text: { text: about },
  width: `minmax(${least}px, ${share}fr)`,
  least,
  align: 'start',
  isSetting,
  lines,
  sort,
});
