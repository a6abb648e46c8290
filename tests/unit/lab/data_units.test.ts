/**
 * Codes in the units of the data: under layer_norm the contributions of a row add up to the row's own
 * reconstruction, not to that of the normalised row, and an evaluation measures groups of such a model
 * against the true features in their own units. An evaluation is the same for any cut into pieces.
 */
import { describe, expect, it } from 'vitest';
import { ReconstructionAccumulator } from '../../../src/analysis/reconstruction';
import type { Dictionary } from '../../../src/analysis/types';
import { at } from '../../../src/base/array';
import { reconstruct } from '../../../src/cli/code_matrices';
import type { ReadySource, SourceRows, SourceTruth } from '../../../src/data/source';
import { codesInDataUnits, rowScale } from '../../../src/lab/encode/data_units';
import type { TrainedModel } from '../../../src/lab/encode/encoding';
import { evaluateModel } from '../../../src/lab/train/evaluate';
import { evaluatedFolder, finalEvaluation } from '../../../src/lab/keep/evaluated_folder';
import { NO_LOGS } from '../../../src/lab/keep/model_logs';
import type { Normalization } from '../../../src/sae/architectures/shared_settings';
import { modelSchema } from '../../../src/sae/config';
import { codesOf } from '../analysis/worlds';

const config = (normalize_activations: Normalization, groups = 2, rank = 2) =>
  modelSchema.parse({
    architecture: 'topk_sasa',
    n_groups: groups,
    group_rank: rank,
    k_groups: 1,
    normalize_activations,
  });

describe('codes in the units of the data', () => {
  const weights: Dictionary = {
    groups: 2,
    rank: 2,
    width: 3,
    encoder: new Float32Array(12),
    decoder: Float32Array.of(1, 0, 2, 0, 1, 0, 0, 3, 1, 1, 1, 1),
    encoderBias: new Float32Array(4),
    decoderBias: Float32Array.of(0.5, 0, -0.5),
  };
  const table = codesOf(2, 2, [
    [
      { group: 0, code: [1, 2] },
      { group: 1, code: [3, 4] },
    ],
    [{ group: 1, code: [-1, 2] }],
  ]);
  const x = Float32Array.of(1, 2, 60, 5, -1, 7);

  it('add up to x̂ − μ − ρ b_dec under layer_norm', () => {
    const scaled = codesInDataUnits(config('layer_norm'), table, x, 3);
    const whole = reconstruct(weights, config('layer_norm'), table, x);
    for (let row = 0; row < table.rows; row++) {
      const { mean, scale } = rowScale(x.subarray(row * 3, row * 3 + 3));
      for (let j = 0; j < 3; j++) {
        let sum = 0;
        for (let entry = at(scaled.offsets, row); entry < at(scaled.offsets, row + 1); entry++) {
          const group = at(scaled.active, entry);
          for (let i = 0; i < 2; i++) {
            sum += at(scaled.codes, entry * 2 + i) * at(weights.decoder, (group * 2 + i) * 3 + j);
          }
        }
        const own = at(whole, row * 3 + j) - mean - scale * at(weights.decoderBias, j);
        // Four products and three roundings to float32 of numbers up to 500.
        expect(Math.abs(sum - own)).toBeLessThan(8 * 500 * 2 ** -24);
      }
    }
  });

  it('are the codes themselves without layer_norm', () => {
    expect(codesInDataUnits(config('none'), table, x, 3)).toBe(table);
    expect(codesInDataUnits(config('expected_average_only_in'), table, x, 3)).toBe(table);
  });
});

/** Rows at hand; `truth` for made ones. */
function sourceOf(x: Float32Array, width: number, truth?: SourceTruth): ReadySource {
  const count = x.length / width;
  const read = (start: number, wanted: number): SourceRows => {
    const end = Math.min(count, start + wanted);
    return {
      count: end - start,
      x: x.slice(start * width, end * width),
      rowIds: Uint32Array.from({ length: end - start }, (_, row) => start + row),
      ...(truth === undefined ? {} : { truth }),
    };
  };
  return {
    label: 'rows',
    description: 'rows',
    width,
    size: { train: null, held_out: count, all: count },
    ...(truth === undefined ? {} : { features: truth.features }),
    stream: () => {
      throw new RangeError('nothing trains here');
    },
    batch: (index, rows) => read(index * rows, rows),
    read: (_, start, wanted) => read(start, wanted),
  };
}

