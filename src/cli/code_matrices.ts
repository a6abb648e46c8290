/**
 * Sparse codes as the dense matrices that other programs read: the codes themselves and the rows that they
 * decode to. Pure; knows no file.
 */
import { at } from '../base/array';
import type { CodeTable, Dictionary } from '../analysis/types';
import { rowScale } from '../lab/encode/data_units';
import type { ModelConfig } from '../sae/config';

/** Codes [rows, K·r] with zeros where no group fires; column g·r + i is row i of group g, as in W_dec. */
export function denseCodes(table: CodeTable): Float32Array {
  const { rows, rank, groups, offsets, active, codes } = table;
  const dense = new Float32Array(rows * groups * rank);
  for (let row = 0; row < rows; row++) {
    for (let entry = at(offsets, row); entry < at(offsets, row + 1); entry++) {
      const own = codes.subarray(entry * rank, (entry + 1) * rank);
      dense.set(own, (row * groups + at(active, entry)) * rank);
    }
  }
  return dense;
}

/**
 * x̂ [rows, d] = ρ (D_kᵀp_k summed over active groups + b_dec) + μ, where ρ and μ are the deviation (plus
 * 1e-5) and mean of the row under `layer_norm`, else 1 and 0. Sums in float64.
 */
export function reconstruct(
  weights: Dictionary,
  config: ModelConfig,
  table: CodeTable,
  x: Float32Array,
): Float32Array {
  const { width, rank, decoder, decoderBias } = weights;
  const output = new Float32Array(table.rows * width);
  for (let row = 0; row < table.rows; row++) {
    const sum = Float64Array.from(decoderBias);
    for (let entry = at(table.offsets, row); entry < at(table.offsets, row + 1); entry++) {
      const group = at(table.active, entry);
      for (let i = 0; i < rank; i++) {
        const code = at(table.codes, entry * rank + i);
        const atom = (group * rank + i) * width;
        for (let j = 0; j < width; j++) sum[j] = at(sum, j) + code * at(decoder, atom + j);
      }
    }
    const layerNorm = config.normalize_activations === 'layer_norm';
    const { mean, scale } = layerNorm
      ? rowScale(x.subarray(row * width, (row + 1) * width))
      : { mean: 0, scale: 1 };
    for (let j = 0; j < width; j++) output[row * width + j] = scale * at(sum, j) + mean;
  }
  return output;
}
