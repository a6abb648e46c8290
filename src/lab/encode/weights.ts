/**
 * Moves weights between the engine's padded buffers, plain arrays, and raw input units.
 */
import type { Dictionary } from '../../analysis/types';
import type { BufferSet } from '../../gpu/buffer_set';
import type { ModelConfig } from '../../sae/config';
import { vectorsOf, type ModelLayout } from '../../sae/layout';
import { padRows, unpadRows } from '../../base/padded_rows';

/** One number per parameter, in the layouts of Dictionary. */
export type ParameterArrays = Pick<
  Dictionary,
  'encoder' | 'decoder' | 'encoderBias' | 'decoderBias' | 'vectors'
>;

/** Buffer names of one set of parameters: weights have no suffix, Adam's moments have one. */
export type ParameterKind = '' | '_moment1' | '_moment2';

/** Writes one set of parameters to the GPU. */
export function writeParameters(
  buffers: BufferSet,
  layout: ModelLayout,
  kind: ParameterKind,
  values: ParameterArrays,
): void {
  const { width } = layout;
  buffers.write(`encoder${kind}`, padRows(values.encoder, width));
  buffers.write(`decoder${kind}`, padRows(values.decoder, width));
  buffers.write(`biases${kind}`, values.encoderBias);
  buffers.write(`biases${kind}`, values.decoderBias, layout.biasOffset);
  for (const [name, vector] of Object.entries(values.vectors ?? {})) {
    const place = layout.vectorsInBiases[name];
    if (place !== undefined) buffers.write(`biases${kind}`, vector, place);
    else if (buffers.has(`${name}${kind}`)) buffers.write(`${name}${kind}`, vector);
  }
}

/** Reads one set of parameters of a model from the GPU, without padding; vectors that are not trained have no moments. */
export async function readParameters(
  buffers: BufferSet,
  config: ModelConfig,
  layout: ModelLayout,
  kind: ParameterKind,
): Promise<ParameterArrays> {
  const { groups, latents, width, biasOffset, vectorsInBiases } = layout;
  const specs = vectorsOf(config).filter(({ trained }) => trained || kind === '');
  const [encoder, decoder, biases] = await Promise.all(
    ['encoder', 'decoder', 'biases'].map(async (name) => {
      return new Float32Array(await buffers.read(`${name}${kind}`));
    }),
  );
  if (encoder === undefined || decoder === undefined || biases === undefined) {
    throw new RangeError('parameters are incomplete');
  }
  const vectors = await Promise.all(
    specs.map(async ({ name, length }): Promise<[string, Float32Array]> => {
      const count = length === 'one' ? 1 : groups;
      const place = vectorsInBiases[name];
      if (place !== undefined) return [name, biases.slice(place, place + count)];
      return [name, new Float32Array(await buffers.read(`${name}${kind}`, 4 * count))];
    }),
  );
  return {
    encoder: unpadRows(encoder, latents, width),
    decoder: unpadRows(decoder, latents, width),
    encoderBias: biases.slice(0, latents),
    decoderBias: biases.slice(biasOffset, biasOffset + width),
    ...(specs.length === 0 ? {} : { vectors: Object.fromEntries(vectors) }),
  };
}

/**
 * Weights trained on c·x as weights for x: E·(c·x − b) = (c·E)(x − b/c), so E takes c, D and b_dec 1/c,
 * and codes stay what they are. `factor` is c; pass 1/c to go back.
 */
export function foldInputScale(weights: Dictionary, factor: number): Dictionary {
  if (factor === 1) return weights;
  return {
    ...weights,
    encoder: weights.encoder.map((value) => value * factor),
    decoder: weights.decoder.map((value) => value / factor),
    decoderBias: weights.decoderBias.map((value) => value / factor),
  };
}
