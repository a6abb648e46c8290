/** Closed forms of chance against sums and permutations made by hand. */
import { describe, expect, test } from 'vitest';
import { cosineByChance, poissonAtLeast } from '../../../src/analysis/chance';
import { at } from '../../../src/base/array';
import { chance } from './worlds';

describe('a Poisson tail', () => {
  test('of small means by hand, and of none', () => {
    expect(poissonAtLeast(1, 2)).toBeCloseTo(1 - Math.exp(-2), 12);
    expect(poissonAtLeast(2, 0.5)).toBeCloseTo(1 - 1.5 * Math.exp(-0.5), 12);
    expect(poissonAtLeast(0, 3)).toBe(1);
    expect(poissonAtLeast(3, 0)).toBe(0);
  });

  test('is one half near a large mean and tiny far above', () => {
    expect(poissonAtLeast(1000, 1000)).toBeCloseTo(0.5, 1);
    expect(poissonAtLeast(400, 500)).toBeGreaterThan(0.99999);
    expect(poissonAtLeast(700, 500)).toBeLessThan(1e-15);
  });
});

describe('the cosine of two strengths by chance', () => {
  test('has the mean and the spread of all orders of the rows', () => {
    const a = Float64Array.of(0, 3, 0, 1, 2);
    const b = Float64Array.of(1, 0, 0, 4, 0);
    const sums = (values: Float64Array) => ({
      sum: values.reduce((s, v) => s + v, 0),
      squares: values.reduce((s, v) => s + v * v, 0),
    });
    const length = Math.sqrt(sums(a).squares * sums(b).squares);
    const cosines = permutations([0, 1, 2, 3, 4]).map(
      (order) => order.reduce((sum, from, i) => sum + at(a, i) * at(b, from), 0) / length,
    );
    const mean = cosines.reduce((s, v) => s + v, 0) / cosines.length;
    const variance = cosines.reduce((s, v) => s + (v - mean) ** 2, 0) / cosines.length;
    const found = cosineByChance(5, sums(a), sums(b));
    expect(found.mean).toBeCloseTo(mean, 12);
    expect(found.deviation).toBeCloseTo(Math.sqrt(variance), 12);
  });

  test('holds what units that fire independently show', () => {
    const { uniform } = chance(3);
    const rows = 4000;
    const strengths = () =>
      Float64Array.from({ length: rows }, () => (uniform() < 0.1 ? 1 + uniform() : 0));
    const [a, b] = [strengths(), strengths()];
    const sums = (values: Float64Array) => ({
      sum: values.reduce((s, v) => s + v, 0),
      squares: values.reduce((s, v) => s + v * v, 0),
    });
    const cosine =
      a.reduce((s, v, i) => s + v * at(b, i), 0) / Math.sqrt(sums(a).squares * sums(b).squares);
    const { mean, deviation } = cosineByChance(rows, sums(a), sums(b));
    expect(mean).toBeGreaterThan(0.08);
    expect(Math.abs(cosine - mean)).toBeLessThan(3 * deviation);
  });

  test('of a silent unit is 0', () => {
    expect(cosineByChance(9, { sum: 0, squares: 0 }, { sum: 1, squares: 1 })).toEqual({
      mean: 0,
      deviation: 0,
    });
  });
});

function permutations(items: readonly number[]): number[][] {
  return items.length < 2
    ? [[...items]]
    : items.flatMap((item) =>
        permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
      );
}
