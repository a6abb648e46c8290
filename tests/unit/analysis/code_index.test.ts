import { describe, expect, test } from 'vitest';
import { coFiringGroups, describeActivity } from '../../../src/analysis/activity';
import {
  contributionCoordinates,
  firingsOf,
  indexCodes,
  liveGroups,
  normHistogram,
  normsOf,
  quantileExamples,
  rowsOf,
  strongestRows,
} from '../../../src/analysis/code_index';
import { at } from '../../../src/base/array';
import { chance, codesOf, dictionaryOf, gaussian } from './worlds';

/** Three groups of rank 2 in d = 3. Group 1 never fires; a zero code is no firing. */
const dictionary = dictionaryOf(
  3,
  2,
  3,
  [
    [1, 0, 0, 0, 2, 0],
    [1, 0, 0, 0, 1, 0],
    [0, 0, 1, 0, 0, 1],
  ].flat(),
);
const codes = codesOf(3, 2, [
  [
    { group: 0, code: [3, 2] },
    { group: 2, code: [1, 1] },
  ],
  [{ group: 0, code: [0, -1] }],
  [{ group: 2, code: [0, 0] }],
  [],
]);
const indexed = indexCodes(dictionary, codes);

describe('index of codes by group', () => {
  test('lists rows and norms ‖Dᵀp‖ of every firing', () => {
    expect([...rowsOf(indexed, 0)]).toEqual([0, 1]);
    expect([...normsOf(indexed, 0)]).toEqual([5, 2]);
    // Both rows of group 2 are the same atom: (1, 1) writes 2 along it.
    expect([...rowsOf(indexed, 2)]).toEqual([0]);
    expect(at(normsOf(indexed, 2), 0)).toBeCloseTo(2, 14);
    expect(firingsOf(indexed, 1)).toBe(0);
    expect(liveGroups(indexed)).toEqual([0, 2]);
  });

  test('coordinates have the length of the contribution in input space, for any block', () => {
    const [groups, rank, width] = [4, 3, 5];
    const random = dictionaryOf(groups, rank, width, gaussian(groups * rank, width, 1));
    const table = codesOf(
      groups,
      rank,
      Array.from({ length: groups }, (_, k) => [
        { group: k, code: [...gaussian(1, rank, 50 + k)] },
      ]),
    );
    const index = indexCodes(random, table);
    for (let k = 0; k < groups; k++) {
      const contribution = Array.from({ length: width }, (_, c) => {
        let sum = 0;
        for (let i = 0; i < rank; i++) {
          sum += at(table.codes, k * rank + i) * at(random.decoder, (k * rank + i) * width + c);
        }
        return sum;
      });
      const y = new Float64Array(rank);
      contributionCoordinates(index, k, at(index.offsets, k), y, 0);
      expect(Math.hypot(...y)).toBeCloseTo(Math.hypot(...contribution), 12);
      expect(at(normsOf(index, k), 0)).toBeCloseTo(Math.hypot(...contribution), 12);
    }
  });

  test('a block with more rows than dimensions is fine', () => {
    const wide = indexCodes(
      dictionaryOf(1, 3, 1, [1, 2, 3]),
      codesOf(1, 3, [[{ group: 0, code: [1, 1, 1] }]]),
    );
    expect([...normsOf(wide, 0)]).toEqual([6]);
  });

  test('an empty table has no firings', () => {
    const empty = indexCodes(dictionary, codesOf(3, 2, []));
    expect(empty.entries.length).toBe(0);
    expect(liveGroups(empty)).toEqual([]);
  });
});

