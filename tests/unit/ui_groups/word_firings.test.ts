/**
 * Searching by word: finds groups that fire on a word which is among nobody's strongest, whatever its case,
 * sorts them by how strongly, and knows repeated labels.
 */
import { describe, expect, it } from 'vitest';
import { parseFilter } from '../../../src/ui/pages/groups/filter';
import { arrange, DEFAULT_ORDER, tableRows } from '../../../src/ui/pages/groups/group_table';
import { NO_FIRINGS, wordFirings } from '../../../src/ui/pages/groups/word_firings';
import { groupRow } from './rows';

/** Row 0 "May" fires groups 0 and 2; row 1 "june" group 1; row 2 "may" (again) group 2, more strongly. */
const words = wordFirings({
  labels: ['May', 'june', 'may'],
  offsets: Uint32Array.from([0, 2, 3, 4]),
  groups: Uint32Array.from([0, 2, 1, 2]),
  norms: Float32Array.from([1, 2, 5, 7]),
});

describe('firings of words', () => {
  it('tell how strongly a group fires on a word', () => {
    expect(words.normOf('may', 0)).toBe(1);
    expect(words.normOf('may', 2)).toBe(7);
    expect(words.normOf('may', 1)).toBeNull();
    expect(words.normOf('ma', 0)).toBeNull();
    expect(wordFirings(null)).toBe(NO_FIRINGS);
  });

  it('let a search find groups that do not name the word, the strongest first', () => {
    const rows = tableRows(
      [0, 1, 2, 3].map((group) =>
        groupRow({
          group,
          frequency: 0.1 - group / 100,
          labels: group === 3 ? ['mayor'] : ['other'],
        }),
      ),
      {},
    );
    const shown = (text: string, order = DEFAULT_ORDER, strongestFirst = true) => {
      const filter = parseFilter(text);
      if (!filter.ok) throw new Error(filter.problem.message);
      const search = { words, hits: null, strongestFirst };
      return arrange(rows, filter.expression, order, search).map(({ row }) => row.group);
    };
    expect(shown('may')).toEqual([2, 0, 3]);
    expect(shown('"may"')).toEqual([2, 0]);
    // Whatever the table is sorted by, until a column is chosen among what was found.
    const byGroup = { column: 'group', direction: 'descending' } as const;
    expect(shown('may', byGroup)).toEqual([2, 0, 3]);
    expect(shown('may', byGroup, false)).toEqual([3, 2, 0]);
    expect(shown('may and june')).toEqual([]);
    expect(shown('june')).toEqual([1]);
  });
});

describe('own text', () => {
  const rows = tableRows(
    [0, 1, 2].map((group) => groupRow({ group, frequency: 0.1 * (group + 1), labels: ['a'] })),
    {},
  );
  const hits = new Map([
    [0, 1],
    [1, 4],
  ]);
  const shown = (text: string, order = DEFAULT_ORDER, strongestFirst = true) => {
    const filter = parseFilter(text);
    if (!filter.ok) throw new Error(filter.problem.message);
    const search = { words, hits, strongestFirst };
    return arrange(rows, filter.expression, order, search).map(({ row }) => row.group);
  };

  it('leaves the groups that fire on it, the strongest first', () => {
    expect(shown('')).toEqual([1, 0]);
  });

  it('goes with a filter and with another order', () => {
    expect(shown('freq < 15%')).toEqual([0]);
    expect(shown('', { column: 'group', direction: 'ascending' }, false)).toEqual([0, 1]);
  });
});
