/**
 * One encoder, wherever its rows lie and whosever its weights are: rows that it is given and rows that lie on the GPU
 * get the same codes and errors, for any number of rows, and nothing of it stays when it cannot be opened.
 */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { joinCodes } from '../../../src/analysis/code_table';
import type { CodeTable, Dictionary } from '../../../src/analysis/types';
import { at } from '../../../src/base/array';
import { LabError } from '../../../src/base/lab_error';
import { padRows } from '../../../src/base/padded_rows';
import { BufferSet } from '../../../src/gpu/buffer_set';
import { PlanRunner } from '../../../src/gpu/executor';
import { codesInDataUnits } from '../../../src/lab/encode/data_units';
import { uploadDictionary } from '../../../src/lab/encode/device_dictionary';
import { Encoder } from '../../../src/lab/encode/encoder';
import type { Encoded } from '../../../src/lab/encode/encoding';
import { architectureOf, modelSchema, shapeOf, type ModelConfig } from '../../../src/sae/config';
import { gaussian } from '../../unit/analysis/worlds';
import { testDevice } from '../adapter';
import { liveBuffers } from '../live_buffers';

/** Not a whole number of vec4s. */
const WIDTH = 6;
const ROWS = 40;
/** Of a squared norm: some of the groups pass. */
const THRESHOLD = 12;

function dictionaryFor(config: ModelConfig): Dictionary {
  const { groups, rank } = shapeOf(config);
  const columns = groups * rank;
  const encoder = Float32Array.from(gaussian(columns, WIDTH, 1));
  return {
    ...{ groups, rank, width: WIDTH, encoder, decoder: encoder },
    encoderBias: new Float32Array(columns),
    decoderBias: Float32Array.from(gaussian(1, WIDTH, 2)),
    // Read where the gate has one.
    vectors: { thresholds: Float32Array.of(THRESHOLD) },
  };
}

const rowsOf = (count: number) => Float32Array.from(gaussian(count, WIDTH, 3));

const sasa = { architecture: 'topk_sasa', n_groups: 9, group_rank: 2, k_groups: 3 };
const models = [
  { ...sasa, normalize_activations: 'none' },
  { ...sasa, normalize_activations: 'layer_norm' },
  { ...sasa, architecture: 'batch_topk_sasa', normalize_activations: 'layer_norm' },
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

  it('switches on as many units of largest score as it is asked to, whatever its gate', async () => {
    const device = await testDevice();
    const { rank, groups } = shapeOf(config);
    const x = rowsOf(ROWS);
    const open = (slots?: number) => Encoder.upload(device, config, dictionaryFor(config), slots);
    const [own, all, some] = await Promise.all([open(), open(groups), open(5)]);
    const codes = async (encoder: Encoder) => (await encoder.encode(x, ROWS)).codes;
    const gate = await codes(own);
    const every = await codes(all);
    const five = await codes(some);
    for (const encoder of [own, all, some]) encoder.destroy();
    const unitsOf = ({ offsets, active }: CodeTable, row: number) => [
      ...active.subarray(at(offsets, row), at(offsets, row + 1)),
    ];
    for (let row = 0; row < ROWS; row += 1) {
      const first = at(every.offsets, row);
      const scored = unitsOf(every, row).map((unit, i) => {
        const code = every.codes.subarray((first + i) * rank, (first + i + 1) * rank);
        return { unit, score: Math.hypot(...code) };
      });
      const best = scored.toSorted((a, b) => b.score - a.score).map(({ unit }) => unit);
      expect(unitsOf(five, row)).toEqual(best.slice(0, 5).toSorted((a, b) => a - b));
      const chosen = unitsOf(gate, row);
      expect(best.slice(0, chosen.length).toSorted((a, b) => a - b)).toEqual(chosen);
    }
  });
});

