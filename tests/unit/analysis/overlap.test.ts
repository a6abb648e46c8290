import { describe, expect, test } from 'vitest';
import { indexCodes } from '../../../src/analysis/code_index';
import {
  captureOf,
  coherenceBound,
  describeOverlap,
  nearestGroups,
  principalCosines,
  rowSpaces,
  searchOverlap,
  spaceRows,
} from '../../../src/analysis/overlap';
import { groupMap } from '../../../src/analysis/spectra';
import type { Dictionary } from '../../../src/analysis/types';
import { clusterMembers, maskedCosine, unitClusters } from '../../../src/analysis/unit_clusters';
import { at } from '../../../src/base/array';
import {
  CIRCLE,
  SPHERE,
  chance,
  codesOf,
  dictionaryOf,
  encodeTop,
  gaussian,
  makeWorld,
  randomFrame,
  shatteredDictionary,
} from './worlds';

function nearestOf(dictionary: Dictionary, group: number, candidates: number[], count: number) {
  const spaces = rowSpaces(dictionary, candidates);
  return nearestGroups(spaces, groupMap(dictionary, group).basis, group, count);
}

const all = (groups: number) => Array.from({ length: groups }, (_, k) => k);

/** Two planes in 4-D that share an axis and meet at `angle` otherwise, and a third orthogonal to the first. */
function planes(angle: number) {
  const tilted = [1, 0, 0, 0, 0, Math.cos(angle), Math.sin(angle), 0];
  return dictionaryOf(3, 2, 4, [1, 0, 0, 0, 0, 1, 0, 0, ...tilted, 0, 0, 1, 0, 0, 0, 0, 1]);
}

describe('principal angles', () => {
  test('of two planes made by hand: cosines 1 and cos of the tilt', () => {
    const spaces = rowSpaces(planes(0.3), all(3));
    const [first, second, third] = all(3).map((i) => spaceRows(spaces, i));
    const cosines = principalCosines(first ?? Float64Array.of(), second ?? Float64Array.of(), 4);
    expect(at(cosines, 0)).toBeCloseTo(1, 7);
    expect(at(cosines, 1)).toBeCloseTo(Math.cos(0.3), 7);
    const none = principalCosines(first ?? Float64Array.of(), third ?? Float64Array.of(), 4);
    expect(Math.max(...none)).toBeLessThan(1e-12);
  });

  test('of a space with itself are all 1, never above; of an empty space there are none', () => {
    const a = randomFrame(3, 8, 1);
    const cosines = principalCosines(a, a, 8);
    expect(Math.max(...cosines)).toBeLessThanOrEqual(1);
    expect(Math.min(...cosines)).toBeCloseTo(1, 14);
    expect(principalCosines(a, new Float64Array(0), 8).length).toBe(0);
  });

  test('of two atoms is |cos|', () => {
    const atoms = dictionaryOf(2, 1, 2, [2, 0, -3, 3]);
    const [nearest] = nearestOf(atoms, 0, all(2), 5);
    expect(nearest?.group).toBe(1);
    expect(nearest?.cosine).toBeCloseTo(Math.SQRT1_2, 7);
  });
});

