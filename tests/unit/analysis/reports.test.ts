import { describe, expect, test } from 'vitest';
import { indexCodes, liveGroups, type IndexedCodes } from '../../../src/analysis/code_index';
import { describeRanks, diagnose } from '../../../src/analysis/diagnosis';
import { FORMULAS } from '../../../src/analysis/formulas';
import { groupTable, type GroupTableOptions } from '../../../src/analysis/group_table';
import { rowSpaces } from '../../../src/analysis/overlap';
import { at } from '../../../src/base/array';
import {
  CIRCLE,
  HELIX,
  SPHERE,
  codesOf,
  dictionaryOf,
  encodeTop,
  gaussian,
  makeWorld,
  perfectDictionary,
  shatteredDictionary,
} from './worlds';

const world = makeWorld([CIRCLE, SPHERE, HELIX]);

/** Fails on NaN, infinity or undefined anywhere: those do not survive JSON. */
function expectPlainJson(value: unknown): void {
  expect(JSON.parse(JSON.stringify(value))).toEqual(value);
}

function tableOf(indexed: IndexedCodes, options?: GroupTableOptions) {
  return groupTable(indexed, rowSpaces(indexed.dictionary, liveGroups(indexed)), options);
}

describe('group table', () => {
  const dictionary = perfectDictionary(world, 4);
  const codes = encodeTop(dictionary, world.x, 1);

  test('of a perfect dictionary: ranks 2, 3, 3 from weights; a curved cloud is irreducible', () => {
    const rows = tableOf(indexCodes(dictionary, codes), { histogramBins: 5 });
    expect(rows.map(({ weightRank90 }) => weightRank90)).toEqual([2, 3, 3]);
    expect(rows.map(({ frequency, firings }) => [frequency, firings])).toEqual([
      [1 / 3, 200],
      [1 / 3, 200],
      [1 / 3, 200],
    ]);
    const circle = at(rows, 0);
    expect(circle.meanNorm).toBeCloseTo(1, 6);
    expect(circle.codeRank90).toBe(2);
    expect(circle.codeStableRank).toBeCloseTo(2, 0);
    expect(circle.irreducibility).toBeGreaterThan(10 * (circle.irreducibilityChance95 ?? 1));
    expect(circle.irreducibilityPoints).toBe(200);
    expect(circle.cluster).toBeNull();
    expect(circle.histogram.length).toBe(5);
    expectPlainJson(rows);
  });

  test('dead groups, groups that fire once and zero blocks give zeros and nulls, never NaN', () => {
    const odd = dictionaryOf(4, 2, 3, [
      ...gaussian(2, 3, 1),
      ...gaussian(2, 3, 2),
      ...new Array<number>(6).fill(0),
      ...gaussian(2, 3, 3),
    ]);
    const table = codesOf(4, 2, [
      [
        { group: 0, code: [1, 2] },
        { group: 2, code: [1, 1] },
      ],
      [{ group: 2, code: [2, 1] }],
    ]);
    const rows = tableOf(indexCodes(odd, table));
    expectPlainJson(rows);
    expect(at(rows, 0)).toMatchObject({ firings: 1, codeRank90: 0, irreducibility: null });
    expect(at(rows, 1)).toMatchObject({ firings: 0, meanNorm: 0 });
    expect(at(rows, 2)).toMatchObject({ firings: 2, weightRank90: 0, meanNorm: 0 });
    expectPlainJson(diagnose(odd, table));
    expectPlainJson(diagnose(odd, codesOf(4, 2, [])));
  });

  test('clusters are numbered by size and only linked live groups have one', () => {
    // Atoms 0, 2, 4 nearly parallel; 1 and 3 nearly parallel; 5 alone; 6 parallel to 0 but dead.
    const angles = [0, 1.5, 0.05, 1.45, 0.1, 0.8, 0];
    const atoms = dictionaryOf(
      7,
      1,
      2,
      angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)]),
    );
    const table = codesOf(
      7,
      1,
      Array.from({ length: 12 }, (_, row) => [{ group: row % 6, code: [1 + row] }]),
    );
    const rows = tableOf(indexCodes(atoms, table), { threshold: 0.99, minimumPoints: 1 });
    expect(rows.map(({ cluster }) => cluster)).toEqual([0, 1, 0, 1, 0, null, null]);
    expect(rows.every(({ irreducibility }) => irreducibility === null)).toBe(true);
    const diagnosis = diagnose(atoms, table, null, { threshold: 0.99 });
    expect(diagnosis.splitting.clusters.map(({ members }) => members)).toEqual([
      [0, 2, 4],
      [1, 3],
    ]);
  });

  test('progress rises to 1', () => {
    const seen: number[] = [];
    tableOf(indexCodes(dictionary, codes), { onProgress: (fraction) => seen.push(fraction) });
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(1);
  });
});

