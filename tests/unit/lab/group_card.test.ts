/**
 * The card of a group over a toy whose answers are known by hand: a circle in the first plane of a
 * four-dimensional space and a line along the third axis, held by two groups of rank 2, with a scalar
 * model whose atoms lie in, half in, and outside the circle's plane.
 */
import { describe, expect, it } from 'vitest';
import { indexCodes } from '../../../src/analysis/code_index';
import { NO_GROUP, type Dictionary, type GroundTruth } from '../../../src/analysis/types';
import { at } from '../../../src/base/array';
import {
  analysedModel,
  type AnalysedModel,
  type AnalysedRows,
} from '../../../src/lab/encode/analysed_model';
import { groupCard } from '../../../src/lab/explore/group_card';
import { groupsAnswer } from '../../../src/lab/explore/groups_answer';
import { likelyLargestShare } from '../../../src/lab/explore/span_units';
import { codesOf, gaussian } from '../analysis/worlds';

const ROWS = 120;
const WIDTH = 4;

function dictionary(rank: number, blocks: readonly (readonly number[])[]): Dictionary {
  const decoder = Float32Array.from(blocks.flat());
  const columns = decoder.length / WIDTH;
  return {
    groups: columns / rank,
    rank,
    width: WIDTH,
    encoder: decoder,
    decoder,
    encoderBias: new Float32Array(columns),
    decoderBias: new Float32Array(WIDTH),
  };
}

const angle = (row: number) => (2 * Math.PI * row) / ROWS;

/** Even rows lie on the circle of radius 2, odd rows on the line at 1 to 2; group 2 is dead. */
function blockModel(rows: AnalysedRows): AnalysedModel {
  const firings = Array.from({ length: ROWS }, (_, row) => [
    row % 2 === 0
      ? { group: 0, code: [2 * Math.cos(angle(row)), 2 * Math.sin(angle(row))] }
      : { group: 1, code: [1 + row / ROWS, 0] },
  ]);
  const model = dictionary(2, [
    [1, 0, 0, 0], [0, 1, 0, 0],
    [0, 0, 1, 0], [0, 0, 0, 0],
    [0, 0, 0, 1], [0, 0, 0, 0],
  ]); // prettier-ignore
  return analysedModel({
    model: 0,
    step: 7,
    rows,
    indexed: indexCodes(model, codesOf(3, 2, firings)),
  });
}

/** Atoms: in the plane, turned half out of it (share 0.5), outside, and in the plane but dead. */
function atomModel(rows: AnalysedRows): AnalysedModel {
  const half = Math.SQRT1_2;
  const model = dictionary(1, [
    [0, 3, 0, 0],
    [half, 0, 0, half],
    [0, 0, 1, 0],
    [1, 0, 0, 0],
  ]);
  const firings = Array.from({ length: ROWS }, (_, row) => [{ group: row % 3, code: [1] }]);
  return analysedModel({
    model: 1,
    step: 7,
    rows,
    indexed: indexCodes(model, codesOf(4, 1, firings)),
  });
}

const truth: GroundTruth = {
  features: [
    {
      name: 'circle',
      kind: 'circle',
      dimension: 2,
      frame: Float32Array.from([1, 0, 0, 0, 0, 1, 0, 0]),
    },
    { name: 'line', kind: 'signed_line', dimension: 1, frame: Float32Array.from([0, 0, 1, 0]) },
  ],
  maxActive: 2,
  coordinateStride: 2,
  present: Uint32Array.from({ length: 2 * ROWS }, (_, slot) =>
    slot % 2 === 0 ? (slot / 2) % 2 : NO_GROUP,
  ),
  coordinates: Float32Array.from({ length: 4 * ROWS }, (_, index) => {
    const row = Math.floor(index / 4);
    if (index % 4 > 1) return 0;
    if (row % 2 === 1) return index % 4 === 0 ? 1 + row / ROWS : 0;
    return 2 * (index % 4 === 0 ? Math.cos(angle(row)) : Math.sin(angle(row)));
  }),
};

