/**
 * The scalar of `expected_average_only_in`: a model trained on x_in = c·x, rewritten for raw x and back.
 * With x̂_in = Dᵀ(E(x_in − b) + e) + b and x̂ = x̂_in / c, the raw model is
 *
 *   E' = c·E,   e' = e,   D' = D / c,   b' = b / c
 *
 * since E'(x − b') + e' = E(c·x − b) + e: the codes, and so every gate, are the same numbers, and
 * D'ᵀp + b' = (Dᵀp + b) / c. Without `apply_b_dec_to_input` the same algebra holds. Source: SAELens,
 * `fold_activation_norm_scaling_factor`. Knows no file.
 */
import type { Dictionary } from '../analysis/types';

const scaled = (values: Float32Array, factor: number): Float32Array =>
  values.map((value) => value * factor);

/** Weights trained on c·x as weights for raw x. */
export function foldInputScale(weights: Dictionary, c: number): Dictionary {
  if (c === 1) return weights;
  return {
    ...weights,
    encoder: scaled(weights.encoder, c),
    decoder: scaled(weights.decoder, 1 / c),
    decoderBias: scaled(weights.decoderBias, 1 / c),
  };
}

/** Weights for raw x as weights for c·x: what training goes on from. */
export function unfoldInputScale(weights: Dictionary, c: number): Dictionary {
  return foldInputScale(weights, 1 / c);
}
