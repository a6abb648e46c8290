/**
 * Folders of models with thresholds: what is written is read again as it was, one threshold for all latents stands for
 * each of them, and a tensor `threshold` that is not one is named.
 */
import { describe, expect, it } from 'vitest';
import type { Dictionary } from '../../../src/analysis/types';
import { WEIGHTS_FILE } from '../../../src/io/sae_folder';
import { readSaeFolder } from '../../../src/io/sae_folder_reader';
import { floatTensor, readSafetensors, writeSafetensors } from '../../../src/io/safetensors';
import type { FileSet } from '../../../src/io/whole_files';
import type { ModelInput } from '../../../src/sae/config';
import { complaint, numberSequence } from './complaint';
import { folderOf, json, randomWeights, text, WIDTH } from './made_folders';

const LATENTS = 12;
const jumprelu: ModelInput = {
  architecture: 'jumprelu',
  d_sae: LATENTS,
  l0_coefficient: 0.7,
  jumprelu_sparsity_loss_mode: 'tanh',
};
const batchtopk: ModelInput = { architecture: 'batchtopk', d_sae: LATENTS, k: 3 };

const next = numberSequence(8);
const thresholds = Float32Array.from({ length: LATENTS }, () => 0.01 + next());
const weights: Dictionary = {
  ...randomWeights(LATENTS, 1),
  vectors: { thresholds, log_thresholds: thresholds.map((value) => Math.log(value)) },
};

function tensorsOf(
  files: FileSet,
): Map<string, { shape: readonly number[]; values: Float32Array }> {
  const file = readSafetensors(files[WEIGHTS_FILE] ?? new Uint8Array(), 'w');
  return new Map(
    [...file.tensors].map(([name, { shape }]) => [
      name,
      { shape, values: floatTensor(file, name, shape) },
    ]),
  );
}

/** The folder with another tensor `threshold`, or with none. */
function changed(values: Float32Array | null): FileSet {
  const files = folderOf(jumprelu, weights);
  const tensors = tensorsOf(files);
  tensors.delete('threshold');
  const kept = [...tensors].map(([name, tensor]) => ({ name, ...tensor }));
  // What is written is checked, so bytes that are not finite are put in afterwards.
  const finite = values?.map((value) => (Number.isFinite(value) ? value : 123.5)) ?? null;
  const own =
    finite === null ? [] : [{ name: 'threshold', shape: [finite.length], values: finite }];
  const bytes = Uint8Array.from(writeSafetensors([...kept, ...own]));
  if (values !== null) {
    const place = readSafetensors(bytes, 'w').tensors.get('threshold')?.bytes;
    if (place === undefined) throw new RangeError('no threshold was written');
    const view = new DataView(place.buffer, place.byteOffset, place.byteLength);
    values.forEach((value, i) => view.setFloat32(4 * i, value, true));
  }
  return { ...files, [WEIGHTS_FILE]: bytes };
}

describe('a folder of groups with one threshold', () => {
  const groups: ModelInput = {
    architecture: 'batch_topk_sasa',
    n_groups: 4,
    group_rank: 3,
    k_groups: 2,
    topk_threshold_lr: 0.02,
    use_encoder_bias: true,
  };
  const own: Dictionary = {
    ...randomWeights(4, 3),
    vectors: { thresholds: Float32Array.of(0.75) },
  };

  it('is read as it was written, under a name that SAELens does not know', () => {
    const files = folderOf(groups, own);
    expect(json(files['cfg.json'])).toMatchObject({
      architecture: 'batch_topk_sasa',
      n_groups: 4,
      group_rank: 3,
      k_groups: 2,
    });
    expect(tensorsOf(files).get('threshold')?.values).toEqual(new Float32Array(LATENTS).fill(0.75));
    const read = readSaeFolder(files, 'out');
    expect(read.weights).toEqual(own);
    expect(read.config).toMatchObject(groups);
    expect(folderOf(groups, read.weights)[WEIGHTS_FILE]).toEqual(files[WEIGHTS_FILE]);
  });

  it('means what it says without the lab’s account of its training', () => {
    const files = folderOf(groups, own);
    const { metadata: _, ...rest } = json(files['cfg.json']);
    const read = readSaeFolder({ ...files, 'cfg.json': text(rest) }, 'out');
    expect(read.config).toMatchObject({ ...groups, topk_threshold_lr: 0.01 });
    expect(read.weights).toEqual(own);
  });
});

