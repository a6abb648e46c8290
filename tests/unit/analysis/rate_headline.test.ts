/** The headline of a rate curve: bits at a loss of 0.01 of explained variance, with their interval. */
import { describe, expect, it } from 'vitest';
import type { RateCurve } from '../../../src/analysis/rate_curve';
import { FOLDS } from '../../../src/analysis/rate_folds';
import { headlineBits } from '../../../src/analysis/rate_summary';
import { at } from '../../../src/base/array';
import { curveOf, randomCase } from './rate_cases';
import { chance } from './worlds';

describe('the headline', () => {
  const sets = (value: number) => new Float64Array(FOLDS + 1).fill(value);
  const point = (bits: number, explained: number) => ({
    delta: 1,
    coefficients: sets(bits),
    explained: sets(explained),
  });
  const curve = (points: RateCurve['points']): RateCurve => ({
    index: sets(5),
    uniformIndex: 6,
    explained: sets(0.9),
    points,
  });

  it('lies between the two steps around a loss of 0.01', () => {
    const found = headlineBits(
      curve([point(10, 0.899), point(8, 0.895), point(6, 0.875), point(1, 0.2)]),
    );
    // A quarter of the way from 0.895 to 0.875.
    expect(found).toEqual({ index: 5, coefficients: 7.5, total: 12.5, interval: [12.5, 12.5] });
  });

  it('is missing where the finest step loses more, or the coarsest less', () => {
    expect(headlineBits(curve([point(10, 0.8), point(8, 0.7)]))).toBe('loses_more');
    expect(headlineBits(curve([point(10, 0.899), point(8, 0.898)]))).toBe('loses_less');
  });

  it('has the interval of the jackknife by hand, and none where a set has no headline', () => {
    const spread = curve([point(10, 0.9), point(8, 0.88)]);
    // Without fold 0 nine bits at the loss are eleven, without the others nine: mean 9.2, Σ of squares 3.6.
    at(spread.points, 0).coefficients[0] = 14;
    const found = headlineBits(spread);
    const half = 2.262 * Math.sqrt(0.9 * 3.6);
    expect(found).toMatchObject({ total: 14 });
    if (typeof found === 'string' || found.interval === null) throw new Error('no interval');
    expect(found.interval[0]).toBeCloseTo(14 - half, 10);
    expect(found.interval[1]).toBeCloseTo(14 + half, 10);
    at(spread.points, 1).explained[3] = 0.899;
    expect(headlineBits(spread)).toMatchObject({ interval: null });
  });

  it('varies over draws of the rows as its interval says', async () => {
    const draws = 40;
    const totals: number[] = [];
    const errors: number[] = [];
    for (let draw = 0; draw < draws; draw++) {
      const { uniform } = chance(100 + draw);
      const unitsOf = () => [uniform() < 0.4 ? 0 : 1, ...(uniform() < 0.2 ? [2] : [])];
      const drawn = randomCase({ units: 3, rank: 1, rows: 300, judged: 300 }, unitsOf, 500 + draw);
      // The same dictionary every time.
      const decoder = [[[1, 0, 0, 0, 0]], [[0, 2, 0, 0, 0]], [[0, 0, 1, 0, 0]]];
      const judged = drawn.codes.map((row) => {
        const x = [0, 0, 0, 0, 0];
        for (const { unit, code } of row) x[unit] = (unit === 1 ? 2 : 1) * at(code, 0);
        return x;
      });
      const found = headlineBits(
        await curveOf({
          model: { units: 3, decoder },
          codes: drawn.codes,
          judged,
          bias: [0, 0, 0, 0, 0],
        }),
      );
      if (typeof found === 'string' || found.interval === null) throw new Error('no interval');
      totals.push(found.total);
      errors.push((found.interval[1] - found.total) / 2.262);
    }
    const mean = totals.reduce((sum, value) => sum + value, 0) / draws;
    const deviation = Math.sqrt(
      totals.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (draws - 1),
    );
    const said = Math.sqrt(errors.reduce((sum, value) => sum + value ** 2, 0) / draws);
    // Forty draws know a deviation to about a ninth.
    expect(said / deviation).toBeGreaterThan(0.7);
    expect(said / deviation).toBeLessThan(1.4);
  });
});
