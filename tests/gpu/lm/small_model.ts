/**
 * A language model of a few thousand random weights, for tests of what is done to one from outside.
 */
import { RandomDraws } from '../../../src/base/random';
import type {
  BlockWeights,
  Linear,
  Matrix,
  Norm,
  TransformerConfig,
  TransformerForm,
  TransformerWeights,
} from '../../../src/lm/language_model';

export function smallConfig(form: TransformerForm, width = 24): TransformerConfig {
  return {
    form,
    width,
    hidden: 40,
    layers: 3,
    heads: 2,
    kvHeads: form === 'llama' ? 1 : 2,
    vocabulary: 37,
    context: 12,
    epsilon: 1e-5,
  };
}

/** Weights of a size that makes every token matter. */
export function smallWeights(config: TransformerConfig, seed = 1): TransformerWeights {
  let stream = 0;
  const numbers = (length: number, scale: number, middle = 0): Float32Array => {
    stream += 1;
    const draws = new RandomDraws(seed, 100 + stream);
    return Float32Array.from({ length }, (_, i) => middle + scale * draws.normal(i));
  };
  const matrix = (rows: number, columns: number, scale: number): Matrix => ({
    format: 'f32',
    rows,
    columns,
    values: numbers(rows * columns, scale),
  });
  const biased = config.form === 'gpt2';
  const linear = (rows: number, columns: number): Linear => ({
    weight: matrix(rows, columns, 1.5 / Math.sqrt(columns)),
    bias: biased ? numbers(rows, 0.2) : null,
  });
  const { width, hidden, heads, kvHeads } = config;
  const norm = (): Norm => ({
    gain: numbers(width, 0.2, 1),
    bias: biased ? numbers(width, 0.2) : null,
  });
  const keys = (width / heads) * kvHeads;
  const block = (): BlockWeights => ({
    attentionNorm: norm(),
    query: linear(width, width),
    key: linear(keys, width),
    value: linear(keys, width),
    output: linear(width, width),
    mlpNorm: norm(),
    gate: biased ? null : linear(hidden, width),
    up: linear(hidden, width),
    down: linear(width, hidden),
  });
  return {
    tokenEmbedding: matrix(config.vocabulary, width, 1),
    positionEmbedding: biased ? matrix(config.context, width, 0.3) : null,
    blocks: Array.from({ length: config.layers }, block),
    finalNorm: norm(),
  };
}
