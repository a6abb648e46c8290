/** What a language model says when it or a pass does not fit the adapter, before anything is allocated. */
import { expect, it } from 'vitest';
import type { TransformerConfig, TransformerWeights } from '../../../src/lm/language_model';
import { createLanguageModel } from '../../../src/lm/transformer';
import { defaultLimitsDevice } from '../adapter';

/** A model of no blocks whose embedding has `width` columns of zeros. */
function embedding(width: number): { config: TransformerConfig; weights: TransformerWeights } {
  const [vocabulary, context] = [40_000, 1024];
  return {
    config: {
      form: 'llama',
      width,
      hidden: 4,
      layers: 0,
      heads: width / 4,
      kvHeads: width / 4,
      vocabulary,
      context,
      epsilon: 1e-5,
    },
    weights: {
      tokenEmbedding: {
        format: 'f32',
        rows: vocabulary,
        columns: width,
        values: new Float32Array(vocabulary * width),
      },
      positionEmbedding: null,
      blocks: [],
      finalNorm: { gain: new Float32Array(width), bias: null },
    },
  };
}

it('names the matrix that exceeds the largest binding, with the MiB needed and given', async () => {
  const { config, weights } = embedding(1024);
  await expect(
    createLanguageModel(await defaultLimitsDevice(), config, weights),
  ).rejects.toMatchObject({
    code: 'out_of_memory',
    message: expect.stringMatching(/token embedding needs 156 MiB.*at most 128 MiB/) as string,
  });
});

it('refuses a pass whose logits do not fit, and says how to make it smaller', async () => {
  const { config, weights } = embedding(4);
  const model = await createLanguageModel(await defaultLimitsDevice(), config, weights);
  const shape = { sequences: 1, positions: 1024, from: 0 } as const;
  await expect(model.forward({ ...shape, until: 'logits' })).rejects.toMatchObject({
    code: 'out_of_memory',
    message: expect.stringMatching(/"logits".*156 MiB.*at most 128 MiB/) as string,
    wayOut: 'Use fewer sequences at once, or shorter ones.',
  });
  const fits = await model.forward({ ...shape, until: 0 });
  fits.destroy();
  model.destroy();
});

it.each([
  [{ positions: 2000 }, '1 to 1024 positions, not 2000'],
  [{ until: 3 }, 'in a language model of 0 blocks'],
])('refuses a pass that the model does not have: %o', async (change, words) => {
  const { config, weights } = embedding(4);
  const model = await createLanguageModel(await defaultLimitsDevice(), config, weights);
  const shape = { sequences: 1, positions: 4, from: 0, until: 0, ...change };
  await expect(model.forward(shape)).rejects.toThrow(words);
  model.destroy();
});
