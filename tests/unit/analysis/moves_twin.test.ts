/** Moves against their float64 twin on ragged worlds: the same decisions, the same weights. */
import { expect, test } from 'vitest';
import { at } from '../../../src/base/array';
import { makeMoves } from '../../../src/analysis/moves/moves';
import type {
  MovedModel,
  MoveEvent,
  MoveGate,
  MoveOptions,
} from '../../../src/analysis/moves/types';
import { movesTwin } from './moves_twin';
import {
  copyOf,
  gaussianShape,
  heldModel,
  moveOptions,
  moveWorld,
  topOfBatch,
  topOfRow,
  whole,
  worldRows,
  type Held,
} from './moves_worlds';
import { CIRCLE, HELIX, SIGNED_LINE, SPHERE, chance, gaussian, type Shape } from './worlds';

interface Case {
  readonly name: string;
  /** Its moves: groups, then group + directions of every component. */
  readonly made: readonly string[];
  readonly shapes: readonly Shape[];
  readonly width: number;
  readonly rank: number;
  /** Groups that hold nothing. */
  readonly dead: number;
  readonly gate: MoveGate;
  readonly active: number;
  readonly seed: number;
  /** Where the model holds each dimension; without it they are dealt out at random. */
  readonly groups?: (all: readonly (readonly Held[])[]) => readonly (readonly Held[])[];
  readonly biases?: boolean;
  /** How far directions of features are from orthogonal. */
  readonly skew?: number;
  /** Rows, 600 where nothing is said. */
  readonly count?: number;
  readonly changed?: Partial<MoveOptions>;
}

/** Features that are whole in groups of their own, so that those under test are rarely present together. */
const OTHERS: readonly Shape[] = Array.from({ length: 7 }, () => SIGNED_LINE);

const CASES: readonly Case[] = [
  {
    name: 'dealt out at random',
    made: ['repartition 2,3: 2+3 3+3', 'repartition 1,2: 2+4 1+1 7+1', 'repartition 3,4: 3+4'],
    shapes: [CIRCLE, SPHERE, HELIX, SIGNED_LINE, SIGNED_LINE, gaussianShape(3)],
    width: 17,
    rank: 4,
    dead: 3,
    gate: topOfRow(2),
    active: 2,
    skew: 0.4,
    seed: 11,
  },
  {
    name: 'dealt out at random, with biases and no dead group',
    made: ['repartition 3,4: 3+1 4+2 4+1', 'repartition 1,3: 1+2 3+2'],
    shapes: [CIRCLE, HELIX, SIGNED_LINE, SIGNED_LINE, SPHERE],
    width: 13,
    rank: 3,
    dead: 0,
    gate: topOfRow(3),
    active: 2,
    skew: 0.3,
    seed: 12,
    biases: true,
  },
  {
    name: 'a circle with two thirds of a helix, two lines in one group, the batch decides',
    made: ['repartition 0,1: 1+3 0+2', 'unpack 2: 2+1 12+1'],
    shapes: [CIRCLE, HELIX, SIGNED_LINE, SIGNED_LINE, SPHERE, ...OTHERS],
    width: 21,
    rank: 4,
    dead: 2,
    gate: topOfBatch(2),
    active: 2,
    seed: 13,
    biases: true,
    groups: ([circle = [], helix = [], one = [], other = [], ...rest]) => [
      [...circle, ...helix.slice(0, 2)],
      helix.slice(2),
      [...one, ...other],
      ...rest,
    ],
  },
  {
    name: 'three components in two groups, the third to a dead one',
    made: ['repartition 0,1: 1+3 0+1 9+2'],
    shapes: [CIRCLE, HELIX, SIGNED_LINE, ...OTHERS],
    width: 19,
    rank: 4,
    dead: 1,
    gate: topOfRow(2),
    active: 2,
    seed: 14,
    groups: ([circle = [], helix = [], line = [], ...rest]) => [
      [...circle, ...helix.slice(0, 2)],
      [...helix.slice(2), ...line],
      ...rest,
    ],
  },
  {
    name: 'three components in two groups, no dead one',
    made: ['repartition 0,1: 1+3 0+2 1+1'],
    shapes: [CIRCLE, HELIX, SIGNED_LINE, ...OTHERS],
    width: 19,
    rank: 4,
    dead: 0,
    gate: topOfRow(2),
    active: 2,
    seed: 15,
    groups: ([circle = [], helix = [], line = [], ...rest]) => [
      [...circle, ...helix.slice(0, 2)],
      [...helix.slice(2), ...line],
      ...rest,
    ],
  },
  {
    name: 'one feature in two groups; four lines in one, one dead group after it',
    made: ['repartition 0,2: 0+3', 'unpack 1: 1+1 2+1 1+1 1+1'],
    shapes: [SPHERE, SIGNED_LINE, SIGNED_LINE, SIGNED_LINE, SIGNED_LINE, ...OTHERS.slice(4)],
    width: 12,
    rank: 5,
    dead: 0,
    gate: topOfRow(1),
    active: 1,
    count: 2400,
    seed: 16,
    groups: ([sphere = [], a = [], b = [], c = [], d = [], ...rest]) => [
      sphere.slice(0, 2),
      [...a, ...b, ...c, ...d],
      sphere.slice(2),
      ...rest,
    ],
  },
  {
    name: 'two pairs in one pass that share directions with each other',
    made: ['repartition 2,4: 4+3', 'repartition 0,1: 0+4'],
    shapes: [gaussianShape(4), gaussianShape(4), ...OTHERS.slice(4)],
    width: 11,
    rank: 4,
    dead: 0,
    gate: topOfRow(3),
    active: 2,
    seed: 18,
    skew: 0.4,
    groups: ([one = [], other = [], ...rest]) => [
      one.slice(0, 2),
      one.slice(2),
      other.slice(0, 2),
      other.slice(2),
      ...rest,
    ],
  },
  {
    name: 'columns that are chosen one by one',
    made: ['repartition 0,1: 1+3 0+2', 'unpack 2: 2+1 11+1'],
    shapes: [CIRCLE, SPHERE, SIGNED_LINE, SIGNED_LINE, ...OTHERS],
    width: 16,
    rank: 4,
    dead: 2,
    gate: topOfRow(3),
    active: 2,
    seed: 18,
    changed: { columns: 5 },
    groups: ([circle = [], sphere = [], one = [], other = [], ...rest]) => [
      [...circle, ...sphere.slice(0, 1)],
      sphere.slice(1),
      [...one, ...other],
      ...rest,
    ],
  },
  {
    name: 'unpack alone',
    made: ['unpack 0: 0+1 8+1 7+2'],
    shapes: [CIRCLE, SIGNED_LINE, SIGNED_LINE, ...OTHERS.slice(2)],
    width: 12,
    rank: 6,
    dead: 3,
    gate: topOfRow(1),
    active: 1,
    seed: 17,
    biases: true,
    changed: { repartition: false, lambda: 0 },
    groups: ([circle = [], one = [], other = [], ...rest]) => [
      [...circle, ...one, ...other],
      ...rest,
    ],
  },
];

