/**
 * What two groups hold together, taken apart anew: the directions of their joint contributions on the rows where
 * either fires, the components that these fall into, and the block that each component would get.
 */
import { addAt, at } from '../../base/array';
import { multiply, multiplyTransposed, symmetricEigen } from '../../base/linear_algebra';
import { singularValueDecomposition } from '../../base/singular_values';
import { componentsOf, quartimax, squareMeans, squareProducts, type Component } from './components';
import { spectral, strongDirections, type Blocks, type GroupAxes } from './group_axes';
import { addScaled } from './products';
import { balanced, type DirectionRow } from './rewrite';
import { encodeRow, rowsOfEither, type FiringCodes } from './row_codes';
import type { MoveRows } from './types';

/** Of σ₁: weaker directions of the two groups' contributions are left out. */
const LEAST_SINGULAR_VALUE = 0.03;
/** Directions are joined above this: E[z_i² z_l²] / √(E z_i⁴ · E z_l⁴). */
const JOINED_ABOVE = 0.17;
/** A component of which one group keeps at least so much lives there already. */
const LIVES_IN_ONE = 0.95;
/** Of the mean square of a code: what keeps least squares on codes well-posed. */
const LEAST_SQUARES_RIDGE = 1e-3;

/** What a group would become. */
interface NewBlock {
  readonly group: number;
  readonly component: Component;
}

/** A new partition of two groups. */
export interface Partition {
  /** By falling energy; a group may get more than one. */
  readonly blocks: readonly NewBlock[];
  /** The group that is left with nothing; null where both are used. */
  readonly emptied: number | null;
  /** [axes], of all directions; null for one that is left out. */
  readonly directions: readonly (DirectionRow | null)[];
}

/** The rows of a pair: what its two groups should add up to, and their codes whether or not they fire. */
interface PairRows {
  readonly count: number;
  /** [v, rows], Tᵀ in the basis of the contributions. */
  readonly inBasis: Float64Array;
  /** [2r, rows], P. */
  readonly codes: Float64Array;
}

/** The new partition of a pair of groups, or null where there is none to try. `free`: groups that may be taken, first wanted first. */
export function partitionOf(
  model: Blocks,
  rows: MoveRows,
  firing: FiringCodes,
  pair: readonly [GroupAxes, GroupAxes],
  free: readonly number[],
): Partition | null {
  const { rank, width } = model;
  const stacked = new Float64Array(2 * rank * width);
  pair.forEach((axes, side) => {
    stacked.set(axes.contributions, side * rank * width);
  });
  const { values, right } = singularValueDecomposition(stacked, 2 * rank, width);
  const size = values.filter((value) => value > LEAST_SINGULAR_VALUE * at(values, 0)).length;
  const basis = right.slice(0, size * width);
  const seen = pairRows(model, rows, firing, pair, basis, size);
  const moment = multiplyTransposed(seen.inBasis, seen.inBasis, size, seen.count, size);
  const { values: energies, vectors } = symmetricEigen(moment, size);
  const axes = strongDirections(energies);
  if (axes === 0) return null;
  const kept = vectors.slice(0, axes * size);
  const z = multiply(kept, seen.inBasis, axes, size, seen.count);
  const rotation = quartimax(z, axes, seen.count);
  const directions = multiply(multiply(rotation, kept, axes, axes, size), basis, axes, size, width);

  const squares = squareProducts(z, axes, seen.count);
  const components = componentsOf(
    squareMeans(z, axes, seen.count),
    (i, l) =>
      at(squares, i * axes + l) >
      JOINED_ABOVE * Math.sqrt(at(squares, i * axes + i) * at(squares, l * axes + l)),
  );
  if (components.some(({ axes: own }) => own.length > rank)) return null;
  const shares = components.map((component) => sharesOf(component, pair, directions, model));
  const inOne = ([one, other]: readonly [number, number]): boolean =>
    Math.max(one, other) >= LIVES_IN_ONE * (one + other);
  if (components.length > 1 && shares.every(inOne)) return null;
  const places = placesOf(components, shares, pair, free, rank);
  if (places === null) return null;
  const rowsOfDirections = leastSquares(model, pair, seen, z, axes, directions);
  if (rowsOfDirections === null) return null;
  return {
    blocks: components.map((component, c) => ({ group: at(places, c), component })),
    emptied: pair.map(({ group }) => group).find((group) => !places.includes(group)) ?? null,
    directions: rowsOfDirections,
  };
}

