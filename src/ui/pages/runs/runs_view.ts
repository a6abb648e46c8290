/**
 * How the person looks at the table of runs: columns, order and filter, which are remembered in this browser and checked
 * when they are read back; and which runs are chosen and which one the keys are at, which are not.
 */
import * as z from 'zod/mini';
import { create } from 'zustand';
import { persist } from 'zustand/middleware';
import { columnIds, type ColumnId } from './column_kinds';
import { DEFAULT_COLUMNS } from './run_columns';

export interface RunOrder {
  readonly column: ColumnId;
  readonly descending: boolean;
}

/** What stands over the page. */
export type RunDialog =
  | { readonly kind: 'describe' | 'further' | 'seeds'; readonly id: string }
  | { readonly kind: 'space' };

export interface RunsView {
  /** In the order of the table; the name is always among them. */
  readonly columns: readonly ColumnId[];
  readonly order: RunOrder;
  readonly filter: string;
  readonly chosen: ReadonlySet<string>;
  /** The run that the keys are at; null: none yet. */
  readonly active: string | null;
  /** The run whose name is being edited. */
  readonly renaming: string | null;
  readonly dialog: RunDialog | null;
}

export const NEWEST_FIRST: RunOrder = { column: 'started', descending: true };

const OPENING: RunsView = {
  columns: DEFAULT_COLUMNS,
  order: NEWEST_FIRST,
  filter: '',
  chosen: new Set(),
  active: null,
  renaming: null,
  dialog: null,
};

/** Longest filter, in characters. */
const FILTER_LIMIT = 500;

const storedSchema = z.object({
  columns: z.array(z.string()),
  order: z.object({ column: z.enum(columnIds), descending: z.boolean() }),
  filter: z.string().check(z.maxLength(FILTER_LIMIT)),
});

/** Reads what was remembered; what cannot be read is as it was at first. Columns that there are no more are left out. */
export function readRemembered(stored: unknown): Pick<RunsView, 'columns' | 'order' | 'filter'> {
  const read = storedSchema.safeParse(stored);
  const { columns, order, filter } = read.success ? read.data : OPENING;
  return { columns: inTableOrder(columns), order, filter };
}

/** Columns as the table has them, with the name. */
function inTableOrder(chosen: readonly string[]): readonly ColumnId[] {
  return columnIds.filter((id) => id === 'name' || chosen.includes(id));
}

export const useRunsView = create<RunsView>()(
  persist((): RunsView => OPENING, {
    name: 'sasa-lab.runs-table',
    partialize: ({ columns, order, filter }) => ({ columns, order, filter }),
    merge: (stored, current) => ({ ...current, ...readRemembered(stored) }),
  }),
);

/** Shows a column, or hides it. */
export function toggleColumn(id: ColumnId): void {
  useRunsView.setState(({ columns }) => ({
    columns: inTableOrder(
      columns.includes(id) ? columns.filter((other) => other !== id) : [...columns, id],
    ),
  }));
}

/** Sorts by a column; pressed again, the other way round. Numbers begin with the largest, words with A. */
export function sortBy(column: ColumnId, words: boolean): void {
  useRunsView.setState(({ order }) => ({
    order: { column, descending: order.column === column ? !order.descending : !words },
  }));
}

/** Chooses a run, or no longer. */
export function toggleChosen(id: string): void {
  useRunsView.setState(({ chosen }) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    return { chosen: next, active: id };
  });
}

/** Chooses all runs between the one that the keys are at and this one, as they stand in `shown`. */
export function chooseUpTo(id: string, shown: readonly string[]): void {
  useRunsView.setState(({ chosen, active }) => {
    const [from, to] = [shown.indexOf(active ?? id), shown.indexOf(id)];
    const range = from < 0 ? [id] : shown.slice(Math.min(from, to), Math.max(from, to) + 1);
    return { chosen: new Set([...chosen, ...range]), active: id };
  });
}

/** Chooses these runs and no others. */
export function choose(ids: readonly string[]): void {
  useRunsView.setState({ chosen: new Set(ids) });
}

export function openDialog(dialog: RunDialog | null): void {
  useRunsView.setState({ dialog });
}
