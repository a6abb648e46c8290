import { describe, expect, test } from 'vitest';
import { assignMaximum } from '../../../src/analysis/assignment';
import { at } from '../../../src/base/array';
import { gaussian } from './worlds';

/** Total score of an assignment; checks that no column is used twice. */
function total(scores: Float64Array, columns: number, assigned: Int32Array): number {
  const used = [...assigned].filter((column) => column >= 0);
  expect(new Set(used).size).toBe(used.length);
  let sum = 0;
  assigned.forEach((column, row) => {
    if (column >= 0) sum += at(scores, row * columns + column);
  });
  return sum;
}

/** Best total by trying everything; every row of the shorter side is matched. */
function bruteForce(scores: Float64Array, rows: number, columns: number): number {
  const best = (row: number, free: readonly number[]): number => {
    if (row === rows) return 0;
    const options = free.map(
      (column) =>
        at(scores, row * columns + column) +
        best(
          row + 1,
          free.filter((other) => other !== column),
        ),
    );
    // With more rows than columns a row may also stay free.
    if (free.length < rows - row) options.push(best(row + 1, free));
    return Math.max(...options);
  };
  return best(
    0,
    Array.from({ length: columns }, (_, j) => j),
  );
}

describe('assignment of largest total', () => {
  test('by hand: the greedy choice of 9 costs more than it gains', () => {
    const scores = Float64Array.of(9, 8, 8, 1);
    expect([...assignMaximum(scores, 2, 2)]).toEqual([1, 0]);
  });

  test.each([
    [1, 1],
    [2, 5],
    [4, 4],
    [5, 3],
    [3, 7],
    [6, 6],
  ])('agrees with brute force on random [%i, %i] matrices, signs included', (rows, columns) => {
    for (let seed = 0; seed < 8; seed++) {
      const scores = gaussian(rows, columns, 100 * seed + rows * 10 + columns);
      const assigned = assignMaximum(scores, rows, columns);
      expect([...assigned].filter((column) => column >= 0).length).toBe(Math.min(rows, columns));
      expect(total(scores, columns, assigned)).toBeCloseTo(bruteForce(scores, rows, columns), 10);
    }
  });

  test('finds a hidden permutation of size 60', () => {
    const n = 60;
    const scores = gaussian(n, n, 5).map((value) => Math.abs(value) / 10);
    for (let i = 0; i < n; i++) scores[i * n + ((i * 7 + 3) % n)] = 1;
    const assigned = assignMaximum(scores, n, n);
    expect([...assigned]).toEqual(Array.from({ length: n }, (_, i) => (i * 7 + 3) % n));
  });

  test('of equal scores is still one-to-one; of nothing is nothing', () => {
    expect(new Set(assignMaximum(new Float64Array(12), 3, 4)).size).toBe(3);
    expect(assignMaximum(new Float64Array(0), 0, 4).length).toBe(0);
    expect([...assignMaximum(new Float64Array(0), 2, 0)]).toEqual([-1, -1]);
  });
});
