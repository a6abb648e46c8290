/**
 * Bits a token as a report says them: which rows are read for it, what is said where there are none, and that nothing
 * else of an evaluation changes by it.
 */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import type { ReadySource, Split } from '../../../src/data/source';
import type { TrainedModel } from '../../../src/lab/encode/encoding';
import { rowScale } from '../../../src/lab/encode/data_units';
import { finalEvaluation } from '../../../src/lab/keep/evaluated_folder';
import type { ModelReport } from '../../../src/lab/protocol/model_report';
import { measureBits, stretchesOf } from '../../../src/lab/train/measure_bits';
import { modelSchema } from '../../../src/sae/config';
import { codesOf, gaussian } from '../analysis/worlds';

const WIDTH = 3;

/** What was read: split, start, count. */
type Reads = [Split, number, number][];

/** A source that gives `rowOf` for every row of either split, and what was read of it. */
function sourceOf(
  size: ReadySource['size'],
  rowOf: (row: number, split: Split) => readonly number[],
): { source: ReadySource; reads: Reads } {
  const reads: Reads = [];
  const source: ReadySource = {
    label: 'rows',
    description: 'rows',
    width: WIDTH,
    size,
    stream: () => {
      throw new RangeError('nothing trains here');
    },
    batch: () => {
      throw new RangeError('nothing trains here');
    },
    read: (split, start, wanted) => {
      const count = Math.min(wanted, (size[split] ?? Infinity) - start);
      reads.push([split, start, count]);
      const rows = Array.from({ length: count }, (_, i) => rowOf(start + i, split));
      return { count, x: Float32Array.from(rows.flat()), rowIds: new Uint32Array(count) };
    },
  };
  return { source, reads };
}

/** Two latents along the first two dimensions, on where x is positive there. */
function modelOf(normalize_activations: 'none' | 'layer_norm' = 'none'): TrainedModel {
  const axes = Float32Array.of(1, 0, 0, 0, 1, 0);
  return {
    config: modelSchema.parse({ architecture: 'topk', d_sae: 2, k: 2, normalize_activations }),
    weights: {
      groups: 2,
      rank: 1,
      width: WIDTH,
      encoder: axes,
      decoder: axes,
      encoderBias: new Float32Array(2),
      decoderBias: new Float32Array(WIDTH),
    },
    encode: (x, rows) => {
      const squaredError = new Float32Array(rows);
      const codes = Array.from({ length: rows }, (_, row) => {
        const own = x.subarray(row * WIDTH, (row + 1) * WIDTH);
        const { mean, scale } =
          normalize_activations === 'layer_norm' ? rowScale(own) : { mean: 0, scale: 1 };
        const found = [0, 1]
          .map((group) => ({ group, code: [Math.max(0, (at(own, group) - mean) / scale)] }))
          .filter(({ code: [p = 0] }) => p > 0);
        squaredError[row] = own.reduce((sum, value, c) => {
          const p = found.find(({ group }) => group === c)?.code[0] ?? 0;
          return sum + (value - mean - scale * p) ** 2;
        }, 0);
        return found;
      });
      return Promise.resolve({ codes: codesOf(2, 1, codes), squaredError });
    },
  };
}

const numbers = gaussian(20_000, WIDTH, 3);
/** The same whenever it is read. */
const random = (row: number, split: Split) => {
  const place = (split === 'train' ? 10_000 + row : row) * WIDTH;
  return [at(numbers, place), at(numbers, place + 1), 0.1 * at(numbers, place + 2)];
};
const endless = { train: null, held_out: null, all: null };
const rows = (count: number) => ({ split: 'held_out', rows: count }) as const;