/** T = (x − x̂) + f_j D_jᵀp_j + f_k D_kᵀp_k and P on the rows where j or k fires. O(rows·active·r·d). */
function pairRows(
  model: Blocks,
  rows: MoveRows,
  firing: FiringCodes,
  pair: readonly [GroupAxes, GroupAxes],
  basis: Float64Array,
  size: number,
): PairRows {
  const { rank, width } = model;
  const [one, other] = [pair[0].group, pair[1].group];
  const chosen = rowsOfEither(firing, one, other);
  const count = chosen.length;
  const inBasis = new Float64Array(size * count);
  const codes = new Float64Array(2 * rank * count);
  const own = new Float64Array(2 * rank);
  chosen.forEach((row, n) => {
    const target = Float64Array.from(rows.target.subarray(row * width, (row + 1) * width));
    for (let entry = at(firing.rowStart, row); entry < at(firing.rowStart, row + 1); entry++) {
      const group = at(firing.groups, entry);
      if (group === one || group === other) continue;
      for (let i = 0; i < rank; i++) {
        const code = at(firing.used, entry * rank + i);
        addScaled(target, -code, firing.decoder, (group * rank + i) * width, width);
      }
    }
    for (let v = 0; v < size; v++) {
      let sum = 0;
      for (let c = 0; c < width; c++) sum += (basis[v * width + c] ?? 0) * (target[c] ?? 0);
      inBasis[v * count + n] = sum;
    }
    encodeRow(model, rows, row, one, own, 0);
    encodeRow(model, rows, row, other, own, rank);
    for (let i = 0; i < 2 * rank; i++) codes[i * count + n] = own[i] ?? 0;
  });
  return { count, inBasis, codes };
}

/** n_g ‖A_g Bᵀ‖² of both groups: how much of a component each of them holds. */
function sharesOf(
  { axes }: Component,
  pair: readonly [GroupAxes, GroupAxes],
  directions: Float64Array,
  { rank, width }: Blocks,
): readonly [number, number] {
  const held = ({ contributions, firings }: GroupAxes): number => {
    let sum = 0;
    for (const axis of axes) {
      const direction = directions.subarray(axis * width, (axis + 1) * width);
      for (const product of multiply(contributions, direction, rank, width, 1)) sum += product ** 2;
    }
    return firings * sum;
  };
  return [held(pair[0]), held(pair[1])];
}

/**
 * The group that every component goes to: the largest where most of it is, the second to the other group, further ones
 * to free groups, then to columns that are left in the pair. Null where there is no place.
 */
function placesOf(
  components: readonly Component[],
  shares: readonly (readonly [number, number])[],
  pair: readonly [GroupAxes, GroupAxes],
  free: readonly number[],
  rank: number,
): number[] | null {
  const room: [number, number] = [rank, rank];
  const places: number[] = [];
  let taken = 0;
  let first = 0;
  for (const [c, { axes }] of components.entries()) {
    const [one, other] = at(shares, c);
    const favourite = one >= other ? 0 : 1;
    if (c === 0) first = favourite;
    const freeGroup = c > 1 ? free[taken] : undefined;
    if (freeGroup !== undefined) {
      places.push(freeGroup);
      taken += 1;
      continue;
    }
    const wanted = c === 0 ? [first] : c === 1 ? [1 - first] : [favourite, 1 - favourite];
    const side = wanted.find((candidate) => at(room, candidate) >= axes.length);
    if (side === undefined) return null;
    room[side === 0 ? 0 : 1] -= axes.length;
    places.push(at(pair, side).group);
  }
  return places;
}

/**
 * Rows of all directions: atoms are the directions themselves; encoders are the combination of both blocks that predicts
 * z best, w_i = (E[P Pᵀ] + 1e-3 · mean diagonal)⁻¹ E[P z_i], so that what they compute is what the pair computed.
 */
function leastSquares(
  { rank, width, encoder, encoderBias }: Blocks,
  pair: readonly [GroupAxes, GroupAxes],
  { codes, count }: PairRows,
  z: Float64Array,
  axes: number,
  directions: Float64Array,
): (DirectionRow | null)[] | null {
  const size = 2 * rank;
  const gram = multiplyTransposed(codes, codes, size, count, size).map((sum) => sum / count);
  let trace = 0;
  for (let i = 0; i < size; i++) trace += at(gram, i * size + i);
  if (!(trace > 0)) return null;
  for (let i = 0; i < size; i++) addAt(gram, i * size + i, (LEAST_SQUARES_RIDGE * trace) / size);
  const { values, vectors } = symmetricEigen(gram, size);
  const inverse = spectral(values, vectors, size, (value) => 1 / value);
  const moments = multiplyTransposed(z, codes, axes, count, size).map((sum) => sum / count);
  const weights = multiply(moments, inverse, axes, size, size);
  return Array.from({ length: axes }, (_, axis) => {
    const row = new Float64Array(width);
    let bias = 0;
    for (let i = 0; i < size; i++) {
      const weight = at(weights, axis * size + i);
      const column = at(pair, i < rank ? 0 : 1).group * rank + (i % rank);
      addScaled(row, weight, encoder, column * width, width);
      bias += weight * at(encoderBias, column);
    }
    const decoder = directions.slice(axis * width, (axis + 1) * width);
    return balanced({ encoder: row, bias, decoder });
  });
}
