/**
 * Bits a token: small models whose entropies can be worked out by hand, a Gaussian whose rate is known, and tables of
 * all kinds against direct_bits.ts.
 */
import { describe, expect, it, vi } from 'vitest';
import type { RateCurve } from '../../../src/analysis/rate_curve';
import { ALL_ROWS, FOLDS } from '../../../src/analysis/rate_folds';
import { at } from '../../../src/base/array';
import { directBits, type Row } from './direct_bits';
import { curveOf, randomCase, type Case } from './rate_cases';
import { chance } from './worlds';

async function expectDirect(given: Case): Promise<void> {
  const curve = await curveOf(given);
  expect(curve.points).toHaveLength(24);
  for (const i of [0, 7, 15, 23]) {
    const point = at(curve.points, i);
    const direct = directBits(given.model, given.codes, given.judged, given.bias, point.delta);
    expect(at(curve.index, ALL_ROWS)).toBeCloseTo(direct.index, 10);
    expect(at(point.coefficients, ALL_ROWS)).toBeCloseTo(direct.coefficients, 9);
    expect(at(point.explained, ALL_ROWS)).toBeCloseTo(direct.explained, 6);
    expect(at(curve.explained, ALL_ROWS)).toBeCloseTo(direct.explainedExactly, 6);
  }
}

describe('a rate curve by hand', () => {
  // One latent of norm 2 on in three of four rows, there half a time at 0.5 and half at 1: p‖d‖ is 1 or 2.
  const rows = 400;
  const codes = Array.from({ length: rows }, (_, b): Row =>
    b % 4 === 3 ? [] : [{ unit: 0, code: [b % 2 === 0 ? 0.5 : 1] }],
  );
  const x = codes.map((row) => [2 * (row[0]?.code[0] ?? 0), 0]);
  const one: Case = { model: { units: 1, decoder: [[[2, 0]]] }, codes, judged: x, bias: [0, 0] };

  it('has H(3/4) for the index and H(1/3) for a third of firings at the larger value', async () => {
    const curve = await curveOf(one);
    expect(at(curve.index, ALL_ROWS)).toBeCloseTo(0.75 * Math.log2(4 / 3) + 0.25 * 2, 12);
    // 300 firings, 100 at the larger value; one bin more than one costs half a nat.
    const entropy = (2 / 3) * Math.log2(3 / 2) + (1 / 3) * Math.log2(3);
    const finest = at(curve.points, 0);
    expect(at(finest.coefficients, ALL_ROWS)).toBeCloseTo(
      0.75 * entropy + 1 / (2 * Math.LN2) / rows,
      12,
    );
    // Both values are means of their bins, so rounding loses nothing.
    expect(at(finest.explained, ALL_ROWS)).toBeCloseTo(1, 12);
    // log₂ C(1, 0) and log₂ C(1, 1).
    expect(curve.uniformIndex).toBe(0);
  });

  it('takes a group column by column where columns are chosen, a column that is off being one more value', async () => {
    // Two columns at an angle, of norms 2 and √2: the first alone in half of the rows, the second alone or both in a quarter.
    const model = {
      units: 1,
      decoder: [
        [
          [2, 0],
          [1, 1],
        ],
      ],
    };
    const kinds = [
      [0.5, 0],
      [0.5, 0],
      [0, 1],
      [1, 1],
    ];
    const chosen = Array.from({ length: rows }, (_, b): Row => [
      { unit: 0, code: at(kinds, b % 4) },
    ]);
    const decoded = chosen.map(([{ code: [p = 0, q = 0] } = { code: [] }]) => [2 * p + q, q]);
    const given = { model, codes: chosen, judged: decoded, bias: [0, 0] };
    const curve = await curveOf(given, {}, true);
    // 1, 0 and 2 in the first column, 0 and √2 in the second: three and two bins.
    const bits = 1.5 + 1 + (2 + 1) / (2 * Math.LN2) / rows;
    expect(at(at(curve.points, 0).coefficients, ALL_ROWS)).toBeCloseTo(bits, 12);
    expect(at(at(curve.points, 0).explained, ALL_ROWS)).toBeCloseTo(1, 12);
    expect(at(curve.index, ALL_ROWS)).toBe(0);
    // On orthonormal axes both coordinates take three values.
    const { points } = await curveOf(given);
    expect(at(at(points, 0).coefficients, ALL_ROWS)).toBeGreaterThan(bits + 0.4);
  });

  it('goes from 0.01 to 1 times the rms of the judged rows in 24 geometric steps', async () => {
    const { points } = await curveOf(one);
    const mean = x.reduce((sum, [value = 0]) => sum + value / rows, 0);
    const rms = Math.sqrt(x.reduce((sum, [value = 0]) => sum + (value - mean) ** 2 / rows, 0));
    expect(at(points, 0).delta / rms).toBeCloseTo(0.01, 12);
    expect(at(points, 23).delta / rms).toBeCloseTo(1, 12);
    expect(at(points, 8).delta / at(points, 7).delta).toBeCloseTo(100 ** (1 / 23), 12);
  });

  it('costs no index where a unit is on in every row, and no bits where its code never changes', async () => {
    const always = codes.map((): Row => [{ unit: 0, code: [1.5] }]);
    const curve = await curveOf({ ...one, codes: always });
    expect(at(curve.index, ALL_ROWS)).toBe(0);
    for (const { coefficients } of curve.points)
      expect([...coefficients]).toEqual([...new Float64Array(FOLDS + 1)]);
  });

  it('prices a choice of s among K by log₂ C(K, s_b), and does not count a listed code of zero', async () => {
    const decoder = [[[1, 0]], [[0, 1]], [[1, 1]], [[1, -1]]];
    const two = codes.map((_, b): Row => [
      { unit: 0, code: [1 + (b % 3)] },
      { unit: 2, code: [b % 2] },
    ]);
    const curve = await curveOf({ ...one, model: { units: 4, decoder }, codes: two });
    // Half the rows fire one of four, half two of four: 4 and 6 choices.
    expect(curve.uniformIndex).toBeCloseTo((Math.log2(4) + Math.log2(6)) / 2, 12);
    // Unit 2 fires on half the rows, unit 0 on all.
    expect(at(curve.index, ALL_ROWS)).toBeCloseTo(1, 12);
  });
});

