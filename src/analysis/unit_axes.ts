/**
 * The coordinates in which units are quantised: a latent's is p‖d‖, a group's are its codes in the principal axes of its
 * contributions D_kᵀp_k. Axes of a unit are orthonormal, so that an error of a coordinate is an error of the
 * reconstruction of the same length. Where columns are chosen one by one, a group's are p‖d‖ of its own columns: in other
 * axes a column that is off would not be 0. Source: docs/method/metrics.md, "Bits a token".
 *
 * The axes are those of E[yyᵀ | fires], about the origin and not about the mean: what a quantiser rounds is the
 * coordinate itself.
 */
import { addAt, at } from '../base/array';
import { dot, lowerFactor, multiply, symmetricEigen } from '../base/linear_algebra';
import { contributionCoordinates, firingsOf, type IndexedCodes } from './code_index';
import { blockOf } from './spectra';

/** The axes of all units that fire, and where every firing lies on them. */
export interface UnitAxes {
  /** [firings·r], of group k from offsets[k]·r on, axis by axis: n_k coordinates of each. In the data's units. */
  readonly coordinates: Float64Array;
  /**
   * [units that fire, r, d], rows of norm 1 that are orthonormal within a unit unless they are its columns; a row of zeros
   * where D_k has less than r dimensions.
   */
  readonly directions: Float64Array;
  /** [K], which row of `directions` is group k's; −1 of one that never fires. */
  readonly places: Int32Array;
}

/** Principal axes of every unit that fires, strongest first, or its own columns. O(firings·r² + K·(r²·d + r³)). */
export function unitAxes(indexed: IndexedCodes, ownColumns = false): UnitAxes {
  const { dictionary, entries } = indexed;
  const { groups, rank, width } = dictionary;
  const places = new Int32Array(groups).fill(-1);
  let live = 0;
  for (let k = 0; k < groups; k++) {
    if (firingsOf(indexed, k) > 0) places[k] = live++;
  }
  const coordinates = new Float64Array(entries.length * rank);
  const directions = new Float64Array(live * rank * width);
  for (let k = 0; k < groups; k++) {
    const place = at(places, k);
    if (place < 0) continue;
    if (ownColumns) {
      directions.set(placeOnColumns(indexed, k, coordinates), place * rank * width);
      continue;
    }
    const { basis } = lowerFactor(blockOf(dictionary.decoder, dictionary, k), rank, width);
    const vectors = placeOnAxes(indexed, k, coordinates);
    directions.set(multiply(vectors, basis, rank, rank, width), place * rank * width);
  }
  return { coordinates, directions, places };
}

/** Writes the coordinates of one group and gives its axes in the coordinates y = p·L_k, [r, r], one a row. */
function placeOnAxes(
  indexed: IndexedCodes,
  group: number,
  coordinates: Float64Array,
): Float64Array {
  const { rank } = indexed.dictionary;
  const start = at(indexed.offsets, group);
  const firings = firingsOf(indexed, group);
  const y = new Float64Array(firings * rank);
  const moments = new Float64Array(rank * rank);
  for (let e = 0; e < firings; e++) {
    contributionCoordinates(indexed, group, start + e, y, e * rank);
    for (let i = 0; i < rank; i++) {
      for (let j = 0; j < rank; j++) {
        addAt(moments, i * rank + j, at(y, e * rank + i) * at(y, e * rank + j));
      }
    }
  }
  const { vectors } = symmetricEigen(moments, rank);
  for (let axis = 0; axis < rank; axis++) {
    const first = start * rank + axis * firings;
    for (let e = 0; e < firings; e++) {
      coordinates[first + e] = dot(vectors, axis * rank, y, e * rank, rank);
    }
  }
  return vectors;
}

/** The same on its own columns: writes p‖d‖ and gives d/‖d‖, [r, d]. */
function placeOnColumns(
  { dictionary, codes, entries, offsets }: IndexedCodes,
  group: number,
  coordinates: Float64Array,
): Float64Array {
  const { rank, width } = dictionary;
  const directions = blockOf(dictionary.decoder, dictionary, group);
  const [start, end] = [at(offsets, group), at(offsets, group + 1)];
  for (let i = 0; i < rank; i++) {
    const norm = Math.sqrt(dot(directions, i * width, directions, i * width, width));
    const first = start * rank + i * (end - start);
    for (let e = start; e < end; e++) {
      coordinates[first + e - start] = norm * at(codes.codes, at(entries, e) * rank + i);
    }
    for (let c = i * width; norm > 0 && c < (i + 1) * width; c++) {
      directions[c] = at(directions, c) / norm;
    }
  }
  return directions;
}
