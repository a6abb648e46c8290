/**
 * What a model starts from: decoder rows random on the sphere, the encoder equal to the decoder, no
 * encoder bias, b_dec at the mean of the first batch. Made on the CPU from counters, so that a seed
 * gives the same start on every machine.
 */
import { at } from '../base/array';
import type { Dictionary } from '../base/dictionary';
import { RandomDraws, RandomStream } from '../base/random';
import { architectureOf, shapeOf, type ModelConfig } from './config';
import { vectorsOf } from './layout';

/** Norm of initial decoder rows: as set, else the architecture's own. */
export function initialNorm(config: ModelConfig): number {
  return config.decoder_init_norm ?? architectureOf(config).initialNorm(config);
}

/**
 * Initial weights of the model with index `model` in its run; `decoderBias` [d] is copied, `rms` is that of a number of
 * the centred input as it is trained on.
 */
export function initialWeights(
  config: ModelConfig,
  width: number,
  decoderBias: ArrayLike<number>,
  seed: number,
  model: number,
  rms: number,
): Dictionary {
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
    ...initialVectors(config, groups, rms),
  };
}

type Vectors = NonNullable<Dictionary['vectors']>;

/** What the vectors of a model start from, none for an architecture without. */
function initialVectors(
  config: ModelConfig,
  groups: number,
  rms: number,
): Pick<Dictionary, 'vectors'> {
  const specs = vectorsOf(config);
  if (specs.length === 0) return {};
  const vectors = specs.map((vector): [string, Float32Array] => [
    vector.name,
    new Float32Array(vector.length === 'one' ? 1 : groups).fill(vector.initial(config, rms)),
  ]);
  return { vectors: Object.fromEntries(vectors) };
}

/**
 * Weights of another model as a start of this one: its vectors where they are all there, else initial ones. Where all
 * groups share a number, that of the first stands for it.
 */
export function withVectors(config: ModelConfig, weights: Dictionary, rms: number): Dictionary {
  const { groups, vectors: given, ...matrices } = weights;
  const initial = initialVectors(config, groups, rms);
  const own = Object.entries(initial.vectors ?? {}).map(([name, { length }]) => ({
    name,
    length,
    values: given?.[name],
  }));
  const whole = own.every(({ length, values = [] }) => length === 1 || values.length === length);
  const kept: Vectors = Object.fromEntries(
    own.flatMap(({ name, length, values }) =>
      values === undefined || values.length === 0 ? [] : [[name, values.slice(0, length)]],
    ),
  );
  if (initial.vectors === undefined) return { groups, ...matrices };
  return {
    groups,
    ...matrices,
    vectors: whole ? { ...initial.vectors, ...kept } : initial.vectors,
  };
}