describe('a rate curve agrees with the definition written out', () => {
  it('on groups, half of the rows judged', () =>
    expectDirect(
      randomCase(
        { units: 4, rank: 2, rows: 120, judged: 60 },
        (b) => [b % 4, 4 + (b % 3)].filter((k) => k < 4),
        3,
      ),
    ));

  it('on latents in ragged rows, with a dead one, one that is always on, and one that fires once', () =>
    expectDirect(
      randomCase(
        { units: 6, rank: 1, rows: 150, judged: 40 },
        (b) => [
          0,
          ...(b % 2 ? [2] : []),
          ...(b % 5 === 0 ? [3, 4] : []),
          ...(b === 130 ? [5] : []),
        ],
        4,
      ),
    ));

  it('without a tenth of the training rows and a tenth of the judged ones', async () => {
    const given = randomCase(
      { units: 4, rank: 1, rows: 150, judged: 40 },
      (b) => (b === 140 ? [0, 3] : [b % 3]),
      12,
    );
    const curve = await curveOf(given);
    // Fold 7 is rows 77 to 87 of the first 110 and 28 to 31 of the last 40; the one firing of unit 3 is among these.
    const left = given.codes.filter((_, b) => !((b >= 77 && b < 88) || (b >= 138 && b < 142)));
    for (const i of [0, 12, 20]) {
      const point = at(curve.points, i);
      const direct = directBits(given.model, left, [], given.bias, point.delta);
      expect(at(curve.index, 7)).toBeCloseTo(direct.index, 10);
      expect(at(point.coefficients, 7)).toBeCloseTo(direct.coefficients, 9);
    }
  });

  it('on groups of three dimensions with empty rows', () =>
    expectDirect(
      randomCase(
        { units: 3, rank: 3, rows: 90, judged: 90 },
        (b) => (b % 7 === 0 ? [] : [b % 3]),
        5,
      ),
    ));
});

