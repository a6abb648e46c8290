/**
 * The SAELens folder: what is written is what SAELens 6 wants, reading gives back the same model bit for
 * bit, and a folder from elsewhere is either understood exactly or refused by name. The computation that
 * a folder describes is written out here from SAELens' definitions (topk_sae.py, the SASA plug-in), so
 * that the files mean what they say.
 */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { modelSchema, shapeOf, type ModelInput } from '../../../src/sae/config';
import type { Provenance } from '../../../src/io/sae_folder';
import { readSaeFolder } from '../../../src/io/sae_folder_reader';
import { readSafetensors, floatTensor } from '../../../src/io/safetensors';
import { foldInputScale } from '../../../src/lab/encode/weights';
import {
  WIDTH,
  randomWeights,
  folderOf,
  sasa,
  topk,
  standard,
  json,
  linearPass,
} from './made_folders';

describe('the written folder', () => {
  it('has the configuration that SAELens 6 and the SASA plug-in read', () => {
    expect(json(folderOf(sasa)['cfg.json'])).toMatchObject({
      architecture: 'topk_sasa',
      d_in: 5,
      d_sae: 12,
      n_groups: 6,
      group_rank: 2,
      k_groups: 2,
      dtype: 'float32',
      device: 'cpu',
      apply_b_dec_to_input: true,
      normalize_activations: 'none',
      reshape_activations: 'none',
      // Below 6, SAELens would convert the file as one of an older format.
      metadata: { sae_lens_version: '6.25.0', sasa_lab: { seed: 3, data: { kind: 'words' } } },
    });
    expect(json(folderOf(topk)['cfg.json'])).toMatchObject({
      architecture: 'topk',
      d_sae: 12,
      k: 3,
      rescale_acts_by_decoder_norm: false,
    });
    expect(json(folderOf(standard)['cfg.json'])).toMatchObject({
      architecture: 'standard',
      d_sae: 12,
    });
  });

  it('holds W_enc as the transpose of the encoder, and the decoder as it is', () => {
    const weights = randomWeights(6, 2);
    const file = readSafetensors(
      folderOf(sasa, weights)['sae_weights.safetensors'] ?? new Uint8Array(),
      'w',
    );
    expect([...file.tensors.keys()]).toEqual(['W_enc', 'W_dec', 'b_enc', 'b_dec']);
    const wEnc = floatTensor(file, 'W_enc', [WIDTH, 12]);
    for (let latent = 0; latent < 12; latent++) {
      for (let i = 0; i < WIDTH; i++) {
        expect(at(wEnc, i * 12 + latent)).toBe(at(weights.encoder, latent * WIDTH + i));
      }
    }
    expect(floatTensor(file, 'W_dec', [12, WIDTH])).toEqual(weights.decoder);
  });

  it('gives every latent the logarithm of the frequency of its group', () => {
    const file = readSafetensors(
      folderOf(sasa)['sparsity.safetensors'] ?? new Uint8Array(),
      'sparsity',
    );
    const sparsity = floatTensor(file, 'sparsity', [12]);
    expect([...sparsity.subarray(0, 2)]).toEqual([-10, -10]);
    expect(at(sparsity, 7)).toBe(Math.fround(Math.log10(0.5 + 1e-10)));
  });
});

describe('a round trip', () => {
  it.each([sasa, topk, standard, { ...sasa, normalize_activations: 'layer_norm' as const }])(
    'gives back the same weights and settings: $architecture',
    (model) => {
      const config = modelSchema.parse(model);
      const { groups, rank } = shapeOf(config);
      const weights = randomWeights(groups, rank);
      const read = readSaeFolder(folderOf(model, weights), 'out');
      expect(read.weights).toEqual(weights);
      expect(read.config).toEqual({ ...config, d_in: WIDTH });
      expect(read.provenance).toMatchObject({ seed: 3 });
    },
  );

  it('says that a model trained on a scaled input is one for raw input', () => {
    const read = readSaeFolder(
      folderOf({ ...topk, normalize_activations: 'expected_average_only_in' }),
      'out',
    );
    expect(read.config.normalize_activations).toBe('none');
  });
});

describe('the scale of expected_average_only_in', () => {
  it('changes neither codes nor reconstruction when it is folded into the weights', () => {
    const weights = randomWeights(6, 2);
    const x = [0.3, -1, 2, 0.5, 0.1];
    const c = 3.7;
    const trained = linearPass(
      weights,
      x.map((value) => c * value),
    );
    const raw = linearPass(foldInputScale(weights, c), x);
    // Some hundred float32 roundings of numbers of order 10: 100 · 10 · 2⁻²⁴.
    const tolerance = 100 * 10 * 2 ** -24;
    raw.pre.forEach((code, i) =>
      expect(Math.abs(code - at(trained.pre, i))).toBeLessThan(tolerance),
    );
    raw.output.forEach((value, i) =>
      expect(Math.abs(value - at(trained.output, i) / c)).toBeLessThan(tolerance),
    );
  });

  it('goes out of the penalties too, which are as strong on the folded weights', () => {
    const scaled = { normalize_activations: 'expected_average_only_in' } as const;
    const read = (model: ModelInput, more: Provenance = { input_scale: 8 }) =>
      readSaeFolder(folderOf({ ...model, ...scaled }, undefined, more), 'm').config;
    const { name: _name, ...map } = sasa;
    const absolute = { ...map, nuclear_coefficient: 0.64 };
    const relative = {
      ...map,
      nuclear_coefficient: undefined,
      nuclear_coefficient_relative: 1e-4,
    };
    // The scaled loss is c² times ‖x − x̂‖² + λ/c² Σ‖DᵀE‖_*, or + l1/c Σ p‖d‖: D is D/c, p as it was.
    expect(read(absolute)).toMatchObject({ normalize_activations: 'none' });
    expect(read(absolute)).toHaveProperty('nuclear_coefficient', 0.01);
    expect(read(relative)).toHaveProperty('nuclear_coefficient_relative', 1e-4);
    expect(read(standard)).toHaveProperty('l1_coefficient', 0.0125);
    // One that was saved before does not say c.
    expect(read(absolute, {})).toHaveProperty('nuclear_coefficient', 0.64);
  });

  it('comes back within two roundings when it is unfolded', () => {
    const weights = randomWeights(6, 2);
    const back = foldInputScale(foldInputScale(weights, 3.7), 1 / 3.7);
    back.decoder.forEach((value, i) =>
      expect(Math.abs(value - at(weights.decoder, i))).toBeLessThanOrEqual(
        2 * 2 ** -24 * Math.abs(value),
      ),
    );
  });
});
