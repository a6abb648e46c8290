/** What moves do to planted states, what they leave alone, and what becomes of the optimiser's state. */
import { describe, expect, test } from 'vitest';
import { at } from '../../../src/base/array';
import { RandomDraws, RandomStream } from '../../../src/base/random';
import { multiplyTransposed } from '../../../src/base/linear_algebra';
import { componentsOf, quartimax } from '../../../src/analysis/moves/components';
import { countMoves, makeMoves } from '../../../src/analysis/moves/moves';
import { addProducts } from '../../../src/analysis/moves/products';
import { balanced } from '../../../src/analysis/moves/rewrite';
import type { MovedModel, MoveEvent, MoveOptions } from '../../../src/analysis/moves/types';
import { objectiveTwin } from './moves_twin';
import {
  DEAD_AFTER,
  TORUS,
  copyOf,
  gaussianShape,
  heldModel,
  moveOptions,
  moveWorld,
  topOfRow,
  whole,
  worldRows,
  type Held,
  type MoveWorld,
} from './moves_worlds';
import { CIRCLE, HELIX, SIGNED_LINE, SPHERE, gaussian, randomFrame, type Shape } from './worlds';

/** Features in groups of their own, so that those under test are rarely present together. */
const OTHERS: readonly Shape[] = Array.from({ length: 12 }, () => SIGNED_LINE);

interface Planted {
  readonly world: MoveWorld;
  readonly model: MovedModel;
  readonly rows: ReturnType<typeof worldRows>;
  readonly held: ReturnType<typeof worldRows>;
}

/** A world of `shapes` and others, two present in a row; `hold` says where the former are held. */
function planted(
  shapes: readonly Shape[],
  hold: (...features: Held[][]) => readonly (readonly Held[])[],
  { dead = 2, rank = 4, mixing = 0.2 } = {},
): Planted {
  const all = [...shapes, ...OTHERS];
  const dimensions = all.reduce((sum, { dimension }) => sum + dimension, 0);
  const world = moveWorld(all, dimensions + 4, 21);
  const groups = [
    ...hold(...shapes.map((_, feature) => whole(world, feature))),
    ...OTHERS.map((_, i) => whole(world, shapes.length + i)),
    ...Array.from({ length: dead }, () => []),
  ];
  return {
    world,
    model: heldModel(world, rank, groups, 22, mixing),
    rows: worldRows(world, 1500, 2, 23),
    held: worldRows(world, 500, 2, 24),
  };
}

const options = (changed: Partial<MoveOptions> = {}): MoveOptions =>
  moveOptions(topOfRow(2), changed);

const move = ({ model, rows, held }: Planted, changed: Partial<MoveOptions> = {}) =>
  makeMoves(model, rows, held, options(changed));

const count = ({ model, rows, held }: Planted, changed: Partial<MoveOptions> = {}) => {
  const dictionary = { ...model, decoderBias: new Float32Array(model.width) };
  return countMoves(dictionary, rows, held, options(changed));
};

const axesOf = ({ components }: MoveEvent): number[] => components.map(({ axes }) => axes);

/** Σ_k D_kᵀ(E_k x + b_k) of all groups, for rows [count, d]. */
function ungated(model: MovedModel, rows: Float32Array): Float64Array {
  const { groups, rank, width } = model;
  const N = groups * rank;
  const n = rows.length / width;
  const codes = multiplyTransposed(
    Float64Array.from(rows),
    Float64Array.from(model.encoder),
    n,
    width,
    N,
  ).map((code, i) => code + at(model.encoderBias, i % N));
  const atoms = Float64Array.from({ length: width * N }, (_, i) =>
    at(model.decoder, (i % N) * width + Math.floor(i / N)),
  );
  return multiplyTransposed(codes, atoms, n, N, width);
}

const block = (array: Float32Array, model: MovedModel, group: number): Float32Array => {
  const size = (array.length / model.groups) | 0;
  return array.slice(group * size, (group + 1) * size);
};

/** Group 13 and 14 are dead where two lines are held in group 0 and the others in 1 … 12. */
const twoLines = (more = {}) =>
  planted([SIGNED_LINE, SIGNED_LINE], (one = [], other = []) => [[...one, ...other]], more);

/** A circle with two thirds of a helix, and the rest of the helix. */
const brokenHelix = () =>
  planted([CIRCLE, HELIX], (circle = [], helix = []) => [
    [...circle, ...helix.slice(0, 2)],
    helix.slice(2),
  ]);

/** A cloud of four dimensions in two groups. */
const splitCloud = () =>
  planted([gaussianShape(4)], (cloud = []) => [cloud.slice(0, 2), cloud.slice(2)]);

