/**
 * The table as the person sees it: rows of the latest analysis with stars and tags, filtered and sorted,
 * and the group that is shown beside it. While a filter cannot be read, its readable beginning is in force, so
 * that the table does not jump between two keystrokes.
 */
import { useDeferredValue, useMemo } from 'react';
import type { GroupsAnswer } from '../../../lab/protocol';
import { annotationsOf, useAnnotations } from './annotations_store';
import { searchedWord } from './filter';
import { parseFilter } from './filter_parser';
import type { FilterProblem } from './filter_tokens';
import { arrange, tableRows, type TableRow } from './group_table';
import { useGroupsView } from './groups_view';
import { wordFirings, type WordFirings } from './word_firings';

export interface Searched {
  readonly word: string;
  readonly words: WordFirings;
}

export interface GroupTable {
  /** All rows, in index order. */
  readonly all: readonly TableRow[];
  /** Rows that pass the filter, sorted. */
  readonly shown: readonly TableRow[];
  /** The word that is searched for, if the filter is a word, with the groups that fire on it. */
  readonly searched: Searched | null;
  readonly problem: FilterProblem | null;
  /** The chosen group, else the first shown one, else the first of all; null for a model without groups. */
  readonly selected: TableRow | null;
}

const NO_ROWS: readonly TableRow[] = [];

/** The table of an answer, with the annotations kept under `key`. */
export function useGroupTable(answer: GroupsAnswer | null, key: string): GroupTable {
  const annotations = useAnnotations((state) => annotationsOf(state, key));
  const { group, filter: text, order } = useGroupsView();

  const all = useMemo(
    () => (answer === null ? NO_ROWS : tableRows(answer.rows, annotations)),
    [answer, annotations],
  );
  const parsed = useMemo(() => parseFilter(text), [text]);
  const filter = useDeferredValue(parsed.ok ? parsed.expression : parsed.readable);
  const words = useMemo(() => wordFirings(answer?.firings ?? null), [answer]);
  const shown = useMemo(() => arrange(all, filter, order, words), [all, filter, order, words]);
  const word = searchedWord(filter);
  const searched = useMemo(() => (word === null ? null : { word, words }), [word, words]);

  // With a filter that nothing passes, the card of before the filter stays.
  const first = useMemo(
    () => shown[0] ?? arrange(all, { kind: 'all' }, order)[0] ?? null,
    [shown, all, order],
  );
  const selected = (group === null ? null : all[group]) ?? first;
  return { all, shown, searched, problem: parsed.ok ? null : parsed.problem, selected };
}