const rowIds = Uint32Array.from({ length: ROWS }, (_, row) => row + 1000);
const made: AnalysedRows = { rowIds, labelOf: null, truth, text: null };
const labelled: AnalysedRows = {
  rowIds,
  labelOf: (id) => `word ${id % 10}`,
  truth: null,
  text: null,
};

describe('the card of a group that holds a circle', () => {
  const card = groupCard(blockModel(made), 0, [atomModel(made)]);

  it('has the circle’s spectrum and points', () => {
    expect(card.step).toBe(7);
    expect(card.mapSingularValues).toEqual([1, 1]);
    // Uniform on radius 2: variance 2 along each axis.
    for (const sigma of card.codeSingularValues) expect(sigma).toBeCloseTo(Math.SQRT2, 6);
    expect(card.points.total).toBe(ROWS / 2);
    for (let point = 0; point < card.points.count; point++) {
      const [x, y] = card.points.coordinates.subarray(2 * point);
      expect(Math.hypot(x ?? 0, y ?? 0)).toBeCloseTo(2, 5);
    }
  });

  it('knows which feature it holds and where each point lies on it', () => {
    expect(card.truth?.captured).toEqual([{ feature: 0, dimension: 2, capture: 1 }]);
    expect(card.points.features?.every((feature) => feature === 0)).toBe(true);
    const row = at(card.points.rowIds, 5) - 1000;
    expect(card.truth?.coordinates[15]).toBeCloseTo(2 * Math.cos(angle(row)), 6);
    expect(card.truth?.coordinates[16]).toBeCloseTo(2 * Math.sin(angle(row)), 6);
    expect(card.strongest[0]?.label).toMatch(/^circle \(−?\d\.\d\d, −?\d\.\d\d\)$/);
  });

  it('writes places without a minus before a zero', () => {
    const labels = [card.strongest, ...card.quantiles.map(({ examples }) => examples)].flat();
    expect(labels.length).toBeGreaterThan(20);
    for (const { label } of labels) expect(label).not.toContain('−0.00');
  });

  it('finds live atoms of the scalar model with at least half of them inside', () => {
    expect(card.inOtherModels).toHaveLength(1);
    const units = card.inOtherModels[0]?.units ?? [];
    expect(units.map(({ unit }) => unit)).toEqual([0, 1]);
    expect(units[0]?.share).toBeCloseTo(1, 6);
    expect(Math.hypot(units[0]?.x ?? 0, units[0]?.y ?? 0)).toBeCloseTo(1, 6);
    expect(units[1]?.share).toBeCloseTo(0.5, 6);
    expect(Math.hypot(units[1]?.x ?? 0, units[1]?.y ?? 0)).toBeCloseTo(Math.SQRT1_2, 6);
  });

  it('names the nearest atoms whatever their share, with what chance would give', () => {
    const other = card.inOtherModels[0];
    expect(other?.nearest.map(({ unit, share }) => [unit, Math.round(100 * share)])).toEqual([
      [0, 100],
      [1, 50],
      [2, 0],
    ]);
    // Three random directions against a plane of four dimensions: sin²θ is uniform, so its largest of three has the
    // median 2^(−1/3).
    expect(other?.chance).toBeCloseTo(2 ** (-1 / 3), 3);
  });

  it('is a message: everything survives structured cloning', () => {
    expect(structuredClone(card)).toEqual(card);
  });
});

describe('a group of whose span the other model has no atom', () => {
  const line = groupCard(blockModel(made), 1, [atomModel(made)]).inOtherModels[0];

  it('still has nearest ones, and those that fire on its rows', () => {
    const only = groupCard(blockModel(made), 2, [atomModel(made)]).inOtherModels[0];
    expect(only?.units.map(({ unit }) => unit)).toEqual([1]);
    expect(only?.nearest.map(({ unit }) => unit)).toEqual([1, 0, 2]);
    expect(line?.nearest[0]).toMatchObject({ unit: 2, share: 1 });
  });

  it('counts rows together against chance', () => {
    // Units take the rows in turn, so none fires on odd rows more often than on any but by one row.
    for (const { unit, count, lift } of line?.coFiring ?? []) {
      const rows = Array.from({ length: ROWS }, (_, row) => row).filter((row) => row % 3 === unit);
      const both = rows.filter((row) => row % 2 === 1).length;
      expect(count).toBe(both);
      expect(lift).toBeCloseTo((both * ROWS) / ((ROWS / 2) * rows.length), 9);
    }
  });
});

