/**
 * Steering through the autoencoder's own gate, on rows whose contributions are computed here in float64: edits act
 * where the group wins and nowhere else (`add` everywhere), with the closed forms of docs/method/model.md; the control
 * changes as much elsewhere. In a generator, an edit that changes nothing changes no token, and one that does leaves the
 * original alone.
 */
import { describe, expect, it } from 'vitest';
import type { Dictionary } from '../../../src/analysis/types';
import { addAt, at } from '../../../src/base/array';
import { RandomDraws } from '../../../src/base/random';
import { readBuffer } from '../../../src/gpu/readback';
import { uploadDictionary } from '../../../src/lab/encode/device_dictionary';
import { steeredGroup, steeringEdit, steerText } from '../../../src/lab/text/steering';
import type { RowEdit, SubspaceEdit } from '../../../src/lm/interventions';
import { createLanguageModel } from '../../../src/lm/transformer';
import { modelSchema, type ModelConfig } from '../../../src/sae/config';
import { testDevice } from '../adapter';
import { letterTokenizer } from './letter_tokenizer';
import { smallConfig, smallWeights } from './small_model';

const WIDTH = 24;
const GROUPS = 5;
const RANK = 3;
const SLOTS = 2;
const ROWS = 12;
const GROUP = 2;

function numbers(length: number, seed: number, scale = 1): Float32Array {
  const draws = new RandomDraws(seed, 100);
  return Float32Array.from({ length }, (_, i) => scale * draws.normal(i));
}

/** Gates of a row, and over the batch, whose threshold is ‖p‖² of the groups that are on. */
type GateOf = 'topk_sasa' | 'batch_topk_sasa';
const THRESHOLD = 6;

function configOf(
  normalization: ModelConfig['normalize_activations'],
  architecture: GateOf = 'topk_sasa',
): ModelConfig {
  return modelSchema.parse({
    architecture,
    n_groups: GROUPS,
    group_rank: RANK,
    k_groups: SLOTS,
    normalize_activations: normalization,
    use_encoder_bias: true,
  });
}

const dictionary: Dictionary = {
  groups: GROUPS,
  rank: RANK,
  width: WIDTH,
  encoder: numbers(GROUPS * RANK * WIDTH, 1, 0.3),
  decoder: numbers(GROUPS * RANK * WIDTH, 2, 0.3),
  encoderBias: numbers(GROUPS * RANK, 3, 0.2),
  decoderBias: numbers(WIDTH, 4, 0.5),
  vectors: { thresholds: Float32Array.of(THRESHOLD) },
};

/** Orthonormal axes of the group: its decoder rows, orthonormalised in order. */
function axesOfGroup(): Float32Array {
  const rows: number[][] = [];
  for (let i = 0; i < RANK; i += 1) {
    const start = (GROUP * RANK + i) * WIDTH;
    let row = Array.from(dictionary.decoder.subarray(start, start + WIDTH));
    for (const other of rows) {
      const overlap = dot(row, other);
      row = row.map((value, c) => value - overlap * at(other, c));
    }
    const norm = Math.sqrt(dot(row, row));
    rows.push(row.map((value) => value / norm));
  }
  return Float32Array.from(rows.flat());
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += at(a, i) * at(b, i);
  return sum;
}

/** What the group contributes to a row in raw units, and whether it wins there. */
function contributionTo(row: Float32Array, layerNorm: boolean, architecture: GateOf) {
  let input = Float64Array.from(row);
  let scale = 1;
  if (layerNorm) {
    const mean = input.reduce((sum, value) => sum + value, 0) / WIDTH;
    const off = input.map((value) => value - mean);
    scale = Math.sqrt(dot(off, off) / (WIDTH - 1)) + 1e-5;
    input = off.map((value) => value / scale);
  }
  const centred = input.map((value, c) => value - at(dictionary.decoderBias, c));
  const codes = Array.from({ length: GROUPS }, (_, group) =>
    Array.from({ length: RANK }, (__, i) => {
      const latent = group * RANK + i;
      const atom = dictionary.encoder.subarray(latent * WIDTH, (latent + 1) * WIDTH);
      return dot(atom, centred) + at(dictionary.encoderBias, latent);
    }),
  );
  const order = codes.map((code, group) => ({ group, norm: dot(code, code) }));
  order.sort((one, other) => other.norm - one.norm);
  const on =
    architecture === 'topk_sasa'
      ? order.slice(0, SLOTS)
      : order.filter(({ norm }) => norm > THRESHOLD);
  const fires = on.some(({ group }) => group === GROUP);
  const vector = new Float64Array(WIDTH);
  at(codes, GROUP).forEach((value, i) => {
    for (let c = 0; c < WIDTH; c += 1) {
      addAt(vector, c, scale * value * at(dictionary.decoder, (GROUP * RANK + i) * WIDTH + c));
    }
  });
  return { vector, fires };
}

