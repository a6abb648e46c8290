/**
 * The directions of one group: codes in the metric of its decoder, y = G^{1/2}p with G = D_kD_kᵀ so that
 * ‖y‖ = ‖D_kᵀp‖, in the rotation in which they are sparsest on the rows where the group fires.
 */
import { addAt, at } from '../../base/array';
import { multiply, multiplyTransposed, symmetricEigen } from '../../base/linear_algebra';
import { blockOf } from '../spectra';
import { quartimax } from './components';
import type { MovedModel } from './types';

/** The weights of a model that moves read and rewrite. */
export type Blocks = Pick<
  MovedModel,
  'groups' | 'rank' | 'width' | 'encoder' | 'decoder' | 'encoderBias'
>;

/** A group that fires on fewer rows is not looked at. */
export const LEAST_FIRINGS = 60;
/** Of the trace: directions with less energy are left out. */
const LEAST_ENERGY = 0.03;
/** Of the mean eigenvalue: what is added to G, so that it has an inverse. */
const RIDGE = 1e-6;

/** The directions of a group, B_a, and what leads from codes to them. */
export interface GroupAxes {
  readonly group: number;
  /** Rows on which it fires. */
  readonly firings: number;
  /** q, at most r. */
  readonly count: number;
  /** [q, r], row a is B_aᵀ G^{1/2}: it makes z_a of codes p, and the encoder row of E_k. */
  readonly fromCodes: Float64Array;
  /** [q, r], row a is B_aᵀ G^{-1/2}: it makes the unit direction u_a of D_k. */
  readonly fromAtoms: Float64Array;
  /** [r, d], A = C^{1/2} G^{-1/2} D_k with C = E[y yᵀ | fires]: AᵀA is the second moment of the contributions. */
  readonly contributions: Float64Array;
  /** [q, firings], z on the rows where it fires. */
  readonly coordinates: Float64Array;
}

/** Directions of a group from its codes [firings, r]; null for one that contributes nothing. O(firings·r² + r²·d). */
export function groupAxes(model: Blocks, group: number, codes: Float64Array): GroupAxes | null {
  const { rank, width } = model;
  const firings = codes.length / rank;
  const decoder = blockOf(model.decoder, model, group);
  const gram = multiplyTransposed(decoder, decoder, rank, width, rank);
  let trace = 0;
  for (let i = 0; i < rank; i++) trace += at(gram, i * rank + i);
  if (!(trace > 0) || firings === 0) return null;
  for (let i = 0; i < rank; i++) addAt(gram, i * rank + i, (RIDGE * trace) / rank);
  const { values, vectors } = symmetricEigen(gram, rank);
  const half = spectral(values, vectors, rank, Math.sqrt);
  const inverse = spectral(values, vectors, rank, (value) => 1 / Math.sqrt(value));
  const y = multiply(codes, half, firings, rank, rank);
  const covariance = secondMoment(y, firings, rank);
  const energies = symmetricEigen(covariance, rank);
  const count = strongDirections(energies.values);
  if (count === 0) return null;
  const kept = energies.vectors.subarray(0, count * rank);
  const coordinates = multiplyTransposed(kept, y, count, rank, firings);
  const rotation = quartimax(coordinates, count, firings);
  const axes = multiply(rotation, kept, count, count, rank);
  const root = spectral(energies.values, energies.vectors, rank, (value) =>
    Math.sqrt(Math.max(0, value)),
  );
  return {
    group,
    firings,
    count,
    fromCodes: multiply(axes, half, count, rank, rank),
    fromAtoms: multiply(axes, inverse, count, rank, rank),
    contributions: multiply(multiply(root, inverse, rank, rank, rank), decoder, rank, rank, width),
    coordinates,
  };
}

/** How many of eigenvalues, largest first, are at least 3 % of their sum; 0 where the sum is 0. */
export function strongDirections(values: Float64Array): number {
  const trace = values.reduce((sum, value) => sum + value, 0);
  if (!(trace > 0)) return 0;
  return values.filter((value) => value >= LEAST_ENERGY * trace).length;
}

/** E[y yᵀ] of points y [points, size], [size, size]. */
function secondMoment(y: Float64Array, points: number, size: number): Float64Array {
  const moment = new Float64Array(size * size);
  for (let n = 0; n < points; n++) {
    for (let i = 0; i < size; i++) {
      const scale = y[n * size + i] ?? 0;
      for (let j = 0; j < size; j++) {
        moment[i * size + j] = (moment[i * size + j] ?? 0) + scale * (y[n * size + j] ?? 0);
      }
    }
  }
  return moment.map((sum) => sum / points);
}

/** Σ_i f(value_i) v_i v_iᵀ, [size, size], of eigenvectors v in rows. */
export function spectral(
  values: Float64Array,
  vectors: Float64Array,
  size: number,
  f: (value: number) => number,
): Float64Array {
  const result = new Float64Array(size * size);
  for (let l = 0; l < size; l++) {
    const value = f(at(values, l));
    for (let i = 0; i < size; i++) {
      const scale = value * (vectors[l * size + i] ?? 0);
      for (let j = 0; j < size; j++) {
        result[i * size + j] = (result[i * size + j] ?? 0) + scale * (vectors[l * size + j] ?? 0);
      }
    }
  }
  return result;
}
