/**
 * The code cloud of one group in its principal axes: what the 2-D and 3-D scatters draw and what
 * irreducibility and code ranks are read from. Distances are those of the contributions D_kᵀp_k in
 * input space, whatever basis the block happens to use.
 *
 * Two choices. Covariance is about the mean (docs/method/diagnostics.md says covariance): a latent that is always positive
 * varies along one direction and has rank 1 either way, while the offset of a cloud that never visits the
 * origin is no dimension of it. And coordinates for pictures are *not* centred: the origin is where the
 * group is silent, so rays and rings stay recognisable; `mean` says where the cloud's centre lies.
 */
import { at } from '../base/array';
import type { IndexedCodes } from './code_index';
import { contributionCoordinates, firingsOf, normsOf } from './code_index';
import {
  dot,
  lowerFactor,
  multiply,
  multiplyTransposed,
  symmetricEigen,
} from '../base/linear_algebra';
import { evenSample } from './even_sample';
import { blockOf } from './spectra';

/** Second moments of a group's contributions about their mean. */
interface CodeCovariance {
  readonly firings: number;
  /** [r], mean of y = p·L_k. */
  readonly mean: Float64Array;
  /** [r, r], covariance of y (divided by n); zero when the group fires less than twice. */
  readonly covariance: Float64Array;
}

/** Covariance of a group's contributions in orthonormal coordinates of its decoder rows. O(n·r²). */
function codeCovariance(indexed: IndexedCodes, group: number): CodeCovariance {
  const { rank } = indexed.dictionary;
  const firings = firingsOf(indexed, group);
  const start = at(indexed.offsets, group);
  const mean = new Float64Array(rank);
  const covariance = new Float64Array(rank * rank);
  const y = new Float64Array(rank);
  for (let e = start; e < start + firings; e++) {
    contributionCoordinates(indexed, group, e, y, 0);
    for (let i = 0; i < rank; i++) mean[i] = (mean[i] ?? 0) + (y[i] ?? 0) / firings;
  }
  if (firings < 2) return { firings, mean, covariance };
  // A second pass about the mean: a difference of sums would lose small axes of an off-centre cloud.
  for (let e = start; e < start + firings; e++) {
    contributionCoordinates(indexed, group, e, y, 0);
    for (let i = 0; i < rank; i++) y[i] = (y[i] ?? 0) - (mean[i] ?? 0);
    for (let i = 0; i < rank; i++) {
      const yi = (y[i] ?? 0) / firings;
      for (let j = 0; j <= i; j++) {
        covariance[i * rank + j] = (covariance[i * rank + j] ?? 0) + yi * (y[j] ?? 0);
      }
    }
  }
  for (let i = 0; i < rank; i++) {
    for (let j = 0; j < i; j++) covariance[j * rank + i] = covariance[i * rank + j] ?? 0;
  }
  return { firings, mean, covariance };
}

/** Standard deviations of a group's contributions along their principal axes, largest first, [r]. O(n·r²). */
export function codeSingularValues(indexed: IndexedCodes, group: number): Float64Array {
  const { covariance } = codeCovariance(indexed, group);
  const { values } = symmetricEigen(covariance, indexed.dictionary.rank);
  return values.map((value) => Math.sqrt(Math.max(0, value)));
}

/** Points of a group in its principal axes. */
export interface PrincipalCodes {
  /** Firings of the group, of which `count` are given. */
  readonly total: number;
  readonly count: number;
  /** r: axes given, strongest first. */
  readonly axes: number;
  /** [count, axes], coordinates of D_kᵀp_k along the axes, in the data's units, not centred. */
  readonly coordinates: Float64Array;
  /** [count], rows of the code table, ascending. */
  readonly rows: Uint32Array;
  /** [count], ‖D_kᵀp_k‖. */
  readonly norms: Float64Array;
  /** [axes], the cloud's mean along the axes (over all firings). */
  readonly mean: Float64Array;
  /** [axes], variance along each axis over all firings. */
  readonly variances: Float64Array;
  /** [axes], share of the variance along each axis; zeros when there is none. */
  readonly shares: Float64Array;
  /** [axes, r], each axis in the orthonormal coordinates y = p·L_k; see `axesInInputSpace`. */
  readonly vectors: Float64Array;
}

export interface PrincipalCodesOptions {
  /** Most points to return; default all. */
  readonly limit?: number | undefined;
  /** Which points a limit keeps: spread evenly over the firings (default), or the strongest. */
  readonly keep?: 'spread' | 'strongest' | undefined;
}

/**
 * Principal component analysis of a group's contributions. The axes always come from all firings,
 * whatever points are returned. The sign of an axis is chosen so that the returned cloud's third moment
 * along it is not negative. O(n·r² + r³), and O(n log n) to keep the strongest.
 */
