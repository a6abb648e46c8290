import { describe, expect, test } from 'vitest';
import {
  circularChance95,
  circularCorrelation,
  geodesicSpearman,
  ranksOf,
  spearman,
} from '../../../src/analysis/correlation';
import { multiply } from '../../../src/base/linear_algebra';
import { at } from '../../../src/base/array';
import { chance, HELIX, randomFrame, SPHERE, type Shape } from './worlds';

function uniformAngles(count: number, seed: number): Float64Array {
  const { uniform } = chance(seed);
  return Float64Array.from({ length: count }, () => 2 * Math.PI * uniform());
}

describe('circular correlation', () => {
  const theta = uniformAngles(200, 1);

  test('equals the sum over pairs of Fisher & Lee', () => {
    const phi = uniformAngles(200, 2).map((angle, i) => 0.3 * angle + 1.5 * at(theta, i));
    let both = 0;
    let first = 0;
    let second = 0;
    for (let i = 0; i < 200; i++) {
      for (let j = 0; j < i; j++) {
        const a = Math.sin(at(theta, i) - at(theta, j));
        const b = Math.sin(at(phi, i) - at(phi, j));
        both += a * b;
        first += a * a;
        second += b * b;
      }
    }
    expect(circularCorrelation(theta, phi)).toBeCloseTo(both / Math.sqrt(first * second), 10);
  });

  test('is 1 for a turned copy, −1 for a mirrored one, near 0 for another circle', () => {
    expect(
      circularCorrelation(
        theta,
        theta.map((angle) => angle + 2),
      ),
    ).toBeCloseTo(1, 10);
    expect(
      circularCorrelation(
        theta,
        theta.map((angle) => 1 - angle),
      ),
    ).toBeCloseTo(-1, 10);
    // Standard error about 1/n = 0.005 here; 0.05 is ten of them.
    expect(Math.abs(circularCorrelation(theta, uniformAngles(200, 9)))).toBeLessThan(0.05);
    // n·|ρ| of uniform angles is exponential with mean 1 (Fisher & Lee 1983): 95 % lie below 3.0/n.
    expect(circularChance95(theta, uniformAngles(200, 9)) * 200).toBeGreaterThan(2);
    expect(circularChance95(theta, uniformAngles(200, 9)) * 200).toBeLessThan(4.2);
  });

  test('of one direction, of opposite directions and of nothing is 0', () => {
    const constant = new Float64Array(200).fill(1.2);
    expect(circularCorrelation(theta, constant)).toBe(0);
    expect(
      circularCorrelation(
        theta,
        constant.map((a, i) => a + Math.PI * (i % 2)),
      ),
    ).toBe(0);
    expect(circularCorrelation(new Float64Array(0), new Float64Array(0))).toBe(0);
  });
});

describe('Spearman', () => {
  test('ranks share ties, and a monotone map scores 1', () => {
    expect([...ranksOf(Float64Array.of(10, 20, 10, 5))]).toEqual([2.5, 4, 2.5, 1]);
    const a = Float64Array.of(1, 5, 2, 9);
    expect(spearman(a, a.map(Math.exp))).toBeCloseTo(1, 14);
    expect(
      spearman(
        a,
        a.map((value) => -value),
      ),
    ).toBeCloseTo(-1, 14);
    expect(spearman(a, new Float64Array(4))).toBe(0);
  });

  test('by hand: ranks 1 2 3 4 against 2 1 4 3 give 0.6', () => {
    const first = Float64Array.of(1, 2, 3, 4);
    expect(spearman(first, Float64Array.of(2, 1, 4, 3))).toBeCloseTo(0.6, 14);
  });
});

describe('geodesic Spearman', () => {
  const points = (shape: Shape, count: number) => {
    const source = chance(7);
    return Float64Array.from(Array.from({ length: count }, () => shape.sample(source)).flat());
  };

  test('of a rotated copy in more dimensions is 1', () => {
    for (const shape of [SPHERE, HELIX]) {
      const truth = points(shape, 90);
      const copy = multiply(truth, randomFrame(3, 5, 2), 90, 3, 5);
      const { value, chance95 } = geodesicSpearman(truth, 3, copy, 5);
      expect(value).toBeCloseTo(1, 6);
      expect(chance95).toBeLessThan(0.2);
    }
  });

  test('of a helix pressed flat into a circle is far below 1', () => {
    const truth = points(HELIX, 90);
    const flat = Float64Array.from({ length: 180 }, (_, i) =>
      at(truth, 3 * Math.floor(i / 2) + (i % 2)),
    );
    expect(geodesicSpearman(truth, 3, flat, 2).value).toBeLessThan(0.6);
  });

  test('goes along the shape: an open ring unrolled to its line scores 1, not its chords', () => {
    // 300° of a ring: its ends are near each other across the gap but far apart along it.
    const line = Float64Array.from({ length: 90 }, (_, i) => (i / 89) * ((300 * Math.PI) / 180));
    const ring = Float64Array.from([...line].flatMap((t) => [Math.cos(t), Math.sin(t)]));
    expect(geodesicSpearman(line, 1, ring, 2).value).toBeGreaterThan(0.999);
  });

  test('of fewer than three points, or of one point again and again, is 0', () => {
    expect(geodesicSpearman(Float64Array.of(1, 2), 1, Float64Array.of(1, 2), 1).value).toBe(0);
    expect(geodesicSpearman(new Float64Array(20), 1, new Float64Array(20), 1).value).toBe(0);
  });
});
