/**
 * What a model starts from: decoder rows random on the sphere, the encoder equal to the decoder, no
 * encoder bias, b_dec at the mean of the first batch. Made on the CPU from counters, so that a seed
 * gives the same start on every machine.
 */
import { at } from '../base/array';
import { RandomDraws, RandomStream } from '../base/random';
import { architectureOf, shapeOf, type ModelConfig } from './config';

/** Weights as the engine trains them, without padding. Same fields as the diagnostics' Dictionary. */
export interface ModelWeights {
  readonly groups: number;
  readonly rank: number;
  readonly width: number;
  /** [K·r, d] */
  readonly encoder: Float32Array;
  /** [K·r, d] */
  readonly decoder: Float32Array;
  /** [K·r] */
  readonly encoderBias: Float32Array;
  /** [d] */
  readonly decoderBias: Float32Array;
}

/** Norm of initial decoder rows: as set, else the architecture's own. */
export function initialNorm(config: ModelConfig): number {
  return config.decoder_init_norm ?? architectureOf(config).initialNorm(config);
}

/** Initial weights of the model with index `model` in its run; `decoderBias` [d] is copied. */
export function initialWeights(
  config: ModelConfig,
  width: number,
  decoderBias: ArrayLike<number>,
  seed: number,
  model: number,
): ModelWeights {
  const { groups, rank } = shapeOf(config);
  const latents = groups * rank;
  const decoder = new Float32Array(latents * width);
  const norm = initialNorm(config);
  const row = new Float64Array(width);
  for (let latent = 0; latent < latents; latent += 1) {
    const draws = new RandomDraws(seed, RandomStream.parameters, model, latent);
    let squares = 0;
    for (let i = 0; i < width; i += 1) {
      const value = draws.normal(i);
      row[i] = value;
      squares += value * value;
    }
    const scale = norm / Math.sqrt(Math.max(squares, Number.MIN_VALUE));
    for (let i = 0; i < width; i += 1) decoder[latent * width + i] = scale * at(row, i);
  }
  return {
    groups,
    rank,
    width,
    encoder: decoder.slice(),
    decoder,
    encoderBias: new Float32Array(latents),
    decoderBias: Float32Array.from(decoderBias),
  };
}

/** Rows [count, width] as the engine stores them: padded with zeros to whole vec4s. */
export function padRows(values: Float32Array, count: number, width: number): Float32Array {
  const stride = Math.ceil(width / 4) * 4;
  if (stride === width) return values;
  const padded = new Float32Array(count * stride);
  for (let row = 0; row < count; row += 1) {
    padded.set(values.subarray(row * width, (row + 1) * width), row * stride);
  }
  return padded;
}

/** Inverse of padRows. */
export function unpadRows(padded: Float32Array, count: number, width: number): Float32Array {
  const stride = Math.ceil(width / 4) * 4;
  if (stride === width) return padded.slice(0, count * width);
  const values = new Float32Array(count * width);
  for (let row = 0; row < count; row += 1) {
    values.set(padded.subarray(row * stride, row * stride + width), row * width);
  }
  return values;
}
