/**
 * The table as the person sees it: rows of the latest analysis with stars and tags, filtered and sorted,
 * and the group that is shown beside it. While a filter cannot be read, its readable beginning is in force, so
 * that the table does not jump between two keystrokes.
 */
import { useDeferredValue, useMemo } from 'react';
import type { GroupsAnswer } from '../../../lab/protocol/protocol';
import { annotationsOf, useAnnotations } from '../../../state/annotations';
import { inForce } from '../../parts/filter_parser';
import type { FilterProblem } from '../../parts/filter_tokens';
import { parseFilter, searchedWord } from './filter';
import { arrange, tableRows, type Hits, type SortOrder, type TableRow } from './group_table';
import { searchKey, useGroupsView } from './groups_view';
import { wordFirings } from './word_firings';

/** Groups that fire on own text, or on one token of it. */
export interface OwnSearch {
  readonly what: string;
  readonly hits: Hits;
}

/** What is searched for, and how strongly each group fires on it. */
export interface Searched {
  /** In a sentence: “monday”, your text. */
  readonly what: string;
  /** The word that a filter searches for, lower case; null for own text. */
  readonly word: string | null;
  normOf(group: number): number | null;
}

/** How the table is sorted. */
export interface Sorting {
  readonly order: SortOrder;
  /** What is searched for comes first, strongest first; `order` is that of the others. */
  readonly strongestFirst: boolean;
  /** The search that an order is chosen for now; null for none. */
  readonly search: string | null;
}

export interface GroupTable {
  /** All rows, in index order. */
  readonly all: readonly TableRow[];
  /** Rows that pass the filter, sorted. */
  readonly shown: readonly TableRow[];
  /** What is searched for, if the filter is a word or own text was read, with the groups that fire on it. */
  readonly searched: Searched | null;
  readonly sorting: Sorting;
  readonly problem: FilterProblem | null;
  /** The chosen group, else the first shown one, else the first of all; null for a model without groups. */
  readonly selected: TableRow | null;
}

const NO_ROWS: readonly TableRow[] = [];

/**
 * The table of an answer about a model of a run, with what the person noted. `own` are the groups that fire on the person's own
 * text, while they look for those.
 */
export function useGroupTable(
  answer: GroupsAnswer | null,
  runId: string | null,
  model: number,
  own: OwnSearch | null,
): GroupTable {
  const annotations = useAnnotations((state) => annotationsOf(state, runId ?? '', model));
  const { group, filter: text, order, orderedFor } = useGroupsView();

  const all = useMemo(
    () => (answer === null ? NO_ROWS : tableRows(answer.rows, annotations)),
    [answer, annotations],
  );
  const parsed = useMemo(() => parseFilter(text), [text]);
  const filter = useDeferredValue(inForce(parsed));
  const words = useMemo(() => wordFirings(answer?.firings ?? null), [answer]);
  const hits = own?.hits ?? null;
  const word = searchedWord(filter);
  const search = own === null ? searchKey(text) : `own text ${own.what}`;
  const wanted = search !== null && orderedFor !== search;
  const strongestFirst =
    wanted &&
    (hits !== null ||
      (word !== null && all.some(({ row }) => words.normOf(word, row.group) !== null)));
  const shown = useMemo(
    () => arrange(all, filter, order, { words, hits, strongestFirst }),
    [all, filter, order, words, hits, strongestFirst],
  );
  const searched = useMemo((): Searched | null => {
    if (own !== null) {
      return { what: own.what, word: null, normOf: (g) => own.hits.get(g) ?? null };
    }
    if (word === null) return null;
    return { what: `“${word}”`, word, normOf: (g) => words.normOf(word, g) };
  }, [own, word, words]);

  // With a filter that nothing passes, the card of before the filter stays.
  const first = useMemo(
    () => shown[0] ?? arrange(all, { kind: 'all' }, order)[0] ?? null,
    [shown, all, order],
  );
  const selected = (group === null ? null : all[group]) ?? first;
  const sorting = { order, strongestFirst, search };
  return { all, shown, searched, sorting, problem: parsed.ok ? null : parsed.problem, selected };
}
