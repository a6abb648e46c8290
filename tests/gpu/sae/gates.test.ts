/**
 * The gates alone, on scores whose winners can be seen with the naked eye, and on many with ties, whose winners a plain
 * sort finds: the best of every row, the best of a batch, and all above a threshold.
 */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { modelSchema } from '../../../src/sae/config';
import type { KernelVariant } from '../../../src/sae/layout';
import { standingParts } from '../../../src/sae/parts';
import { numberSequence } from '../../unit/io/complaint';
import { testDevice } from '../adapter';
import {
  any,
  gateCases,
  ofBatch,
  ofRow,
  positive,
  RATE,
  threshold,
  type GateTest,
  type Scores,
} from './gate_cases';
import { GateRun, TOKENS, type Entry, type Listed } from './gate_run';

/** A unit and its score, with the row they stand in. */
type Candidate = readonly [row: number, unit: number, score: number];

async function opened({ k = 1, scores, ...own }: GateTest, variant: KernelVariant) {
  const d_sae = at(scores, 0).length;
  const config = modelSchema.parse({ architecture: 'topk', d_sae, k });
  return GateRun.open(await testDevice(), { ...own, config, rows: scores.length, variant });
}

async function listed(test: GateTest, variant: KernelVariant): Promise<Listed> {
  const run = await opened(test, variant);
  const found = await run.list(test.scores);
  run.destroy();
  return found;
}

const candidates = (scores: Scores): Candidate[] =>
  scores.flatMap((row, b) => row.map((score, unit): Candidate => [b, unit, Math.fround(score)]));
const best = ([row, unit, score]: Candidate, [otherRow, otherUnit, other]: Candidate) =>
  other - score || row - otherRow || unit - otherUnit;
/** Winners by row, in the order of units. */
const byRow = (rows: number, winners: readonly Candidate[]): Entry[][] =>
  Array.from({ length: rows }, (_, b) =>
    winners
      .filter(([row]) => row === b)
      .map(([, unit, score]): Entry => [unit, score])
      .sort(([one], [other]) => one - other),
  );

/** The winners by sorting. */
function sorted({ gate, k = 1, scores, thresholds = [0] }: GateTest): Entry[][] {
  const all = candidates(scores);
  switch (gate.kind) {
    case 'top_of_row': {
      const may = all.filter(([, , score]) => gate.key === any || score > 0);
      const rows = scores.map((_, b) => may.filter(([row]) => row === b).sort(best));
      return byRow(scores.length, rows.map((row) => row.slice(0, k)).flat());
    }
    case 'top_of_batch': {
      const may = all.filter(([, , score]) => gate.key === any || score > 0);
      return byRow(scores.length, may.sort(best).slice(0, k * scores.length));
    }
    case 'threshold': {
      const of = (unit: number) => Math.fround(at(thresholds, thresholds.length === 1 ? 0 : unit));
      return byRow(
        scores.length,
        all.filter(([, unit, score]) => score > of(unit)),
      );
    }
  }
}

/** Rows in which every unit is listed. */
const firings = (units: number, rows: readonly (readonly Entry[])[]): number[][] =>
  Array.from({ length: units }, (_, unit) =>
    rows.flatMap((row, b) => (row.some(([own]) => own === unit) ? [b] : [])),
  );

