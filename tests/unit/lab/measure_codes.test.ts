/**
 * What a report says of codes by least squares: numbers against the normal equations in the units of the data, the bits
 * of each, and what is said where no other units can be chosen.
 */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import type { ReadySource } from '../../../src/data/source';
import type { OpenWider, TrainedModel } from '../../../src/lab/encode/encoding';
import { contributionTargets, rowScale } from '../../../src/lab/encode/data_units';
import { finalEvaluation } from '../../../src/lab/keep/evaluated_folder';
import { evaluationWithCodes } from '../../../src/lab/keep/fitted_evaluation';
import type { FittedCodes, ModelReport } from '../../../src/lab/protocol/model_report';
import { modelSchema } from '../../../src/sae/config';
import { leastSquares, squaredError } from '../analysis/dense_solver';
import { encodeTop, gaussian } from '../analysis/worlds';

const WIDTH = 6;
const UNITS = 12;
const ROWS = 150;

const x = Float32Array.from(gaussian(ROWS, WIDTH, 1), (value, i) => 3 * value + (i % 3));
const atoms = Float32Array.from(gaussian(UNITS, WIDTH, 2));
const decoderBias = Float32Array.from(gaussian(1, WIDTH, 3));

function sourceOf(rows = x): ReadySource {
  const count = rows.length / WIDTH;
  const refuse = () => {
    throw new RangeError('nothing trains here');
  };
  return {
    label: 'rows',
    description: 'rows',
    width: WIDTH,
    size: { train: 0, held_out: count, all: count },
    stream: refuse,
    batch: refuse,
    read: (_split, start, wanted) => {
      const own = Math.min(wanted, count - start);
      return {
        count: own,
        x: rows.slice(start * WIDTH, (start + own) * WIDTH),
        rowIds: new Uint32Array(own),
      };
    },
  };
}

/** A model of a gate of the row, and what opens wider ones, with the numbers of units that were asked for and what was freed. */
function modelOf(settings: object = { k: 2 }): {
  model: TrainedModel;
  wider: OpenWider;
  log: string[];
} {
  const config = modelSchema.parse({
    architecture: 'topk_signed',
    ...('n_groups' in settings ? {} : { d_sae: UNITS }),
    normalize_activations: 'none',
    ...settings,
  });
  const encoder = Float32Array.from(atoms, (value) => value / 6);
  const weights = {
    ...{ groups: UNITS, rank: 1, width: WIDTH, encoder, decoder: atoms, decoderBias },
    encoderBias: new Float32Array(UNITS),
  };
  const log: string[] = [];
  const encode = (rows: Float32Array, most: number) => {
    const targets = contributionTargets(config, decoderBias, rows, WIDTH);
    const scaled = targets.map(
      (value, i) => value / scaleOf(config.normalize_activations, rows, i),
    );
    return encodeTop(weights, scaled, most, config.architecture === 'topk');
  };
  return {
    log,
    model: {
      config,
      weights,
      encode: (rows, count) => {
        const codes = encode(rows.subarray(0, count * WIDTH), 2);
        return Promise.resolve({ codes, squaredError: new Float32Array(count) });
      },
    },
    wider: (slots) => {
      log.push(`opened ${slots}`);
      return Promise.resolve({
        encode: async (rows, count, onProgress) => {
          await Promise.resolve();
          onProgress?.(1);
          const codes = encode(rows.subarray(0, count * WIDTH), slots);
          return { codes, squaredError: new Float32Array(count) };
        },
        destroy: () => void log.push('freed'),
      });
    },
  };
}

function scaleOf(normalize: string, rows: Float32Array, i: number): number {
  const first = i - (i % WIDTH);
  return normalize === 'layer_norm' ? rowScale(rows.subarray(first, first + WIDTH)).scale : 1;
}

/** Explained variance of least squares on the units that `encode` chose, by the normal equations. */
async function explainedBySolving(model: TrainedModel): Promise<number> {
  const { config, weights } = model;
  const { codes } = await model.encode(x, ROWS);
  const targets = contributionTargets(config, weights.decoderBias, x, WIDTH);
  let error = 0;
  for (let row = 0; row < ROWS; row++) {
    const units = codes.active.subarray(at(codes.offsets, row), at(codes.offsets, row + 1));
    const own = Array.from(units, (unit) => [...atoms.subarray(unit * WIDTH, (unit + 1) * WIDTH)]);
    const target = [...targets.subarray(row * WIDTH, (row + 1) * WIDTH)];
    error += squaredError(own, leastSquares(own, target), target);
  }
  let power = 0;
  for (let c = 0; c < WIDTH; c++) {
    const column = Array.from({ length: ROWS }, (_, row) => at(x, row * WIDTH + c));
    const mean = column.reduce((sum, value) => sum + value, 0) / ROWS;
    power += column.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  }
  return 1 - error / power;
}