describe('a folder with a threshold for every latent', () => {
  it('is read as it was written, with its settings', () => {
    const files = folderOf(jumprelu, weights);
    expect(json(files['cfg.json'])).toMatchObject({ architecture: 'jumprelu', d_sae: LATENTS });
    const read = readSaeFolder(files, 'out');
    const { vectors, ...matrices } = read.weights;
    expect({ ...matrices, vectors: weights.vectors }).toEqual(weights);
    expect(vectors?.thresholds).toEqual(thresholds);
    expect(vectors?.log_thresholds).toEqual(weights.vectors?.log_thresholds);
    expect(read.config).toMatchObject(jumprelu);
    // And once more, to the same bytes.
    const again = folderOf(jumprelu, read.weights);
    expect(again[WEIGHTS_FILE]).toEqual(files[WEIGHTS_FILE]);
  });

  it('is read as SAELens takes it where a threshold is 0 or below', () => {
    const own = thresholds.map((value, latent) => (latent < 4 ? value : (latent - 8) / 4));
    const { vectors } = readSaeFolder(changed(own), 'out').weights;
    expect(vectors?.thresholds).toEqual(own.map((value) => Math.max(0, value)));
    expect(vectors?.log_thresholds?.every(Number.isFinite)).toBe(true);
  });

  it('from elsewhere needs nothing of the lab, and says where in a language model it stands', () => {
    const { [WEIGHTS_FILE]: bytes = new Uint8Array() } = folderOf(jumprelu, weights);
    const cfg = {
      architecture: 'jumprelu',
      d_in: WIDTH,
      d_sae: LATENTS,
      apply_b_dec_to_input: false,
      normalize_activations: 'none',
      metadata: { model_name: 'gemma-2-2b', hook_name: 'blocks.12.hook_resid_post' },
    };
    const read = readSaeFolder({ [WEIGHTS_FILE]: bytes, 'cfg.json': text(cfg) }, 'dir');
    expect(read.weights.vectors?.thresholds).toEqual(thresholds);
    expect(read.config).toMatchObject({ d_sae: LATENTS, apply_b_dec_to_input: false });
    expect(read.origin).toEqual({ model: 'gemma-2-2b', hook: 'blocks.12.hook_resid_post' });
  });

  it('is refused without thresholds, with too few, and with one that is no number', () => {
    const refusal = (values: Float32Array | null) =>
      complaint(() => readSaeFolder(changed(values), 'dir'));
    expect(refusal(null)).toContain(
      `bad_file: dir/${WEIGHTS_FILE} has no tensor "threshold"; it has W_enc, W_dec, b_enc, b_dec`,
    );
    expect(refusal(thresholds.subarray(1))).toBe(
      `bad_file: dir/${WEIGHTS_FILE} has tensor "threshold" of shape [11] where [12] is needed.`,
    );
    for (const value of [NaN, Infinity]) {
      const said = refusal(thresholds.with(5, value));
      expect(said).toContain(`bad_data: dir/${WEIGHTS_FILE}: tensor "threshold" holds `);
    }
  });
});

describe('a folder of a model that was trained on batches', () => {
  const own = { ...weights, vectors: { thresholds: Float32Array.of(0.25) } };

  it('is one of a JumpReLU model with the same threshold for all latents', () => {
    const files = folderOf(batchtopk, own);
    expect(json(files['cfg.json'])).toMatchObject({
      architecture: 'jumprelu',
      metadata: { sasa_lab: { model: { architecture: 'batchtopk', k: 3 } } },
    });
    expect(tensorsOf(files).get('threshold')).toEqual({
      shape: [LATENTS],
      values: new Float32Array(LATENTS).fill(0.25),
    });
    const read = readSaeFolder(files, 'out');
    expect(read.config).toMatchObject({
      architecture: 'jumprelu',
      d_sae: LATENTS,
      name: 'BatchTopK SAE',
    });
    expect(read.weights.vectors?.thresholds).toEqual(new Float32Array(LATENTS).fill(0.25));
    const { vectors: _own, ...matrices } = own;
    expect(read.weights).toMatchObject(matrices);
  });
});
