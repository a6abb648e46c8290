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
import { arrange, tableRows, type Hits, type TableRow } from './group_table';
import { useGroupsView } from './groups_view';
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

export interface GroupTable {
  /** All rows, in index order. */
  readonly all: readonly TableRow[];
  /** Rows that pass the filter, sorted. */
  readonly shown: readonly TableRow[];
  /** What is searched for, if the filter is a word or own text was read, with the groups that fire on it. */
  readonly searched: Searched | null;
  readonly problem: FilterProblem | null;
  /** The chosen group, else the first shown one, else the first of all; null for a model without groups. */
  readonly selected: TableRow | null;
}

const NO_ROWS: readonly TableRow[] = [];

/**
 * The table of an answer, with the annotations kept under `key`. `own` are the groups that fire on the person's own
 * text, while they look for those.
 */
export function useGroupTable(
  answer: GroupsAnswer | null,
  key: string,
  own: OwnSearch | null,
): GroupTable {
  const annotations = useAnnotations((state) => annotationsOf(state, key));
  const { group, filter: text, order } = useGroupsView();

  const all = useMemo(
    () => (answer === null ? NO_ROWS : tableRows(answer.rows, annotations)),
    [answer, annotations],
  );
  const parsed = useMemo(() => parseFilter(text), [text]);
  const filter = useDeferredValue(parsed.ok ? parsed.expression : parsed.readable);
  const words = useMemo(() => wordFirings(answer?.firings ?? null), [answer]);
  const hits = own?.hits ?? null;
  const shown = useMemo(
    () => arrange(all, filter, order, words, hits),
    [all, filter, order, words, hits],
  );
  const word = searchedWord(filter);
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
  return { all, shown, searched, problem: parsed.ok ? null : parsed.problem, selected };
}