describe('nearest groups', () => {
  test('ties in the smallest angle go to the larger total overlap', () => {
    // Groups 1 and 2 both share an axis with group 0; group 2 nearly shares the other too.
    const tilt = (angle: number) => [1, 0, 0, 0, 0, Math.cos(angle), Math.sin(angle), 0];
    const dictionary = dictionaryOf(3, 2, 4, [...tilt(0), ...tilt(1), ...tilt(0.1)]);
    expect(nearestOf(dictionary, 0, all(3), 2).map(({ group }) => group)).toEqual([2, 1]);
  });

  test('a group with a zero map is nobody’s neighbour', () => {
    const dictionary = dictionaryOf(2, 2, 3, [1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
    expect(nearestOf(dictionary, 0, all(2), 3)).toEqual([]);
    const search = searchOverlap(rowSpaces(dictionary, all(2)));
    expect(search.closest).toBeNull();
    expect(search.nearest.get(1)).toEqual([]);
  });
});

describe('all pairs', () => {
  const [groups, rank, width] = [40, 3, 20];
  const dictionary = dictionaryOf(groups, rank, width, gaussian(groups * rank, width, 3));
  const spaces = rowSpaces(dictionary, all(groups));

  test('lists agree with comparing every pair on its own', () => {
    const search = searchOverlap(spaces, { neighbours: 4, threshold: 0.9 });
    expect(search.exact).toBe(true);
    for (const group of [0, 7, 39]) {
      const direct = nearestOf(dictionary, group, all(groups), 4);
      const list = search.nearest.get(group) ?? [];
      expect(list.map((entry) => entry.group)).toEqual(direct.map((entry) => entry.group));
      list.forEach(({ cosine }, i) => {
        expect(cosine).toBeCloseTo(direct[i]?.cosine ?? -1, 12);
      });
    }
  });

  test('coherence is the largest cosine of any pair', () => {
    let largest = 0;
    for (let i = 0; i < groups; i++) {
      for (let j = 0; j < i; j++) {
        const cosines = principalCosines(spaceRows(spaces, i), spaceRows(spaces, j), width);
        largest = Math.max(largest, at(cosines, 0));
      }
    }
    const report = describeOverlap(searchOverlap(spaces), 2);
    expect(report.coherence).toBeCloseTo(largest, 12);
    expect(report.closestPairs[0]?.cosine).toBe(report.coherence);
    expect(report.pair).toEqual([report.closestPairs[0]?.a, report.closestPairs[0]?.b]);
    expect(report.nearestHistogram.reduce((sum, count) => sum + count, 0)).toBe(groups);
  });

  test('the bound is 1/(2s − 1), none at s = 1, and one group has no pair', () => {
    expect([0, 1, 2, 3].map(coherenceBound)).toEqual([null, null, 1 / 3, 1 / 5]);
    const alone = describeOverlap(searchOverlap(rowSpaces(dictionary, [5])), 3);
    expect(alone).toMatchObject({ coherence: 0, pair: null, coherenceChance95: 0, meanNearest: 0 });
  });

  test('screened in a projection, planted relatives are still found and their cosines are exact', () => {
    // 60 groups in 240 dimensions, in families of three: one block and two tilted copies of it.
    const wide = 240;
    const blocks = gaussian(60 * 2, wide, 8);
    const noise = gaussian(60 * 2, wide, 9);
    for (let k = 0; k < 60; k++) {
      for (let i = 0; i < 2 * wide && k % 3 > 0; i++) {
        const place = k * 2 * wide + i;
        blocks[place] = at(blocks, place - (k % 3) * 2 * wide) + 0.3 * at(noise, place);
      }
    }
    const families = rowSpaces(dictionaryOf(60, 2, wide, blocks), all(60));
    const exact = searchOverlap(families, { neighbours: 2, threshold: 0.8 });
    const seen: number[] = [];
    const screened = searchOverlap(families, {
      neighbours: 2,
      threshold: 0.8,
      exactWork: 0,
      onProgress: (fraction) => seen.push(fraction),
    });
    expect([exact.exact, screened.exact]).toEqual([true, false]);
    for (const group of all(60)) {
      expect(screened.nearest.get(group)).toEqual(exact.nearest.get(group));
    }
    expect(clusterMembers(screened)).toEqual(
      all(20).map((family) => [3 * family, 3 * family + 1, 3 * family + 2]),
    );
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen.at(-1)).toBe(1);
  });

  test('a permutation of the groups permutes the lists', () => {
    const order = all(groups).reverse();
    const permuted = dictionaryOf(
      groups,
      rank,
      width,
      order.flatMap((k) => [
        ...dictionary.decoder.subarray(k * rank * width, (k + 1) * rank * width),
      ]),
    );
    const search = searchOverlap(spaces, { neighbours: 3 });
    const other = searchOverlap(rowSpaces(permuted, all(groups)), { neighbours: 3 });
    for (const group of all(groups)) {
      const list = search.nearest.get(group) ?? [];
      const mirrored = other.nearest.get(groups - 1 - group) ?? [];
      expect(mirrored.map((entry) => groups - 1 - entry.group)).toEqual(
        list.map((entry) => entry.group),
      );
    }
  });
});

describe('capture', () => {
  test('of a plane by itself is 1, by one of its axes ½, by an orthogonal space 0', () => {
    const frame = Float64Array.of(1, 0, 0, 0, 1, 0);
    expect(captureOf(frame, frame, 3)).toBe(1);
    expect(captureOf(Float64Array.of(1, 0, 0), frame, 3)).toBe(0.5);
    expect(captureOf(Float64Array.of(0, 0, 1), frame, 3)).toBe(0);
    expect(captureOf(new Float64Array(0), frame, 3)).toBe(0);
  });
});

describe('clusters of units', () => {
  test('links chain: three atoms 30° apart are one component at cos 30°, none above', () => {
    const fan = [0, Math.PI / 6, Math.PI / 3].flatMap((t) => [Math.cos(t), Math.sin(t)]);
    const spaces = rowSpaces(dictionaryOf(3, 1, 2, fan), all(3));
    expect(clusterMembers(searchOverlap(spaces, { threshold: 0.86 }))).toEqual([[0, 1, 2]]);
    expect(clusterMembers(searchOverlap(spaces, { threshold: 0.87 }))).toEqual([]);
  });

  test('a link kept by both ends counts once in the means', () => {
    // Atoms at 0°, 5° and 20°, one neighbour each: links 0–1 (from both ends) and 1–2 (from 2).
    const fan = [0, 5, 20].map((degrees) => (degrees * Math.PI) / 180);
    const dictionary = dictionaryOf(
      3,
      1,
      2,
      fan.flatMap((t) => [Math.cos(t), Math.sin(t)]),
    );
    const search = searchOverlap(rowSpaces(dictionary, all(3)), { neighbours: 1, threshold: 0.9 });
    const [cluster] = unitClusters(indexCodes(dictionary, codesOf(3, 1, [[]])), search);
    const [near, far] = [5, 15].map((degrees) => Math.cos((degrees * Math.PI) / 180));
    expect(cluster?.meanCosine).toBeCloseTo(((near ?? 0) + (far ?? 0)) / 2, 6);
  });

  test('a shattered circle is one redundant cluster: twelve atoms, two components', () => {
    const world = makeWorld([CIRCLE, SPHERE], { rows: 400 });
    const dictionary = shatteredDictionary(world, 12);
    const indexed = indexCodes(dictionary, encodeTop(dictionary, world.x, 1, true));
    const live = all(24).filter((k) => at(indexed.offsets, k + 1) > at(indexed.offsets, k));
    const clusters = unitClusters(
      indexed,
      searchOverlap(rowSpaces(dictionary, live), { threshold: 0.86 }),
    );
    const circle = clusters.find(({ members }) => members.includes(0));
    expect(circle?.members).toEqual(all(12));
    expect(circle?.components80).toBe(2);
    expect(circle?.redundancy).toBe(6);
    // Ten of twelve equal components hold 80 %: what twelve unrelated atoms would give.
    expect(circle?.redundancyApart).toBeCloseTo(1.2, 6);
    expect(circle?.columns).toBe(12);
    expect(circle?.rows).toBe(200);
    // Neighbours 30° apart (cos 30°) or, as lines, opposite (1): all at or above the threshold.
    expect(circle?.meanCosine).toBeGreaterThanOrEqual(0.86);
    // One atom a row: two of them never fire together.
    expect(circle?.maskedCosine).toBe(0);
    // By chance two of them would meet: each fires on a 24th of the rows.
    expect(circle?.maskedCosineChance).toBeGreaterThan(0.03);
    expect(circle?.maskedCosineChance95).toBeGreaterThan(0.05);
  });

  test('the components of a cluster wider than the data are found in input space', () => {
    // 6 copies of a 2-row block in d = 5: 12 columns. They write a plane, the same one.
    const block = [1, 0, 0, 0, 0, 0, 1, 0, 0, 0];
    const dictionary = dictionaryOf(6, 2, 5, Array.from({ length: 6 }, () => block).flat());
    const { normal } = chance(4);
    const codes = codesOf(
      6,
      2,
      Array.from({ length: 120 }, (_, row) => [{ group: row % 6, code: [normal(), normal()] }]),
    );
    const search = searchOverlap(rowSpaces(dictionary, all(6)), { threshold: 0.9 });
    const [cluster] = unitClusters(indexCodes(dictionary, codes), search);
    expect(cluster).toMatchObject({ columns: 12, components80: 2, redundancy: 3, rows: 120 });
  });

  test('units that never fire have no redundancy and no masked cosine', () => {
    const dictionary = dictionaryOf(2, 1, 2, [1, 0, 1, 0.01]);
    const indexed = indexCodes(dictionary, codesOf(2, 1, [[]]));
    const [cluster] = unitClusters(indexed, searchOverlap(rowSpaces(dictionary, all(2))));
    expect(cluster).toMatchObject({
      members: [0, 1],
      components80: 0,
      redundancy: null,
      maskedCosine: null,
      rows: 0,
    });
  });

  test('masked cosine: 1 in proportion, 0 apart, ½ by hand', () => {
    const dictionary = dictionaryOf(4, 1, 1, [1, 1, 1, 1]);
    const rows = [
      [
        { group: 0, code: [1] },
        { group: 1, code: [-2] },
      ],
      [
        { group: 0, code: [1] },
        { group: 1, code: [2] },
        { group: 3, code: [1] },
      ],
      [{ group: 3, code: [1] }],
    ];
    const indexed = indexCodes(dictionary, codesOf(4, 1, rows));
    expect(maskedCosine(indexed, 0, 1)).toBeCloseTo(1, 14);
    expect(maskedCosine(indexed, 0, 3)).toBeCloseTo(0.5, 14);
    expect(maskedCosine(indexed, 0, 2)).toBe(0);
    expect(maskedCosine(indexed, 2, 2)).toBeNull();
  });
});