/** A gate on decoded energies, and the same model as it is saved. */
describe.each(['topk_sasa', 'batch_topk_sasa'])('decoded energies, %s', (architecture) => {
  it('choose as the norms of the codes of their folder do', async () => {
    const settings = { ...sasa, architecture, n_groups: 60, group_rank: 3 };
    const config = modelSchema.parse({ ...settings, score: 'decoded_energy' });
    const plain = modelSchema.parse(settings);
    const own = dictionaryFor(config);
    const weights = { ...own, decoder: Float32Array.from(gaussian(180, WIDTH, 4)) };
    const saved = architectureOf(config).folder.weights?.(config, weights) ?? weights;
    const x = rowsOf(ROWS);
    const encoded = [];
    for (const [settled, dictionary] of [
      [config, weights],
      [plain, saved],
      [plain, weights],
    ] as const) {
      const encoder = await Encoder.upload(await testDevice(), settled, dictionary);
      encoded.push(await encoder.encode(x, ROWS));
      encoder.destroy();
    }
    const [energy, folder, norms] = encoded;
    if (energy === undefined || folder === undefined || norms === undefined) throw new RangeError();
    expect(folder.codes.active).toEqual(energy.codes.active);
    expect(folder.codes.offsets).toEqual(energy.codes.offsets);
    expect(norms.codes.active).not.toEqual(energy.codes.active);
    // Roots of blocks of condition up to 1e3, and sums of 6 products.
    energy.squaredError.forEach((error, row) => {
      expect(Math.abs(at(folder.squaredError, row) / error - 1)).toBeLessThan(1e3 * 16 * 2 ** -24);
    });
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

/** A model that gives a row about 200 codes, where there are 64 places a row at first. */
describe('a list of codes that is too short', () => {
  const LATENTS = 400;
  const config = modelSchema.parse({
    architecture: 'standard',
    d_sae: LATENTS,
    l1_coefficient: 0,
    normalize_activations: 'none',
  });
  const dictionary = dictionaryFor(config);
  const allOn = { ...dictionary, encoderBias: new Float32Array(LATENTS).fill(100) };
  afterEach(() => void vi.restoreAllMocks());

  /** The pre-activations of a row and what is left of it, in float64. */
  function arithmetic({ encoder, decoder, encoderBias, decoderBias }: Dictionary, row: number[]) {
    const codes = Array.from({ length: LATENTS }, (_, latent) =>
      row.reduce(
        (sum, value, i) => sum + (value - at(decoderBias, i)) * at(encoder, latent * WIDTH + i),
        at(encoderBias, latent),
      ),
    );
    const left = row.map((value, i) =>
      codes.reduce(
        (rest, code, latent) => rest - Math.max(0, code) * at(decoder, latent * WIDTH + i),
        value - at(decoderBias, i),
      ),
    );
    return { codes, squaredError: left.reduce((sum, value) => sum + value ** 2, 0) };
  }

  function expectArithmetic(weights: Dictionary, x: Float32Array, found: Encoded): void {
    const { codes, squaredError } = found;
    const rows = x.length / WIDTH;
    expect(codes.rows).toBe(rows);
    for (let row = 0; row < rows; row += 1) {
      const expected = arithmetic(weights, [...x.subarray(row * WIDTH, (row + 1) * WIDTH)]);
      const own = rowOf(codes, row);
      // Sums of 6 products of numbers below 16, and of a bias.
      const tolerance = 7 * 256 * 2 ** -24;
      const wrong = expected.codes.filter((code, latent) => {
        const given = own.get(latent);
        if (Math.abs(code) < tolerance) return false;
        return given === undefined ? code > 0 : !(Math.abs(given - code) < tolerance);
      });
      expect(wrong).toEqual([]);
      const relative = at(squaredError, row) / expected.squaredError - 1;
      expect(Math.abs(relative)).toBeLessThan(1e-4);
    }
  }

  function rowOf({ offsets, active, codes }: CodeTable, row: number): Map<number, number> {
    const [begin, end] = [at(offsets, row), at(offsets, row + 1)];
    return new Map(
      [...active.subarray(begin, end)].map((unit, i) => [unit, at(codes, begin + i)] as const),
    );
  }

  const listsOf = (labels: readonly string[]) =>
    labels.filter((label) => label === 'encoder.active_units');

  it('grows, and codes are those of plain arithmetic', async () => {
    const device = await testDevice();
    const live = liveBuffers(device);
    const encoder = await Encoder.upload(device, config, dictionary);
    const before = live();
    const parts: number[] = [];
    const x = rowsOf(1100);
    const found = await encoder.encode(x, 1100, (fraction) => parts.push(1100 * fraction));
    expectArithmetic(dictionary, x, found);
    // As many rows as the list takes at first, then batches.
    expect(at(parts, 0)).toBeGreaterThan(100);
    expect(at(parts, 0)).toBeLessThan(300);
    expect(at(parts, 1)).toBeCloseTo(at(parts, 0) + 512);
    // One list, and one of everything else: the shorter one is freed.
    expect(live().sort()).toEqual(before.sort());
    encoder.destroy();
    expect(live()).toEqual([]);
  });

  it('grows for groups above a threshold of their squared norm', async () => {
    const groups = modelSchema.parse({ ...sasa, architecture: 'batch_topk_sasa', n_groups: 200 });
    const weights = dictionaryFor(groups);
    const encoder = await Encoder.upload(await testDevice(), groups, weights);
    const x = rowsOf(1100);
    const { codes, squaredError } = await encoder.encode(x, 1100);
    encoder.destroy();
    expect(at(codes.offsets, 1100)).toBeGreaterThan(64 * 1100);
    for (const row of [0, 300, 511, 512, 1099]) {
      const own = [...x.subarray(row * WIDTH, (row + 1) * WIDTH)];
      const left = own.map((value, i) => value - at(weights.decoderBias, i));
      const project = (latent: number) =>
        own.reduce(
          (sum, value, i) =>
            sum + (value - at(weights.decoderBias, i)) * at(weights.encoder, latent * WIDTH + i),
          0,
        );
      let place = at(codes.offsets, row);
      for (let group = 0; group < 200; group += 1) {
        const wanted = [project(2 * group), project(2 * group + 1)];
        const score = wanted.reduce((sum, code) => sum + code ** 2, 0);
        // Beside the threshold rounding may decide.
        if (Math.abs(score / THRESHOLD - 1) > 1e-5) {
          expect(codes.active[place] === group).toBe(score > THRESHOLD);
        }
        if (codes.active[place] !== group) continue;
        wanted.forEach((code, i) => {
          expect(Math.abs(at(codes.codes, 2 * place + i) - code)).toBeLessThan(1e-5);
          left.forEach((value, c) => {
            left[c] = value - code * at(weights.decoder, (2 * group + i) * WIDTH + c);
          });
        });
        place += 1;
      }
      expect(place).toBe(at(codes.offsets, row + 1));
      const square = left.reduce((sum, value) => sum + value ** 2, 0);
      expect(Math.abs(at(squaredError, row) / square - 1)).toBeLessThan(1e-4);
    }
  });

  it('grows once for all who encode meanwhile', async () => {
    const device = await testDevice();
    const live = liveBuffers(device);
    const encoder = await Encoder.upload(device, config, dictionary);
    const made = vi.spyOn(PlanRunner, 'create');
    const x = rowsOf(1100);
    const cut = [0, 500, 700, 1100];
    const pieces = await Promise.all(
      cut.slice(1).map(async (end, i) => {
        const own = x.subarray(at(cut, i) * WIDTH, end * WIDTH);
        return { own, found: await encoder.encode(own, own.length / WIDTH) };
      }),
    );
    for (const { own, found } of pieces) expectArithmetic(dictionary, own, found);
    expect(made).toHaveBeenCalledOnce();
    expect(listsOf(live())).toHaveLength(1);
    encoder.destroy();
    expect(live()).toEqual([]);
  });

  it('takes fewer rows at a time where the adapter has no room for more', async () => {
    const device = await testDevice();
    const limits = {
      // For the 128 rows of scores, and 37 435 of their 51 200 codes.
      maxStorageBufferBindingSize: 300_000,
      maxBufferSize: 300_000,
      maxComputeWorkgroupsPerDimension: device.limits.maxComputeWorkgroupsPerDimension,
    };
    vi.spyOn(device, 'limits', 'get').mockReturnValue(limits as GPUSupportedLimits);
    const encoder = await Encoder.upload(device, config, allOn);
    const parts: number[] = [];
    const x = rowsOf(300);
    const found = await encoder.encode(x, 300, (fraction) =>
      parts.push(Math.round(300 * fraction)),
    );
    encoder.destroy();
    expectArithmetic(allOn, x, found);
    expect(parts.slice(0, 2)).toEqual([
      Math.floor(32_768 / LATENTS),
      Math.floor(32_768 / LATENTS) + Math.floor(37_435 / LATENTS),
    ]);
  });

  it('stays as it is where there is no memory for another', async () => {
    const device = await testDevice();
    const live = liveBuffers(device);
    const encoder = await Encoder.upload(device, config, dictionary);
    const failing = vi
      .spyOn(PlanRunner, 'create')
      .mockRejectedValue(new LabError('out_of_memory', 'Full.', 'Close a page.'));
    const x = rowsOf(600);
    expectArithmetic(dictionary, x, await encoder.encode(x, 600));
    expect(failing).toHaveBeenCalledOnce();
    expect(listsOf(live())).toHaveLength(1);
    encoder.destroy();
    expect(live()).toEqual([]);
  });

  it('is freed when the encoder goes while another is made', async () => {
    const device = await testDevice();
    const live = liveBuffers(device);
    const encoder = await Encoder.upload(device, config, dictionary);
    const create = PlanRunner.create.bind(PlanRunner);
    vi.spyOn(PlanRunner, 'create').mockImplementationOnce((...asked) => {
      encoder.destroy();
      return create(...asked);
    });
    const encoding = encoder.encode(rowsOf(600), 600);
    await expect(encoding).rejects.toMatchObject({ code: 'cancelled' });
    expect(live()).toEqual([]);
  });
});
