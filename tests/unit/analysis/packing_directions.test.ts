/** Packing, with and without truth, and the separate directions of a cloud, in worlds whose answer is known. */
import { describe, expect, test } from 'vitest';
import { indexCodes } from '../../../src/analysis/code_index';
import { allFeatureMoments } from '../../../src/analysis/feature_moments';
import { describePacking } from '../../../src/analysis/packing';
import { separateDirections } from '../../../src/analysis/separate_directions';
import { describeRecovery } from '../../../src/analysis/recovery';
import { at } from '../../../src/base/array';
import {
  CIRCLE,
  HELIX,
  SIGNED_LINE,
  SPHERE,
  chance,
  codesOf,
  dictionaryOf,
  encodeTop,
  gaussian,
  makeWorld,
  rowsOfTable,
  shatteredDictionary,
} from './worlds';

describe('packing', () => {
  test('four signed lines in one group of rank 4 are counted with and without truth', () => {
    const lines = makeWorld([SIGNED_LINE, SIGNED_LINE, SIGNED_LINE, SIGNED_LINE]);
    const decoder = lines.truth.features.flatMap(({ frame }) => [...frame]);
    const packed = dictionaryOf(1, 4, lines.width, decoder);
    const index = indexCodes(packed, encodeTop(packed, lines.x, 1));
    const recovery = describeRecovery(index, lines.truth, allFeatureMoments(index, lines.truth));
    // Each line is read out perfectly by the group; only one can be matched to it.
    expect(recovery.features.every(({ bestR2 }) => bestR2 > 0.999)).toBe(true);
    expect(recovery.features.filter(({ group }) => group === 0).length).toBe(1);
    expect(describePacking(index, rowsOfTable(index), recovery.features)).toMatchObject({
      meanFeatures: 4,
      packedShare: 1,
    });
    const [read] = describePacking(index, rowsOfTable(index), null).groups;
    expect(read).toMatchObject({
      axes: 4,
      rays: 8,
      axisShare: 1,
      leastFeatures: 4,
      // A bundle of lines, whatever its planes look like.
      irreducibility: 0,
      features: null,
    });
  });
});

describe('packing at its edges', () => {
  test('a long Gaussian has an axis of its own, which is no sign of a second feature', () => {
    const { normal } = chance(31);
    const long = indexCodes(
      dictionaryOf(1, 2, 2, [1, 0, 0, 1]),
      codesOf(
        1,
        2,
        Array.from({ length: 400 }, () => [{ group: 0, code: [6 * normal(), normal()] }]),
      ),
    );
    const { groups, packedShare, packedShareChance } = describePacking(
      long,
      rowsOfTable(long),
      null,
    );
    expect(groups[0]).toMatchObject({ axes: 1, leastFeatures: 1 });
    expect(groups[0]?.axisShare).toBeLessThan(0.8);
    expect([packedShare, packedShareChance]).toEqual([0, 0]);
  });

  test.each([500, 5000])('a bundle of three lines of %i rows is not called irreducible', (rows) => {
    const lines = makeWorld([SIGNED_LINE, SIGNED_LINE, SIGNED_LINE], { rows });
    const decoder = lines.truth.features.flatMap(({ frame }) => [...frame]);
    const packed = dictionaryOf(1, 3, lines.width, decoder);
    const index = indexCodes(packed, encodeTop(packed, lines.x, 1));
    const [row] = rowsOfTable(index);
    expect(row?.directions).toMatchObject({ axes: 3, leastFeatures: 3 });
    // Its planes are far from independent, since the lines take turns.
    expect(row?.separability).toBeGreaterThan(0.5);
    expect(row?.irreducibility).toBeLessThanOrEqual(row?.irreducibilityChance95 ?? -1);
  });

  test('a feature that no group captures to a half is held by none', () => {
    const spheres = makeWorld([SPHERE, HELIX]);
    const atoms = shatteredDictionary(spheres, 12);
    const index = indexCodes(atoms, encodeTop(atoms, spheres.x, 1, true));
    const recovery = describeRecovery(
      index,
      spheres.truth,
      allFeatureMoments(index, spheres.truth),
    );
    expect(recovery.features.every(({ bestGroup }) => bestGroup !== null)).toBe(true);
    expect(describePacking(index, rowsOfTable(index), recovery.features).meanFeatures).toBe(0);
  });

  test('a group that holds a line and a ring is read as two features', () => {
    const mixed = makeWorld([CIRCLE, SIGNED_LINE]);
    const decoder = mixed.truth.features.flatMap(({ frame }) => [...frame]);
    const packed = dictionaryOf(1, 3, mixed.width, decoder);
    const index = indexCodes(packed, encodeTop(packed, mixed.x, 1));
    const [read] = describePacking(index, rowsOfTable(index), null).groups;
    expect(read).toMatchObject({ axes: 1, leastFeatures: 2 });
  });
});

describe('separate directions of a cloud', () => {
  const count = (points: number[][], signed: boolean) =>
    separateDirections(Float64Array.from(points.flat()), at(points, 0).length, signed).count;
  const { normal, uniform } = chance(11);

  test('a filled plane, ball or sphere has none', () => {
    const circle = Array.from({ length: 300 }, () => [...CIRCLE.sample({ normal, uniform })]);
    const sphere = Array.from({ length: 300 }, () => [...SPHERE.sample({ normal, uniform })]);
    const ball = Array.from({ length: 300 }, () => [normal(), normal(), normal(), normal()]);
    for (const cloud of [circle, sphere, ball]) {
      expect(count(cloud, false)).toBe(0);
      expect(count(cloud, true)).toBe(0);
    }
  });

  test('a positive line is one ray and one axis, a signed one two rays and one axis', () => {
    const positive = Array.from({ length: 100 }, () => [1 + uniform(), 0.05 * normal(), 0]);
    const signed = positive.map((point, i) => point.map((value) => (i % 2 === 0 ? -value : value)));
    expect([count(positive, true), count(positive, false)]).toEqual([1, 1]);
    expect([count(signed, true), count(signed, false)]).toEqual([2, 1]);
  });

  test('two axes 60° apart are two; 10° apart they are one', () => {
    const pair = (degrees: number) =>
      Array.from({ length: 200 }, (_, i) => {
        const angle = i % 2 === 0 ? 0 : (degrees * Math.PI) / 180;
        const t = 2 * uniform() - 1;
        return [t * Math.cos(angle), t * Math.sin(angle)];
      });
    expect(count(pair(60), false)).toBe(2);
    expect(count(pair(10), false)).toBe(1);
  });

  test('a one-dimensional cloud has one axis; points at the origin and no points have none', () => {
    expect(count([[1], [-2], [3]], false)).toBe(1);
    expect(separateDirections(new Float64Array(12), 3, false)).toEqual({ count: 0, share: 0 });
    expect(separateDirections(new Float64Array(0), 3, true)).toEqual({ count: 0, share: 0 });
  });

  test('a line beside a ring in another plane: one axis and a remainder', () => {
    const mixed = Array.from({ length: 400 }, (_, i) => {
      const angle = 2 * Math.PI * uniform();
      return i % 2 === 0 ? [0, 0, 1 + uniform()] : [Math.cos(angle), Math.sin(angle), 0];
    });
    const found = separateDirections(Float64Array.from(mixed.flat()), 3, false);
    expect(found.count).toBe(1);
    expect(found.share).toBeCloseTo(0.5, 10);
  });

  test('a random cloud of 8 dimensions ends quickly without a direction', () => {
    expect(separateDirections(gaussian(500, 8, 3), 8, false).count).toBe(0);
  });
});
