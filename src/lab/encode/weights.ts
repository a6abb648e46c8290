/**
 * Moves weights between the engine's padded buffers, plain arrays, and raw input units.
 */
import type { Dictionary } from '../../analysis/types';
import type { BufferSet } from '../../gpu/buffer_set';
import type { ModelLayout } from '../../sae/layout';
import { padRows, unpadRows, type ModelWeights } from '../../sae/initial';

/** One number per parameter, in the layouts of Dictionary. */
export type ParameterArrays = Pick<
  Dictionary,
  'encoder' | 'decoder' | 'encoderBias' | 'decoderBias'
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
  const { latents, width } = layout;
  buffers.write(`encoder${kind}`, padRows(values.encoder, latents, width));
  buffers.write(`decoder${kind}`, padRows(values.decoder, latents, width));
  buffers.write(`biases${kind}`, values.encoderBias);
  buffers.write(`biases${kind}`, values.decoderBias, layout.biasOffset);
}

/** Reads one set of parameters from the GPU, without padding. */
export async function readParameters(
  buffers: BufferSet,
  layout: ModelLayout,
  kind: ParameterKind,
): Promise<ParameterArrays> {
  const { latents, width, biasOffset } = layout;
  const [encoder, decoder, biases] = await Promise.all(
    ['encoder', 'decoder', 'biases'].map(async (name) => {
      return new Float32Array(await buffers.read(`${name}${kind}`));
    }),
  );
  if (encoder === undefined || decoder === undefined || biases === undefined) {
    throw new RangeError('parameters are incomplete');
  }
  return {
    encoder: unpadRows(encoder, latents, width),
    decoder: unpadRows(decoder, latents, width),
    encoderBias: biases.slice(0, latents),
    decoderBias: biases.slice(biasOffset, biasOffset + width),
  };
}

/**
 * Weights trained on c·x as weights for x: E·(c·x − b) = (c·E)(x − b/c), so E takes c, D and b_dec 1/c,
 * and codes stay what they are. `factor` is c; pass 1/c to go back.
 */
export function foldInputScale(weights: ModelWeights, factor: number): ModelWeights {
  if (factor === 1) return weights;
  return {
    ...weights,
    encoder: weights.encoder.map((value) => value * factor),
    decoder: weights.decoder.map((value) => value / factor),
    decoderBias: weights.decoderBias.map((value) => value / factor),
  };
}