describe('rows of a group', () => {
  const strengths = [4, 1, 3, 3, 2, 5];
  const line = indexCodes(
    dictionaryOf(1, 1, 1, [1]),
    codesOf(
      1,
      1,
      strengths.map((code) => [{ group: 0, code: [code] }]),
    ),
  );

  test('strongest first, ties to the lower row, no more than there are', () => {
    expect(strongestRows(line, 0, 4)).toEqual([
      { row: 5, norm: 5 },
      { row: 0, norm: 4 },
      { row: 2, norm: 3 },
      { row: 3, norm: 3 },
    ]);
    expect(strongestRows(line, 0, 99).length).toBe(6);
    expect(strongestRows(line, 0, 0)).toEqual([]);
    expect(strongestRows(indexed, 1, 3)).toEqual([]);
  });

  test('agrees with a full sort on random norms', () => {
    const { uniform } = chance(4);
    const values = Array.from({ length: 200 }, () => 0.1 + uniform());
    const table = indexCodes(
      dictionaryOf(1, 1, 1, [1]),
      codesOf(
        1,
        1,
        values.map((code) => [{ group: 0, code: [code] }]),
      ),
    );
    const sorted = Array.from(values, (_, row) => row).sort(
      (a, b) => at(values, b) - at(values, a),
    );
    expect(strongestRows(table, 0, 17).map(({ row }) => row)).toEqual(sorted.slice(0, 17));
  });

  test('quantile examples: the ends and the middle of the sorted norms', () => {
    const [low, middle, high] = quantileExamples(line, 0, [0, 0.5, 1], 2);
    expect(low?.examples.map(({ norm }) => norm)).toEqual([2, 1]);
    expect(middle?.examples.map(({ norm }) => norm)).toEqual([3, 3]);
    expect(high?.examples.map(({ norm }) => norm)).toEqual([5, 4]);
    expect(quantileExamples(indexed, 1, [0.5], 3)).toEqual([{ quantile: 0.5, examples: [] }]);
  });

  test('histogram from 0 to the largest norm holds every firing', () => {
    expect(normHistogram(line, 0, 5)).toEqual({ counts: [0, 1, 1, 2, 2], max: 5 });
    expect(normHistogram(indexed, 1, 3)).toEqual({ counts: [0, 0, 0], max: 0 });
  });
});

describe('activity', () => {
  test('l0 counts non-zero codes, groups per row counts firings, coverage the live groups', () => {
    const activity = describeActivity(indexed, { denseFactor: 1.2, frequencyBins: 2 });
    expect(activity.l0).toBe(5 / 4);
    expect(activity.groupsPerRow).toBe(3 / 4);
    expect(activity.dead).toEqual([1]);
    expect(activity.coverage).toBeCloseTo(2 / 3, 14);
    // Three firings in four rows over two live groups.
    expect(activity.evenShare).toBe(3 / 8);
    expect(activity.dense).toEqual([{ group: 0, frequency: 0.5 }]);
    // log10 of 1/2 and 1/4 between −1 and 0: both in the right half or the middle.
    expect(activity.frequencyHistogram).toEqual({ from: -1, counts: [1, 1] });
  });

  test('of no rows and of no firings is all zero, not NaN', () => {
    for (const rows of [[], [[], []]]) {
      const activity = describeActivity(indexCodes(dictionary, codesOf(3, 2, rows)));
      expect([activity.l0, activity.groupsPerRow, activity.coverage]).toEqual([0, 0, 0]);
      expect(activity.dead).toEqual([0, 1, 2]);
    }
  });

  test('dense groups are told by the gate’s even share: of three that share all rows none is', () => {
    const rows = Array.from({ length: 30 }, (_, row) => [{ group: row % 3, code: [1] }]);
    const shapes = describeActivity(
      indexCodes(dictionaryOf(3, 1, 3, gaussian(3, 3, 1)), codesOf(3, 1, rows)),
    );
    expect(shapes).toMatchObject({ evenShare: 1 / 3, dense: [] });
    // One of 100 fires on every row, the others on one each.
    const wide = Array.from({ length: 99 }, (_, row) => [
      { group: 0, code: [1] },
      { group: row + 1, code: [1] },
    ]);
    const table = codesOf(100, 1, wide);
    const one = describeActivity(indexCodes(dictionaryOf(100, 1, 3, gaussian(100, 3, 1)), table));
    expect(one.dense).toEqual([{ group: 0, frequency: 1 }]);
  });

  test('co-firing lists what chance does not explain: lift 1/P for a constant partner, no independent group', () => {
    // Group 0 in even rows; group 1 with it always; group 2 in rows with r mod 8 in {0, 1}.
    const rows = Array.from({ length: 40 }, (_, row) => {
      const firing = [];
      if (row % 2 === 0) firing.push({ group: 0, code: [1] }, { group: 1, code: [1] });
      if (row % 8 < 2) firing.push({ group: 2, code: [1] });
      return firing;
    });
    const table = indexCodes(dictionaryOf(3, 1, 3, gaussian(3, 3, 1)), codesOf(3, 1, rows));
    // Independent groups meet 10 times on average; 20 times has a chance of 0.0035. Group 2 meets as often as expected.
    expect(coFiringGroups(table, 0, 5)).toEqual([{ group: 1, count: 20, lift: 2 }]);
    expect(coFiringGroups(table, 0, 5, 21)).toEqual([]);
  });
});
