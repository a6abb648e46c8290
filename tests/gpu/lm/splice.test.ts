/**
 * Splice-in faithfulness on a small random language model, against what must hold whatever the weights: an
 * autoencoder that rebuilds everything costs nothing, one that writes nothing is zero ablation, one that writes the
 * mean is mean ablation. The losses of the untouched model are those of its logits.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dictionary } from '../../../src/analysis/types';
import { addAt, at } from '../../../src/base/array';
import { RandomDraws } from '../../../src/base/random';
import { readBuffer } from '../../../src/gpu/readback';
import { uploadDictionary, type DeviceDictionary } from '../../../src/lab/encode/device_dictionary';
import { spliceFaithfulness, type SpliceOptions } from '../../../src/lab/text/splice';
import { textWindows } from '../../../src/lab/language/text_windows';
import type { LanguageModel, TransformerForm } from '../../../src/lm/language_model';
import { createLanguageModel } from '../../../src/lm/transformer';
import { modelSchema, type ModelConfig } from '../../../src/sae/config';
import { testDevice } from '../adapter';
import { smallConfig, smallWeights } from './small_model';

const WIDTH = 24;
const POSITIONS = 9;
const BOS = 1;

/** One group of full rank, which wins every row. */
const config = modelSchema.parse({
  architecture: 'topk_sasa',
  n_groups: 1,
  group_rank: WIDTH,
  k_groups: 1,
});

/** E = I and D = gain · I about b_dec. */
function fullRank(
  gain: number,
  decoderBias: Float32Array = new Float32Array(WIDTH),
  width = WIDTH,
): Dictionary {
  const identity = (value: number) =>
    Float32Array.from({ length: WIDTH * width }, (_, i) => (i % (width + 1) === 0 ? value : 0));
  return {
    groups: 1,
    rank: WIDTH,
    width,
    encoder: identity(1),
    decoder: identity(gain),
    encoderBias: new Float32Array(WIDTH),
    decoderBias,
  };
}

const draws = new RandomDraws(3, 100);
const documents = [1, 5, 30, 8, 17, 2].map((length, document) =>
  Uint32Array.from({ length }, (_, i) => draws.u32(document * 64 + i) % 37),
);
const windows = [...textWindows(documents, BOS, POSITIONS)].filter(({ length }) => length > 2);

