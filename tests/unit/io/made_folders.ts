/** Folders of small models with random weights, for the tests of what is written and of what is read. */
import { at } from '../../../src/base/array';
import type { Dictionary } from '../../../src/analysis/types';
import { modelSchema, shapeOf, type ModelInput } from '../../../src/sae/config';
import { writeSaeFolder, type Provenance } from '../../../src/io/sae_folder';
import { numberSequence } from './complaint';

export const WIDTH = 5;

export function randomWeights(groups: number, rank: number, seed = 1): Dictionary {
  const next = numberSequence(seed);
  const numbers = (length: number) => Float32Array.from({ length }, () => next() - 0.5);
  return {
    groups,
    rank,
    width: WIDTH,
    encoder: numbers(groups * rank * WIDTH),
    decoder: numbers(groups * rank * WIDTH),
    encoderBias: numbers(groups * rank),
    decoderBias: numbers(WIDTH),
  };
}

export function folderOf(model: ModelInput, weights?: Dictionary, more: Provenance = {}) {
  const config = modelSchema.parse(model);
  const { groups, rank } = shapeOf(config);
  return writeSaeFolder({
    config,
    weights: weights ?? randomWeights(groups, rank),
    frequency: Float32Array.from({ length: groups }, (_, group) => group / groups),
    provenance: { data: { kind: 'words' }, seed: 3, ...more },
  });
}

export const sasa: ModelInput = {
  architecture: 'topk_sasa',
  name: 'Map',
  n_groups: 6,
  group_rank: 2,
  k_groups: 2,
  nuclear_coefficient: 0.003,
  use_encoder_bias: true,
};
export const topk: ModelInput = { architecture: 'topk', d_sae: 12, k: 3 };
export const standard: ModelInput = { architecture: 'standard', d_sae: 12, l1_coefficient: 0.1 };

export const json = (bytes: Uint8Array | undefined): Record<string, unknown> =>
  JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
export const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** Pre-activations and reconstruction as SAELens computes them from the arrays of a folder, all latents on. */
export function linearPass(weights: Dictionary, x: number[]): { pre: number[]; output: number[] } {
  const latents = weights.groups * weights.rank;
  const pre = Array.from({ length: latents }, (_, latent) =>
    x.reduce(
      (sum, value, i) =>
        sum + (value - at(weights.decoderBias, i)) * at(weights.encoder, latent * WIDTH + i),
      at(weights.encoderBias, latent),
    ),
  );
  const output = x.map((_, i) =>
    pre.reduce(
      (sum, code, latent) => sum + code * at(weights.decoder, latent * WIDTH + i),
      at(weights.decoderBias, i),
    ),
  );
  return { pre, output };
}
