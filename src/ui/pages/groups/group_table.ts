/**
 * The table of groups as data: its columns with their meaning and order, and the rows that a filter and
 * a sort leave. It knows no React and no engine, so that sorting can be tested on its own.
 */
import type { LabelledGroupRow } from '../../../lab/protocol/protocol';
import { NO_ANNOTATION, type UnitAnnotations } from '../../../lab/run/annotations';
import { accepts, searchedWord, type FilterSubject, type GroupFilter } from './filter';
import { NO_FIRINGS, type WordFirings } from './word_firings';

export const columnIds = [
  'group',
  'labels',
  'freq',
  'norm',
  'wrank',
  'rank',
  'irred',
  'cluster',
] as const;

export type ColumnId = (typeof columnIds)[number];
export type Direction = 'ascending' | 'descending';

export interface SortOrder {
  readonly column: ColumnId;
  readonly direction: Direction;
}

/** Order in which the table opens: the groups that fire most come first. */
export const DEFAULT_ORDER: SortOrder = { column: 'freq', direction: 'descending' };

/** A row of the table: what was measured and what the person noted. */
export interface TableRow {
  readonly row: LabelledGroupRow;
  /** What the person calls it; '' for no name. */
  readonly name: string;
  readonly starred: boolean;
  readonly tags: readonly string[];
  readonly subject: FilterSubject;
}

/** Whether a group never fired in the analysed rows. */
export function isDead(row: Pick<LabelledGroupRow, 'firings'>): boolean {
  return row.firings === 0;
}

/** The numbers of a group as filter and sort see them; null where nothing was measured. */
function numbersOf(row: LabelledGroupRow): FilterSubject['numbers'] {
  const dead = isDead(row);
  return {
    group: row.group,
    freq: row.frequency,
    norm: dead ? null : row.meanNorm,
    rank: dead ? null : row.codeStableRank,
    wrank: row.weightStableRank,
    rank90: dead ? null : row.codeRank90,
    wrank90: row.weightRank90,
    irred: row.irreducibility,
    cluster: row.cluster,
  };
}

/** Rows of the table, in index order. */
export function tableRows(
  rows: readonly LabelledGroupRow[],
  annotations: UnitAnnotations,
): readonly TableRow[] {
  return rows.map((row) => {
    const { name, starred, tags, note } = annotations[row.group] ?? NO_ANNOTATION;
    return {
      row,
      name,
      starred,
      tags,
      subject: {
        numbers: numbersOf(row),
        flags: { dead: isDead(row), starred, named: name !== '', noted: note !== '' },
        name: name.toLowerCase(),
        labels: row.labels.map((label) => label.toLowerCase()),
        tags,
      },
    };
  });
}

const collator = new Intl.Collator('en', { sensitivity: 'base', numeric: true });

/** Value by which a column sorts; null goes last in either direction. */
function sortValue({ row, name, subject }: TableRow, column: ColumnId): number | string | null {
  if (column === 'labels') return name === '' ? (row.labels[0] ?? null) : name;
  return subject.numbers[column];
}

/** How strongly groups fire on what is searched for, by group; a group that is not there does not fire. */
export type Hits = ReadonlyMap<number, number>;

/** What a table is searched by, besides its filter. */
export interface TableSearch {
  readonly words: WordFirings;
  /** Groups that fire on own text; only they pass. Null while nobody looks for those. */
  readonly hits: Hits | null;
  /** Whether the groups that fire on what is searched for come first, strongest first, before any column counts. */
  readonly strongestFirst: boolean;
}

const NO_SEARCH: TableSearch = { words: NO_FIRINGS, hits: null, strongestFirst: false };

/**
 * The rows that pass, in order. Equal rows stand by group index; unmeasured values stand last. With
 * `strongestFirst` the order by column is that of the groups that do not fire on what is searched for, one word
 * or `hits`.
 */
export function arrange(
  rows: readonly TableRow[],
  filter: GroupFilter,
  { column, direction }: SortOrder,
  { words, hits, strongestFirst }: TableSearch = NO_SEARCH,
): readonly TableRow[] {
  const sign = direction === 'ascending' ? 1 : -1;
  const word = searchedWord(filter);
  const strength = ({ row }: TableRow): number => {
    if (!strongestFirst) return 0;
    if (hits !== null) return hits.get(row.group) ?? 0;
    return word === null ? 0 : (words.normOf(word, row.group) ?? 0);
  };
  return rows
    .filter(({ row }) => hits === null || hits.has(row.group))
    .filter(({ subject }) =>
      accepts(filter, subject, (label, group) => words.normOf(label, group) !== null),
    )
    .sort((left, right) => {
      const stronger = strength(right) - strength(left);
      if (stronger !== 0) return stronger;
      const [a, b] = [sortValue(left, column), sortValue(right, column)];
      const tie = left.row.group - right.row.group;
      if (a === null || b === null) return a === b ? tie : a === null ? 1 : -1;
      const difference =
        typeof a === 'number' && typeof b === 'number'
          ? a - b
          : collator.compare(String(a), String(b));
      return sign * difference || tie;
    });
}

/** The order after a press on a column's head: the natural direction first, then the other. */
export function nextOrder(order: SortOrder, column: ColumnId): SortOrder {
  if (order.column === column) {
    return { column, direction: order.direction === 'ascending' ? 'descending' : 'ascending' };
  }
  const ascending = column === 'group' || column === 'labels' || column === 'cluster';
  return { column, direction: ascending ? 'ascending' : 'descending' };
}

/** Writes an order for the address: `freq` or `-freq` (descending). */
export function formatOrder({ column, direction }: SortOrder): string {
  return direction === 'descending' ? `-${column}` : column;
}

/** Reads an order from the address; anything else gives the opening order. */
export function parseOrder(text: string | null): SortOrder {
  const name = text?.replace(/^-/, '');
  const column = columnIds.find((id) => id === name);
  if (column === undefined) return DEFAULT_ORDER;
  return { column, direction: text?.startsWith('-') ? 'descending' : 'ascending' };
}