describe('diagnosis', () => {
  test('of a perfect dictionary: one unit a feature, nothing packed, coherence 0', () => {
    const dictionary = perfectDictionary(world, 4);
    const seen: number[] = [];
    const diagnosis = diagnose(dictionary, encodeTop(dictionary, world.x, 1), world.truth, {
      onProgress: (fraction) => seen.push(fraction),
    });
    expectPlainJson(diagnosis);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(1);
    const { splitting, packing, overlap, recovery, ranks, activity } = diagnosis;
    expect(splitting).toMatchObject({ unit: 'groups', clusters: [], meanUnits90: 1 });
    expect(splitting.meanSplittingRatio).toBe(1);
    expect(packing).toMatchObject({ basis: 'truth', meanFeatures: 1, packedShare: 0 });
    expect(overlap).toMatchObject({ activeGroups: 1, bound: null, exact: true });
    expect(overlap.coherence).toBeLessThan(1e-6);
    expect(recovery?.meanRankError).toBe(0);
    expect(ranks.points.map(({ weightRank90 }) => weightRank90)).toEqual([2, 3, 3]);
    expect(activity).toMatchObject({ liveGroups: 3, coverage: 1, groupsPerRow: 1 });
    // A sphere by the three atoms of its group: three, at k = 4; none can do it alone.
    const sphere = splitting.covering?.filter(({ feature }) => feature === 1) ?? [];
    expect(sphere.find(({ k, epsilon }) => k === 4 && epsilon === 0.3)).toMatchObject({
      atoms: 3,
      covered: 1,
    });
    expect(sphere.find(({ k }) => k === 1)?.covered).toBeLessThan(1);
  });

  test('of a shattered one: atoms, redundant clusters and a splitting ratio far above 1', () => {
    const dictionary = shatteredDictionary(world, 12);
    const diagnosis = diagnose(dictionary, encodeTop(dictionary, world.x, 1, true), world.truth);
    expectPlainJson(diagnosis);
    expect(diagnosis.splitting.unit).toBe('atoms');
    expect(diagnosis.splitting.clusteredUnits).toBeGreaterThan(20);
    const redundancies = diagnosis.splitting.clusters.map(({ redundancy }) => redundancy ?? 0);
    expect(redundancies.reduce((sum, one) => sum + one / redundancies.length, 0)).toBeGreaterThan(
      2,
    );
    expect(diagnosis.splitting.meanSplittingRatio).toBeGreaterThan(2.5);
    expect(diagnosis.recovery?.consolidatedShare).toBe(0);
    expect(diagnosis.irreducibility.groups).toEqual([]);
    expect(diagnosis.ranks.points.length).toBe(diagnosis.activity.liveGroups);
    expect(diagnosis.ranks.points.every(({ weightRank90 }) => weightRank90 === 1)).toBe(true);
  });

  test('without truth the parts that need it are null, and s may be given', () => {
    const dictionary = perfectDictionary(world, 4);
    const diagnosis = diagnose(dictionary, encodeTop(dictionary, world.x, 1), null, {
      activeGroups: 3,
      minimumPoints: 10,
    });
    expect(diagnosis.recovery).toBeNull();
    expect(diagnosis.splitting).toMatchObject({ features: null, covering: null });
    expect(diagnosis.packing.basis).toBe('codes');
    expect(diagnosis.overlap.bound).toBeCloseTo(1 / 5, 14);
    const scores = diagnosis.irreducibility.groups.map(({ irreducibility }) => irreducibility);
    expect(scores.length).toBe(3);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
  });

  test('means of ranks leave dead groups out', () => {
    const dictionary = dictionaryOf(2, 2, 2, [1, 0, 0, 0, 1, 0, 0, 1]);
    const rows = tableOf(indexCodes(dictionary, codesOf(2, 2, [[{ group: 0, code: [1, 0] }]])));
    expect(describeRanks(rows)).toMatchObject({
      meanWeightRank90: 1,
      points: [{ weightRank90: 1 }],
    });
    expect(describeRanks([]).meanWeightRank90).toBe(0);
  });
});

describe('formulas', () => {
  test('every logged metric of the specification has one', () => {
    const logged = [
      ...['overall', 'mse', 'nuclear', 'auxiliary_reconstruction', 'l1'].map(
        (name) => `losses/${name}_loss`,
      ),
      ...[
        'explained_variance',
        'explained_variance_legacy',
        'l0',
        'groups_per_token',
        'mean_stable_rank',
        'mean_rank90',
        'group_coverage',
      ].map((name) => `metrics/${name}`),
      'sparsity/dead_groups',
      'sparsity/dead_features',
      'details/current_learning_rate',
      'details/n_training_samples',
      'details/grad_norm',
    ];
    for (const name of logged) expect(Object.keys(FORMULAS)).toContain(name);
  });

  test('none is empty, and labels are unique so that a table of them can be read', () => {
    const all = Object.values(FORMULAS);
    for (const { label, formula, source } of all) {
      expect([label, formula, source].every((text) => text.trim().length > 0)).toBe(true);
    }
    expect(new Set(all.map(({ label }) => label)).size).toBe(all.length);
  });
});
