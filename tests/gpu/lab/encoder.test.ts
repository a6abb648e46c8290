/**
 * One encoder, wherever its rows lie and whosever its weights are: rows that it is given and rows that lie on the GPU
 * get the same codes and errors, for any number of rows, and nothing of it stays when it cannot be opened.
 */
import { describe, expect, it, vi } from 'vitest';
import { joinCodes } from '../../../src/analysis/code_table';
import type { Dictionary } from '../../../src/analysis/types';
import { at } from '../../../src/base/array';
import { padRows } from '../../../src/base/padded_rows';
import { BufferSet } from '../../../src/gpu/buffer_set';
import { PlanRunner } from '../../../src/gpu/executor';
import { codesInDataUnits } from '../../../src/lab/encode/data_units';
import { uploadDictionary } from '../../../src/lab/encode/device_dictionary';
import { Encoder } from '../../../src/lab/encode/encoder';
import { modelSchema, shapeOf, type ModelConfig } from '../../../src/sae/config';
import { gaussian } from '../../unit/analysis/worlds';
import { testDevice } from '../adapter';

/** Not a whole number of vec4s. */
const WIDTH = 6;
const ROWS = 40;

function dictionaryFor(config: ModelConfig): Dictionary {
  const { groups, rank } = shapeOf(config);
  const columns = groups * rank;
  const encoder = Float32Array.from(gaussian(columns, WIDTH, 1));
  return {
    ...{ groups, rank, width: WIDTH, encoder, decoder: encoder },
    encoderBias: new Float32Array(columns),
    decoderBias: Float32Array.from(gaussian(1, WIDTH, 2)),
  };
}

const rowsOf = (count: number) => Float32Array.from(gaussian(count, WIDTH, 3));

const sasa = { architecture: 'topk_sasa', n_groups: 9, group_rank: 2, k_groups: 3 };
const models = [
  { ...sasa, normalize_activations: 'none' },
  { ...sasa, normalize_activations: 'layer_norm' },
  { architecture: 'standard', d_sae: 20, l1_coefficient: 0, normalize_activations: 'none' },
].map((settings) => modelSchema.parse(settings));

describe.each(models)('$architecture, $normalize_activations', (config) => {
  it('says the same of rows that lie on the GPU', async () => {
    const device = await testDevice();
    const x = rowsOf(ROWS);
    const own = await Encoder.upload(device, config, dictionaryFor(config));
    const given = await own.encode(x, ROWS);
    own.destroy();

    const weights = await uploadDictionary(device, config, dictionaryFor(config));
    const stream = new BufferSet(device, 'stream');
    const padded = padRows(x, WIDTH);
    stream.create('residual', padded.byteLength);
    stream.write('residual', padded);
    const inPlace = await Encoder.openInPlace(device, weights, stream.named('residual'), ROWS);
    const commands = device.createCommandEncoder();
    const pass = commands.beginComputePass();
    inPlace.record(pass);
    pass.end();
    device.queue.submit([commands.finish()]);
    const codes = await inPlace.readCodes();
    const { squaredError, power, nonZero } = await inPlace.readErrors();
    for (const part of [inPlace, weights, stream]) part.destroy();

    const expected = codesInDataUnits(config, given.codes, x, WIDTH);
    expect({ ...codes, codes: null }).toEqual({ ...expected, codes: null });
    codes.codes.forEach((code, i) => {
      // Rounding of a row's deviation, which one of them takes in float32.
      expect(Math.abs(code - at(expected.codes, i))).toBeLessThanOrEqual(1e-5 * Math.abs(code));
    });
    expect(squaredError).toEqual(given.squaredError);
    for (let row = 0; row < ROWS; row += 1) {
      const own = codes.codes.subarray(
        at(codes.offsets, row) * codes.rank,
        at(codes.offsets, row + 1) * codes.rank,
      );
      expect(at(nonZero, row)).toBe(own.filter((code) => code !== 0).length);
      const square = x
        .subarray(row * WIDTH, (row + 1) * WIDTH)
        .reduce((sum, value) => sum + value ** 2, 0);
      expect(Math.abs(at(power, row) / square - 1)).toBeLessThan(1e-5);
    }
  });

  it('says the same of a row, whichever rows stand before it', async () => {
    const encoder = await Encoder.upload(await testDevice(), config, dictionaryFor(config));
    // More than two batches.
    const rows = 1100;
    const x = rowsOf(rows);
    const whole = await encoder.encode(x, rows);
    const cut = [0, 7, 519, rows];
    const pieces = await Promise.all(
      cut.slice(1).map((end, i) => {
        const begin = at(cut, i);
        return encoder.encode(x.subarray(begin * WIDTH, end * WIDTH), end - begin);
      }),
    );
    encoder.destroy();
    expect(joinCodes(pieces.map(({ codes }) => codes))).toEqual(whole.codes);
    expect(pieces.flatMap(({ squaredError }) => [...squaredError])).toEqual([
      ...whole.squaredError,
    ]);
    expect(whole.codes.offsets[rows]).toBe(whole.codes.active.length);
  });
});

it('frees the weights that it uploaded when it cannot be opened', async () => {
  const device = await testDevice();
  const create = device.createBuffer.bind(device);
  const made: GPUBuffer[] = [];
  const destroyed = new Set<GPUBuffer>();
  const creating = vi.spyOn(device, 'createBuffer').mockImplementation((descriptor) => {
    const buffer = create(descriptor);
    made.push(buffer);
    vi.spyOn(buffer, 'destroy').mockImplementation(() => {
      destroyed.add(buffer);
      return undefined;
    });
    return buffer;
  });
  const failing = vi.spyOn(PlanRunner, 'create').mockRejectedValueOnce(new Error('no kernel'));
  const config = at(models, 0);
  await expect(Encoder.upload(device, config, dictionaryFor(config))).rejects.toThrow('no kernel');
  expect(made.length).toBeGreaterThan(3);
  expect(made.filter((buffer) => !destroyed.has(buffer))).toEqual([]);
  failing.mockRestore();
  creating.mockRestore();
});
