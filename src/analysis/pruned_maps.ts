/**
 * What is left of a dictionary when directions are dropped that its maps hardly use: each block in the basis of the
 * singular vectors of its map D_kᵀE_k, without those of σ < 0.1 σ₁. A group of rank 4 that learned a circle then costs
 * two columns instead of four. Source: docs/method/metrics.md, "Costs".
 */
import { addAt, at } from '../base/array';
import { lowerFactor, multiply, transpose } from '../base/linear_algebra';
import { singularValueDecomposition } from '../base/singular_values';
import { firingsOf, type IndexedCodes } from './code_index';
import { blockOf } from './spectra';
import type { CodeTable, Dictionary } from './types';

/** Of σ₁: directions below are dropped. */
const LEAST_SHARE = 0.1;

/** A dictionary without the directions that were dropped. */
export interface PrunedDictionary {
  /** [K], directions kept of each group, 1 to r. */
  readonly kept: Uint32Array;
  /** D_k·P_k, [K·r, d], P_k on the directions kept; null where none was dropped and the decoder is as it was. */
  readonly decoder: Float32Array | null;
}

/**
 * Drops the weak directions of every map. A map of zeros has no weak direction, so that a unit of rank 1 always keeps
 * its own. O(K·r²·d).
 */
export function pruneDictionary(dictionary: Dictionary): PrunedDictionary {
  const { groups, rank, width } = dictionary;
  const kept = new Uint32Array(groups).fill(rank);
  if (rank === 1) return { kept, decoder: null };
  let pruned: Float32Array | null = null;
  for (let k = 0; k < groups; k++) {
    const decoder = lowerFactor(blockOf(dictionary.decoder, dictionary, k), rank, width);
    const encoder = lowerFactor(blockOf(dictionary.encoder, dictionary, k), rank, width);
    const middle = multiply(transpose(decoder.lower, rank, rank), encoder.lower, rank, rank, rank);
    const { values, left } = singularValueDecomposition(middle, rank, rank);
    const strong = values.findIndex((value) => value < LEAST_SHARE * at(values, 0));
    if (strong < 0) continue;
    kept[k] = strong;
    // Left singular vectors of the middle factor are those of the map, in the basis of the decoder's rows.
    const own = left.subarray(0, strong * rank);
    const projector = multiply(transpose(own, strong, rank), own, rank, strong, rank);
    const inBasis = multiply(decoder.lower, projector, rank, rank, rank);
    pruned ??= dictionary.decoder.slice();
    pruned.set(multiply(inBasis, decoder.basis, rank, rank, width), k * rank * width);
  }
  return { kept, decoder: pruned };
}

/** Directions kept, summed over the groups that fire, mean over rows: l0 itself for a model of rank 1. O(K). */
export function prunedL0(indexed: IndexedCodes, { kept }: PrunedDictionary): number {
  const { rows } = indexed.codes;
  let columns = 0;
  kept.forEach((count, group) => (columns += count * firingsOf(indexed, group)));
  return rows > 0 ? columns / rows : 0;
}

/**
 * ‖t − Σ_k D_kᵀp_k‖² of every row, [rows]: `targets` [rows, d] is what all contributions should add up to, `decoder`
 * [K·r, d] whose contributions. O(entries·r·d).
 */
export function contributionErrors(
  decoder: Float32Array,
  { rows, rank, offsets, active, codes }: CodeTable,
  targets: Float32Array,
  width: number,
): Float64Array {
  const errors = new Float64Array(rows);
  const left = new Float64Array(width);
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < width; c++) left[c] = targets[row * width + c] ?? 0;
    for (let entry = at(offsets, row); entry < at(offsets, row + 1); entry++) {
      for (let i = 0; i < rank; i++) {
        const code = codes[entry * rank + i] ?? 0;
        if (code === 0) continue;
        const atom = (at(active, entry) * rank + i) * width;
        for (let c = 0; c < width; c++) {
          left[c] = (left[c] ?? 0) - code * (decoder[atom + c] ?? 0);
        }
      }
    }
    for (const value of left) addAt(errors, row, value * value);
  }
  return errors;
}
