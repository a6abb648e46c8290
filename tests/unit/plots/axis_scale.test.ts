/** Ends, ticks and labels of axes. */
import { describe, expect, test } from 'vitest';
import { at } from '../../../src/base/array';
import {
  axisScale,
  axisTicks,
  extentOf,
  niceEnds,
  tickTexts,
} from '../../../src/ui/plots/axis_scale';
import { THIN } from '../../../src/ui/plots/format';

describe('the ends of an axis', () => {
  test('hold the data, on both kinds of axis', () => {
    for (let i = 1; i < 60; i++) {
      const [low, high] = [0.013 * 1.31 ** i, 0.013 * 1.31 ** i * (1 + i / 7)];
      for (const kind of ['linear', 'log'] as const) {
        const [a, b] = niceEnds(kind, [low, high]);
        expect(a).toBeLessThanOrEqual(low * (1 + 1e-9));
        expect(b).toBeGreaterThanOrEqual(high * (1 - 1e-9));
      }
    }
  });

  test('stand on 1-2-5 steps when logarithmic, not on whole decades', () => {
    expect(niceEnds('log', [0.023, 1.7])).toEqual([0.02, 2]);
    expect(niceEnds('log', [0.02, 1])).toEqual([0.02, 1]);
    expect(niceEnds('log', [600, 999])).toEqual([500, 1000]);
  });

  test('are never the same, even for a single value', () => {
    for (const value of [0, 3, -2]) {
      const [a, b] = niceEnds('linear', [value, value]);
      expect(a).toBeLessThan(b);
    }
    const [a, b] = niceEnds('log', [10, 10]);
    expect(a).toBeLessThan(b);
  });

  test('come from finite values, and positive ones when logarithmic', () => {
    expect(extentOf([3, Number.NaN, -1, Infinity], 'linear')).toEqual([-1, 3]);
    expect(extentOf([3, 0, -1, 0.5], 'log')).toEqual([0.5, 3]);
    expect(extentOf([Number.NaN], 'linear')).toBeNull();
    expect(extentOf([0, -1], 'log')).toBeNull();
  });
});

describe('ticks', () => {
  test('stand on whole numbers where things are counted, however few there are', () => {
    for (let high = 1; high <= 30; high++) {
      for (let count = 1; count <= 6; count++) {
        const ticks = axisTicks('linear', [0, high], count, true);
        expect(ticks.length).toBeGreaterThanOrEqual(1);
        for (const tick of ticks) expect(Number.isInteger(tick)).toBe(true);
      }
    }
  });

  test('lie inside the ends and are few', () => {
    for (let i = 0; i < 40; i++) {
      const ends = [10 ** (-3 + i / 9), 10 ** (-3 + i / 9 + (1 + (i % 5)) / 2)] as const;
      const ticks = axisTicks('log', ends, 4);
      expect(ticks.length).toBeGreaterThanOrEqual(1);
      expect(ticks.length).toBeLessThanOrEqual(6);
      for (const tick of ticks) {
        expect(tick).toBeGreaterThanOrEqual(ends[0] * (1 - 1e-9));
        expect(tick).toBeLessThanOrEqual(ends[1] * (1 + 1e-9));
      }
    }
  });

  test('of one axis share their SI letter', () => {
    expect(tickTexts('linear', [0, 500_000, 1_000_000, 1_500_000])).toEqual([
      '0',
      `0.5${THIN}M`,
      `1${THIN}M`,
      `1.5${THIN}M`,
    ]);
  });

  test('are told apart by their texts', () => {
    for (const ticks of [
      [0, 0.0005, 0.001],
      [0.96, 0.97, 0.98],
      [0, 2000, 4000],
      [9990, 10_000, 10_010],
    ]) {
      expect(new Set(tickTexts('linear', ticks)).size).toBe(ticks.length);
    }
    expect(tickTexts('log', [0.0001, 0.01, 1, 100, 10_000])).toEqual([
      '1e-4',
      '0.01',
      '1',
      '100',
      `10${THIN}k`,
    ]);
  });
});

test('a scale and its inverse agree', () => {
  for (const kind of ['linear', 'log'] as const) {
    const scale = axisScale(kind, [0.02, 5], [40, 240]);
    for (const value of [0.02, 0.3, 5]) {
      // Two roundings each way on values of order 1 and pixels of order 100.
      expect(scale.invert(scale(value))).toBeCloseTo(value, 10);
    }
    expect(scale(at([0.02], 0))).toBeCloseTo(40, 10);
  }
});
