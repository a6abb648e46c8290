import { describe, expect, test } from 'vitest';
import { coveringNumbers, unitVectors } from '../../../src/analysis/covering';
import type { TrueFeature } from '../../../src/analysis/types';
import { at } from '../../../src/base/array';
import { gaussian, randomFrame } from './worlds';

const width = 8;

function feature(dimension: number): TrueFeature {
  const frame = Float32Array.from(randomFrame(dimension, width, 3));
  return { name: 'f', kind: 'gaussian', dimension, frame };
}

/** Coordinates [n, d_i] in a frame as vectors of input space. */
function inFrame({ frame }: TrueFeature, coordinates: readonly number[][]): Float64Array {
  return Float64Array.from(
    coordinates.flatMap((point) =>
      Array.from({ length: width }, (_, c) =>
        point.reduce((sum, value, a) => sum + value * at(frame, a * width + c), 0),
      ),
    ),
  );
}

function fan(count: number): number[][] {
  return Array.from({ length: count }, (_, i) => {
    const angle = (Math.PI * i) / count;
    return [Math.cos(angle), Math.sin(angle)];
  });
}

function entry(atoms: Float64Array, f: TrueFeature, k: number, epsilon: number, samples = 96) {
  const [found] = coveringNumbers(atoms, width, f, 0, {
    atomsPerVector: [k],
    epsilons: [epsilon],
    samples,
  });
  return found;
}

describe('sampled unit vectors', () => {
  test('are of length 1: both ends of a line, even angles of a plane, spread in space', () => {
    expect([...unitVectors(1, 50)]).toEqual([1, -1]);
    const plane = unitVectors(2, 4);
    [1, 0, 0, 1, -1, 0, 0, -1].forEach((value, i) => {
      expect(at(plane, i)).toBeCloseTo(value, 12);
    });
    const space = unitVectors(3, 200);
    const mean = [0, 0, 0];
    for (let i = 0; i < 200; i++) {
      const point = [...space.subarray(3 * i, 3 * i + 3)];
      expect(Math.hypot(...point)).toBeCloseTo(1, 12);
      point.forEach((value, a) => {
        mean[a] = at(mean, a) + value / 200;
      });
    }
    // Standard error √(1/3 / 200) = 0.04 an axis.
    expect(Math.hypot(...mean)).toBeLessThan(0.25);
  });
});

describe('covering number', () => {
  test('of a line is 1 atom', () => {
    const line = feature(1);
    // One atom in a random direction of ℝ⁸ does not come near it.
    expect(entry(inFrame(line, [[3]]), line, 1, 0.3)).toMatchObject({
      atoms: 1,
      covered: 1,
      coveredByChance: 0,
    });
  });

  test('of a plane by pairs is 2 atoms, whatever ε, and more candidates do not cost more', () => {
    const plane = feature(2);
    for (const count of [2, 9]) {
      expect(entry(inFrame(plane, fan(count)), plane, 2, 0.05)).toMatchObject({
        atoms: 2,
        covered: 1,
      });
    }
  });

  test('of a plane by single atoms: each reaches arcs of ±asin ε, so ⌈(π/2) / asin ε⌉ are needed', () => {
    const plane = feature(2);
    const dense = inFrame(plane, fan(60));
    for (const epsilon of [0.5, 0.3]) {
      const needed = Math.ceil(Math.PI / 2 / Math.asin(epsilon));
      const found = entry(dense, plane, 1, epsilon);
      expect(found?.covered).toBe(1);
      expect(found?.atoms).toBeGreaterThanOrEqual(needed);
      // Greedy arcs may leave one gap that needs an atom of its own, and one more for the grid.
      expect(found?.atoms).toBeLessThanOrEqual(needed + 2);
    }
  });

  test('of a sphere grows as ε falls and falls as k grows, down to 3 at k = 3', () => {
    const sphere = feature(3);
    const atoms = inFrame(
      sphere,
      Array.from({ length: 150 }, (_, i) => [...gaussian(1, 3, i)]),
    );
    const atomsFor = (k: number, epsilon: number) => entry(atoms, sphere, k, epsilon, 60);
    const single = atomsFor(1, 0.5);
    // One cap of half-angle 30°, both ends, holds 1 − cos 30° = 13.4 % of the sphere: at least 8.
    expect(single?.atoms).toBeGreaterThanOrEqual(8);
    expect(atomsFor(1, 0.3)?.atoms).toBeGreaterThan(single?.atoms ?? 0);
    const pairs = atomsFor(2, 0.5)?.atoms ?? 0;
    expect(pairs).toBeLessThan(single?.atoms ?? 0);
    expect(pairs).toBeGreaterThanOrEqual(3);
    expect(atomsFor(3, 0.3)?.atoms).toBe(3);
  });

  test('reports what cannot be covered instead of spending atoms on it', () => {
    const plane = feature(2);
    // One atom along the first axis reaches ±30° of both its ends: a third of the directions.
    const found = entry(inFrame(plane, [[1, 0]]), plane, 4, 0.5);
    expect(found?.atoms).toBe(1);
    expect(found?.covered).toBeCloseTo(1 / 3, 1);
    expect(entry(new Float64Array(0), plane, 1, 0.5)).toMatchObject({ atoms: 0, covered: 0 });
    expect(entry(new Float64Array(width), plane, 1, 0.5)).toMatchObject({ atoms: 0, covered: 0 });
  });

  test('atoms outside the subspace do not cover it, and tilted ones cover less', () => {
    const line = feature(1);
    const normal = [...randomFrame(2, width, 3).subarray(width)];
    const tilted = inFrame(line, [[1]]).map((value, c) => value + at(normal, c));
    // 45° off: distance sin 45° = 0.71 from the span.
    expect(entry(tilted, line, 1, 0.5)?.covered).toBe(0);
    expect(entry(tilted, line, 1, 0.72)?.covered).toBe(1);
  });

  test('gives an entry for every k and ε, in order', () => {
    const plane = feature(2);
    const entries = coveringNumbers(inFrame(plane, fan(20)), width, plane, 4);
    expect(entries.map(({ feature: index, k, epsilon }) => [index, k, epsilon])).toEqual(
      [1, 2, 4, 8].flatMap((k) => [
        [4, k, 0.5],
        [4, k, 0.3],
      ]),
    );
  });
});
