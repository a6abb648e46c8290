/**
 * Own text through a small language model and an autoencoder: tokens, windows, surprisal and firing groups against
 * the model's logits and the codes of the ordinary encoder; and what a group writes to the vocabulary against the
 * product W(γ ⊙ v) worked out here.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Dictionary } from '../../../src/analysis/types';
import { at } from '../../../src/base/array';
import { RandomDraws } from '../../../src/base/random';
import { readBuffer } from '../../../src/gpu/readback';
import { uploadDictionary, type DeviceDictionary } from '../../../src/lab/encode/device_dictionary';
import { Encoder } from '../../../src/lab/encode/encoder';
import { attributeLogits } from '../../../src/lab/text/logit_attribution';
import { readText } from '../../../src/lab/text/text_reading';
import type { LanguageModel, TransformerForm } from '../../../src/lm/language_model';
import { createLanguageModel } from '../../../src/lm/transformer';
import { modelSchema, type ModelConfig } from '../../../src/sae/config';
import { testDevice } from '../adapter';
import { letterTokenizer } from './letter_tokenizer';
import { smallConfig, smallWeights } from './small_model';

const WIDTH = 24;
const LAYER = 2;
const sizes = (form: TransformerForm) => ({ ...smallConfig(form, WIDTH), context: 32 });
const tokenizer = letterTokenizer(37);

function numbers(length: number, seed: number, scale = 1): Float32Array {
  const draws = new RandomDraws(seed, 100);
  return Float32Array.from({ length }, (_, i) => scale * draws.normal(i));
}

/** ‖p‖² of the groups that are on behind a threshold. */
const THRESHOLD = 2;

const config = modelSchema.parse({
  architecture: 'topk_sasa',
  n_groups: 6,
  group_rank: 2,
  k_groups: 3,
});
/** The same with a gate over the batch: a threshold decides how many groups a token has. */
const batchConfig = modelSchema.parse({ ...config, architecture: 'batch_topk_sasa' });
const dictionary: Dictionary = {
  groups: 6,
  rank: 2,
  width: WIDTH,
  encoder: numbers(12 * WIDTH, 1, 0.3),
  decoder: numbers(12 * WIDTH, 2, 0.3),
  encoderBias: new Float32Array(12),
  decoderBias: numbers(WIDTH, 4, 0.5),
  vectors: { thresholds: Float32Array.of(THRESHOLD) },
};

describe('reading own text', () => {
  let lm: LanguageModel;
  let uploaded: DeviceDictionary;
  beforeAll(async () => {
    const device = await testDevice();
    lm = await createLanguageModel(device, sizes('llama'), smallWeights(sizes('llama')));
    uploaded = await uploadDictionary(device, config, dictionary);
  });
  afterAll(() => {
    uploaded.destroy();
    lm.destroy();
  });

  async function read(text: string, through = uploaded) {
    return readText({
      device: await testDevice(),
      lm,
      tokenizer,
      layer: LAYER,
      dictionary: through,
      text,
    });
  }

  /** Rows of a pass over BOS and the text, padded as the reading pads them. */
  async function pass(text: string, until: number | 'logits', columns: number) {
    const device = await testDevice();
    const forward = await lm.forward({ sequences: 1, positions: 32, from: 0, until });
    const tokens = new Uint32Array(32).fill(tokenizer.bos);
    tokens.set(tokenizer.encode(text), 1);
    forward.setTokens(tokens);
    const encoder = device.createCommandEncoder();
    const compute = encoder.beginComputePass();
    forward.record(compute);
    compute.end();
    device.queue.submit([encoder.finish()]);
    const values = new Float32Array(
      await readBuffer(device, forward.logits ?? forward.residual, 32 * columns * 4),
    );
    forward.destroy();
    return (row: number) => values.subarray(row * columns, (row + 1) * columns);
  }

  it('gives each token its surprisal and its groups with their norms', async () => {
    const text = 'abcabdzyx';
    const reading = await read(text);
    expect(reading.tokens.map((token) => token.text).join('')).toBe(text);
    expect(reading.windows).toBe(1);
    const logits = await pass(text, 'logits', 37);
    const ids = tokenizer.encode(text);
    ids.forEach((id, index) => {
      const row = Float64Array.from(logits(index));
      const sum = row.reduce((all, value) => all + Math.exp(value), 0);
      expect(at(reading.surprisal, index)).toBeCloseTo(Math.log(sum) - at(row, id), 4);
    });

    const residual = await pass(text, LAYER, WIDTH);
    const x = Float32Array.from(text.split('').flatMap((_, index) => [...residual(index + 1)]));
    const counts = await compareGroups(reading, config, x);
    expect(new Set(counts)).toEqual(new Set([3]));

    const device = await testDevice();
    const behind = await uploadDictionary(device, batchConfig, dictionary);
    const others = await compareGroups(await read(text, behind), batchConfig, x);
    behind.destroy();
    expect(new Set(others).size).toBeGreaterThan(1);
  });

  /** Compares a reading of rows x with their codes; gives the groups of each token. */
  async function compareGroups(
    reading: Awaited<ReturnType<typeof read>>,
    model: ModelConfig,
    x: Float32Array,
  ): Promise<number[]> {
    const encoder = await Encoder.upload(await testDevice(), model, dictionary);
    const { codes } = await encoder.encode(x, x.length / WIDTH);
    encoder.destroy();
    return Array.from({ length: codes.rows }, (_, row) => {
      const count = at(codes.offsets, row + 1) - at(codes.offsets, row);
      const expected = Array.from({ length: count }, (__, slot) => {
        const entry = at(codes.offsets, row) + slot;
        const group = at(codes.active, entry);
        const [p, q] = codes.codes.subarray(entry * 2, entry * 2 + 2);
        const atom = (i: number) =>
          dictionary.decoder.subarray((group * 2 + i) * WIDTH, (group * 2 + i + 1) * WIDTH);
        const vector = atom(0).map((value, c) => (p ?? 0) * value + (q ?? 0) * at(atom(1), c));
        return { group, norm: Math.hypot(...vector) };
      }).sort((one, other) => other.norm - one.norm);
      const from = at(reading.offsets, row);
      expect(at(reading.offsets, row + 1) - from).toBe(count);
      expected.forEach(({ group, norm }, place) => {
        expect(at(reading.groups, from + place)).toBe(group);
        expect(at(reading.norms, from + place)).toBeCloseTo(norm, 4);
      });
      return count;
    });
  }

  it('cuts text longer than the context, and says where nothing stood before', async () => {
    const text = 'abcdefghij'.repeat(7);
    const reading = await read(text);
    expect(reading.windows).toBe(3);
    expect(reading.tokens).toHaveLength(70);
    expect(reading.offsets).toHaveLength(71);
    const unknown = [...reading.surprisal.keys()].filter((i) => Number.isNaN(reading.surprisal[i]));
    expect(unknown).toEqual([31, 62]);
    // A window reads only itself.
    const second = await read(text.slice(31, 62));
    const [from, to] = [at(reading.offsets, 31), at(reading.offsets, 62)];
    expect(reading.groups.subarray(from, to)).toEqual(second.groups);
    expect(reading.surprisal.subarray(32, 62)).toEqual(second.surprisal.subarray(1));
  });

  it('refuses text without a token and text that is too long', async () => {
    await expect(read('')).rejects.toThrow(/no text/);
    await expect(read('  \n')).rejects.toThrow(/no text/);
    await expect(read('ab'.repeat(10_001))).rejects.toThrow(/20002 tokens/);
  });
});