/** One group of rank 1 along `axis`; codes ⟨axis, row⟩, of the normalised row under layer_norm. */
function modelAlong(axis: Float32Array, normalization: Normalization): TrainedModel {
  const width = axis.length;
  const settings = config(normalization, 1, 1);
  return {
    config: settings,
    weights: {
      groups: 1,
      rank: 1,
      width,
      encoder: axis,
      decoder: axis,
      encoderBias: new Float32Array(1),
      decoderBias: new Float32Array(width),
    },
    encode: (x, rows) => {
      const codes: number[] = [];
      const squaredError = new Float32Array(rows);
      for (let row = 0; row < rows; row++) {
        const own = x.subarray(row * width, (row + 1) * width);
        const { mean, scale } =
          normalization === 'layer_norm' ? rowScale(own) : { mean: 0, scale: 1 };
        const code = own.reduce((sum, v, j) => sum + ((v - mean) / scale) * at(axis, j), 0);
        codes.push(code);
        const length = Math.fround(code) * scale;
        squaredError[row] = own.reduce(
          (sum, v, j) => sum + (v - mean - length * at(axis, j)) ** 2,
          0,
        );
      }
      const table = codesOf(
        1,
        1,
        codes.map((code) => [{ group: 0, code: [code] }]),
      );
      return Promise.resolve({ codes: table, squaredError });
    },
  };
}

