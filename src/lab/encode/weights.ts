/**
 * Moves weights between the engine's padded buffers, plain arrays, and raw input units.
 */
import type { Dictionary } from '../../analysis/types';
import { readBuffer } from '../../gpu/readback';
import type { ModelLayout } from '../../sae/layout';
import { padRows, unpadRows, type ModelWeights } from '../../sae/initial';

/** One number per parameter, in the layouts of Dictionary. */
export type ParameterArrays = Pick<
  Dictionary,
  'encoder' | 'decoder' | 'encoderBias' | 'decoderBias'
>;

/** Buffer names of one set of parameters: weights have no suffix, Adam's moments have one. */
export type ParameterKind = '' | '_moment1' | '_moment2';

type NamedBuffers = ReadonlyMap<string, GPUBuffer>;

function buffer(buffers: NamedBuffers, name: string): GPUBuffer {
  const found = buffers.get(name);
  if (found === undefined) throw new RangeError(`no buffer "${name}"`);
  return found;
}

/** Writes one set of parameters to the GPU. */
export function writeParameters(
  device: GPUDevice,
  buffers: NamedBuffers,
  layout: ModelLayout,
  kind: ParameterKind,
  values: ParameterArrays,
): void {
  const { latents, width } = layout;
  const write = (name: string, offset: number, data: Float32Array) => {
    device.queue.writeBuffer(
      buffer(buffers, name),
      offset * 4,
      data.buffer,
      data.byteOffset,
      data.byteLength,
    );
  };
  write(`encoder${kind}`, 0, padRows(values.encoder, latents, width));
  write(`decoder${kind}`, 0, padRows(values.decoder, latents, width));
  write(`biases${kind}`, 0, values.encoderBias);
  write(`biases${kind}`, layout.biasOffset, values.decoderBias);
}

/** Reads one set of parameters from the GPU, without padding. */
export async function readParameters(
  device: GPUDevice,
  buffers: NamedBuffers,
  layout: ModelLayout,
  kind: ParameterKind,
): Promise<ParameterArrays> {
  const { latents, width, biasOffset } = layout;
  const [encoder, decoder, biases] = await Promise.all(
    ['encoder', 'decoder', 'biases'].map(async (name) => {
      return new Float32Array(await readBuffer(device, buffer(buffers, `${name}${kind}`)));
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