describe.each<TransformerForm>(['llama', 'gpt2'])('splicing into a %s', (form) => {
  let lm: LanguageModel;
  beforeAll(async () => {
    const sizes = smallConfig(form, WIDTH);
    lm = await createLanguageModel(await testDevice(), sizes, smallWeights(sizes));
  });
  afterAll(() => lm.destroy());

  /** One autoencoder or several, in one place. */
  async function spliceAll(
    dictionaries: readonly Dictionary[],
    layer: number,
    options: Partial<SpliceOptions> = {},
    model = config,
  ) {
    const device = await testDevice();
    const uploaded: DeviceDictionary[] = [];
    for (const each of dictionaries) uploaded.push(await uploadDictionary(device, model, each));
    try {
      const place = { device, lm, layer, dictionaries: uploaded, windows, positions: POSITIONS };
      return await spliceFaithfulness({ ...place, ...options });
    } finally {
      for (const each of uploaded) each.destroy();
    }
  }

  const splice = async (
    dictionary: Dictionary,
    ...rest: [number, Partial<SpliceOptions>?, ModelConfig?]
  ) => at(await spliceAll([dictionary], ...rest), 0);

  it.each([0, 1, 2, 3])('layer %i: a perfect reconstruction costs nothing', async (layer) => {
    const result = await splice(fullRank(1), layer);
    expect(result.tokens).toBe(windows.reduce((sum, { length }) => sum + length - 2, 0));
    expect(result.layer).toBe(layer);
    // A rounding of the residual stream, a few times enlarged by the blocks above.
    expect(Math.abs(result.kl_sae)).toBeLessThan(1e-5);
    expect(Math.abs(result.ce_sae - result.ce_original)).toBeLessThan(1e-5);
    expect(result.kl_score_mean_ablation).toBeCloseTo(1, 4);
    expect(result.kl_score_zero_ablation).toBeCloseTo(1, 4);
    expect(result.ce_score_zero_ablation).toBeCloseTo(1, 4);
    expect(result.explained_variance).toBeCloseTo(1, 6);
    expect(result.explained_variance_legacy).toBeCloseTo(1, 6);
    expect(result.l0).toBe(WIDTH);
    expect(result.kl_mean_ablation).toBeGreaterThan(0.01);
    expect(result.kl_zero_ablation).toBeGreaterThan(0.01);
  });

  it('an autoencoder that writes nothing is zero ablation', async () => {
    const result = await splice(fullRank(0), 1);
    expect(result.ce_sae).toBeCloseTo(result.ce_zero_ablation, 5);
    expect(result.kl_sae).toBeCloseTo(result.kl_zero_ablation, 5);
    expect(result.kl_score_zero_ablation).toBeCloseTo(0, 5);
    expect(result.explained_variance_legacy).toBeCloseTo(0, 5);
    expect(result.explained_variance).toBeLessThan(0);
  });

  it('an autoencoder with a gate over the batch lets through what its threshold does', async () => {
    const batch = modelSchema.parse({ ...config, architecture: 'batch_topk_sasa' });
    const below = (threshold: number) => ({
      ...fullRank(1),
      vectors: { thresholds: Float32Array.of(threshold) },
    });
    const all = await splice(below(0), 1, {}, batch);
    expect(all.l0).toBe(WIDTH);
    expect(Math.abs(all.kl_sae)).toBeLessThan(1e-5);
    const none = await splice(below(1e9), 1, {}, batch);
    expect(none.l0).toBe(0);
    expect(none.kl_sae).toBeCloseTo(none.kl_zero_ablation, 5);
  });

  it('an autoencoder that writes the mean is mean ablation', async () => {
    const device = await testDevice();
    const mean = await meanResidual(device, lm, 2);
    const result = await splice(fullRank(0, mean), 2);
    expect(result.ce_sae).toBeCloseTo(result.ce_mean_ablation, 4);
    expect(result.kl_sae).toBeCloseTo(result.kl_mean_ablation, 4);
    expect(result.explained_variance).toBeCloseTo(0, 4);
  });

  it('several are measured as each alone', async () => {
    const dictionaries = [fullRank(1), fullRank(0), fullRank(0.5)];
    const alone = [];
    for (const dictionary of dictionaries) alone.push(await splice(dictionary, 1));
    expect(await spliceAll(dictionaries, 1)).toEqual(alone);
  });

  it('numbers that exceed float32 are an error and no score', async () => {
    await expect(splice(fullRank(1e30), 1)).rejects.toMatchObject({ code: 'not_finite' });
  });

  it('says which scores have no value, and why', async () => {
    // One token again and again, before any block: all rows are the same where positions have no vectors.
    const same = windows.map(() => Uint32Array.of(BOS, 5, 5, 5, 5));
    const result = await splice(fullRank(1), 0, { windows: same });
    if (form === 'gpt2') {
      expect(result.not_defined).toBeUndefined();
      return;
    }
    expect(result).toMatchObject({
      kl_score_mean_ablation: null,
      ce_score_mean_ablation: null,
      explained_variance: null,
      not_defined: {
        kl_score_mean_ablation:
          'The ablation changes nothing, so there is nothing to compare with.',
        ce_score_mean_ablation:
          'The ablation changes nothing, so there is nothing to compare with.',
        explained_variance: 'All rows are the same: there is no variance to explain.',
      },
    });
    expect(result.kl_score_zero_ablation).toBeCloseTo(1, 4);
    expect(result.explained_variance_legacy).toBeCloseTo(1, 6);
  });

  it('the untouched model has the cross-entropy of its logits', async () => {
    const device = await testDevice();
    const { ce_original } = await splice(fullRank(1), 1);
    expect(ce_original).toBeCloseTo(await crossEntropy(device, lm), 5);
  });

  it('reports progress, and gives up between batches', async () => {
    const seen: number[] = [];
    await splice(fullRank(1), 1, { onProgress: (fraction) => seen.push(fraction) });
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBeCloseTo(1, 12);
    const controller = new AbortController();
    const given = splice(fullRank(1), 1, {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(given).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('refuses a layer that is not there, another width and text without a prediction', async () => {
    await expect(splice(fullRank(1), 4)).rejects.toThrow(/Layer 4/);
    await expect(splice(fullRank(1, new Float32Array(20), 20), 1)).rejects.toThrow(/width 20/);
    const short = [...textWindows([Uint32Array.of(5)], BOS, POSITIONS)];
    await expect(splice(fullRank(1), 1, { windows: short })).rejects.toThrow(/at least two tokens/);
  });
});

/** Visits every row that holds text, with the token behind it (undefined at the end of a window). */
async function visitRows(
  device: GPUDevice,
  lm: LanguageModel,
  until: number | 'logits',
  visit: (row: Float64Array, next: number | undefined) => void,
): Promise<void> {
  const shape = { sequences: windows.length, positions: POSITIONS, from: 0, until };
  const forward = await lm.forward(shape);
  const tokens = new Uint32Array(windows.length * POSITIONS);
  windows.forEach((window, sequence) => tokens.set(window, sequence * POSITIONS));
  forward.setTokens(tokens);
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  forward.record(pass);
  pass.end();
  device.queue.submit([encoder.finish()]);
  const values = new Float32Array(await readBuffer(device, forward.logits ?? forward.residual));
  const columns = until === 'logits' ? lm.config.vocabulary : WIDTH;
  windows.forEach((window, sequence) => {
    for (let position = 1; position < window.length; position += 1) {
      const first = (sequence * POSITIONS + position) * columns;
      visit(Float64Array.from(values.subarray(first, first + columns)), window[position + 1]);
    }
  });
  forward.destroy();
}

async function meanResidual(device: GPUDevice, lm: LanguageModel, layer: number) {
  const sums = new Float64Array(WIDTH);
  let rows = 0;
  await visitRows(device, lm, layer, (row) => {
    rows += 1;
    row.forEach((value, c) => {
      addAt(sums, c, value);
    });
  });
  return Float32Array.from(sums, (sum) => sum / rows);
}

async function crossEntropy(device: GPUDevice, lm: LanguageModel): Promise<number> {
  let sum = 0;
  let tokens = 0;
  await visitRows(device, lm, 'logits', (row, next) => {
    if (next === undefined) return;
    sum += Math.log(row.reduce((all, value) => all + Math.exp(value), 0)) - at(row, next);
    tokens += 1;
  });
  return sum / tokens;
}
