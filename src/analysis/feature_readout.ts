/**
 * Data and units seen through the frame V_i of one true feature: everything that `featureMoments` needs in the
 * feature's own few coordinates, with the products of frames and decoder blocks made once.
 */
import { at } from '../base/array';
import type { IndexedCodes } from './code_index';
import { multiplyTransposed } from '../base/linear_algebra';
import { blockOf } from './spectra';
import type { GroundTruth } from './types';

/** Sums of a group's raw codes over all rows: Σp [K, r] and Σppᵀ [K, r, r]. */
export interface CodeSums {
  readonly first: Float64Array;
  readonly second: Float64Array;
}

/** Sums over all firings of every group. O(firings·r²). */
export function codeSums({ codes, offsets, entries, dictionary }: IndexedCodes): CodeSums {
  const { groups, rank } = dictionary;
  const first = new Float64Array(groups * rank);
  const second = new Float64Array(groups * rank * rank);
  for (let k = 0; k < groups; k++) {
    for (let e = at(offsets, k); e < at(offsets, k + 1); e++) {
      const start = (entries[e] ?? 0) * rank;
      for (let i = 0; i < rank; i++) {
        const value = codes.codes[start + i] ?? 0;
        first[k * rank + i] = (first[k * rank + i] ?? 0) + value;
        const row = (k * rank + i) * rank;
        for (let j = 0; j < rank; j++) {
          second[row + j] = (second[row + j] ?? 0) + value * (codes.codes[start + j] ?? 0);
        }
      }
    }
  }
  return { first, second };
}

/** The noiseless data x* seen through one feature's frame; V_i V_mᵀ is made when feature m first occurs. */
export class TargetReadout {
  private readonly overlaps = new Map<number, Float64Array>();

  constructor(
    private readonly truth: GroundTruth,
    private readonly basis: Float64Array,
    private readonly dimension: number,
    private readonly width: number,
  ) {}

  private overlapWith(feature: number): Float64Array {
    const known = this.overlaps.get(feature);
    if (known !== undefined) return known;
    const { frame, dimension } = at(this.truth.features, feature);
    const other = Float64Array.from(frame);
    const overlap = multiplyTransposed(this.basis, other, this.dimension, this.width, dimension);
    this.overlaps.set(feature, overlap);
    return overlap;
  }

  /** Adds P_{V_i} x* of a row, in the frame's coordinates, to `out`. */
  addRow(row: number, out: Float64Array): void {
    const { present, maxActive, features, coordinates, coordinateStride } = this.truth;
    for (let slot = row * maxActive; slot < (row + 1) * maxActive; slot++) {
      const feature = at(present, slot);
      if (feature >= features.length) continue;
      const dimension = at(features, feature).dimension;
      const overlap = this.overlapWith(feature);
      for (let a = 0; a < this.dimension; a++) {
        for (let b = 0; b < dimension; b++) {
          const coordinate = coordinates[slot * coordinateStride + b] ?? 0;
          out[a] = (out[a] ?? 0) + (overlap[a * dimension + b] ?? 0) * coordinate;
        }
      }
    }
  }
}

/** Units seen through one feature's frame: V_i D_kᵀ [d_i, r], made when a unit first fires. */
export class UnitReadout {
  private readonly maps = new Map<number, Float64Array>();

  constructor(
    private readonly indexed: IndexedCodes,
    private readonly basis: Float64Array,
    private readonly dimension: number,
  ) {}

  private mapOf(group: number): Float64Array {
    const known = this.maps.get(group);
    if (known !== undefined) return known;
    const { dictionary } = this.indexed;
    const block = blockOf(dictionary.decoder, dictionary, group);
    const { rank, width } = dictionary;
    const map = multiplyTransposed(this.basis, block, this.dimension, width, rank);
    this.maps.set(group, map);
    return map;
  }

  /** Writes P_{V_i} D_kᵀ p of an entry of the code table, in the frame's coordinates, to `out`. */
  project(group: number, entry: number, out: Float64Array): void {
    const map = this.mapOf(group);
    const { codes } = this.indexed;
    const { rank } = codes;
    for (let a = 0; a < this.dimension; a++) {
      let sum = 0;
      for (let i = 0; i < rank; i++) {
        sum += (map[a * rank + i] ?? 0) * (codes.codes[entry * rank + i] ?? 0);
      }
      out[a] = sum;
    }
  }

  /** Σ‖P_{V_i} c_k‖² and the mean of P_{V_i} c_k over all rows. */
  overAllRows(group: number, sums: CodeSums): { total: number; mean: Float64Array } {
    const map = this.mapOf(group);
    const { codes } = this.indexed;
    const { rank, rows } = codes;
    const mean = new Float64Array(this.dimension);
    let total = 0;
    for (let a = 0; a < this.dimension; a++) {
      for (let i = 0; i < rank; i++) {
        const weight = at(map, a * rank + i);
        mean[a] = at(mean, a) + (weight * at(sums.first, group * rank + i)) / rows;
        for (let j = 0; j < rank; j++) {
          total += weight * at(map, a * rank + j) * at(sums.second, (group * rank + i) * rank + j);
        }
      }
    }
    return { total, mean };
  }
}
