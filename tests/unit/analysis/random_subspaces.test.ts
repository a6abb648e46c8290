/** Chance overlaps against random subspaces that are drawn, and against what is known exactly. */
import { describe, expect, test } from 'vitest';
import { liveGroups, indexCodes } from '../../../src/analysis/code_index';
import { diagnose } from '../../../src/analysis/diagnosis';
import {
  describeOverlap,
  principalCosines,
  rowSpaces,
  searchOverlap,
} from '../../../src/analysis/overlap';
import {
  LinkThresholds,
  chanceOverlap,
  logOverlapChance,
  overlapOfChance,
} from '../../../src/analysis/random_subspaces';
import { at } from '../../../src/base/array';
import { chance, codesOf, dictionaryOf, gaussian, randomFrame } from './worlds';

const overlapChance = (m: number, k: number, width: number, cosine: number) =>
  Math.exp(logOverlapChance(m, k, width, cosine));

describe('the chance of an overlap', () => {
  test('of two directions in a plane, and in three dimensions, is elementary', () => {
    // In ℝ² the angle is uniform; in ℝ³ the cosine is.
    for (const cosine of [0.2, 0.7, 0.99]) {
      expect(overlapChance(1, 1, 2, cosine)).toBeCloseTo((2 / Math.PI) * Math.acos(cosine), 4);
      expect(overlapChance(1, 1, 3, cosine)).toBeCloseTo(1 - cosine, 4);
    }
  });

  test('of a direction and a plane in three dimensions: the share of the sphere near the plane', () => {
    // The direction’s height above the plane is uniform in ℝ³.
    for (const cosine of [0.3, 0.8]) {
      expect(overlapChance(1, 2, 3, cosine)).toBeCloseTo(Math.sqrt(1 - cosine ** 2), 4);
    }
  });

  test.each([
    [2, 2, 10],
    [3, 3, 64],
    [4, 4, 100],
    [2, 4, 30],
    [4, 4, 8],
  ])('of drawn spaces of %i and %i dimensions in %i agrees', (m, k, width) => {
    const draws = 400;
    // By invariance one of the two may stand still.
    const still = new Float64Array(m * width);
    for (let i = 0; i < m; i++) still[i * width + i] = 1;
    const cosines = Array.from({ length: draws }, (_, seed) =>
      at(principalCosines(still, randomFrame(k, width, 5000 + seed), width), 0),
    ).sort((a, b) => b - a);
    for (const share of [0.5, 0.1]) {
      const cosine = at(cosines, share * draws);
      const error = Math.sqrt((share * (1 - share)) / draws);
      expect(Math.abs(overlapChance(m, k, width, cosine) - share)).toBeLessThan(3 * error);
    }
  });

  test('is 1 where spaces must meet, 0 at cosine 1, and falls between', () => {
    expect(logOverlapChance(3, 2, 4, 0.9)).toBe(0);
    expect(overlapOfChance(3, 2, 4, -50)).toBe(1);
    expect(overlapChance(3, 3, 64, 1)).toBe(0);
    expect(overlapChance(4, 4, 100, 0.02)).toBe(1);
    const curve = Array.from({ length: 50 }, (_, i) => logOverlapChance(6, 8, 128, i / 50));
    expect(curve).toEqual([...curve].sort((a, b) => b - a));
  });
});

describe('thresholds of near-duplicates', () => {
  test('are as unlikely for blocks as for atoms, far beyond what a float could hold', () => {
    for (const width of [24, 64, 768]) {
      const links = new LinkThresholds(0.7, width, { oriented: false });
      expect(links.of(1, 1)).toBe(0.7);
      const blocks = links.of(4, 4);
      expect(blocks).toBeGreaterThan(0.7);
      expect(logOverlapChance(4, 4, width, blocks)).toBeCloseTo(links.logChance, 4);
    }
    expect(new LinkThresholds(0.7, 64, { oriented: false }).of(4, 4)).toBeCloseTo(0.82, 2);
    // In ℝ⁶ two random blocks of four dimensions always meet: no overlap is a sign of anything.
    expect(new LinkThresholds(0.7, 6, { oriented: false }).of(4, 4)).toBe(Infinity);
  });
});

describe('random subspaces', () => {
  test('show no overlap beyond chance, and the chance level says what they show', () => {
    // The old fixed bound called 60 random blocks of rank 4 in ℝ²⁴ one cluster.
    const [groups, rank, width] = [60, 4, 24];
    const dictionary = dictionaryOf(groups, rank, width, gaussian(groups * rank, width, 17));
    const rows = Array.from({ length: groups }, (_, group) => [{ group, code: [1, 2, 3, 4] }]);
    const table = codesOf(groups, rank, rows);
    const indexed = indexCodes(dictionary, table);
    const search = searchOverlap(rowSpaces(dictionary, liveGroups(indexed)));
    const { coherence, coherenceChance95, meanNearest, meanNearestChance } = describeOverlap(
      search,
      1,
    );
    expect(coherence).toBeLessThan(coherenceChance95);
    expect(Math.abs(meanNearest - meanNearestChance)).toBeLessThan(0.02);
    const { splitting, overlap } = diagnose(dictionary, table);
    expect(splitting.clusters).toEqual([]);
    expect(splitting.linksByChance).toBeLessThan(0.2);
    // At s = 1 the theory’s bound is no condition.
    expect(overlap.bound).toBeNull();
  });

  test('of three dimensions in ℝ⁶⁴ come to 0.34 with the nearest of two', () => {
    const three = chanceOverlap(new Map([[3, 3]]), 64, { oriented: false });
    expect(three.meanNearest).toBeCloseTo(0.35, 1);
    const words = chanceOverlap(new Map([[4, 256]]), 100, { oriented: false });
    expect(words.meanNearest).toBeCloseTo(0.48, 1);
    expect(chanceOverlap(new Map([[4, 1]]), 100, { oriented: false }).coherence95).toBe(0);
  });
});

describe('opposite atoms', () => {
  // Ten pairs of opposite atoms and ten of nearly equal ones.
  const width = 30;
  const { normal } = chance(2);
  const atoms = Array.from({ length: 20 }, () => Array.from({ length: width }, normal));
  const pairs = atoms.flatMap((atom, i) => [
    atom,
    atom.map((value) => (i < 10 ? -value : value) + 0.1 * normal()),
  ]);
  const dictionary = dictionaryOf(40, 1, width, pairs.flat());
  const rowsOf = (sign: (group: number) => number) =>
    codesOf(
      40,
      1,
      Array.from({ length: 40 }, (_, group) => [{ group, code: [sign(group)] }]),
    );

  test('of a model whose codes are never negative are no near-duplicates', () => {
    const { splitting, overlap } = diagnose(
      dictionary,
      rowsOf(() => 1),
    );
    expect(splitting.clusters.map(({ members }) => members)).toEqual(
      Array.from({ length: 10 }, (_, i) => [20 + 2 * i, 21 + 2 * i]),
    );
    expect(overlap.closestPairs.slice(0, 10).every(({ a }) => a >= 20)).toBe(true);
    expect(overlap.oriented).toBe(true);
  });

  test('of a model with signed codes are', () => {
    const { splitting, overlap } = diagnose(
      dictionary,
      rowsOf((group) => (group % 2 === 0 ? 1 : -1)),
    );
    expect(splitting.clusteredUnits).toBe(40);
    expect(overlap.oriented).toBe(false);
  });
});