describe.each<TransformerForm>(['llama', 'gpt2'])('logit attribution of a %s', (form) => {
  it('is the unembedding of the axis behind the gain of the final norm, about its mean', async () => {
    const device = await testDevice();
    const weights = smallWeights(sizes(form));
    const lm = await createLanguageModel(device, sizes(form), weights);
    const raw = numbers(2 * WIDTH, 9);
    const unit = (from: number) => {
      const row = raw.subarray(from * WIDTH, (from + 1) * WIDTH);
      return row.map((value) => value / Math.hypot(...row));
    };
    const frame = Float32Array.from([...unit(0), ...unit(1)]);
    const [norm, finalScale] = [3, 1.7];
    const { axes, angles } = await attributeLogits({
      device,
      lm,
      tokenizer,
      frame,
      norm,
      finalScale,
    });
    const table = weights.tokenEmbedding;
    if (table.format !== 'f32') throw new Error('the small model stores float32');
    const product = (direction: Float32Array) => {
      const mean = direction.reduce((sum, value) => sum + value, 0) / WIDTH;
      const centred = direction.map((value) => value - (form === 'gpt2' ? mean : 0));
      const changes = Array.from({ length: 37 }, (_, token) => {
        let sum = 0;
        centred.forEach((value, c) => {
          sum += value * at(weights.finalNorm.gain, c) * at(table.values, token * WIDTH + c);
        });
        return (sum * norm) / finalScale;
      });
      const middle = changes.reduce((sum, value) => sum + value, 0) / changes.length;
      return changes.map((value) => value - middle);
    };
    const ranked = (values: readonly number[], sign: number) =>
      values
        .map((logit, token) => ({ token, logit }))
        .sort((one, other) => sign * (other.logit - one.logit));
    expect(axes).toHaveLength(2);
    axes.forEach(({ positive, negative }, axis) => {
      const values = product(frame.subarray(axis * WIDTH, (axis + 1) * WIDTH));
      for (const [side, sign] of [
        [positive, 1],
        [negative, -1],
      ] as const) {
        const expected = ranked(values, sign);
        side.forEach(({ token, text, logit }, place) => {
          expect(token).toBe(at(expected, place).token);
          expect(text).toBe(tokenizer.textOf(token));
          expect(logit).toBeCloseTo(at(expected, place).logit, 3);
        });
      }
    });
    expect(angles).toHaveLength(24);
    const turned = product(
      unit(0).map(
        (value, c) => value * Math.cos(Math.PI / 2.4) + at(unit(1), c) * Math.sin(Math.PI / 2.4),
      ),
    );
    expect(at(angles, 5).angle).toBeCloseTo(Math.PI / 2.4, 12);
    expect(at(angles, 5).tokens.map(({ token }) => token)).toEqual(
      ranked(turned, 1)
        .slice(0, 5)
        .map(({ token }) => token),
    );
    expect(at(angles, 0).tokens).toEqual(at(axes, 0).positive.slice(0, 5));
    lm.destroy();
  });
});
