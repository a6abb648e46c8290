/** Windows end where documents do, and lists of examples do not tell one story twice. */
import { describe, expect, it } from 'vitest';
import {
  NO_TOKEN,
  diverseQuantiles,
  diverseStrongest,
  windowAround,
  windowsOf,
} from '../../../src/analysis/token_contexts';
import { indexedNorms, rowsOfDocuments } from './token_rows';

const _ = NO_TOKEN;

describe('the window around a row', () => {
  const text = rowsOfDocuments([
    [10, 11, 12, 13],
    [20, 21],
  ]);

  it('stays inside its document', () => {
    expect(windowAround(text, 0, 2, 2)).toEqual([0, 3]);
    expect(windowAround(text, 3, 2, 2)).toEqual([1, 4]);
    expect(windowAround(text, 4, 3, 3)).toEqual([4, 6]);
    expect(windowAround(text, 2, 0, 0)).toEqual([2, 3]);
  });

  it('ends where a position is missing', () => {
    const gap = { ...text, positions: Int32Array.from([1, 2, 4, 5, 1, 2]) };
    expect(windowAround(gap, 3, 5, 5)).toEqual([2, 4]);
    expect(windowAround(gap, 1, 5, 5)).toEqual([0, 2]);
  });

  it('does not run into a document whose first position would follow', () => {
    const next = { ...text, positions: Int32Array.from([0, 1, 2, 3, 4, 5]) };
    expect(windowAround(next, 3, 1, 5)).toEqual([2, 4]);
    expect(windowAround(next, 4, 5, 0)).toEqual([4, 5]);
  });

  it('has the norms of its group in their places, and no token beyond the edges', () => {
    const indexed = indexedNorms([
      [1, 0, 3, 4, 0, 6],
      [9, 9, 9, 9, 9, 9],
    ]);
    const windows = windowsOf(indexed, 0, text, [0, 3, 5], 2, 1);
    expect(windows).toMatchObject({ count: 3, before: 2, after: 1 });
    expect([...windows.tokens]).toEqual([_, _, 10, 11, 11, 12, 13, _, _, 20, 21, _]);
    expect([...windows.norms]).toEqual([0, 0, 1, 0, 0, 3, 4, 0, 0, 0, 6, 0]);
  });

  it('of no rows is empty', () => {
    expect(windowsOf(indexedNorms([[1]]), 0, rowsOfDocuments([[5]]), [], 3, 3).count).toBe(0);
  });
});

describe('the strongest rows', () => {
  it('come from different documents, strongest first', () => {
    const text = rowsOfDocuments([[1, 2, 3], [4, 5], [6]]);
    const indexed = indexedNorms([[9, 8, 7, 3, 4, 5]]);
    expect(diverseStrongest(indexed, 0, text, 3)).toEqual([
      { row: 0, norm: 9 },
      { row: 5, norm: 5 },
      { row: 4, norm: 4 },
    ]);
  });

  it('take a second row of a document only where documents run out', () => {
    const text = rowsOfDocuments([[1, 2, 3, 4], [5]]);
    const indexed = indexedNorms([[9, 8, 7, 6, 1]]);
    expect(diverseStrongest(indexed, 0, text, 5).map(({ row }) => row)).toEqual([0, 1, 4]);
  });

  it('tell a wording once, however many documents have it', () => {
    const text = rowsOfDocuments([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
      [7, 2, 3],
    ]);
    const indexed = indexedNorms([[0, 9, 0, 0, 8, 0, 0, 7, 0, 0, 6, 0]]);
    expect(diverseStrongest(indexed, 0, text, 4).map(({ row }) => row)).toEqual([1, 10]);
  });

  it('break ties by row and are none for a silent group', () => {
    const text = rowsOfDocuments([[1], [2], [3]]);
    expect(diverseStrongest(indexedNorms([[5, 5, 5]]), 0, text, 2).map(({ row }) => row)).toEqual([
      0, 1,
    ]);
    expect(diverseStrongest(indexedNorms([[0, 0, 0]]), 0, text, 2)).toEqual([]);
  });

  it('are the same when there are more candidates than are looked at', () => {
    const rows = 9000;
    const text = rowsOfDocuments(Array.from({ length: rows }, (_row, row) => [row]));
    // A permutation of 1 … 9000: 7919 is prime.
    const norms = Array.from({ length: rows }, (_row, row) => 1 + ((row * 7919) % rows));
    const found = diverseStrongest(indexedNorms([norms]), 0, text, 3);
    expect(found.map(({ norm }) => norm)).toEqual([9000, 8999, 8998]);
  });
});

describe('rows at quantiles', () => {
  it('lie around their quantile, one per document', () => {
    const text = rowsOfDocuments(Array.from({ length: 50 }, (_row, i) => [2 * i, 2 * i + 1]));
    const norms = Array.from({ length: 100 }, (_row, row) => row + 1);
    const [high, median] = diverseQuantiles(indexedNorms([norms]), 0, text, [1, 0.5], 3);
    expect(high).toEqual({
      quantile: 1,
      examples: [
        { row: 99, norm: 100 },
        { row: 97, norm: 98 },
        { row: 95, norm: 96 },
      ],
    });
    const rows = median?.examples.map(({ row }) => row) ?? [];
    expect(rows).toHaveLength(3);
    for (const row of rows) expect(Math.abs(row - 50)).toBeLessThanOrEqual(3);
    expect(new Set(rows.map((row) => row >> 1)).size).toBe(3);
  });

  it('do not wander far for want of documents', () => {
    const text = rowsOfDocuments([Array.from({ length: 100 }, (_row, i) => i)]);
    const norms = Array.from({ length: 100 }, (_row, row) => row + 1);
    const [median] = diverseQuantiles(indexedNorms([norms]), 0, text, [0.5], 3);
    expect(median?.examples.map(({ row }) => row)).toEqual([50]);
  });
});
