/**
 * Sorting and filtering of the group table over random tables: an order is total and stable by group
 * index, unmeasured numbers stand last in both directions, and a sort neither loses nor invents rows.
 */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { NO_ANNOTATION } from '../../../src/lab/run/annotations';
import { parseFilter } from '../../../src/ui/pages/groups/filter';
import {
  arrange,
  columnIds,
  DEFAULT_ORDER,
  formatOrder,
  nextOrder,
  parseOrder,
  tableRows,
  type SortOrder,
  type TableRow,
} from '../../../src/ui/pages/groups/group_table';
import { groupRow } from './rows';

const everything = { kind: 'all' } as const;

/** 200 rows whose numbers repeat often, some dead, some without irreducibility or cluster. */
function rows(): readonly TableRow[] {
  return tableRows(
    Array.from({ length: 200 }, (_, group) => {
      const mix = (group * 7919) % 13;
      return groupRow({
        group,
        firings: mix === 0 ? 0 : mix * 10,
        frequency: mix / 100,
        meanNorm: mix % 5,
        codeStableRank: 1 + (mix % 4),
        irreducibility: mix % 3 === 0 ? null : mix / 13,
        cluster: mix > 8 ? mix - 9 : null,
        labels: mix === 0 ? [] : [`word ${mix}`, `other ${group}`],
      });
    }),
    { 3: { ...NO_ANNOTATION, starred: true, tags: ['kept'] } },
  );
}

function value(row: TableRow, column: (typeof columnIds)[number]): number | string | null {
  return column === 'labels' ? (row.row.labels[0] ?? null) : row.subject.numbers[column];
}

describe('sorting', () => {
  const orders: SortOrder[] = columnIds.flatMap((column) => [
    { column, direction: 'ascending' as const },
    { column, direction: 'descending' as const },
  ]);

  it.each(orders)('by $column, $direction', (order) => {
    const before = rows();
    const sorted = arrange(before, everything, order);
    expect(sorted.map(({ row }) => row.group).toSorted((a, b) => a - b)).toEqual(
      before.map(({ row }) => row.group),
    );
    for (let index = 1; index < sorted.length; index++) {
      const [above, below] = [at(sorted, index - 1), at(sorted, index)];
      const [a, b] = [value(above, order.column), value(below, order.column)];
      if (a === b) expect(above.row.group).toBeLessThan(below.row.group);
      else if (a === null) throw new Error('an unmeasured value stands above a measured one');
      else if (b !== null && typeof a === 'number' && typeof b === 'number') {
        expect(order.direction === 'ascending' ? a < b : a > b).toBe(true);
      }
    }
  });

  it('sorts words as people do: 2 before 10', () => {
    const sorted = arrange(rows(), everything, { column: 'labels', direction: 'ascending' });
    const firsts = [...new Set(sorted.map(({ row }) => row.labels[0]))];
    expect(firsts.indexOf('word 2')).toBeLessThan(firsts.indexOf('word 10'));
  });

  it('does not disturb the rows it was given', () => {
    const before = rows();
    arrange(before, everything, { column: 'norm', direction: 'ascending' });
    expect(before.map(({ row }) => row.group)).toEqual([...before.keys()]);
  });
});

describe('filtering', () => {
  it('leaves exactly the rows that pass', () => {
    const filter = parseFilter('rank > 1 and freq < 10% and not dead');
    if (!filter.ok) throw new Error(filter.problem.message);
    const kept = arrange(rows(), filter.expression, DEFAULT_ORDER);
    const expected = rows().filter(
      ({ row }) => row.firings > 0 && row.codeStableRank > 1 && row.frequency < 0.1,
    );
    expect(kept).toHaveLength(expected.length);
    expect(kept.length).toBeGreaterThan(0);
  });

  it('finds stars and tags of the person', () => {
    for (const text of ['starred', '#kept']) {
      const filter = parseFilter(text);
      if (!filter.ok) throw new Error(filter.problem.message);
      expect(arrange(rows(), filter.expression, DEFAULT_ORDER).map(({ row }) => row.group)).toEqual(
        [3],
      );
    }
  });
});

describe('orders', () => {
  it('turn round on a second press and start with what is wanted first', () => {
    expect(nextOrder(DEFAULT_ORDER, 'freq').direction).toBe('ascending');
    expect(nextOrder(DEFAULT_ORDER, 'irred').direction).toBe('descending');
    expect(nextOrder(DEFAULT_ORDER, 'group').direction).toBe('ascending');
  });

  it('survive the address, and junk gives the opening order', () => {
    for (const column of columnIds) {
      for (const direction of ['ascending', 'descending'] as const) {
        expect(parseOrder(formatOrder({ column, direction }))).toEqual({ column, direction });
      }
    }
    expect(parseOrder('junk')).toEqual(DEFAULT_ORDER);
    expect(parseOrder(null)).toEqual(DEFAULT_ORDER);
  });
});