/** Dimensions in groups of about r, with one dimension of noise in three of them left to nobody. */
function dealt(all: readonly (readonly Held[])[], rank: number, seed: number): Held[][] {
  const { uniform } = chance(seed);
  const left = all.flat();
  const groups: Held[][] = [];
  while (left.length > 0) {
    const count = 1 + Math.floor(uniform() * rank);
    groups.push(
      Array.from({ length: Math.min(count, left.length) }, () =>
        at(left.splice(Math.floor(uniform() * Math.min(3, left.length)), 1), 0),
      ),
    );
  }
  return groups;
}

function modelOf(given: Case): { model: MovedModel; world: ReturnType<typeof moveWorld> } {
  const world = moveWorld(given.shapes, given.width, given.seed, given.skew);
  const all = given.shapes.map((_, feature) => whole(world, feature));
  const groups = given.groups?.(all) ?? dealt(all, given.rank, given.seed);
  const empty = Array.from({ length: given.dead }, () => []);
  const model = heldModel(world, given.rank, [...groups, ...empty], given.seed);
  if (given.biases === true) {
    model.encoderBias.set(gaussian(model.encoderBias.length, 1, given.seed).map((v) => 0.1 * v));
  }
  return { model, world };
}

function inWords({ kind, from, components }: MoveEvent): string {
  const parts = components.map(({ group, axes }) => `${group}+${axes}`);
  return `${kind} ${from.join(',')}: ${parts.join(' ')}`;
}

/**
 * Numbers of float32 that were computed in float64: the last bit, and what rounding in float64 makes of the smallest
 * gap between eigenvalues here (1e-3 of the largest).
 */
function closeBits(mine: ArrayLike<number>, theirs: ArrayLike<number>): number {
  let worst = 0;
  for (let i = 0; i < mine.length; i++) {
    const allowed = 2 ** -22 * Math.abs(at(theirs, i)) + 1e-9;
    worst = Math.max(worst, Math.abs(at(mine, i) - at(theirs, i)) / allowed);
  }
  return worst;
}

/** Directions have no sign: rows of a model with that of the twin's decoder row. */
function alignSigns(mine: MovedModel, theirs: MovedModel): void {
  const { width } = mine;
  for (let row = 0; row < mine.groups * mine.rank; row++) {
    let product = 0;
    for (let c = row * width; c < (row + 1) * width; c++) {
      product += at(mine.decoder, c) * at(theirs.decoder, c);
    }
    if (product >= 0) continue;
    for (let c = row * width; c < (row + 1) * width; c++) {
      mine.decoder[c] = -at(mine.decoder, c);
      mine.encoder[c] = -at(mine.encoder, c);
    }
    mine.encoderBias[row] = -at(mine.encoderBias, row);
  }
}

test.each(CASES)('moves and their twin agree: $name', async (given) => {
  const { model, world } = modelOf(given);
  const rows = worldRows(world, given.count ?? 600, given.active, given.seed + 1);
  const held = worldRows(world, 250, given.active, given.seed + 2);
  const options = moveOptions(given.gate, given.changed);
  const theirs = copyOf(model);
  const expected = movesTwin(theirs, rows, held, options);
  const events = await makeMoves(model, rows, held, options);
  expect(events.map(inWords)).toEqual(given.made);
  expect(expected.map(inWords)).toEqual(given.made);
  for (const [i, event] of events.entries()) {
    const other = at(expected, i);
    expect(event.lossBefore / other.lossBefore).toBeCloseTo(1, 7);
    expect(event.lossAfter / other.lossAfter).toBeCloseTo(1, 7);
    for (const [c, { energy }] of event.components.entries()) {
      expect(energy).toBeCloseTo(at(other.components, c).energy, 7);
    }
  }
  alignSigns(model, theirs);
  for (const name of ['encoder', 'decoder', 'encoderBias'] as const) {
    expect(closeBits(model[name], theirs[name]), name).toBeLessThan(1);
    expect(closeBits(model.firstMoment[name], theirs.firstMoment[name])).toBeLessThan(1);
    expect(closeBits(model.secondMoment[name], theirs.secondMoment[name])).toBeLessThan(1);
  }
  expect(model.tokensSinceFired).toEqual(theirs.tokensSinceFired);
});
