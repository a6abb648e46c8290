/**
 * A folder from elsewhere is either understood exactly or refused by name: what SAELens, its older versions and the
 * SASA plug-in write, and what no model of the lab computes.
 */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { readSaeFolder } from '../../../src/io/sae_folder_reader';
import {
  findTensor,
  readSafetensors,
  floatTensor,
  writeSafetensors,
} from '../../../src/io/safetensors';
import {
  WIDTH,
  randomWeights,
  folderOf,
  sasa,
  topk,
  standard,
  json,
  text,
  linearPass,
} from './made_folders';
import { complaint, wayOut } from './complaint';

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
    [{ architecture: 'gated' }, 'describes a model of architecture "gated"'],
    [{ architecture: 'batchtopk' }, 'is a state of training'],
    [{ architecture: undefined }, 'architecture is missing'],
    [{ d_in: '5' }, 'd_in is "5"; it must be a whole number'],
    [{ normalize_activations: 'constant_norm_rescale' }, '"constant_norm_rescale"'],
    [{ normalize_activations: 'expected_average_only_in' }, 'whose scale is not in the folder'],
    [{ normalize_activations: 7 }, 'normalize_activations is 7; it must be text or null'],
    [{ reshape_activations: 'hook_z' }, 'has reshape_activations "hook_z"'],
    [{ group_rank: 64 }, 'group_rank is 64; it must be a whole number from 1 to 32'],
    [{ n_groups: 5 }, 'has d_sae 12 where 5 groups of rank 2 have 10 columns'],
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
        'bad_file: dir/sae_weights.safetensors has a tensor "scaling_factor" with values other than 1, and cfg.json does not say that it is used.',
      );
      expect(complaint(() => readSaeFolder(scaled(halves.subarray(3)), 'dir'))).toContain(
        'has tensor "scaling_factor" of shape [9] where [12] is needed',
      );
    });
  });

  it.each<[string[], string, string]>([
    [['ae.pt', 'config.json'], 'ae.pt, a model of dictionary_learning', 'docs/other-formats.md'],
    [['sae.safetensors'], 'sae.safetensors, a model of sparsify', 'docs/other-formats.md'],
    [['config.json', 'model.safetensors'], 'a language model, not an autoencoder', '--lm'],
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
    expect(complaint(() => readSaeFolder(broken, 'dir'))).toContain('dir/cfg.json is not JSON (');
  });
});