describe.each(['direct', 'tiled'] as const)('gates, %s', (variant) => {
  it.each(gateCases)('list %s', async (_name, test, expected) => {
    const found = await listed(test, variant);
    expect(found.rows).toEqual(expected);
    const units = at(test.scores, 0).length;
    expect(found.fired).toEqual(firings(units, expected));
    // A unit that is listed without a code does not count as alive.
    const own = (unit: number) => expected.flat().filter(([each]) => each === unit);
    const listsCodes = test.gate.kind === 'threshold';
    expect(found.lastFired).toEqual(
      at(test.scores, 0).map((_, unit) =>
        own(unit).some(([, code]) => !listsCodes || code !== 0) ? TOKENS : 0,
      ),
    );
  });

  const kinds: [
    string,
    (thresholds: readonly number[]) => Pick<GateTest, 'gate' | 'thresholds'>,
  ][] = [
    ['the best of a row, above 0', () => ({ gate: ofRow(positive) })],
    ['the best of a row, any', () => ({ gate: ofRow(any) })],
    ['the best of a batch, above 0', () => ({ gate: ofBatch(positive) })],
    ['the best of a batch, any', () => ({ gate: ofBatch(any) })],
    [
      'above thresholds',
      (thresholds) => ({ gate: threshold(standingParts.threshold), thresholds }),
    ],
  ];
  /** Few different values, so that every limit has ties. */
  const drawn = (rows: number, units: number, seed: number, levels: number): Scores => {
    const next = numberSequence(seed);
    return Array.from({ length: rows }, () =>
      Array.from({ length: units }, () => Math.floor(levels * next()) - levels / 3),
    );
  };
  it.each(
    kinds.flatMap(([name, make]) =>
      [
        { rows: 40, units: 1, k: 1 },
        { rows: 5, units: 3, k: 2 },
        { rows: 70, units: 33, k: 4 },
        { rows: 9, units: 33, k: 20 },
        { rows: 130, units: 300, k: 3 },
      ].map((size) => ({ name, make, ...size })),
    ),
  )('$name of $units units, $rows rows, k $k, agree with a sort', async (test) => {
    const { rows, units, k } = test;
    for (const [seed, levels] of [
      [1, 9],
      [2, 90],
      [3, 1e5],
    ] as const) {
      const thresholds = at(drawn(1, units, 100 + seed, levels), 0);
      const setting = { ...test.make(thresholds), k, scores: drawn(rows, units, seed, levels) };
      const expected = sorted(setting);
      const found = await listed(setting, variant);
      expect(found.rows).toEqual(expected);
      expect(found.fired).toEqual(firings(units, expected));
    }
  });

  it('keeps the running mean of the smallest score that won', async () => {
    const scores: Scores = [
      [4, 2, 1],
      [3, 9, -1],
    ];
    // Four places.
    const run = await opened({ gate: ofBatch(positive), k: 2, scores }, variant);
    const after = async (batch: Scores) => (await run.list(batch)).threshold;
    // From the first batch on it is what won there, not a mean with 0.
    expect(await after(scores)).toBe(2);
    expect(
      await after([
        [6, 7, 8],
        [1, 9, 2],
      ]),
    ).toBe(2 + RATE * (6 - 2));
    // Fewer above 0 than places: there is no limit.
    expect(
      await after([
        [0.5, -1, 0],
        [0.25, -1, 4],
      ]),
    ).toBe(3);
    expect(
      await after([
        [-1, -1, 0],
        [0, -1, -4],
      ]),
    ).toBe(3);
    // Exactly as many above 0 as places, two of them at the limit.
    expect(
      await after([
        [1, 1, 0],
        [5, -1, 4],
      ]),
    ).toBe(3 + RATE * (1 - 3));
    run.destroy();
  });

  it.each([
    ['above 0', threshold(standingParts.positive)],
    ['above thresholds', threshold(standingParts.threshold)],
  ])('%s leaves out what the list has no place for', async (_name, gate) => {
    const scores: Scores = [
      [1, -1, 2],
      [-1, -1, -1],
      [3, 4, 5],
      [-1, 6, -1],
    ];
    const rows = sorted({ gate, scores });
    for (const [capacity, whole] of [
      [6, 4],
      [5, 3],
      [4, 2],
      [2, 2],
      [1, 0],
    ] as const) {
      const found = await listed({ gate, scores, capacity }, variant);
      expect(found.places).toBe(6);
      expect(found.rows).toEqual(rows.map((row, b) => (b < whole ? row : null)));
      // Who fires is known of all of them.
      expect(found.fired).toEqual(firings(3, rows));
    }
  });
});