async function reportOf({ model, wider }: ReturnType<typeof modelOf>, bits = false, rows = x) {
  const plain = await finalEvaluation(model, sourceOf(rows), { bits });
  const { report } = await evaluationWithCodes(plain, model, sourceOf(rows), { bits, wider });
  return report as ModelReport;
}

const share = (codes: FittedCodes | null | undefined) => codes?.explained_variance ?? NaN;

describe('codes by least squares', () => {
  it.each(['none', 'layer_norm'])('explain what the best codes do, %s', async (normalize) => {
    const given = modelOf({ k: 2, normalize_activations: normalize });
    const { codes } = await reportOf(given);
    const best = await explainedBySolving(given.model);
    expect(share(codes?.least_squares)).toBeCloseTo(best, 5);
    expect(codes?.least_squares).toMatchObject({ l0: 2, groups_per_token: 2 });
    expect(codes?.prune2).toMatchObject({ l0: 2, groups_per_token: 2 });
    expect(share(codes?.prune2)).toBeGreaterThan(best + 0.01);
    expect(given.log).toEqual(['opened 4', 'freed']);
  });

  it('are chosen from twice what the gate lets through before it chooses columns', async () => {
    // Two of the columns of four groups stay, so that two groups fire.
    const columns = { architecture: 'topk_sasa', n_groups: UNITS, group_rank: 1, k_groups: 4 };
    const given = modelOf({ ...columns, k_columns: 2 });
    const { codes } = await reportOf(given);
    expect(codes?.prune2).toMatchObject({ l0: 2, groups_per_token: 2 });
    expect(given.log).toEqual(['opened 8', 'freed']);
  });

  it('are never negative where the gate lets no such code through', async () => {
    const given = modelOf({ architecture: 'topk', k: 2 });
    const { codes } = await reportOf(given);
    expect(share(codes?.least_squares)).toBeLessThanOrEqual(await explainedBySolving(given.model));
    // Those that were cut off at zero are no codes any more.
    expect(codes?.least_squares.l0).toBeLessThan(2);
  });

  it('have bits of their own where bits are asked for, and leave the others where they are', async () => {
    const plain = await reportOf(modelOf(), true);
    const { report } = await finalEvaluation(modelOf().model, sourceOf(), { bits: true });
    const { codes, ...others } = plain;
    expect(others).toEqual(report);
    const bits = [codes?.least_squares, codes?.prune2].map((own) => own?.bits_per_token);
    expect(bits).toEqual([expect.any(Number), expect.any(Number)]);
    expect(bits[0]).not.toBe(bits[1]);
    expect(codes?.least_squares.rate_explained_variance).toBeCloseTo(
      share(codes?.least_squares),
      6,
    );
  });

  it('cannot be of other units where every unit of positive score is on', async () => {
    const given = modelOf({ architecture: 'standard', l1_coefficient: 1 });
    const { codes } = await reportOf(given);
    expect(codes?.prune2).toBeNull();
    expect(codes?.not_defined?.['prune2']).toMatch(/^Its gate switches on every unit/);
    expect(given.log).toEqual([]);
  });

  it('have no explained variance on rows that are all the same, for the reason that the report has', async () => {
    const same = new Float32Array(ROWS * WIDTH).map((_, i) => at(x, i % WIDTH));
    const report = await reportOf(modelOf(), false, same);
    const { codes } = report;
    for (const own of [codes?.least_squares, codes?.prune2]) {
      expect(own?.explained_variance).toBeNull();
      expect(own?.not_defined).toEqual({
        explained_variance: report.not_defined?.['explained_variance'],
      });
    }
  });

  it('can be given up, and free what they opened', async () => {
    const { model, wider, log } = modelOf();
    const controller = new AbortController();
    const plain = await finalEvaluation(model, sourceOf());
    const aborted = evaluationWithCodes(plain, model, sourceOf(), {
      bits: false,
      signal: controller.signal,
      wider: (slots) => {
        controller.abort();
        return wider(slots);
      },
    });
    await expect(aborted).rejects.toMatchObject({ code: 'cancelled' });
    expect(log).toEqual(['opened 4', 'freed']);
  });
});
