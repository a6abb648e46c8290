/**
 * A summary of rows against numbers that can be worked out by hand or by a longer way: a spectrum that was
 * put in, the same spectrum from either side of the data matrix, and a mean of known size.
 */
import { describe, expect, test } from 'vitest';
import { summarizeRows } from '../../../src/analysis/row_summary';
import { at } from '../../../src/base/array';
import { gaussian } from './worlds';

/** Rows of ±scale along each axis in turn, twice as many as dimensions: covariance diag(scale²/width). */
function crosses(scales: readonly number[], offset: readonly number[] = []): Float32Array {
  const width = scales.length;
  return Float32Array.from({ length: 2 * width * width }, (_, place) => {
    const [row, column] = [Math.floor(place / width), place % width];
    const axis = row >> 1;
    const value = axis === column ? (row % 2 === 0 ? 1 : -1) * at(scales, axis) : 0;
    return value + (offset[column] ?? 0);
  });
}

describe('a summary of rows', () => {
  test('gives back the spectrum that was put in, largest first', () => {
    const { spectrum, power, participationRatio, directions90 } = summarizeRows(
      crosses([1, 3, 2]),
      6,
      3,
    );
    // scale² of a third of the rows.
    expect([...spectrum].map((value) => value * 3)).toEqual([
      expect.closeTo(9, 9),
      expect.closeTo(4, 9),
      expect.closeTo(1, 9),
    ]);
    expect(power).toBeCloseTo(14 / 3, 9);
    expect(participationRatio).toBeCloseTo(14 ** 2 / (81 + 16 + 1), 9);
    expect(directions90).toBe(2);
  });

  test('knows how far the mean is from zero against the spread', () => {
    // ‖x̄‖ = 5; E‖x − x̄‖² = (1 + 1)/2.
    const { gamma, power } = summarizeRows(crosses([1, 1], [3, 4]), 4, 2);
    expect(power).toBeCloseTo(1, 6);
    expect(gamma).toBeCloseTo(5, 6);
  });

  test('has the same spectrum from fewer rows than dimensions as from the covariance', () => {
    const [rows, width] = [17, 33];
    const x = Float32Array.from(gaussian(rows, width, 5));
    const wide = summarizeRows(x, rows, width);
    expect(wide.spectrum).toHaveLength(rows);
    // The same rows with as many zero rows beside them as to have more rows than dimensions would move the
    // mean, so the rows are turned over instead: the covariance of x and −x together has mean 0.
    const both = new Float32Array(2 * rows * width);
    both.set(x);
    both.set(
      x.map((value) => -value),
      rows * width,
    );
    const narrow = summarizeRows(both.subarray(0, 2 * rows * width), 2 * rows, width);
    const direct = both.reduce((sum, value) => sum + value * value, 0) / (2 * rows);
    expect(narrow.spectrum).toHaveLength(width);
    expect(narrow.power).toBeCloseTo(direct, 4);
    // Rank: seventeen centred rows span sixteen dimensions, seventeen uncentred ones seventeen.
    expect(wide.spectrum.filter((value) => value > 1e-9)).toHaveLength(rows - 1);
    expect(narrow.spectrum.filter((value) => value > 1e-9)).toHaveLength(rows);
  });

  test('counts the norms of all rows', () => {
    const { meanNorm, largestNorm, normCounts } = summarizeRows(crosses([1, 3]), 4, 2);
    expect(meanNorm).toBeCloseTo(2, 6);
    expect(largestNorm).toBeCloseTo(3, 6);
    expect(normCounts.reduce((sum, count) => sum + count)).toBe(4);
    expect(normCounts.at(-1)).toBe(2);
  });

  test('says nothing untrue of rows that are all alike', () => {
    const { power, gamma, participationRatio, directions90 } = summarizeRows(
      new Float32Array(12).fill(2),
      4,
      3,
    );
    expect([power, gamma, participationRatio, directions90]).toEqual([0, null, 0, 0]);
  });

  test('takes the rounding of a mean, or of the last bit of the numbers, for no spread', () => {
    const [rows, width] = [1000, 4];
    const constant = new Float32Array(rows * width).fill(0.1);
    expect(summarizeRows(constant, rows, width)).toMatchObject({ power: 0, gamma: null });
    // 1 and the next float32 after it, in turn.
    const flickering = constant.map((_, place) => (place % 8 < 4 ? 1 : 1 + 2 ** -23));
    expect(summarizeRows(flickering, rows, width)).toMatchObject({ power: 0, gamma: null });
    // One column that varies is the spread, whatever the size of the others.
    const one = constant.map((_, place) => (place % width === 0 ? (place % 8 < 4 ? 1 : -1) : 1e6));
    expect(summarizeRows(one, rows, width).power).toBeCloseTo(1, 9);
  });

  test('tells how far it is, never backwards', () => {
    const told: number[] = [];
    summarizeRows(Float32Array.from(gaussian(200, 9, 1)), 200, 9, (share) => told.push(share));
    expect(told.at(-1)).toBe(1);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
  });
});