describe('the largest share by chance', () => {
  it('is the mean for one direction of many dimensions, and grows with their number', () => {
    expect(likelyLargestShare(50, 1000, 1)).toBeCloseTo(0.05, 2);
    const many = likelyLargestShare(4, 100, 256);
    expect(many).toBeGreaterThan(likelyLargestShare(4, 100, 16));
    expect(many).toBeLessThan(0.3);
    expect(likelyLargestShare(4, 4, 9)).toBe(1);
    expect(likelyLargestShare(2, 64, 0)).toBe(0);
  });

  it('is what seeded draws give', () => {
    // 400 rounds of 64 directions in 20 dimensions against the first three of them.
    const [m, d, n, rounds] = [3, 20, 64, 400];
    const draws = gaussian(rounds * n, d, 11);
    const largest = Array.from({ length: rounds }, (_, round) => {
      let best = 0;
      for (let i = 0; i < n; i++) {
        const x = draws.subarray((round * n + i) * d, (round * n + i + 1) * d);
        const square = (values: typeof x) => values.reduce((sum, value) => sum + value * value, 0);
        best = Math.max(best, square(x.subarray(0, m)) / square(x));
      }
      return best;
    }).sort((a, b) => a - b);
    // The median of 400 draws is known to some hundredths of their spread.
    expect(at(largest, rounds / 2)).toBeCloseTo(likelyLargestShare(m, d, n), 1);
    expect(Math.abs(at(largest, rounds / 2) - likelyLargestShare(m, d, n))).toBeLessThan(0.02);
  });
});

describe('other cards', () => {
  it('of a dead group are empty but for its weights', () => {
    const card = groupCard(blockModel(made), 2, []);
    expect(card.points.total).toBe(0);
    expect(card.strongest).toEqual([]);
    expect(card.quantiles).toEqual([]);
    expect(card.mapSingularValues[0]).toBe(1);
  });

  it('of a scalar model name no other model', () => {
    expect(groupCard(atomModel(made), 0, [blockModel(made)]).inOtherModels).toEqual([]);
  });

  it('of labelled data carry the labels', () => {
    const card = groupCard(blockModel(labelled), 1, []);
    expect(card.truth).toBeNull();
    expect(card.points.labels?.[0]).toBe(`word ${at(card.points.rowIds, 0) % 10}`);
    expect(card.strongest[0]?.label).toBe('word 9');
    expect(card.strongest[0]?.rowId).toBe(1000 + ROWS - 1);
  });
});

describe('the table', () => {
  it('names groups by distinct labels, strongest first', () => {
    const answer = groupsAnswer(blockModel(labelled), 'all');
    expect(answer.rows[1]?.labels.slice(0, 3)).toEqual(['word 9', 'word 7', 'word 5']);
    expect(new Set(answer.rows[1]?.labels).size).toBe(answer.rows[1]?.labels.length);
    expect(groupsAnswer(blockModel(made), 'held_out').rows.map(({ labels }) => labels)).toEqual([
      ['circle'],
      ['line'],
      [],
    ]);
  });

  it('says which groups fire on each labelled row, and how strongly', () => {
    const { firings } = groupsAnswer(blockModel(labelled), 'all');
    expect(Array.from(firings?.groups ?? [])).toEqual(
      Array.from({ length: ROWS }, (_, row) => row % 2),
    );
    expect(firings?.norms[0]).toBeCloseTo(2, 6);
    expect(firings?.norms[1]).toBeCloseTo(1 + 1 / ROWS, 6);
    expect(groupsAnswer(blockModel(made), 'held_out').firings).toBeNull();
  });
});
