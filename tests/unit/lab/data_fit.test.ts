/**
 * Data that a model cannot be trained on are refused before the first step, with the number and the way out, up
 * to the bound that docs/run-file.md derives and not beyond it.
 */
import { describe, expect, it } from 'vitest';
import { openTableSource } from '../../../src/data/table_source';
import { checkModels, refuseUntrainable } from '../../../src/lab/encode/data_fit';
import { estimateRun } from '../../../src/lab/train/estimate';
import { parseRunConfig } from '../../../src/lab/run/run_config';
import { measureData, type MeasuredData } from '../../../src/lab/encode/statistics';
import { modelSchema } from '../../../src/sae/config';
import { complaint } from '../io/complaint';

const topk = { architecture: 'topk', d_sae: 8, k: 2 } as const;
const tableOf = (values: Float32Array, width: number) =>
  openTableSource({ label: 'x.npy', description: '', width, values, order: 'sequential', seed: 0 });

describe('rows of one number', () => {
  const run = parseRunConfig({
    data: { kind: 'npy', path: 'x.npy' },
    models: [{ ...topk, normalize_activations: 'layer_norm' }],
    training: { training_samples: 10 },
  });

  it('have no layer norm, and the estimate says so beforehand', () => {
    expect(complaint(() => checkModels(run, 1))).toBe(
      'bad_config: models.0.normalize_activations is layer_norm, but a row has one dimension: less its own mean it is 0, and the mean is put back without any code.',
    );
    expect(complaint(() => checkModels(run, 2))).toBe('no complaint');
    const limits = { maxBufferSize: 2 ** 30, maxStorageBufferBindingSize: 2 ** 30 };
    const { warnings } = estimateRun(run, tableOf(new Float32Array(8), 1), limits, 'direct');
    expect(warnings.some((warning) => warning.includes('a row has one dimension'))).toBe(true);
  });
});

describe('gradients', () => {
  const measured = (power: number, mean = 0): MeasuredData => ({
    statistics: { width: 4, power, meanNorm: Math.sqrt(power + mean ** 2), sampledRows: 10 },
    mean: Float32Array.of(mean, 0, 0, 0),
    firstBatch: new Float32Array(4),
    firstRows: 1,
    flatRows: 0,
  });
  const refusal = (data: MeasuredData, settings: object = {}) =>
    complaint(() => refuseUntrainable(modelSchema.parse({ ...topk, ...settings }), data, 'x.npy'));

  it('whose squares could exceed float32 are refused', () => {
    // 2 · s·r · (2Q)² = 2¹²⁸ for s·r = 2 at Q = 2⁶².
    expect(refusal(measured(2 ** 62))).toBe('no complaint');
    expect(refusal(measured(2 ** 62 * 1.01))).toBe(
      'bad_data: TopK SAE: the rows of x.npy have a mean square norm of 4.66e+18; the squares of its gradients exceed float32 beyond 4.61e+18.',
    );
    expect(refusal(measured(2 ** 62), { k: 3 })).toContain('bad_data: ');
  });

  it('count an offset where it reaches the encoder, and no scale that is taken out', () => {
    const far = measured(1, 1e10);
    expect(refusal(far)).toBe('no complaint');
    expect(refusal(far, { apply_b_dec_to_input: false })).toContain('1.00e+20');
    expect(refusal(far, { normalize_activations: 'layer_norm' })).toContain('1.00e+20');
    const scaled = { normalize_activations: 'expected_average_only_in' };
    expect(refusal(measured(1e30), scaled)).toBe('no complaint');
  });
});

describe('measuring data', () => {
  it('counts rows of which layer_norm leaves nothing, and refuses a model that has only those', async () => {
    const values = Float32Array.from({ length: 30 }, (_, i) => Math.floor(i / 3));
    const data = await measureData(tableOf(values, 3), 5);
    expect(data.flatRows).toBe(data.statistics.sampledRows);
    const norm = modelSchema.parse({ ...topk, normalize_activations: 'layer_norm' });
    expect(complaint(() => refuseUntrainable(norm, data, 'x.npy'))).toContain(
      'bad_data: TopK SAE: each of the 10 sampled rows of x.npy holds one number throughout',
    );
    values[0] = 7;
    const other = await measureData(tableOf(values, 3), 5);
    expect(other.flatRows).toBe(other.statistics.sampledRows - 1);
    expect(complaint(() => refuseUntrainable(norm, other, 'x.npy'))).toBe('no complaint');
  });

  it('refuses rows that are no numbers or too large for their squares, wherever they come from', async () => {
    const with7 = (value: number) =>
      measureData(tableOf(new Float32Array(30).fill(value, 7, 8), 3), 5);
    await expect(with7(NaN)).rejects.toMatchObject({
      code: 'bad_data',
      message:
        'A sample of x.npy holds 1 NaN and 0 infinite values; the first is in row 2, column 1 (counted from 0).',
    });
    await expect(with7(1e19)).rejects.toThrow('x.npy holds values up to 1.00e+19');
  });
});