export function principalCodes(
  indexed: IndexedCodes,
  group: number,
  { limit = Number.POSITIVE_INFINITY, keep = 'spread' }: PrincipalCodesOptions = {},
): PrincipalCodes {
  const { rank } = indexed.dictionary;
  const { firings, mean: meanY, covariance } = codeCovariance(indexed, group);
  const { values, vectors } = symmetricEigen(covariance, rank);
  const start = at(indexed.offsets, group);
  const chosen =
    keep === 'spread' || limit >= firings
      ? evenSample(firings, limit)
      : strongestSample(normsOf(indexed, group), limit);
  const coordinates = new Float64Array(chosen.length * rank);
  const y = new Float64Array(rank);
  const third = new Float64Array(rank);
  chosen.forEach((entry, i) => {
    contributionCoordinates(indexed, group, start + entry, y, 0);
    for (let a = 0; a < rank; a++) {
      const value = dot(vectors, a * rank, y, 0, rank);
      coordinates[i * rank + a] = value;
      third[a] = (third[a] ?? 0) + value ** 3;
    }
  });
  const mean = Float64Array.from({ length: rank }, (_, a) =>
    dot(vectors, a * rank, meanY, 0, rank),
  );
  for (let a = 0; a < rank; a++) {
    if ((third[a] ?? 0) >= 0) continue;
    mean[a] = -at(mean, a);
    for (let j = 0; j < rank; j++) vectors[a * rank + j] = -at(vectors, a * rank + j);
    for (let i = 0; i < chosen.length; i++) {
      coordinates[i * rank + a] = -(coordinates[i * rank + a] ?? 0);
    }
  }
  const variances = values.map((value) => Math.max(0, value));
  const total = variances.reduce((sum, value) => sum + value, 0);
  const { rows, norms } = indexed;
  return {
    total: firings,
    count: chosen.length,
    axes: rank,
    coordinates,
    rows: chosen.map((entry) => at(rows, start + entry)),
    norms: Float64Array.from(chosen, (entry) => at(norms, start + entry)),
    mean,
    variances,
    shares: variances.map((value) => (total > 0 ? value / total : 0)),
    vectors,
  };
}

/**
 * The same codes turned within the group's span towards given directions `towards` [axes, d]: axis 1 is the direction of the
 * span nearest to the first of them, axis 2 the nearest to the second at right angles to axis 1, and so on, so that
 * pictures of the same group with other weights can be compared. Distances and norms stay. An axis whose direction the span
 * does not have takes what is left of the principal axes, the strongest first. O(r²·d + n·r²).
 */
export function alignedCodes(
  indexed: IndexedCodes,
  group: number,
  codes: PrincipalCodes,
  towards: Float64Array,
): PrincipalCodes {
  const { axes: r, count } = codes;
  const own = axesInInputSpace(indexed, group, codes);
  const turn = turnTowards(multiplyTransposed(towards, own, r, indexed.dictionary.width, r), r);
  const variances = Float64Array.from({ length: r }, (_, a) =>
    codes.variances.reduce((sum, variance, j) => sum + at(turn, a * r + j) ** 2 * variance, 0),
  );
  const total = variances.reduce((sum, value) => sum + value, 0);
  return {
    ...codes,
    coordinates: multiplyTransposed(codes.coordinates, turn, count, r, r),
    mean: multiplyTransposed(codes.mean, turn, 1, r, r),
    variances,
    shares: variances.map((value) => (total > 0 ? value / total : 0)),
    vectors: multiply(turn, codes.vectors, r, r, r),
  };
}

/** Share of a direction's length from which the span counts as having it. */
const PRESENT = 1e-6;

/** An orthogonal matrix [r, r] whose rows follow those of A [r, r] as far as they can, each in its turn. */
function turnTowards(a: Float64Array, r: number): Float64Array {
  const wanted = new Float64Array(2 * r * r);
  for (let i = 0; i < r; i++) {
    const isThere = dot(a, i * r, a, i * r, r) > PRESENT ** 2;
    if (isThere) wanted.set(a.subarray(i * r, (i + 1) * r), i * r);
    wanted[(r + i) * r + i] = 1;
  }
  const { basis } = lowerFactor(wanted, 2 * r, r, PRESENT);
  const rows = Array.from({ length: 2 * r }, (_, i) => basis.subarray(i * r, (i + 1) * r));
  const isRow = (row: Float64Array) => row.some((value) => value !== 0);
  const left = rows.slice(r).filter(isRow);
  const turn = new Float64Array(r * r);
  rows.slice(0, r).forEach((row, i) => {
    turn.set(isRow(row) ? row : (left.shift() ?? row), i * r);
  });
  return turn;
}

/** Indices of the `count` largest norms, ascending. */
function strongestSample(norms: Float64Array, count: number): Uint32Array {
  const order = Uint32Array.from(norms, (_, i) => i);
  order.sort((i, j) => at(norms, j) - at(norms, i) || i - j);
  return order.slice(0, count).sort();
}

/** The principal axes as unit vectors of input space, [axes, d]; zero where the decoder has no such direction. O(r²·d). */
export function axesInInputSpace(
  indexed: IndexedCodes,
  group: number,
  codes: PrincipalCodes,
): Float64Array {
  const { rank, width } = indexed.dictionary;
  const { basis } = lowerFactor(
    blockOf(indexed.dictionary.decoder, indexed.dictionary, group),
    rank,
    width,
  );
  return multiply(codes.vectors, basis, codes.axes, rank, width);
}
