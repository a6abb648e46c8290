/**
 * The shapes a synthetic feature can have. A shape is a distribution of points f in R^d_i with mean
 * square norm 1 and, except for `line`, mean zero; so a feature's energy is its frequency times its
 * squared scale, whatever its shape. shaders/make_zoo_batch.wgsl draws the same points from the same
 * random bits; the two lists are held together by the test that compares them.
 */
import { drawBelow, uniformFromBits, type RandomDraws } from '../base/random';

export const shapeKinds = [
  'line',
  'signed_line',
  'circle',
  'disk',
  'sphere',
  'torus',
  'helix',
  'swiss_roll',
  'mobius',
  'simplex',
  'gaussian',
] as const;

export type ShapeKind = (typeof shapeKinds)[number];

/** Largest d_i: the feature's draws and the kernel's scratch memory are laid out for it. */
export const MAX_FEATURE_DIMENSION = 16;

/** Number of a kind in the kernel's feature table. */
export function shapeCode(kind: ShapeKind): number {
  return shapeKinds.indexOf(kind);
}

/**
 * d_i of a shape. `parameter` is the number of clusters k of a simplex (k − 1 dimensions), the
 * dimension of a Gaussian, the number of turns of a helix or a swiss roll, and unused by the others.
 */
export function shapeDimension(kind: ShapeKind, parameter: number): number {
  switch (kind) {
    case 'line':
    case 'signed_line':
      return 1;
    case 'circle':
    case 'disk':
      return 2;
    case 'sphere':
    case 'torus':
    case 'helix':
    case 'swiss_roll':
    case 'mobius':
      return 3;
    case 'simplex':
      return parameter - 1;
    case 'gaussian':
      return parameter;
  }
}

/** Draws of a feature: its scale, then the three uniforms of a shape, then normals from the next block. */
export const SHAPE_DRAWS = { scale: 0, first: 1, second: 2, normals: 4 } as const;

/** Torus of tube radius 0.6 times the ring's: ring² + tube² = 1. */
const TORUS_RING = 1 / Math.sqrt(1.36);
const TORUS_TUBE = 0.6 * TORUS_RING;
/** Half width of the Möbius strip before scaling; E‖·‖² = 1 + h²/3. */
const MOBIUS_HALF_WIDTH = 0.9;
const MOBIUS_SCALE = 1 / Math.sqrt(1 + MOBIUS_HALF_WIDTH ** 2 / 3);
/** Turns of a swiss roll, as its parameter. */
export const SWISS_ROLL_TURNS = 2;
/**
 * Swiss roll φ·(cos φ, sin φ), φ from one to three turns: mean (0, −1), mean square 52π²/3. The plane
 * gets 2/3 of the energy, the height 1/3.
 */
const SWISS_ROLL_SCALE = 1 / Math.sqrt(1.5 * ((52 * Math.PI ** 2) / 3 - 1));

/** Whether the points of a shape have mean zero. */
export function isCentred(kind: ShapeKind): boolean {
  return kind !== 'line';
}

/**
 * Writes one point of a shape into `point` (its first d_i entries). `firstDraw` is the first draw of
 * the feature's own range.
 */
export function drawShape(
  kind: ShapeKind,
  parameter: number,
  draws: RandomDraws,
  firstDraw: number,
  point: Float64Array,
): void {
  const bits = draws.u32(firstDraw + SHAPE_DRAWS.first);
  const u = uniformFromBits(bits);
  const v = draws.uniform(firstDraw + SHAPE_DRAWS.second);
  switch (kind) {
    case 'line':
      point[0] = 1;
      return;
    case 'signed_line':
      point[0] = bits >>> 31 === 1 ? 1 : -1;
      return;
    case 'circle':
      return writeCircle(point, 1, u);
    case 'disk':
      // A uniform disk of radius √2.
      return writeCircle(point, Math.sqrt(2 * v), u);
    case 'sphere': {
      const height = 2 * v - 1;
      writeCircle(point, Math.sqrt(1 - height * height), u);
      point[2] = height;
      return;
    }
    case 'torus': {
      const tube = 2 * Math.PI * v;
      writeCircle(point, TORUS_RING + TORUS_TUBE * Math.cos(tube), u);
      point[2] = TORUS_TUBE * Math.sin(tube);
      return;
    }
    case 'helix':
      writeCircle(point, Math.sqrt(2 / 3), fractionOfTurns(bits, parameter));
      point[2] = 2 * u - 1;
      return;
    case 'swiss_roll': {
      const angle = 2 * Math.PI * (1 + SWISS_ROLL_TURNS * u);
      writeCircle(point, SWISS_ROLL_SCALE * angle, fractionOfTurns(bits, SWISS_ROLL_TURNS));
      point[1] = (point[1] ?? 0) + SWISS_ROLL_SCALE;
      point[2] = 2 * v - 1;
      return;
    }
    case 'mobius': {
      const across = MOBIUS_HALF_WIDTH * (2 * v - 1);
      const halfAngle = Math.PI * u;
      writeCircle(point, MOBIUS_SCALE * (1 + across * Math.cos(halfAngle)), u);
      point[2] = MOBIUS_SCALE * across * Math.sin(halfAngle);
      return;
    }
    case 'simplex':
      return writeVertex(point, parameter, drawBelow(draws, firstDraw + 1, parameter).value);
    case 'gaussian':
      for (let k = 0; k < parameter; k += 1) {
        point[k] = draws.normal(firstDraw + SHAPE_DRAWS.normals + k) / Math.sqrt(parameter);
      }
      return;
  }
}

function writeCircle(point: Float64Array, radius: number, turn: number): void {
  point[0] = radius * Math.cos(2 * Math.PI * turn);
  point[1] = radius * Math.sin(2 * Math.PI * turn);
}

/** turns·u modulo 1 for the uniform u of some bits, in exact integer arithmetic. */
function fractionOfTurns(bits: number, turns: number): number {
  return (((bits >>> 8) * turns) % 2 ** 24) * 2 ** -24;
}

/**
 * Vertex of the regular simplex with k vertices on the unit sphere of R^(k−1): column `vertex` of the
 * Helmert matrix without its constant row, rescaled to norm 1.
 */
function writeVertex(point: Float64Array, clusters: number, vertex: number): void {
  const scale = Math.sqrt(clusters / (clusters - 1));
  for (let m = 1; m < clusters; m += 1) {
    const entry = vertex < m ? 1 : vertex === m ? -m : 0;
    point[m - 1] = (scale * entry) / Math.sqrt(m * (m + 1));
  }
}