describe('bits a token', () => {
  it('read all rows where there are no more than wanted, else stretches spread evenly over them', () => {
    expect(stretchesOf(0, 4000)).toEqual([]);
    expect(stretchesOf(9000, 9000)).toEqual([
      { start: 0, count: 8192 },
      { start: 8192, count: 808 },
    ]);
    expect(stretchesOf(10_000, 3000)).toEqual([
      { start: 0, count: 1024 },
      { start: 1024 + 3500, count: 1024 },
      { start: 10_000 - 952, count: 952 },
    ]);
    expect(stretchesOf(9000, 1000)).toEqual([{ start: 0, count: 1000 }]);
  });

  it('have a total between the ends of their interval, the sum of its two parts', async () => {
    const { source } = sourceOf({ train: 4000, held_out: 2000, all: 6000 }, random);
    const bits = await measureBits(modelOf(), source, rows(2000));
    // Half the rows fire each of two latents, independently.
    expect(bits.bits_index).toBeCloseTo(2, 2);
    expect(bits.bits_per_token).toBeCloseTo(
      (bits.bits_index ?? 0) + (bits.bits_coefficients ?? 0),
      12,
    );
    expect(bits.bits_per_token_low).toBeLessThan(bits.bits_per_token ?? 0);
    expect(bits.bits_per_token_high).toBeGreaterThan(bits.bits_per_token ?? 0);
    expect(bits.not_defined).toBeUndefined();
    expect(bits.rate_curve).toHaveLength(24);
  });

  it('take frequencies from training rows and losses from evaluated ones', async () => {
    // Training rows fire the first latent alone; held-out rows the second, which nothing is lost of.
    const { source } = sourceOf({ train: 300, held_out: 100, all: 400 }, (row, split) =>
      split === 'train' ? [1 + row, -1, 0] : [-1, 1 + (row % 2), 0],
    );
    const bits = await measureBits(modelOf(), source, rows(100));
    const entropy = 0.75 * Math.log2(4 / 3) + 0.25 * 2;
    expect(bits.bits_rows).toEqual({ training: 300, evaluated: 100, judged: 100 });
    expect(bits.bits_index).toBeCloseTo(2 * entropy, 12);
    expect(bits.bits_index_uniform).toBe(1);
    // x is −1 along the first dimension throughout, which the bias would have to say.
    expect(bits.rate_curve[0]?.explained_variance).toBeCloseTo(
      bits.rate_explained_variance ?? 0,
      12,
    );
  });

  it('read no training rows where nothing is held out', async () => {
    const { source, reads } = sourceOf({ train: 500, held_out: 500, all: 500 }, random);
    const bits = await measureBits(modelOf(), source, { split: 'all', rows: 500 });
    expect(new Set(reads.map(([split]) => split))).toEqual(new Set(['all']));
    expect(bits.bits_rows).toEqual({ training: 0, evaluated: 500, judged: 500 });
  });

  it('are in units of the data under layer_norm, whose mean and scale they take as known', async () => {
    const { source } = sourceOf({ train: 400, held_out: 400, all: 800 }, (row, split) =>
      random(row, split).map((value) => (1 + (row % 7)) * value),
    );
    const model = modelOf('layer_norm');
    const bits = await measureBits(model, source, rows(400));
    const { report } = await finalEvaluation(model, source);
    // The same number from float64 sums here and from the errors that the encoder gave.
    expect(bits.rate_explained_variance).toBeCloseTo(
      (report as ModelReport).explained_variance ?? 0,
      5,
    );
  });

  it.each([
    ['too few rows', 99, random, 'Bits need 100 evaluated rows or more.'],
    [
      'rows that are all the same',
      200,
      () => [0.1, 0.7, 0.3],
      'All rows are the same: there is no variance to explain.',
    ],
    [
      'codes that hold nothing',
      200,
      (row: number) => [-1, -1, row % 3],
      /^Rounding to the coarsest step loses less/,
    ],
  ] as const)('of %s are null with the reason', async (_, count, rowOf, reason) => {
    const { source } = sourceOf({ train: 300, held_out: count, all: 300 + count }, rowOf);
    const bits = await measureBits(modelOf(), source, rows(count));
    expect(bits.bits_per_token).toBeNull();
    expect(bits.bits_per_token_low).toBeNull();
    expect(bits.bits_coefficients).toBeNull();
    expect(bits.not_defined?.['bits_per_token']).toMatch(reason);
    expect(bits.not_defined?.['bits_coefficients']).toMatch(reason);
  });

  it('can be given up', async () => {
    const { source } = sourceOf(endless, (row) => [row % 5, 1, 0]);
    const controller = new AbortController();
    const measured = measureBits(modelOf(), source, {
      ...rows(16_384),
      signal: controller.signal,
      onProgress: (share) => {
        if (share > 0.3) controller.abort();
      },
    });
    await expect(measured).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('a final evaluation that measures bits', () => {
  it('says beside them what it says without, and counts firings on evaluated rows alone', async () => {
    const given = () =>
      sourceOf({ train: 300, held_out: 120, all: 420 }, (row, split) =>
        split === 'train' ? [1, 1, row] : [row % 2 === 0 ? 1 : -1, 2 + (row % 5), 0],
      ).source;
    const plain = await finalEvaluation(modelOf(), given());
    const asked = await finalEvaluation(modelOf(), given(), { bits: true });
    expect(plain.report).not.toHaveProperty('bits_per_token');
    expect(asked.report).toMatchObject(plain.report);
    expect(asked.report).toHaveProperty('bits_per_token', expect.any(Number));
    expect([...asked.frequency]).toEqual([0.5, 1]);
  });

  it('keeps its own reasons beside those of the bits', async () => {
    const { source } = sourceOf({ train: 0, held_out: 120, all: 120 }, () => [1, 2, 3]);
    const { report } = await finalEvaluation(modelOf(), source, { bits: true });
    expect(Object.keys((report as ModelReport).not_defined ?? {})).toEqual(
      expect.arrayContaining(['explained_variance', 'pruned_explained_variance', 'bits_per_token']),
    );
  });
});