describe('a rate curve does not depend on how a group is written', () => {
  const plain = randomCase({ units: 3, rank: 2, rows: 200, judged: 100 }, (b) => [b % 3], 6);
  const bitsOf = (curve: RateCurve) =>
    curve.points.map(({ coefficients, explained }) => [
      at(coefficients, ALL_ROWS),
      at(explained, ALL_ROWS),
    ]);

  function expectSame(found: RateCurve, expected: RateCurve): void {
    expect(at(found.index, ALL_ROWS)).toBeCloseTo(at(expected.index, ALL_ROWS), 12);
    const others = bitsOf(expected);
    bitsOf(found).forEach((numbers, i) =>
      numbers.forEach((number, j) => expect(number).toBeCloseTo(at(at(others, i), j), 5)),
    );
  }

  it('by the basis of its block: D → 2D, p → p/2, rows exchanged', async () => {
    const model = {
      ...plain.model,
      decoder: plain.model.decoder.map((block) =>
        [...block].reverse().map((atom) => atom.map((v) => 2 * v)),
      ),
    };
    const codes = plain.codes.map((row) =>
      row.map(({ unit, code }) => ({ unit, code: [...code].reverse().map((p) => p / 2) })),
    );
    expectSame(await curveOf({ ...plain, model, codes }), await curveOf(plain));
  });

  const line = randomCase({ units: 3, rank: 1, rows: 200, judged: 100 }, (b) => [b % 3], 8);

  it('by a row that is zero, or the same as another: a latent as a group of rank 2 pays for one axis', async () => {
    const scalar = await curveOf(line);
    const padded = line.model.decoder.map(([atom = []]) => [atom, atom.map(() => 0)]);
    const codes = line.codes.map((row) =>
      row.map(({ unit, code }) => ({ unit, code: [...code, 7] })),
    );
    expectSame(await curveOf({ ...line, model: { units: 3, decoder: padded }, codes }), scalar);
    const twice = line.model.decoder.map(([atom = []]) => [atom, atom]);
    const halves = line.codes.map((row) =>
      row.map(({ unit, code: [p = 0] }) => ({ unit, code: [0.25 * p, 0.75 * p] })),
    );
    expectSame(
      await curveOf({ ...line, model: { units: 3, decoder: twice }, codes: halves }),
      scalar,
    );
  });
});

describe('the rate of a Gaussian group', () => {
  it('is that of a uniform quantiser: a quarter of a bit a coordinate above R(D)', async () => {
    const { normal } = chance(11);
    const rows = 20_000;
    const codes = Array.from({ length: rows }, (): Row => [
      { unit: 0, code: [normal(), normal()] },
    ]);
    const decoder = [
      [
        [3, 0, 0],
        [0, 0, 3],
      ],
    ];
    const judged = codes.map(([own]) => [
      3 * Math.fround(own?.code[0] ?? 0),
      0,
      3 * Math.fround(own?.code[1] ?? 0),
    ]);
    const { points } = await curveOf({
      model: { units: 1, decoder },
      codes,
      judged,
      bias: [0, 0, 0],
    });
    // All power is in the two coordinates, so the share that is lost is D/σ² of each.
    const gaps = points.map(({ coefficients, explained }) => {
      const ideal = 0.5 * Math.log2(1 / (1 - at(explained, ALL_ROWS)));
      return at(coefficients, ALL_ROWS) / 2 - ideal;
    });
    const fine = 0.5 * Math.log2((2 * Math.PI * Math.E) / 12);
    // At the finest step a bin holds a few values, whose centroid follows them.
    for (const gap of gaps.slice(6, 16)) expect(gap).toBeCloseTo(fine, 1.7);
    for (const gap of gaps) expect(gap).toBeGreaterThan(0);
  });
});

describe('counting bits', () => {
  const given = randomCase({ units: 3, rank: 2, rows: 60, judged: 30 }, (b) => [b % 3], 9);

  it('can be given up, between two steps as well', async () => {
    const controller = new AbortController();
    const told: number[] = [];
    const onProgress = (share: number) => {
      told.push(share);
      if (share > 0.4) controller.abort();
    };
    await expect(curveOf(given, { signal: controller.signal, onProgress })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(told.length).toBeLessThan(24);
    await expect(curveOf(given, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });

  it('lets others have the thread within a step, once it had it long enough', async () => {
    // Every look at the clock finds a second gone.
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (now += 1000));
    let turns = 0;
    const turn = () => {
      turns += 1;
      timer = setTimeout(turn);
    };
    let timer = setTimeout(turn);
    await curveOf(given);
    clearTimeout(timer);
    clock.mockRestore();
    // Three units and the losses in each of 24 steps.
    expect(turns).toBeGreaterThan(60);
  });
});