describe.each([
  ['topk_sasa', 'none'],
  ['topk_sasa', 'layer_norm'],
  ['batch_topk_sasa', 'none'],
] as const)('editing rows of %s, normalisation %s', (architecture, normalization) => {
  const rows = numbers(ROWS * WIDTH, 5);
  const rowOf = (values: Float32Array, row: number) =>
    values.subarray(row * WIDTH, (row + 1) * WIDTH);
  const axes = axesOfGroup();
  const axis = (index: number) => axes.subarray(index * WIDTH, (index + 1) * WIDTH);
  const contributions = Array.from({ length: ROWS }, (_, row) =>
    contributionTo(rowOf(rows, row), normalization === 'layer_norm', architecture),
  );

  /** How every row changes under an edit, [ROWS][d]. */
  async function changes(edit: SubspaceEdit, frame: RowEdit['frame'] = 'group') {
    const device = await testDevice();
    const uploaded = await uploadDictionary(
      device,
      configOf(normalization, architecture),
      dictionary,
    );
    const group = steeredGroup(uploaded, GROUP, { axes, firings: 9, typicalNorm: 1 });
    const edits = Array.from({ length: ROWS }, () => ({ edit, frame }));
    const residual = device.createBuffer({
      size: rows.byteLength,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
    device.queue.writeBuffer(residual, 0, rows.slice());
    const prepared = await steeringEdit(1, uploaded, group, edits).prepare(device, residual, ROWS);
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    prepared.record(pass);
    pass.end();
    device.queue.submit([encoder.finish()]);
    const after = new Float32Array(await readBuffer(device, residual));
    prepared.destroy();
    uploaded.destroy();
    residual.destroy();
    return Array.from({ length: ROWS }, (_, row) =>
      rowOf(after, row).map((value, c) => value - at(rowOf(rows, row), c)),
    );
  }

  /** Checks each row's change: `expected` gives it for a row where the group wins. */
  function check(
    got: readonly Float32Array[],
    expected: (vector: Float64Array) => ArrayLike<number>,
    everywhere = false,
  ) {
    got.forEach((change, row) => {
      const { vector, fires } = at(contributions, row);
      const wanted = fires || everywhere ? expected(vector) : new Float64Array(WIDTH);
      change.forEach((value, c) => {
        expect(value, `row ${row} column ${c}`).toBeCloseTo(at(wanted, c), 4);
      });
    });
  }

  it('has rows where the group wins and rows where it does not', () => {
    const wins = contributions.filter(({ fires }) => fires).length;
    expect(wins).toBeGreaterThan(2);
    expect(wins).toBeLessThan(ROWS - 2);
  });

  it('scale 1 changes no bit', async () => {
    for (const change of await changes({ kind: 'scale', amount: 1 })) {
      expect(change).toEqual(new Float32Array(WIDTH));
    }
  });

  it('scale 0 takes out exactly D_kᵀp_k', async () => {
    check(await changes({ kind: 'scale', amount: 0 }), (vector) => vector.map((value) => -value));
  });

  it('clamp gives the contribution the norm asked for', async () => {
    check(await changes({ kind: 'clamp', amount: 2.5 }), (vector) => {
      const norm = Math.sqrt(dot(vector, vector));
      return vector.map((value) => (2.5 * value) / norm - value);
    });
  });

  it('add moves every row along the axis', async () => {
    const got = await changes({ kind: 'add', axis: 1, amount: -2 });
    check(got, () => axis(1).map((value) => -2 * value), true);
  });

  it('turn puts the plane at the angle and leaves the rest', async () => {
    const got = await changes({ kind: 'turn', angle: 2, amount: 1.5 });
    check(got, (vector) => {
      const first = 1.5 * Math.cos(2) - dot(vector, axis(0));
      const second = 1.5 * Math.sin(2) - dot(vector, axis(1));
      return axis(0).map((value, c) => first * value + second * at(axis(1), c));
    });
  });

  it('a full turn more is the same, and turning to where a row is changes nothing', async () => {
    const once = await changes({ kind: 'turn', angle: 1, amount: 2 });
    const twice = await changes({ kind: 'turn', angle: 1 + 2 * Math.PI, amount: 2 });
    twice.forEach((change, row) => {
      change.forEach((value, c) => expect(value).toBeCloseTo(at(at(once, row), c), 5));
    });
    const row = contributions.findIndex(({ fires }) => fires);
    const { vector } = at(contributions, row);
    const [x, y] = [dot(vector, axis(0)), dot(vector, axis(1))];
    const amount = Math.hypot(x, y);
    const still = await changes({ kind: 'turn', angle: Math.atan2(y, x), amount });
    at(still, row).forEach((value) => expect(value).toBeCloseTo(0, 5));
  });

  it('the control changes by the same norm in another subspace', async () => {
    const edit = { kind: 'scale', amount: 0 } as const;
    const [steered, control] = [await changes(edit), await changes(edit, 'control')];
    control.forEach((change, row) => {
      const norm = Math.hypot(...change);
      expect(norm).toBeCloseTo(Math.hypot(...at(steered, row)), 4);
      if (norm > 0) expect(Math.abs(dot(change, at(steered, row))) / norm ** 2).toBeLessThan(0.9);
    });
  });
});

describe('steering text', () => {
  it('changes nothing by scale 1, and only the steered texts by a strong push', async () => {
    const device = await testDevice();
    const sizes = { ...smallConfig('llama', WIDTH), context: 20 };
    const lm = await createLanguageModel(device, sizes, smallWeights(sizes));
    const uploaded = await uploadDictionary(device, configOf('none'), dictionary);
    const group = steeredGroup(uploaded, GROUP, {
      axes: axesOfGroup(),
      firings: 9,
      typicalNorm: 1,
    });
    const place = { lm, tokenizer: letterTokenizer(37), layer: 1, dictionary: uploaded, group };
    const options = { ...place, prompt: 'abcab', temperature: 1, seed: 5, length: 12 };
    const fractions: number[] = [];
    const same = await steerText({
      ...options,
      edit: { kind: 'scale', amount: 1 },
      onProgress: (fraction) => fractions.push(fraction),
    });
    expect(fractions.at(-1)).toBe(1);
    expect(same.map(({ name }) => name)).toEqual(['original', 'steered', 'random control']);
    const [original, unchanged, control] = same.map(({ tokens }) => tokens);
    expect(unchanged).toEqual(original);
    expect(control).toEqual(original);
    expect(same[0]?.promptTokens).toBe(5);
    expect(original?.slice(0, 5).map(({ text }) => text)).toEqual(['a', 'b', 'c', 'a', 'b']);

    const pushed = await steerText({ ...options, edit: { kind: 'add', axis: 0, amount: 40 } });
    expect(pushed[0]?.tokens).toEqual(original);
    expect(pushed[1]?.tokens.slice(0, 5)).toEqual(original?.slice(0, 5));
    expect(pushed[1]?.tokens).not.toEqual(original);
    expect(pushed[2]?.tokens).not.toEqual(pushed[1]?.tokens);

    const signal = AbortSignal.abort();
    const given = steerText({ ...options, edit: { kind: 'none' }, signal });
    await expect(given).rejects.toMatchObject({ code: 'cancelled' });
    const long = steerText({ ...options, edit: { kind: 'none' }, prompt: 'abcde'.repeat(4) });
    await expect(long).rejects.toThrow(/20 tokens/);
    uploaded.destroy();
    lm.destroy();
  });
});
