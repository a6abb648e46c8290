/** Decimation keeps the picture of a line, and the moving average is what it says. */
import { describe, expect, test } from 'vitest';
import { at } from '../../../src/base/array';
import { decimate, GAP, nearestIndex, smooth } from '../../../src/ui/plots/decimate';

const count = 5000;
const x = Float64Array.from({ length: count }, (_, i) => i);
const y = x.map((v) => Math.sin(v / 50) + ((v * 7919) % 101) / 100);
const columns = 200;
const column = (v: number) => (v / count) * columns;

describe('decimation to pixel columns', () => {
  const kept = decimate(x, y, 0, count, column);

  test('keeps at most four points per column', () => {
    expect(kept.length).toBeLessThanOrEqual(4 * columns + 2);
    expect(kept.length).toBeGreaterThan(columns);
  });

  test('keeps lowest, highest, first and last of every column', () => {
    for (let c = 0; c < columns; c++) {
      const inColumn = Array.from(x.keys()).filter((i) => Math.floor(column(at(x, i))) === c);
      const values = inColumn.map((i) => at(y, i));
      const drawn = new Set(kept);
      expect(drawn.has(at(inColumn, 0))).toBe(true);
      expect(drawn.has(at(inColumn, inColumn.length - 1))).toBe(true);
      expect(drawn.has(at(inColumn, values.indexOf(Math.min(...values))))).toBe(true);
      expect(drawn.has(at(inColumn, values.indexOf(Math.max(...values))))).toBe(true);
    }
  });

  test('gives indices in order, each once', () => {
    for (let i = 1; i < kept.length; i++) expect(at(kept, i)).toBeGreaterThan(at(kept, i - 1));
  });

  test('keeps every point when there are fewer points than columns', () => {
    const few = decimate([0, 1, 2, 3], [4, 2, 8, 1], 0, 3, (v) => v * 50);
    expect(few).toEqual([0, 1, 2, 3]);
  });

  test('takes one neighbour outside the range on each side', () => {
    expect(decimate([0, 1, 2, 3, 4], [0, 0, 0, 0, 0], 1.5, 2.5, (v) => v * 50)).toEqual([1, 2, 3]);
  });

  test('breaks the line at values that are not finite', () => {
    const broken = decimate([0, 1, 2, 3, 4], [1, Number.NaN, 2, Infinity, 3], 0, 4, (v) => v * 50);
    expect(broken).toEqual([0, GAP, 2, GAP, 4]);
  });

  test('gives nothing for no points', () => {
    expect(decimate([], [], 0, 1, (v) => v)).toEqual([]);
  });
});

describe('the moving average', () => {
  test('starts at the first sample, without the pull towards 0 of an uncorrected one', () => {
    expect(at(smooth([5, 5, 5], 0.99), 0)).toBeCloseTo(5, 12);
    expect(at(smooth([5, 5, 5], 0.99), 2)).toBeCloseTo(5, 12);
  });

  test('weighs the past as told', () => {
    // (0.5·0.5·2 + 0.5·4) / (1 − 0.25) after two samples 2 and 4.
    expect(at(smooth([2, 4], 0.5), 1)).toBeCloseTo((0.25 * 2 + 0.5 * 4) / 0.75, 12);
  });

  test('passes over gaps and leaves them gaps', () => {
    const smoothed = smooth([1, Number.NaN, 1], 0.9);
    expect(at(smoothed, 1)).toBeNaN();
    expect(at(smoothed, 2)).toBeCloseTo(1, 12);
  });

  test('with no weight on the past it is the data itself', () => {
    expect(smooth(y, 0)).toBe(y);
  });
});

test('the nearest sample is found on either side and at the ends', () => {
  expect(nearestIndex([0, 10, 20], 4)).toBe(0);
  expect(nearestIndex([0, 10, 20], 6)).toBe(1);
  expect(nearestIndex([0, 10, 20], 99)).toBe(2);
  expect(nearestIndex([0, 10, 20], -5)).toBe(0);
  expect(nearestIndex([], 1)).toBe(-1);
});
