import { describe, expect, test } from 'vitest';
import { firingsOf, indexCodes, normsOf } from '../../../src/analysis/code_index';
import {
  alignedCodes,
  axesInInputSpace,
  codeSingularValues,
  principalCodes,
} from '../../../src/analysis/group_codes';
import { multiply } from '../../../src/base/linear_algebra';
import { summarizeRanks } from '../../../src/analysis/spectra';
import { at } from '../../../src/base/array';
import { chance, codesOf, dictionaryOf, gaussian, planeCloud, randomFrame } from './worlds';

/** Points (3·cos, sin) + offset: an ellipse with half-axes 3 and 1. */
function ellipse(count: number, offset: readonly [number, number]): [number, number][] {
  return Array.from({ length: count }, (_, i) => {
    const angle = (2 * Math.PI * i) / count;
    return [3 * Math.cos(angle) + offset[0], Math.sin(angle) + offset[1]];
  });
}

describe('code spectrum', () => {
  test('of an ellipse: standard deviations 3/√2 and 1/√2, wherever its centre is', () => {
    for (const offset of [
      [0, 0],
      [5, -7],
    ] as const) {
      const { dictionary, codes } = planeCloud(ellipse(64, offset));
      const [major, minor] = codeSingularValues(indexCodes(dictionary, codes), 0);
      expect(major).toBeCloseTo(3 / Math.SQRT2, 5);
      expect(minor).toBeCloseTo(1 / Math.SQRT2, 5);
    }
  });

  test('is measured in the decoder metric: a stretched block stretches the spectrum', () => {
    const { codes } = planeCloud(ellipse(64, [0, 0]));
    // D maps code axis 0 to length 1 and code axis 1 to length 3: the ellipse becomes a circle.
    const indexed = indexCodes(dictionaryOf(1, 2, 2, [1, 0, 0, 3]), codes);
    const [major, minor] = codeSingularValues(indexed, 0);
    expect(major).toBeCloseTo(minor ?? 0, 6);
  });

  test('does not see a rotation of the codes within the block', () => {
    const turn = randomFrame(4, 4, 2);
    const block = gaussian(4, 9, 3);
    const points = gaussian(200, 4, 4);
    const rows = (values: Float64Array) =>
      Array.from({ length: 200 }, (_, i) => [
        { group: 0, code: [...values.subarray(4 * i, 4 * i + 4)] },
      ]);
    const plain = indexCodes(dictionaryOf(1, 4, 9, block), codesOf(1, 4, rows(points)));
    const turned = indexCodes(
      dictionaryOf(1, 4, 9, multiply(turn, block, 4, 4, 9)),
      // p' = p·Aᵀ, D' = A·D leave p·D alone.
      codesOf(1, 4, rows(multiply(points, transposed(turn, 4), 200, 4, 4))),
    );
    codeSingularValues(turned, 0).forEach((value, i) => {
      expect(value).toBeCloseTo(at(codeSingularValues(plain, 0), i), 5);
    });
  });

  test('is zero for a group that never fires or fires once, and rank 1 for one direction', () => {
    const dictionary = dictionaryOf(2, 2, 2, [1, 0, 0, 1, 1, 0, 0, 1]);
    const once = indexCodes(dictionary, codesOf(2, 2, [[{ group: 0, code: [1, 2] }]]));
    expect([...codeSingularValues(once, 0)]).toEqual([0, 0]);
    expect([...codeSingularValues(once, 1)]).toEqual([0, 0]);
    const line = indexCodes(
      dictionary,
      codesOf(
        2,
        2,
        [1, 2, 5].map((t) => [{ group: 0, code: [t, 2 * t] }]),
      ),
    );
    expect(summarizeRanks(codeSingularValues(line, 0)).rank90).toBe(1);
  });
});