describe('unpack', () => {
  test('two lines in one group get a group each, the weaker one the highest dead group', async () => {
    const state = twoLines();
    const events = await move(state);
    expect(events).toMatchObject([
      {
        kind: 'unpack',
        from: [0],
        components: [
          { group: 0, axes: 1 },
          { group: 14, axes: 1 },
        ],
      },
    ]);
    const [first, second] = events[0]?.components ?? [];
    expect((first?.energy ?? 0) + (second?.energy ?? 0)).toBeCloseTo(1, 12);
    expect(first?.energy).toBeGreaterThanOrEqual(second?.energy ?? 1);
    expect(events[0]?.lossAfter).toBeCloseTo(objectiveTwin(state.model, state.held, options()), 9);
  });

  test.each([
    ['circle', CIRCLE],
    ['sphere', SPHERE],
    ['helix', HELIX],
    ['torus', TORUS],
    ['Gaussian of two dimensions', gaussianShape(2)],
    ['Gaussian of four dimensions', gaussianShape(4)],
  ])('a %s stays whole', async (_name, shape) => {
    const state = planted([shape], (feature = []) => [feature]);
    const before = copyOf(state.model);
    expect(await move(state)).toEqual([]);
    expect(state.model).toEqual(before);
  });

  test('the sum of all contributions stays as it was', async () => {
    const state = twoLines({ rank: 2 });
    state.model.encoderBias.set(
      gaussian(state.model.encoderBias.length, 1, 3).map((value) => 0.05 * value),
    );
    const before = ungated(state.model, state.rows.input);
    expect(await move(state, { repartition: false })).toHaveLength(1);
    const after = ungated(state.model, state.rows.input);
    // Four rows of noise, before or after: each writes at most 4e-3 · ‖n‖ · ‖x‖, ‖n‖ ≈ 5e-3, ‖x‖ < 4.
    let worst = 0;
    for (let i = 0; i < after.length; i++) {
      worst = Math.max(worst, Math.abs(at(after, i) - at(before, i)));
    }
    expect(worst).toBeLessThan(1e-3);
    expect(worst).toBeGreaterThan(0);
  });

  test('nothing happens without a dead group', async () => {
    const state = twoLines({ dead: 0 });
    const before = copyOf(state.model);
    expect(await move(state)).toEqual([]);
    expect(state.model).toEqual(before);
  });

  test('balanced rows, and the same noise in what is unused', async () => {
    const { model, rows, held } = twoLines();
    await makeMoves(model, rows, held, options({ step: 1234, seed: 77 }));
    for (const group of [0, 14]) {
      const encoder = block(model.encoder, model, group);
      const decoder = block(model.decoder, model, group);
      const { width } = model;
      const length = (a: Float32Array, row: number) =>
        Math.hypot(...a.subarray(row * width, (row + 1) * width));
      expect(length(encoder, 0)).toBeGreaterThan(0.5);
      expect(length(encoder, 0) / length(decoder, 0)).toBeCloseTo(1, 2);
      for (const row of [1, 2, 3]) {
        const draws = new RandomDraws(77, RandomStream.moves, 1234, group * 4 + row);
        const noise = Float32Array.from({ length: width }, (_, c) => 1e-3 * draws.normal(c));
        expect(encoder.slice(row * width, (row + 1) * width)).toEqual(noise);
        expect(decoder.slice(row * width, (row + 1) * width)).toEqual(noise);
      }
    }
  });

  test('moments begin anew with the mean of the block they come from; both groups have just fired', async () => {
    const state = twoLines();
    const before = copyOf(state.model);
    await move(state);
    const { model } = state;
    for (const name of ['encoder', 'decoder'] as const) {
      const source = block(before.secondMoment[name], before, 0);
      const mean = Math.fround(source.reduce((sum, value) => sum + value, 0) / source.length);
      for (const group of [0, 14]) {
        expect(block(model.firstMoment[name], model, group).every((v) => v === 0)).toBe(true);
        const second = block(model.secondMoment[name], model, group);
        expect(second.every((value) => Math.abs(value / mean - 1) < 1e-6)).toBe(true);
      }
      expect(block(model.secondMoment[name], model, 5)).toEqual(
        block(before.secondMoment[name], before, 5),
      );
    }
    for (const group of [0, 14]) {
      expect(block(model.firstMoment.encoderBias, model, group).every((v) => v === 0)).toBe(true);
      expect(block(model.secondMoment.encoderBias, model, group).every((v) => v === 0)).toBe(true);
    }
    const ages = Array.from(before.tokensSinceFired);
    ages[0] = 0;
    ages[14] = 0;
    expect(Array.from(model.tokensSinceFired)).toEqual(ages);
  });

  test('a group is dead from the window on, not before', async () => {
    const state = twoLines({ dead: 1 });
    state.model.tokensSinceFired[13] = DEAD_AFTER - 1;
    expect(await move(state)).toEqual([]);
    state.model.tokensSinceFired[13] = DEAD_AFTER;
    expect(await move(state)).toHaveLength(1);
  });
});

