/** A token embedding that is larger than an adapter binds goes to half the bytes; nothing else changes. */
import { expect, it } from 'vitest';
import { fitWeights } from '../../../src/lab/language/fit_weights';
import { entryOf } from '../../../src/lm/pack_matrix';
import { randomTransformer } from '../lm/random_transformer';

const { weights } = randomTransformer(
  {
    form: 'gpt2',
    width: 8,
    hidden: 16,
    layers: 1,
    heads: 2,
    kvHeads: 2,
    vocabulary: 50,
    context: 8,
    epsilon: 1e-5,
  },
  'f32',
);
const limits = (bytes: number) => ({ maxStorageBufferBindingSize: bytes, maxBufferSize: 2 ** 28 });
const { tokenEmbedding } = weights;

it('keeps float32 where it fits', () => {
  expect(fitWeights(weights, limits(50 * 8 * 4))).toBe(weights);
});

it('is a half float of each entry where it does not', () => {
  const fitted = fitWeights(weights, limits(50 * 8 * 4 - 1));
  expect(fitted.tokenEmbedding.format).toBe('f16');
  expect(fitted.blocks).toBe(weights.blocks);
  for (let row = 0; row < 50; row += 1) {
    for (let column = 0; column < 8; column += 1) {
      const entry = entryOf(tokenEmbedding, row, column);
      const half = entryOf(fitted.tokenEmbedding, row, column);
      // Half an ulp of ten fraction bits, or of the smallest half float.
      expect(Math.abs(half - entry)).toBeLessThanOrEqual(
        Math.max(Math.abs(entry) * 2 ** -11, 2 ** -25),
      );
    }
  }
});

it('keeps float32 when an entry is beyond the range of float16', () => {
  if (tokenEmbedding.format !== 'f32') throw new Error('the test needs float32');
  const values = tokenEmbedding.values.map((value, i) => (i === 7 ? 70_000 : value));
  const large = { ...weights, tokenEmbedding: { ...tokenEmbedding, values } };
  expect(fitWeights(large, limits(100))).toBe(large);
});
