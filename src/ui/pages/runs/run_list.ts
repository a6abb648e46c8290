/** Which runs the table lists and in which order: filtered, and sorted so that equal ones stand as they were started. */
import type { Run } from '../../../state/run_record';
import { formatInteger } from '../../plots/format';
import type { RunSort } from './column_kinds';
import { runColumn } from './run_columns';
import { factsOf, type Evaluations, type RunFacts } from './run_facts';
import { acceptsRun, type RunFilter } from './run_filter';
import type { RunOrder } from './runs_view';

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** What a run is sorted by, and the index of the model that it is of; null for a fact of the run. */
export interface SortValue {
  readonly value: number | string | null;
  readonly model: number | null;
}

/** What a run is sorted by: of several models the first that has a number, or the one with the best. */
export function sortValue(sort: RunSort, facts: RunFacts): SortValue {
  if (sort.of === 'run') return { value: sort.value(facts), model: null };
  let best: SortValue = { value: null, model: null };
  for (const model of facts.models) {
    const value = sort.value(model);
    if (value === null) continue;
    const first = best.value === null;
    const better =
      typeof value === 'number' &&
      typeof best.value === 'number' &&
      ((sort.best === 'largest' && value > best.value) ||
        (sort.best === 'smallest' && value < best.value));
    if (first || better) best = { value, model: model.index };
  }
  return best;
}

/** Ids of the runs that pass the filter, in order. Those of which the value is not known stand last in either direction. */
export function listRuns(
  runs: Readonly<Record<string, Run>>,
  ids: readonly string[],
  evaluations: Evaluations,
  filter: RunFilter,
  { column, descending }: RunOrder,
): readonly string[] {
  const { sort } = runColumn(column);
  const sign = descending ? -1 : 1;
  const listed = ids.toReversed().flatMap((id) => {
    const run = runs[id];
    if (run === undefined) return [];
    const facts = factsOf(run, evaluations);
    return acceptsRun(filter, facts) ? [{ id, value: sortValue(sort, facts).value }] : [];
  });
  return listed
    .toSorted(({ value: a }, { value: b }) => {
      if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
      if (typeof a === 'number' && typeof b === 'number') return sign * (a - b);
      return sign * collator.compare(String(a), String(b));
    })
    .map(({ id }) => id);
}

/** "by EV of each run’s best model, largest first". */
export function orderSentence({ column, descending }: RunOrder): string {
  if (column === 'started') return descending ? 'newest first' : 'oldest first';
  const { name, sort, align } = runColumn(column);
  const words = descending ? 'from Z to A' : 'from A to Z';
  const numbers = descending ? 'largest first' : 'smallest first';
  const which =
    sort.of === 'run' ? '' : ` of each run’s ${sort.best === 'first' ? 'first' : 'best'} model`;
  return `by “${name}”${which}, ${align === 'end' ? numbers : words}`;
}

/** "3 runs", "1 run". */
export function runsText(count: number): string {
  return count === 1 ? '1 run' : `${formatInteger(count)} runs`;
}