describe('an evaluation', () => {
  it('recovers a true feature wholly from a layer_norm model, whatever the size of its rows', async () => {
    const half = Math.SQRT1_2;
    const axis = Float32Array.of(half, -half, 0, 0);
    const places = Float32Array.from(
      { length: 64 },
      (_, row) => (row % 2 === 0 ? 1 : -1) * (row + 1),
    );
    const x = Float32Array.from({ length: 64 * 4 }, (_, i) => at(places, i >> 2) * at(axis, i & 3));
    const truth: SourceTruth = {
      features: [{ name: 'line', kind: 'signed_line', dimension: 1, frame: axis }],
      maxActive: 1,
      present: new Uint32Array(64),
      coordinates: places,
      coordinateStride: 1,
    };
    const report = await evaluateModel(modelAlong(axis, 'layer_norm'), sourceOf(x, 4, truth), {
      split: 'held_out',
      rows: 64,
    });
    expect(report.live_groups).toBe(1);
    expect(report.recovery).toMatchObject({
      packed_features: 0,
      split_features: 0,
      lost_features: 0,
    });
    const [line] = report.recovery?.features ?? [];
    expect(line?.r2).toBeGreaterThan(1 - 1e-4);
    expect(line?.reconstruction).toBeGreaterThan(1 - 1e-4);
  });

  it('of more rows than are held at a time is that of all of them at once, to the last bit', async () => {
    const rows = 8192 * 2 + 77;
    const x = Float32Array.from({ length: rows * 3 }, (_, i) => Math.sin(i * 1.7) * 3 + (i % 5));
    const model = modelAlong(Float32Array.of(0.6, 0.8, 0), 'none');
    let most = 0;
    const watched: TrainedModel = {
      ...model,
      encode: (piece, count) => {
        most = Math.max(most, count);
        return model.encode(piece, count);
      },
    };
    const shares: number[] = [];
    const report = await evaluateModel(watched, sourceOf(x, 3), {
      split: 'held_out',
      rows: 1e6,
      onProgress: (share) => shares.push(share),
    });
    const sums = new ReconstructionAccumulator(3);
    sums.addErrors(x, (await model.encode(x, rows)).squaredError, rows);
    const whole = sums.result();
    expect(most).toBeLessThan(rows);
    expect(report).toMatchObject({
      rows,
      explained_variance: whole.explainedVariance,
      explained_variance_legacy: whole.explainedVarianceLegacy,
      mse: whole.mse,
      l0: 1,
    });
  });

  const whole = { split: 'held_out', rows: 1e6 } as const;

  it('counts columns that are chosen one by one as they fire, in no other basis', async () => {
    // Two columns of equal strength, of which a row uses one: no direction of the block is in excess.
    const plane = {
      groups: 1,
      rank: 2,
      width: 3,
      encoder: Float32Array.of(1, 0, 0, 0, 1, 0),
      decoder: Float32Array.of(1, 0, 0, 0, 1, 0),
      encoderBias: new Float32Array(2),
      decoderBias: new Float32Array(3),
    };
    const reported = (k_columns: number) => {
      const sasa = { architecture: 'topk_sasa', n_groups: 1, group_rank: 2, k_groups: 1 } as const;
      const model: TrainedModel = {
        config: modelSchema.parse({ ...sasa, k_columns }),
        weights: plane,
        encode: (_, rows) => {
          const codes = Array.from({ length: rows }, (_, row) =>
            row % 2 === 0 ? [2, 0] : k_columns === 1 ? [0, 2] : [1, 1],
          );
          const table = codesOf(
            1,
            2,
            codes.map((code) => [{ group: 0, code }]),
          );
          return Promise.resolve({ codes: table, squaredError: new Float32Array(rows) });
        },
      };
      const x = Float32Array.from({ length: 30 }, (_, i) => (i % 3 === 0 ? i : 0));
      return evaluateModel(model, sourceOf(x, 3), whole);
    };
    const chosen = await reported(1);
    expect(chosen).toMatchObject({ l0: 1, pruned_l0: 1, groups_per_token: 1 });
    expect(chosen.pruned_explained_variance).toBe(chosen.explained_variance);
    // Where all columns stay, a group that fires counts with its rank.
    expect(await reported(2)).toMatchObject({ l0: 1.5, pruned_l0: 2 });
  });

  it('of rows that are all the same says that there is no variance to explain', async () => {
    const model = modelAlong(Float32Array.of(0.6, 0.8, 0), 'none');
    const x = Float32Array.from({ length: 30 }, (_, i) => 1 + (i % 3));
    const report = await evaluateModel(model, sourceOf(x, 3), whole);
    expect(report.explained_variance).toBeNull();
    expect(report.explained_variance_legacy).toBeGreaterThan(0.3);
    const same = 'All rows are the same: there is no variance to explain.';
    expect(report.not_defined).toEqual({
      explained_variance: same,
      pruned_explained_variance: same,
    });
    expect(report.mse).toBeGreaterThan(0);
    const zeros = await evaluateModel(model, sourceOf(new Float32Array(30), 3), whole);
    expect(Object.keys(zeros.not_defined ?? {})).toEqual([
      'explained_variance',
      'explained_variance_legacy',
      'pruned_explained_variance',
    ]);
  });

  it('of a layer_norm model explains nothing of rows that are their own mean', async () => {
    const flat = Float32Array.from({ length: 30 }, (_, i) => Math.floor(i / 3));
    const axis = Float32Array.of(0.6, 0.8, 0);
    const report = await evaluateModel(modelAlong(axis, 'layer_norm'), sourceOf(flat, 3), whole);
    expect(report.explained_variance).toBeNull();
    expect(report.not_defined?.explained_variance).toMatch(/^Each row holds one number throughout/);
    // One row that is more than its mean, and there is something to explain.
    flat[0] = 5;
    const one = await evaluateModel(modelAlong(axis, 'layer_norm'), sourceOf(flat, 3), whole);
    expect(one.explained_variance).toBeLessThan(1);
    expect(one.not_defined).toBeUndefined();
    const plain = await evaluateModel(modelAlong(axis, 'none'), sourceOf(flat, 3), whole);
    expect(plain.explained_variance).not.toBeNull();
  });

  it('whose errors exceed float32 is refused, and the weights are kept without a report', async () => {
    const model = modelAlong(Float32Array.of(0.6, 0.8, 0), 'none');
    const overflowing: TrainedModel = {
      ...model,
      encode: async (x, rows) => {
        const encoded = await model.encode(x, rows);
        return { ...encoded, squaredError: encoded.squaredError.fill(Infinity, 0, 1) };
      },
    };
    const source = sourceOf(
      Float32Array.from({ length: 30 }, (_, i) => Math.sin(i)),
      3,
    );
    await expect(evaluateModel(overflowing, source, whole)).rejects.toMatchObject({
      code: 'not_finite',
      message: 'SASA on rows: mse is Infinity.',
    });
    const failed = await finalEvaluation(overflowing, source);
    const kept = evaluatedFolder(overflowing, failed, NO_LOGS, { steps: 1 });
    expect(Object.keys(kept).sort()).toEqual([
      'cfg.json',
      'metrics.jsonl',
      'sae_weights.safetensors',
      'sparsity.safetensors',
    ]);
    expect(failed.report).toMatchObject({ code: 'not_finite' });
    // And whoever opens the folder later reads why.
    expect(new TextDecoder().decode(kept['cfg.json'])).toContain(
      '"not_evaluated": "SASA on rows: mse is Infinity."',
    );
    const fine = evaluatedFolder(model, await finalEvaluation(model, source), NO_LOGS, {
      steps: 1,
    });
    expect(Object.keys(fine)).toContain('report.json');
  });
});