describe('repartition', () => {
  test('a circle with two thirds of a helix becomes a circle and a helix', async () => {
    const state = brokenHelix();
    const before = copyOf(state.model);
    const events = await move(state);
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ kind: 'repartition', from: [0, 1] });
    expect(events.map(axesOf)).toEqual([[3, 2]]);
    expect(events[0]?.lossBefore).toBeCloseTo(objectiveTwin(before, state.held, options()), 9);
    expect(events[0]?.lossAfter).toBeCloseTo(objectiveTwin(state.model, state.held, options()), 9);
    expect(events[0]?.lossAfter).toBeLessThan(0.9 * (events[0]?.lossBefore ?? 0));
  });

  test('a feature in two groups comes together; the group that is left with nothing is dead', async () => {
    const state = splitCloud();
    const before = copyOf(state.model);
    const [event] = await move(state);
    expect(event).toMatchObject({
      kind: 'repartition',
      from: [0, 1],
      components: [{ axes: 4 }],
    });
    const { model } = state;
    const kept = event?.components[0]?.group ?? 0;
    expect(at(model.tokensSinceFired, kept)).toBe(0);
    expect(at(model.tokensSinceFired, 1 - kept)).toBe(DEAD_AFTER);
    expect(block(model.encoder, model, 1 - kept)).toEqual(block(model.decoder, model, 1 - kept));
    const second = [0, 1].flatMap((group) => [
      ...block(before.secondMoment.decoder, before, group),
    ]);
    const mean = second.reduce((sum, value) => sum + value, 0) / second.length;
    for (const group of [0, 1]) {
      expect(at(block(model.secondMoment.decoder, model, group), 7)).toBeCloseTo(mean, 6);
    }
  });

  test('the group that was emptied serves an unpack at the same point', async () => {
    const state = planted(
      [gaussianShape(4), SIGNED_LINE, SIGNED_LINE],
      (cloud = [], one = [], other = []) => [cloud.slice(0, 2), cloud.slice(2), [...one, ...other]],
      { dead: 0 },
    );
    const events = await move(state);
    expect(events.map(({ kind }) => kind)).toEqual(['repartition', 'unpack']);
    const kept = events[0]?.components[0]?.group ?? 0;
    expect(events[1]?.components.map(({ group }) => group)).toEqual([2, 1 - kept]);
  });

  test('independent features that have a group each are left alone', async () => {
    const state = planted([CIRCLE, SPHERE, HELIX], (...features) => features);
    const before = copyOf(state.model);
    expect(await move(state)).toEqual([]);
    expect(state.model).toEqual(before);
  });

  test('what does not lower the objective is put back bit for bit', async () => {
    const state = splitCloud();
    const before = copyOf(state.model);
    // A negative price: the nuclear norms of the whole, shrunk a little by least squares, are too small.
    const costly = { lambda: -1e3 };
    expect(await move(state, costly)).toEqual([]);
    expect(state.model).toEqual(before);
    expect(await count(state, costly)).toMatchObject({ pairsTried: 1, accepted: [] });
    expect(await count(state)).toMatchObject({ pairsTried: 1, accepted: [{ pair: [0, 1] }] });
  });

  test('nothing of a refused partition is left in the objective', async () => {
    const state = planted(
      [gaussianShape(4), SIGNED_LINE, SIGNED_LINE],
      (cloud = [], one = [], other = []) => [cloud.slice(0, 2), cloud.slice(2), [...one, ...other]],
    );
    const costly = { lambda: -1e3 };
    expect(await count(state, costly)).toMatchObject({ pairsTried: 1, accepted: [] });
    const events = await move(state, costly);
    expect(events.map(({ kind }) => kind)).toEqual(['unpack']);
    const after = objectiveTwin(state.model, state.held, options(costly));
    expect(events[0]?.lossAfter).toBeCloseTo(after, 6);
  });

  test('each move can be switched off', async () => {
    expect(await move(brokenHelix(), { repartition: false })).toMatchObject([{ kind: 'unpack' }]);
    expect(await move(twoLines(), { unpack: false })).toEqual([]);
    expect(await move(brokenHelix(), { repartition: false, unpack: false })).toEqual([]);
  });
});

