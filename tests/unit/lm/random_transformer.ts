/**
 * Small transformers with random weights, of both forms and all formats, for tests. Weights have the scale
 * that keeps a stream of unit size at unit size; norms have gains about 1.
 */
import { RandomDraws } from '../../../src/base/random';
import type {
  BlockWeights,
  Linear,
  Matrix,
  Norm,
  TransformerConfig,
  TransformerWeights,
  WeightFormat,
} from '../../../src/lm/language_model';

export interface RandomTransformer {
  readonly config: TransformerConfig;
  readonly weights: TransformerWeights;
}

/** Rounds to the nearest half float of normal size, as bits. */
function halfBits(value: number): number {
  if (value === 0) return 0;
  const sign = value < 0 ? 0x8000 : 0;
  const size = Math.abs(value);
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  const steps = Math.round(size / 2 ** (exponent - 10));
  return sign + ((exponent + 14) << 10) + steps;
}

/** A matrix of normals of deviation `scale` in a format. */
export function randomMatrix(
  format: WeightFormat,
  rows: number,
  columns: number,
  scale: number,
  draws: RandomDraws,
): Matrix {
  const length = rows * columns;
  const values = Float32Array.from({ length }, (_, i) => scale * draws.normal(i));
  if (format === 'f32') return { format, rows, columns, values };
  if (format === 'f16')
    return { format, rows, columns, values: Uint16Array.from(values, halfBits) };
  const scales = Float32Array.from({ length: rows }, (_, row) => {
    const row_ = values.subarray(row * columns, (row + 1) * columns);
    return row_.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6) / 127;
  });
  return {
    format,
    rows,
    columns,
    values: Int8Array.from(values, (value, i) =>
      Math.round(value / (scales[Math.floor(i / columns)] ?? 1)),
    ),
    scales,
  };
}

/** Random weights for a configuration. */
export function randomTransformer(
  config: TransformerConfig,
  format: WeightFormat,
  seed = 1,
): RandomTransformer {
  let tensor = 0;
  const draws = () => new RandomDraws(seed, 1000, (tensor += 1));
  const { width, hidden, heads, kvHeads } = config;
  const keyWidth = (width / heads) * kvHeads;
  const biased = config.form === 'gpt2';
  const vector = (length: number, scale: number, mean = 0) => {
    const random = draws();
    return Float32Array.from({ length }, (_, i) => mean + scale * random.normal(i));
  };
  const linear = (rows: number, columns: number): Linear => ({
    weight: randomMatrix(format, rows, columns, 1 / Math.sqrt(columns), draws()),
    bias: biased ? vector(rows, 0.2) : null,
  });
  const norm = (): Norm => ({
    gain: vector(width, 0.2, 1),
    bias: biased ? vector(width, 0.2) : null,
  });
  const block = (): BlockWeights => ({
    attentionNorm: norm(),
    query: linear(width, width),
    key: linear(keyWidth, width),
    value: linear(keyWidth, width),
    output: linear(width, width),
    mlpNorm: norm(),
    gate: biased ? null : linear(hidden, width),
    up: linear(hidden, width),
    down: linear(width, hidden),
  });
  return {
    config,
    weights: {
      tokenEmbedding: randomMatrix(format, config.vocabulary, width, 1, draws()),
      positionEmbedding: biased ? randomMatrix(format, config.context, width, 0.3, draws()) : null,
      blocks: Array.from({ length: config.layers }, block),
      finalNorm: norm(),
    },
  };
}

/** Tokens [sequences, positions]. */
export function randomTokens(count: number, vocabulary: number, seed = 1): Uint32Array {
  const draws = new RandomDraws(seed, 1001);
  return Uint32Array.from({ length: count }, (_, i) => draws.u32(i) % vocabulary);
}
