/**
 * Small worlds with known answers for the tests of the diagnostics: shapes in random orthonormal frames,
 * dictionaries that hold them perfectly or shatter them, and a plain top-s encoder to make the codes.
 */
import { liveGroups, type IndexedCodes } from '../../../src/analysis/code_index';
import { groupTable } from '../../../src/analysis/group_table';
import { rowSpaces } from '../../../src/analysis/overlap';
import { orthonormalRows } from '../../../src/base/linear_algebra';
import type { CodeTable, Dictionary, GroundTruth, TrueFeature } from '../../../src/analysis/types';
import { at } from '../../../src/base/array';
import { RandomDraws } from '../../../src/base/random';

/** Uniform and normal numbers in a fixed order. */
export interface Chance {
  readonly uniform: () => number;
  readonly normal: () => number;
}

export function chance(seed: number): Chance {
  const uniforms = new RandomDraws(seed, 100);
  const normals = new RandomDraws(seed, 101);
  let nextUniform = 0;
  let nextNormal = 0;
  return {
    uniform: () => uniforms.uniform(nextUniform++),
    normal: () => normals.normal(nextNormal++),
  };
}

/** [m, n] of standard normal numbers. */
export function gaussian(m: number, n: number, seed: number): Float64Array {
  const { normal } = chance(seed);
  return Float64Array.from({ length: m * n }, () => normal());
}

/** Random orthonormal rows [m, n], m ≤ n. */
export function randomFrame(m: number, n: number, seed: number): Float64Array {
  return orthonormalRows(gaussian(m, n, seed), m, n).basis;
}

/** A kind of feature and how its points are drawn. */
export interface Shape {
  readonly kind: string;
  readonly dimension: number;
  readonly sample: (chance: Chance) => readonly number[];
}

export const CIRCLE: Shape = {
  kind: 'circle',
  dimension: 2,
  sample: ({ uniform }) => {
    const angle = 2 * Math.PI * uniform();
    return [Math.cos(angle), Math.sin(angle)];
  },
};

export const SPHERE: Shape = {
  kind: 'sphere',
  dimension: 3,
  sample: ({ normal }) => {
    const point = [normal(), normal(), normal()];
    const length = Math.hypot(...point);
    return point.map((value) => value / length);
  },
};

export const HELIX: Shape = {
  kind: 'helix',
  dimension: 3,
  sample: ({ uniform }) => {
    const turn = 4 * Math.PI * (uniform() - 0.5);
    return [Math.cos(turn), Math.sin(turn), turn / Math.PI];
  },
};

export const SIGNED_LINE: Shape = {
  kind: 'signed_line',
  dimension: 1,
  sample: ({ uniform }) => [(uniform() < 0.5 ? -1 : 1) * (0.5 + uniform())],
};

/** Rows of data and what they are made of. */
export interface World {
  readonly width: number;
  readonly rows: number;
  /** [rows, width], without noise. */
  readonly x: Float32Array;
  readonly truth: GroundTruth;
}

/** One shape a row, in turn; frames mutually orthogonal. */
export function makeWorld(
  shapes: readonly Shape[],
  { width = 24, rows = 600, seed = 1 }: { width?: number; rows?: number; seed?: number } = {},
): World {
  const total = shapes.reduce((sum, shape) => sum + shape.dimension, 0);
  const basis = randomFrame(total, width, seed);
  let start = 0;
  const features = shapes.map((shape, i): TrueFeature => {
    const frame = Float32Array.from(
      basis.subarray(start * width, (start + shape.dimension) * width),
    );
    start += shape.dimension;
    return { name: `${shape.kind} ${i}`, kind: shape.kind, dimension: shape.dimension, frame };
  });
  const coordinateStride = Math.max(...shapes.map((shape) => shape.dimension));
  const x = new Float32Array(rows * width);
  const coordinates = new Float32Array(rows * coordinateStride);
  const present = new Uint32Array(rows);
  const source = chance(seed + 1);
  for (let row = 0; row < rows; row++) {
    const index = row % shapes.length;
    present[row] = index;
    at(shapes, index)
      .sample(source)
      .forEach((value, a) => {
        coordinates[row * coordinateStride + a] = value;
        for (let c = 0; c < width; c++) {
          x[row * width + c] =
            at(x, row * width + c) + value * at(at(features, index).frame, a * width + c);
        }
      });
  }
  return {
    width,
    rows,
    x,
    truth: { features, maxActive: 1, present, coordinates, coordinateStride },
  };
}

