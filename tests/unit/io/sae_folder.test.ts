/**
 * The SAELens folder: what is written is what SAELens 6 wants, reading gives back the same model bit for
 * bit, and a folder from elsewhere is either understood exactly or refused by name. The computation that
 * a folder describes is written out here from SAELens' definitions (topk_sae.py, the SASA plug-in), so
 * that the files mean what they say.
 */
import { describe, expect, it } from 'vitest';
import type { Dictionary } from '../../../src/analysis/types';
import { at } from '../../../src/base/array';
import { modelSchema, shapeOf, type ModelInput } from '../../../src/sae/config';
import { writeSaeFolder, type Provenance } from '../../../src/io/sae_folder';
import { readSaeFolder } from '../../../src/io/sae_folder_reader';
import {
  findTensor,
  readSafetensors,
  floatTensor,
  writeSafetensors,
} from '../../../src/io/safetensors';
import { foldInputScale } from '../../../src/lab/encode/weights';
import { complaint, numberSequence, wayOut } from './complaint';

const WIDTH = 5;

function randomWeights(groups: number, rank: number, seed = 1): Dictionary {
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

function folderOf(model: ModelInput, weights?: Dictionary, more: Provenance = {}) {
  const config = modelSchema.parse(model);
  const { groups, rank } = shapeOf(config);
  return writeSaeFolder({
    config,
    weights: weights ?? randomWeights(groups, rank),
    frequency: Float32Array.from({ length: groups }, (_, group) => group / groups),
    provenance: { data: { kind: 'words' }, seed: 3, ...more },
  });
}

const sasa: ModelInput = {
  architecture: 'topk_sasa',
  name: 'Map',
  n_groups: 6,
  group_rank: 2,
  k_groups: 2,
  nuclear_coefficient: 0.003,
  use_encoder_bias: true,
};
const topk: ModelInput = { architecture: 'topk', d_sae: 12, k: 3 };
const standard: ModelInput = { architecture: 'standard', d_sae: 12, l1_coefficient: 0.1 };

const json = (bytes: Uint8Array | undefined): Record<string, unknown> =>
  JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

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

/** Pre-activations and reconstruction as SAELens computes them from the arrays of a folder, all latents on. */
function linearPass(weights: Dictionary, x: number[]): { pre: number[]; output: number[] } {
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

describe('a folder from elsewhere', () => {
  const foreign = (changes: Record<string, unknown>) => ({
    'sae_weights.safetensors': folderOf(sasa)['sae_weights.safetensors'] ?? new Uint8Array(),
    'cfg.json': text({
      n_groups: 6,
      apply_b_dec_to_input: true,
      d_in: 5,
      normalize_activations: 'layer_norm',
      dtype: 'float32',
      k_groups: 2,
      reshape_activations: 'none',
      device: 'cuda',
      group_rank: 2,
      d_sae: 12,
      metadata: { sae_lens_version: '6.25.0', hook_name: 'blocks.7.hook_resid_pre' },
      architecture: 'topk_sasa',
      ...changes,
    }),
  });

  it('is read as the official SASA checkpoints are written', () => {
    const read = readSaeFolder(foreign({}), 'dir');
    expect(read.config).toMatchObject({
      architecture: 'topk_sasa',
      n_groups: 6,
      group_rank: 2,
      k_groups: 2,
      normalize_activations: 'layer_norm',
      use_encoder_bias: true,
    });
    expect(read.weights).toEqual(randomWeights(6, 2));
    expect(read.logFrequency).toBeNull();
    expect(read.provenance).toBeNull();
  });

  it('has its decoder norms folded when its TopK gate was rescaled by them, and only then', () => {
    const weights = randomWeights(12, 1);
    const files = folderOf(topk, weights);
    const cfg = { ...json(files['cfg.json']), rescale_acts_by_decoder_norm: true };
    const read = readSaeFolder({ ...files, 'cfg.json': text(cfg) }, 'dir').weights;
    const x = [0.3, -1, 2, 0.5, 0.1];
    const plain = linearPass(weights, x);
    const folded = linearPass(read, x);
    const tolerance = 100 * 4 * 2 ** -24;
    folded.pre.forEach((code, latent) => {
      const norm = Math.hypot(...weights.decoder.subarray(latent * WIDTH, (latent + 1) * WIDTH));
      // SAELens chooses by pre · ‖d‖ and decodes code / ‖d‖.
      expect(Math.abs(code - at(plain.pre, latent) * norm)).toBeLessThan(tolerance);
    });
    folded.output.forEach((value, i) =>
      expect(Math.abs(value - at(plain.output, i))).toBeLessThan(tolerance),
    );
  });

  it.each([
    [{ architecture: 'jumprelu' }, 'describes a model of architecture "jumprelu"'],
    [{ architecture: undefined }, 'architecture is missing'],
    [{ d_in: '5' }, 'd_in is "5"; it must be a whole number'],
    [{ normalize_activations: 'constant_norm_rescale' }, '"constant_norm_rescale"'],
    [{ normalize_activations: 'expected_average_only_in' }, 'whose scale is not in the folder'],
    [{ normalize_activations: 7 }, 'normalize_activations is 7; it must be a text or null'],
    [{ reshape_activations: 'hook_z' }, 'has reshape_activations "hook_z"'],
    [{ group_rank: 64 }, 'group_rank is 64; it must be a whole number from 1 to 32'],
    [{ n_groups: 5 }, 'has d_sae 12 where 5 groups of rank 2 have 10 latents'],
    [{ k_groups: undefined }, 'k_groups is missing'],
    [{ k_groups: 7 }, 'k_groups is 7; it must be a whole number from 1 to n_groups (6)'],
  ])('is refused in words: %o', (changes, sentence) => {
    const said = complaint(() => readSaeFolder(foreign(changes), 'dir'));
    expect(said).toContain('bad_file: dir/cfg.json ');
    expect(said).toContain(sentence);
  });

  it('is refused when an older format hides a TopK gate in a standard model, and read as advised', () => {
    const files = folderOf(standard);
    const { metadata: _, ...own } = json(files['cfg.json']);
    const cfg = { ...own, activation_fn_str: 'topk', activation_fn_kwargs: { k: 3 } };
    const read = (changes: object) =>
      readSaeFolder({ ...files, 'cfg.json': text({ ...cfg, ...changes }) }, 'dir');
    expect(complaint(() => read({}))).toContain('has activation_fn "topk"');
    expect(wayOut(() => read({}))).toContain('write "architecture": "topk" into it');
    expect(read({ architecture: 'topk' }).config).toMatchObject({ d_sae: 12, k: 3 });
  });

  const topkFolder = (changes: object, removed: string[] = []) => {
    const files = folderOf(topk);
    const cfg = Object.entries(json(files['cfg.json'])).filter(([key]) => !removed.includes(key));
    return { ...files, 'cfg.json': text({ ...Object.fromEntries(cfg), ...changes }) };
  };

  it('has its k where SAELens before 6 keeps it', () => {
    const older = topkFolder({ activation_fn_kwargs: { k: 2 } }, ['k', 'metadata']);
    expect(readSaeFolder(older, 'dir').config).toMatchObject({ architecture: 'topk', k: 2 });
    expect(
      readSaeFolder(topkFolder({ activation_fn_kwargs: { k: 3 } }), 'dir').config,
    ).toMatchObject({ k: 3 });
    expect(
      complaint(() => readSaeFolder(topkFolder({ activation_fn_kwargs: { k: 2 } }), 'dir')),
    ).toBe('bad_file: dir/cfg.json has k 3, and 2 in activation_fn_kwargs.');
    expect(complaint(() => readSaeFolder(topkFolder({}, ['k', 'metadata']), 'dir'))).toContain(
      'k is missing',
    );
  });

  it('is refused when it lets more latents through than it has', () => {
    expect(complaint(() => readSaeFolder(topkFolder({ k: 13 }), 'dir'))).toBe(
      'bad_file: dir/cfg.json cannot be read: k is 13; it must be a whole number from 1 to d_sae (12).',
    );
    expect(readSaeFolder(topkFolder({ k: 12 }), 'dir').config).toMatchObject({ k: 12 });
  });

  describe('with the scaling factors of SAELens before 6', () => {
    const weights = randomWeights(12, 1);
    const scaled = (factors: Float32Array, changes: object = {}) => {
      const files = folderOf(topk, weights);
      const file = readSafetensors(files['sae_weights.safetensors'] ?? new Uint8Array(), 'w');
      const tensors = [...file.tensors].map(([name, { shape }]) => ({
        name,
        shape,
        values: floatTensor(file, name, shape),
      }));
      return {
        'cfg.json': text({ ...json(files['cfg.json']), ...changes }),
        'sae_weights.safetensors': writeSafetensors([
          ...tensors,
          { name: 'scaling_factor', shape: [factors.length], values: factors },
        ]),
      };
    };

    it('is the model without them when they are 1, as SAELens takes it', () => {
      const ones = Float32Array.from({ length: 12 }, (_, i) => 1 + (i % 2) * 5e-6);
      expect(readSaeFolder(scaled(ones), 'dir').weights).toEqual(weights);
      const used = scaled(ones, { finetuning_scaling_factor: true });
      expect(readSaeFolder(used, 'dir').weights).toEqual(weights);
    });

    it('is read without them when the setting stands alone, as SAELens takes it', () => {
      const alone = topkFolder({ finetuning_scaling_factor: true });
      expect(readSaeFolder(alone, 'dir').config).toMatchObject({ k: 3 });
    });

    it('decodes codes that are multiplied by them', () => {
      const factors = Float32Array.from({ length: 12 }, (_, i) => 0.5 + i / 8);
      const read = readSaeFolder(scaled(factors, { finetuning_scaling_factor: true }), 'dir');
      expect(read.weights.encoder).toEqual(weights.encoder);
      read.weights.decoder.forEach((value, i) => {
        const expected = at(weights.decoder, i) * at(factors, Math.floor(i / WIDTH));
        expect(value).toBe(Math.fround(expected));
      });
    });

    it('is refused when they are not 1 and not used, and when there are too few', () => {
      const halves = new Float32Array(12).fill(0.5);
      expect(complaint(() => readSaeFolder(scaled(halves), 'dir'))).toBe(
        'bad_file: dir/sae_weights.safetensors has a tensor "scaling_factor" of other numbers than 1, and cfg.json does not say that it is used.',
      );
      expect(complaint(() => readSaeFolder(scaled(halves.subarray(3)), 'dir'))).toContain(
        'has tensor "scaling_factor" of shape [9] where [12] is needed',
      );
    });
  });

  it.each<[string[], string, string]>([
    [['ae.pt', 'config.json'], 'ae.pt, a model of dictionary_learning', 'docs/other-formats.md'],
    [['sae.safetensors'], 'sae.safetensors, a model of sparsify', 'docs/other-formats.md'],
    [['config.json', 'model.safetensors'], 'a language model, no autoencoder', '--lm'],
    [['sae_weights.pt'], 'sae_weights.pt, a pickle, which can run', 'docs/other-formats.md'],
    [['cfg (1).json', 'notes.txt'], 'cfg (1).json, notes.txt', 'cfg.json beside'],
  ])('is told with what lies there instead: %j', (names, found, advice) => {
    const attempt = () => readSaeFolder({}, 'dir', names);
    expect(complaint(attempt)).toContain(`not_found: dir has no cfg.json; it has ${found}`);
    expect(wayOut(attempt)).toContain(advice);
    const cfg = text({ activation: 'topk', k: 3 });
    expect(complaint(() => readSaeFolder({ 'cfg.json': cfg }, 'dir', names))).toContain(
      `not_found: dir has no sae_weights.safetensors; it has ${found}`,
    );
  });

  it('is refused when configuration and weights disagree, naming the tensor', () => {
    expect(complaint(() => readSaeFolder(foreign({ d_in: 4 }), 'dir'))).toBe(
      'bad_file: dir/sae_weights.safetensors has tensor "W_enc" of shape [5, 12] where [4, 12] is needed.',
    );
    const tensors = (names: string[]) =>
      writeSafetensors(names.map((name) => ({ name, shape: [1], values: new Float32Array(1) })));
    const withTensors = (names: string[]) => ({
      ...foreign({}),
      'sae_weights.safetensors': tensors(names),
    });
    expect(complaint(() => readSaeFolder(withTensors(['W_enc', 'W_dec']), 'dir'))).toContain(
      'has no tensor "b_enc"; it has W_enc, W_dec',
    );
    expect(
      complaint(() =>
        readSaeFolder(withTensors(['W_enc', 'W_dec', 'b_enc', 'b_dec', 'threshold']), 'dir'),
      ),
    ).toContain('has a tensor "threshold" that no model of architecture "topk_sasa" has');
  });

  it('is refused when weights are not finite, with their number and the first place', () => {
    const weights = randomWeights(6, 2);
    const files = { ...foreign({}), ...folderOf(sasa, weights) };
    const bytes = Uint8Array.from(files['sae_weights.safetensors']);
    const decoder = findTensor(readSafetensors(bytes, 'x'), 'W_dec').bytes;
    const view = new DataView(decoder.buffer, decoder.byteOffset, decoder.byteLength);
    view.setFloat32(7 * 4, NaN, true);
    view.setFloat32(9 * 4, Infinity, true);
    expect(
      complaint(() => readSaeFolder({ ...files, 'sae_weights.safetensors': bytes }, 'dir')),
    ).toBe(
      `bad_data: dir/sae_weights.safetensors: tensor "W_dec" holds 1 NaN and 1 infinite values; the first is in row ${Math.floor(7 / WIDTH)}, column ${7 % WIDTH} (counted from 0).`,
    );
    weights.decoder[7] = NaN;
    expect(complaint(() => folderOf(sasa, weights))).toBe(
      `not_finite: Tensor "W_dec", which was to be saved, holds 1 NaN and 0 infinite values; the first is in row ${Math.floor(7 / WIDTH)}, column ${7 % WIDTH} (counted from 0).`,
    );
  });

  it('is refused when a file is missing or no JSON', () => {
    expect(complaint(() => readSaeFolder({}, 'dir'))).toBe('not_found: dir has no cfg.json.');
    const strange = { ...foreign({}), 'cfg.json': text(foreign({})) };
    expect(complaint(() => readSaeFolder(strange, 'dir'))).toContain('bad_file: dir/cfg.json ');
    const { 'cfg.json': cfg } = foreign({});
    expect(complaint(() => readSaeFolder({ 'cfg.json': cfg }, 'dir'))).toBe(
      'not_found: dir has no sae_weights.safetensors.',
    );
    const broken = { ...foreign({}), 'cfg.json': new TextEncoder().encode('{"d_in": 5') };
    expect(complaint(() => readSaeFolder(broken, 'dir'))).toContain('dir/cfg.json is no JSON (');
  });
});