test('the same moves give the same bytes', async () => {
  const [one, other] = [brokenHelix(), brokenHelix()];
  expect(await move(one)).toEqual(await move(other));
  expect(one.model).toEqual(other.model);
});

test('counting sees what moves would do, without dead groups, and changes nothing', async () => {
  const state = planted(
    [CIRCLE, HELIX, SIGNED_LINE, SIGNED_LINE, SIGNED_LINE],
    (circle = [], helix = [], a = [], b = [], c = []) => [
      [...circle, ...helix.slice(0, 2)],
      [...helix.slice(2), ...a],
      [...b, ...c],
    ],
    { dead: 0 },
  );
  const before = copyOf(state.model);
  const counts = await count(state);
  expect(state.model).toEqual(before);
  expect(counts.liveGroups).toBe(15);
  expect(counts.packed.map(({ group, components }) => [group, components.length])).toEqual([
    [0, 2],
    [1, 2],
    [2, 2],
  ]);
  expect(counts.accepted).toHaveLength(1);
  expect(counts.accepted[0]?.pair).toEqual([0, 1]);
  expect(counts.accepted[0]?.components.map(({ axes }) => axes)).toEqual([3, 1, 2]);
  expect(counts.accepted[0]?.lossAfter).toBeLessThan(counts.accepted[0]?.lossBefore ?? 0);
  expect(counts.pairsTried).toBeGreaterThanOrEqual(1);
  expect(counts.pairsConsidered).toBeGreaterThanOrEqual(counts.pairsTried);
});

test('work that is given up ends, and says how far it is before', async () => {
  const { model, rows, held } = twoLines();
  const given = new AbortController();
  const stages: number[] = [];
  await makeMoves(model, rows, held, options(), { onProgress: (share) => stages.push(share) });
  expect(stages[0]).toBe(0);
  expect(stages.at(-1)).toBe(1);
  given.abort();
  await expect(
    makeMoves(model, rows, held, options(), { signal: given.signal }),
  ).rejects.toMatchObject({ code: 'cancelled' });
});

test('quartimax finds the axes of lines that exclude each other, whatever they were turned by', () => {
  const turn = randomFrame(3, 3, 4);
  const points = 400;
  const source = gaussian(points, 1, 5);
  const z = new Float64Array(3 * points);
  for (let n = 0; n < points; n++) {
    for (let i = 0; i < 3; i++) z[i * points + n] = at(source, n) * at(turn, (n % 3) * 3 + i);
  }
  const rotation = quartimax(z, 3, points);
  for (let n = 0; n < points; n++) {
    const sizes = [0, 1, 2].map((i) => Math.abs(at(z, i * points + n))).sort((a, b) => a - b);
    // An angle below 1e-3 ends it.
    expect(sizes[1]).toBeLessThan(2e-3 * Math.abs(at(source, n)) + 1e-12);
  }
  const gram = multiplyTransposed(rotation, rotation, 3, 3, 3);
  gram.forEach((value, i) => {
    expect(value).toBeCloseTo(i % 4 === 0 ? 1 : 0, 12);
  });
});

test('components are chains of what is joined, by falling energy, ties by index', () => {
  const joined = (i: number, j: number) => Math.abs(i - j) === 2;
  expect(componentsOf(Float64Array.of(1, 3, 1, 1, 2), joined)).toEqual([
    { axes: [0, 2, 4], energy: 0.5 },
    { axes: [1, 3], energy: 0.5 },
  ]);
});

test('a direction that hangs on no input is left out', () => {
  const decoder = Float64Array.of(1, 0);
  expect(balanced({ encoder: Float64Array.of(1e-13, 0), bias: 3, decoder })).toBeNull();
  expect(balanced({ encoder: Float64Array.of(0, 4), bias: 3, decoder })).toEqual({
    encoder: Float64Array.of(0, 2),
    bias: 1.5,
    decoder: Float64Array.of(2, 0),
  });
});

test.each([
  [1, 1, 1],
  [4, 8, 5],
  [7, 3, 9],
  [9, 14, 6],
])('products of %i by %i rows of %i numbers', (m, n, length) => {
  const a = gaussian(m + 1, length, m);
  const b = gaussian(n + 2, length, n);
  const out = new Float64Array(3 + m * (n + 1)).fill(1);
  addProducts(a, length, m, b, 2 * length, n, length, out, 3, n + 1);
  const expected = multiplyTransposed(a.subarray(length), b.subarray(2 * length), m, length, n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      expect(at(out, 3 + i * (n + 1) + j)).toBeCloseTo(1 + at(expected, i * n + j), 12);
    }
  }
});