/** A dictionary from decoder and encoder blocks [K·r, d]; no biases. */
export function dictionaryOf(
  groups: number,
  rank: number,
  width: number,
  decoder: ArrayLike<number>,
  encoder: ArrayLike<number> = decoder,
): Dictionary {
  return {
    groups,
    rank,
    width,
    decoder: Float32Array.from(decoder),
    encoder: Float32Array.from(encoder),
    encoderBias: new Float32Array(groups * rank),
    decoderBias: new Float32Array(width),
  };
}

/** One group of `rank` rows a feature: its frame in a randomly turned basis, the other rows zero. */
export function perfectDictionary(world: World, rank: number, seed = 7): Dictionary {
  const { features } = world.truth;
  const { width } = world;
  const decoder = new Float32Array(features.length * rank * width);
  features.forEach(({ frame, dimension }, k) => {
    const turn = randomFrame(dimension, dimension, seed + k);
    for (let i = 0; i < dimension; i++) {
      for (let a = 0; a < dimension; a++) {
        for (let c = 0; c < width; c++) {
          const place = (k * rank + i) * width + c;
          decoder[place] =
            at(decoder, place) + at(turn, i * dimension + a) * at(frame, a * width + c);
        }
      }
    }
  });
  return dictionaryOf(features.length, rank, width, decoder);
}

/** `atoms` unit atoms a feature, rank 1: evenly around a plane's circle, else random within the frame. */
export function shatteredDictionary(world: World, atoms: number, seed = 7): Dictionary {
  const { features } = world.truth;
  const { width } = world;
  const decoder = new Float32Array(features.length * atoms * width);
  features.forEach(({ frame, dimension }, k) => {
    const { normal } = chance(seed + k);
    for (let i = 0; i < atoms; i++) {
      const angle = (2 * Math.PI * i) / atoms;
      const direction =
        dimension === 2
          ? [Math.cos(angle), Math.sin(angle)]
          : Array.from({ length: dimension }, () => normal());
      const length = Math.hypot(...direction);
      direction.forEach((value, a) => {
        for (let c = 0; c < width; c++) {
          const place = (k * atoms + i) * width + c;
          decoder[place] = at(decoder, place) + (value / length) * at(frame, a * width + c);
        }
      });
    }
  });
  return dictionaryOf(features.length * atoms, 1, width, decoder);
}

/**
 * Codes of x by the top `most` groups by ‖E_k x‖ (`positive`: only positive codes, as a TopK SAE; r = 1).
 * Groups with zero codes are not listed.
 */
export function encodeTop(
  dictionary: Dictionary,
  x: Float32Array,
  most: number,
  positive = false,
): CodeTable {
  const { groups, rank, width, encoder } = dictionary;
  const rows = Array.from({ length: x.length / width }, (_row, row) => {
    const all = Array.from({ length: groups }, (_, group) => {
      const code = Array.from({ length: rank }, (_i, i) => {
        let sum = 0;
        for (let c = 0; c < width; c++) {
          sum += at(encoder, (group * rank + i) * width + c) * at(x, row * width + c);
        }
        return positive ? Math.max(0, sum) : sum;
      });
      return { group, code, norm: Math.hypot(...code) };
    });
    return all
      .filter(({ norm }) => norm > 1e-6)
      .sort((a, b) => b.norm - a.norm)
      .slice(0, most)
      .sort((a, b) => a.group - b.group);
  });
  return codesOf(groups, rank, rows);
}

/** A group with its code in one row. */
export interface Firing {
  readonly group: number;
  readonly code: readonly number[];
}

/** A code table from the firings of every row. */
export function codesOf(
  groups: number,
  rank: number,
  rows: readonly (readonly Firing[])[],
): CodeTable {
  const offsets = new Uint32Array(rows.length + 1);
  rows.forEach((firings, row) => {
    offsets[row + 1] = at(offsets, row) + firings.length;
  });
  return {
    rows: rows.length,
    rank,
    groups,
    offsets,
    active: Uint32Array.from(rows.flatMap((firings) => firings.map(({ group }) => group))),
    codes: Float32Array.from(rows.flatMap((firings) => firings.flatMap(({ code }) => code))),
  };
}

/** The rows of a world whose one group fires at given 2-D points, with the identity as decoder block. */
export function planeCloud(points: readonly (readonly [number, number])[]): {
  dictionary: Dictionary;
  codes: CodeTable;
} {
  return {
    dictionary: dictionaryOf(1, 2, 2, [1, 0, 0, 1]),
    codes: codesOf(
      1,
      2,
      points.map((code) => [{ group: 0, code }]),
    ),
  };
}

/** Rows of the group table of an index. */
export function rowsOfTable(indexed: IndexedCodes) {
  return groupTable(indexed, rowSpaces(indexed.dictionary, liveGroups(indexed)));
}
