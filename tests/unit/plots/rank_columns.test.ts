/** A histogram over time as shares per pixel column. */
import { describe, expect, test } from 'vitest';
import { at } from '../../../src/base/array';
import { columnShares } from '../../../src/ui/plots/rank_columns';

describe('shares per column', () => {
  test('sum to 1 in every column that has data', () => {
    const times = Array.from({ length: 300 }, (_, i) => i * 10);
    const counts = times.flatMap((t) => [t % 7, 3, (t % 11) + 1]);
    const shares = columnShares(times, counts, 3, [0, 3000], 80);
    for (let column = 0; column < 80; column++) {
      const sum = at(shares, 3 * column) + at(shares, 3 * column + 1) + at(shares, 3 * column + 2);
      // About four Float32 additions of numbers up to 1 in each of three cells.
      expect(Math.abs(sum - 1)).toBeLessThan(12 * 2 ** -24 * 4);
    }
  });

  test('average the moments that fall into one column', () => {
    expect([...columnShares([0, 1], [4, 0, 0, 4], 2, [0, 2], 1)]).toEqual([0.5, 0.5]);
  });

  test('hold a moment until the next one', () => {
    const shares = columnShares([0, 50], [1, 0, 0, 1], 2, [0, 100], 10);
    expect(at(shares, 2 * 4)).toBe(1);
    expect(at(shares, 2 * 5)).toBe(0);
  });

  test('leave the time that has not come yet empty', () => {
    const shares = columnShares([0, 10, 20], [1, 1, 1], 1, [0, 100], 10);
    expect(at(shares, 2)).toBe(1);
    expect(at(shares, 5)).toBeNaN();
  });

  test('are 0 while no group lives', () => {
    expect([...columnShares([0], [0, 0], 2, [0, 1], 1)]).toEqual([0, 0]);
  });

  test('are empty without moments', () => {
    expect([...columnShares([], [], 1, [0, 1], 2)].every(Number.isNaN)).toBe(true);
  });
});