describe('principal codes', () => {
  test('keep norms and distances, put the longest axis first and do not centre', () => {
    const { dictionary, codes } = planeCloud(ellipse(40, [1, 0]));
    const indexed = indexCodes(dictionary, codes);
    const cloud = principalCodes(indexed, 0);
    expect(cloud.count).toBe(40);
    expect(cloud.rows.length).toBe(40);
    for (let i = 0; i < cloud.count; i++) {
      const point = cloud.coordinates.subarray(2 * i, 2 * i + 2);
      expect(Math.hypot(...point)).toBeCloseTo(at(normsOf(indexed, 0), i), 12);
    }
    expect(at(cloud.shares, 0)).toBeCloseTo(0.9, 6);
    expect(Math.abs(at(cloud.mean, 0))).toBeCloseTo(1, 6);
    expect(at(cloud.mean, 1)).toBeCloseTo(0, 6);
  });

  test('the third moment along every axis is not negative', () => {
    const { uniform } = chance(3);
    const points = Array.from(
      { length: 60 },
      () => [-(uniform() ** 3) * 4, uniform() ** 2] as const,
    );
    const { dictionary, codes } = planeCloud(points);
    const { coordinates, mean } = principalCodes(indexCodes(dictionary, codes), 0);
    for (const axis of [0, 1]) {
      let third = 0;
      let sum = 0;
      for (let i = 0; i < 60; i++) {
        third += at(coordinates, 2 * i + axis) ** 3;
        sum += at(coordinates, 2 * i + axis);
      }
      expect(third).toBeGreaterThan(0);
      expect(at(mean, axis)).toBeCloseTo(sum / 60, 12);
    }
  });

  test('a limit keeps an even spread or the strongest, and the axes of all points', () => {
    const points = Array.from({ length: 50 }, (_, i) => [i + 1, (i % 5) - 2] as const);
    const { dictionary, codes } = planeCloud(points);
    const indexed = indexCodes(dictionary, codes);
    const all = principalCodes(indexed, 0);
    const spread = principalCodes(indexed, 0, { limit: 10 });
    expect([...spread.rows]).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40, 45]);
    expect([...spread.variances]).toEqual([...all.variances]);
    const strongest = principalCodes(indexed, 0, { limit: 3, keep: 'strongest' });
    expect([...strongest.rows]).toEqual([47, 48, 49]);
    expect(strongest.total).toBe(50);
  });

  test('axes in input space are orthonormal and rebuild the contributions', () => {
    const [rank, width] = [3, 6];
    const dictionary = dictionaryOf(1, rank, width, gaussian(rank, width, 5));
    const points = gaussian(30, rank, 6);
    const codes = codesOf(
      1,
      rank,
      Array.from({ length: 30 }, (_, i) => [
        { group: 0, code: [...points.subarray(rank * i, rank * i + rank)] },
      ]),
    );
    const indexed = indexCodes(dictionary, codes);
    const cloud = principalCodes(indexed, 0);
    const axes = axesInInputSpace(indexed, 0, cloud);
    const rebuilt = multiply(cloud.coordinates, axes, 30, rank, width);
    const direct = multiply(
      Float64Array.from(codes.codes),
      Float64Array.from(dictionary.decoder),
      30,
      rank,
      width,
    );
    rebuilt.forEach((value, i) => {
      expect(value).toBeCloseTo(at(direct, i), 11);
    });
  });

  test('of a dead group is empty and finite', () => {
    const indexed = indexCodes(dictionaryOf(1, 2, 3, gaussian(2, 3, 1)), codesOf(1, 2, [[]]));
    expect(firingsOf(indexed, 0)).toBe(0);
    const cloud = principalCodes(indexed, 0);
    expect([cloud.count, ...cloud.shares, ...cloud.mean]).toEqual([0, 0, 0, 0, 0]);
  });
});

function transposed(a: Float64Array, n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, i) => at(a, (i % n) * n + Math.floor(i / n)));
}

describe('codes turned towards other axes', () => {
  const cloud = (count: number, angle: number, seed: number) => {
    // A circle in two dimensions of a span of three, and a little noise in the third.
    const noise = gaussian(count, 1, seed);
    const points = Array.from({ length: count }, (_, i) => {
      const at = (2 * Math.PI * i) / count + angle;
      return [Math.cos(at), 1.2 * Math.sin(at), 0.1 * (noise[i] ?? 0)];
    });
    const frame = randomFrame(3, 8, 5);
    const dictionary = dictionaryOf(1, 3, 8, frame);
    return indexCodes(
      dictionary,
      codesOf(
        1,
        3,
        points.map((code) => [{ group: 0, code }]),
      ),
    );
  };

  test('keep norms and distances, and lie where they would lie in those axes when the span is the same', () => {
    const indexed = cloud(60, 0, 1);
    const own = principalCodes(indexed, 0);
    const axes = axesInInputSpace(indexed, 0, own);
    // Axes 1 and 2 swapped, axis 1 reversed.
    const other = new Float64Array(axes.length);
    other.set(
      axes.subarray(8, 16).map((value) => -value),
      0,
    );
    other.set(axes.subarray(0, 8), 8);
    other.set(axes.subarray(16, 24), 16);
    const turned = alignedCodes(indexed, 0, own, other);
    for (let i = 0; i < 60; i++) {
      expect(turned.coordinates[3 * i]).toBeCloseTo(-at(own.coordinates, 3 * i + 1), 10);
      expect(turned.coordinates[3 * i + 1]).toBeCloseTo(at(own.coordinates, 3 * i), 10);
      expect(turned.coordinates[3 * i + 2]).toBeCloseTo(at(own.coordinates, 3 * i + 2), 10);
    }
    expect(turned.shares[0]).toBeCloseTo(at(own.shares, 1), 10);
    expect(turned.variances[1]).toBeCloseTo(at(own.variances, 0), 10);
    expect(turned.norms).toEqual(own.norms);
    const turnedAxes = axesInInputSpace(indexed, 0, turned);
    turnedAxes.forEach((value, i) => expect(value).toBeCloseTo(at(other, i), 10));
  });

  test('take what is left of their own axes where the span has no such direction', () => {
    const indexed = cloud(60, 0.3, 2);
    const own = principalCodes(indexed, 0);
    const axes = axesInInputSpace(indexed, 0, own);
    // The first axis of the other is nowhere in the span; its second is the first of this one.
    const other = new Float64Array(axes.length);
    other.set(axes.subarray(0, 8), 8);
    const turned = alignedCodes(indexed, 0, own, other);
    const column = (axis: number, of: { readonly coordinates: Float64Array }) =>
      Array.from({ length: 60 }, (_, i) => at(of.coordinates, 3 * i + axis));
    column(1, turned).forEach((value, i) =>
      expect(value).toBeCloseTo(at(own.coordinates, 3 * i), 10),
    );
    column(0, turned).forEach((value, i) =>
      expect(Math.abs(value)).toBeCloseTo(Math.abs(at(own.coordinates, 3 * i + 1)), 10),
    );
    // Still orthonormal: no norm changes.
    for (let i = 0; i < 60; i++) {
      const norm = (of: { readonly coordinates: Float64Array }) =>
        Math.hypot(...[0, 1, 2].map((axis) => at(of.coordinates, 3 * i + axis)));
      expect(norm(turned)).toBeCloseTo(norm(own), 10);
    }
  });
});
