/**
 * Weights cut down to what an adapter can bind. The token embedding is by far the largest matrix of a small
 * language model: GPT-2's takes 147 MiB as float32, and WebGPU promises 128 MiB. Where it is too large it goes
 * to float16, half the bytes, at an error of at most one part in 2048 of an entry. It knows no device.
 */
import { largestBuffer, type SizeLimits } from '../../gpu/buffers';
import { float32ToFloat16 } from '../../io/half';
import type { Matrix, TransformerWeights } from '../../lm/language_model';

/** The same weights, with the token embedding as float16 if it fits only so. */
export function fitWeights(weights: TransformerWeights, limits: SizeLimits): TransformerWeights {
  const { tokenEmbedding } = weights;
  if (tokenEmbedding.format !== 'f32') return weights;
  if (tokenEmbedding.values.byteLength <= largestBuffer(limits)) return weights;
  const half = asHalf(tokenEmbedding);
  return half === null ? weights : { ...weights, tokenEmbedding: half };
}

/** Null when an entry is beyond the range of float16. */
function asHalf({ rows, columns, values }: Extract<Matrix, { format: 'f32' }>): Matrix | null {
  const most = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  if (most > LARGEST_HALF) return null;
  return { format: 'f16', rows, columns, values: float32ToFloat16(values) };
}

const LARGEST_HALF = 65504;
