/** Sparse codes as dense matrices, against sums written out by hand. */
import { describe, expect, it } from 'vitest';
import type { Dictionary } from '../../../src/analysis/types';
import { denseCodes, reconstruct } from '../../../src/cli/code_matrices';
import { modelSchema } from '../../../src/sae/config';
import { codesOf } from '../analysis/worlds';

// Two groups of rank 2 in three dimensions; row 0 uses both, row 1 the second, row 2 none.
const weights: Dictionary = {
  groups: 2,
  rank: 2,
  width: 3,
  encoder: new Float32Array(12),
  decoder: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1),
  encoderBias: new Float32Array(4),
  decoderBias: Float32Array.of(0.5, 0, -0.5),
};
const table = codesOf(2, 2, [
  [
    { group: 0, code: [1, 2] },
    { group: 1, code: [3, 4] },
  ],
  [{ group: 1, code: [-1, 2] }],
  [],
]);
const x = Float32Array.of(1, 2, 6, 1, 1, 1, 0, 0, 0);
const model = (normalize_activations: 'none' | 'layer_norm') =>
  modelSchema.parse({
    architecture: 'topk_sasa',
    n_groups: 2,
    group_rank: 2,
    k_groups: 2,
    normalize_activations,
  });

describe('dense codes', () => {
  it('have the latent order of W_dec and zeros elsewhere', () => {
    expect([...denseCodes(table)]).toEqual([1, 2, 3, 4, 0, 0, -1, 2, 0, 0, 0, 0]);
  });
});

describe('reconstructed rows', () => {
  it('are the atoms times their codes, plus b_dec', () => {
    expect([...reconstruct(weights, model('none'), table, x)]).toEqual([
      1 + 4 + 0.5,
      2 + 4,
      3 + 4 - 0.5,
      2 + 0.5,
      2,
      -1 + 2 - 0.5,
      0.5,
      0,
      -0.5,
    ]);
  });

  it('are brought back to mean and deviation of the row under layer_norm', () => {
    const rows = reconstruct(weights, model('layer_norm'), table, x);
    // Row 0: mean 3, unbiased variance (4 + 1 + 9) / 2 = 7. Row 1: constant.
    const scale = Math.sqrt(7) + 1e-5;
    expect([...rows.subarray(0, 3)]).toEqual(
      [5.5, 6, 6.5].map((value) => Math.fround(scale * value + 3)),
    );
    expect([...rows.subarray(3, 6)]).toEqual(
      [2.5, 2, 0.5].map((value) => Math.fround(1e-5 * value + 1)),
    );
  });
});
