/** The order of a search: what the head of the table shows, what the sentence says, and what a press makes of it. */
import { describe, expect, it } from 'vitest';
import { columnsFor } from '../../../src/ui/pages/groups/columns';
import { columnIds, tableRows } from '../../../src/ui/pages/groups/group_table';
import { directionOf, orderSentence, sortedBy } from '../../../src/ui/pages/groups/sorting';
import type { Sorting } from '../../../src/ui/pages/groups/use_group_table';
import { groupRow } from './rows';

const order = { column: 'irred', direction: 'descending' } as const;
const plain: Sorting = { order, strongestFirst: false, search: null };
const search: Sorting = { order, strongestFirst: true, search: 'german' };
const sorted: Sorting = { ...search, strongestFirst: false };

const arrows = (sorting: Sorting) =>
  columnIds.filter((column) => directionOf(sorting, column) !== undefined);

describe('a search', () => {
  it('has its arrow over the norms, not over the column that the table was sorted by', () => {
    expect(arrows(plain)).toEqual(['irred']);
    expect(arrows(search)).toEqual(['labels']);
    expect(arrows(sorted)).toEqual(['irred']);
  });

  it('says the order that is shown', () => {
    expect(orderSentence(search, '“german”')).toBe('the strongest on “german” first');
    expect(orderSentence(sorted, '“german”')).toMatch(/^by “.+”, largest first$/);
  });

  it('is sorted by a head that is pressed, and goes back by the head of its norms', () => {
    expect(sortedBy(search, 'freq')).toEqual({
      order: { column: 'freq', direction: 'descending' },
      orderedFor: 'german',
    });
    expect(sortedBy(sorted, 'labels')).toEqual({ order, orderedFor: null });
    expect(sortedBy(search, 'labels').order.column).toBe('labels');
  });
});

it('without a search a head turns its order round', () => {
  expect(sortedBy(plain, 'irred')).toEqual({
    order: { column: 'irred', direction: 'ascending' },
    orderedFor: null,
  });
});

describe('the columns', () => {
  const rows = (irreducibility: number | null) =>
    tableRows([groupRow({ group: 0, irreducibility, cluster: null, labels: ['monday'] })], {});
  const shown = (width: number, irreducibility: number | null) =>
    columnsFor(4, 'group', width, rows(irreducibility)).map(({ id }) => id);

  it('leave out those that hold no number, for the words', () => {
    expect(shown(1000, 0.4)).toContain('irred');
    expect(shown(1000, null)).not.toContain('irred');
    expect(shown(1000, 0.4)).not.toContain('cluster');
  });

  it('leave the words the larger part of a list at its usual width', () => {
    // 43 % of a page of 1440 pixels, less what the numbers, gaps and edges take.
    const list = 0.43 * 1440;
    const columns = columnsFor(4, 'group', list, rows(0.4));
    const numbers = columns.reduce((sum, { width }) => sum + (Number.parseInt(width) || 0), 0);
    expect(list - numbers - 8 * (columns.length - 1) - 28).toBeGreaterThan(0.5 * list);
  });

  it('are those that there are while no row passes', () => {
    expect(columnsFor(4, 'group', 1000, [])).toHaveLength(9);
  });
});
