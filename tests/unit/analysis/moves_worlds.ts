/**
 * Worlds for the tests of moves: features in random frames of which some are present in a row, and models that hold
 * them whole, packed or split over groups, as training leaves them.
 */
import { at } from '../../../src/base/array';
import { multiply } from '../../../src/base/linear_algebra';
import type {
  MoveGate,
  MovedModel,
  MoveOptions,
  MoveRows,
} from '../../../src/analysis/moves/types';
import { chance, gaussian, randomFrame, type Chance, type Shape } from './worlds';

export const TORUS: Shape = {
  kind: 'torus',
  dimension: 4,
  sample: ({ uniform }) => {
    const [a, b] = [2 * Math.PI * uniform(), 2 * Math.PI * uniform()];
    return [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b)].map((v) => v / Math.SQRT2);
  },
};

/** A cloud of any dimension. */
export function gaussianShape(dimension: number): Shape {
  return {
    kind: 'gaussian',
    dimension,
    sample: ({ normal }) =>
      Array.from({ length: dimension }, () => normal() / Math.sqrt(dimension)),
  };
}

/** Features of a world, all in one frame. */
export interface MoveWorld {
  readonly width: number;
  readonly shapes: readonly Shape[];
  /** [dimensions, d], of all features one after the other; orthonormal, so that they share no direction, but for skew. */
  readonly frame: Float64Array;
  /** First dimension of a feature. */
  readonly starts: readonly number[];
}

/** `skew` is the length of what is added to every direction at random, after which they are not orthogonal. */
export function moveWorld(
  shapes: readonly Shape[],
  width: number,
  seed: number,
  skew = 0,
): MoveWorld {
  const starts: number[] = [];
  let dimensions = 0;
  for (const { dimension } of shapes) {
    starts.push(dimensions);
    dimensions += dimension;
  }
  const added = gaussian(dimensions, width, seed + 1);
  const frame = randomFrame(dimensions, width, seed).map(
    (value, i) => value + (skew / Math.sqrt(width)) * at(added, i),
  );
  return { width, shapes, frame, starts };
}

/** Rows with exactly `active` different features each, and noise of this deviation in every number. */
export function worldRows(
  { width, shapes, frame, starts }: MoveWorld,
  count: number,
  active: number,
  seed: number,
  noise = 0.02,
): MoveRows {
  const source = chance(seed);
  const input = new Float32Array(count * width);
  for (let row = 0; row < count; row++) {
    const x = Float64Array.from({ length: width }, () => noise * source.normal());
    for (const feature of someOf(shapes.length, active, source)) {
      at(shapes, feature)
        .sample(source)
        .forEach((value, i) => {
          const from = (at(starts, feature) + i) * width;
          for (let c = 0; c < width; c++) x[c] = at(x, c) + value * at(frame, from + c);
        });
    }
    input.set(x, row * width);
  }
  return { count, input, target: input };
}

function someOf(all: number, count: number, { uniform }: Chance): number[] {
  const left = Array.from({ length: all }, (_, i) => i);
  return Array.from({ length: count }, () =>
    at(left.splice(Math.floor(uniform() * left.length), 1), 0),
  );
}

/** A dimension of a feature: [feature, dimension]. */
export type Held = readonly [number, number];

/** All dimensions of a feature. */
export function whole(world: MoveWorld, feature: number): Held[] {
  return Array.from({ length: at(world.shapes, feature).dimension }, (_, i) => [feature, i]);
}

/** The windows of `age` that count as dead in the tests. */
export const DEAD_AFTER = 1000;

/**
 * A model whose groups hold these dimensions, in bases of their own (D = M·U, E = M⁻ᵀ·U, so that the map projects on U);
 * a group that holds nothing is dead. `mixing` 0 leaves M the identity.
 */
export function heldModel(
  world: MoveWorld,
  rank: number,
  groups: readonly (readonly Held[])[],
  seed: number,
  mixing = 0.2,
): MovedModel {
  const { width, frame, starts } = world;
  const columns = groups.length * rank;
  const encoder = new Float32Array(columns * width);
  const decoder = new Float32Array(columns * width);
  groups.forEach((held, k) => {
    const basis = gaussian(rank, width, seed + 100 + k).map((value) => 1e-3 * value);
    held.forEach(([feature, dimension], i) => {
      const from = (at(starts, feature) + dimension) * width;
      basis.set(frame.subarray(from, from + width), i * width);
    });
    const turn = randomFrame(rank, rank, seed + 200 + k);
    const scales = gaussian(rank, 1, seed + 300 + k).map((value) => Math.exp(mixing * value));
    const scaled = (power: number) =>
      turn.map((value, i) => value * at(scales, Math.floor(i / rank)) ** power);
    encoder.set(multiply(scaled(-1), basis, rank, rank, width), k * rank * width);
    decoder.set(multiply(scaled(1), basis, rank, rank, width), k * rank * width);
  });
  const moments = (name: number) => ({
    encoder: Float32Array.from(gaussian(columns, width, seed + name), Math.abs),
    decoder: Float32Array.from(gaussian(columns, width, seed + name + 1), Math.abs),
    encoderBias: Float32Array.from(gaussian(columns, 1, seed + name + 2), Math.abs),
  });
  return {
    groups: groups.length,
    rank,
    width,
    encoder,
    decoder,
    encoderBias: new Float32Array(columns),
    tokensSinceFired: Uint32Array.from(groups, (held) => (held.length === 0 ? DEAD_AFTER : 7)),
    firstMoment: moments(400),
    secondMoment: moments(500),
  };
}

/** The s groups of largest score of every row; ties go to the lowest index. */
export function topOfRow(s: number): MoveGate {
  return (scores, count) => {
    const K = scores.length / count;
    const fires = new Uint8Array(scores.length);
    for (let row = 0; row < count; row++) {
      for (let n = 0; n < s; n++) {
        let best = -1;
        for (let place = row * K; place < (row + 1) * K; place++) {
          if (fires[place] === 1) continue;
          if (best < 0 || (scores[place] ?? 0) > (scores[best] ?? 0)) best = place;
        }
        fires[best] = 1;
      }
    }
    return fires;
  };
}

/** The s·rows groups of largest score of all rows. */
export function topOfBatch(s: number): MoveGate {
  return (scores, count) => {
    const limit = scores.slice().sort()[scores.length - s * count] ?? 0;
    return Uint8Array.from(scores, (score) => (score >= limit ? 1 : 0));
  };
}

/** Options that most tests start from. */
export function moveOptions(gate: MoveGate, changed: Partial<MoveOptions> = {}): MoveOptions {
  return {
    repartition: true,
    unpack: true,
    lambda: 1e-4,
    deadAfter: DEAD_AFTER,
    step: 400,
    seed: 3,
    gate,
    ...changed,
  };
}

/** A copy that shares no array with the model. */
export function copyOf(model: MovedModel): MovedModel {
  return structuredClone(model);
}
