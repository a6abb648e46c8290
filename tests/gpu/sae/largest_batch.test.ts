/**
 * The largest batch that the run file allows, on a model small enough for any adapter: its rows are more than the
 * workgroups that WebGPU gives one dimension, and each of them is still computed, by the kernels of both variants.
 */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { openTableSource } from '../../../src/data/table_source';
import type { MetricRecord } from '../../../src/lab/protocol/protocol';
import { parseRunConfig } from '../../../src/lab/run/run_config';
import { createSession } from '../../../src/lab/train/session';
import { testDevice } from '../adapter';
import { randomStep } from '../../unit/sae/random_step';
import { GpuStep } from './gpu_step';

const LARGEST = 65536;
const PERIOD = 64;

const sasa = { architecture: 'topk_sasa', n_groups: 4, group_rank: 2, k_groups: 1 } as const;

/** The passes that go row by row. */
const BY_ROW = [
  'center input',
  'score groups',
  'select groups',
  'encode active',
  'decode residual',
];

describe.each([
  // Two full lines of workgroups; a second line that is not full.
  ['direct', LARGEST],
  ['tiled', 33_000],
] as const)('a %s step on %d rows', (variant, batch) => {
  it('gives equal rows equal numbers, wherever they stand', async () => {
    const step = randomStep({ model: sasa, width: 3, batch, variant, dead: 'none' });
    const passes = step.plan.passes.filter(({ name }) => BY_ROW.includes(name));
    const gpu = await GpuStep.create(await testDevice(), step, passes);
    const first = step.contents.get('x')?.slice(0, 4 * PERIOD) ?? [];
    const x = new Float32Array(4 * batch);
    for (let row = 0; row < batch; row += PERIOD) x.set(first.slice(0, 4 * (batch - row)), 4 * row);
    gpu.write('x', x);
    gpu.run();
    const stats = await gpu.read('row_stats');
    gpu.destroy();
    expect(passes).toHaveLength(BY_ROW.length);
    expect(stats.subarray(0, 8 * PERIOD).some((value) => value !== 0)).toBe(true);
    expect(stats.findIndex((value, i) => value !== at(stats, i % (8 * PERIOD)))).toBe(-1);
  });
});

it('trains a step at the largest batch of the run file', async () => {
  const config = parseRunConfig({
    data: { kind: 'npy', path: 'rows.npy', order: 'sequential' },
    models: [sasa],
    training: { training_samples: LARGEST, train_batch_size_samples: LARGEST },
  });
  const values = Float32Array.from({ length: 3 * 100 }, (_, i) => Math.sin(i));
  const rows = { label: 'rows', description: '', width: 3, values, seed: 0 };
  const source = openTableSource({ ...rows, order: 'sequential' });
  const session = await createSession({ device: await testDevice(), config, source });
  const records: MetricRecord[] = [];
  await session.run(1, { onMetrics: (some) => records.push(...some) });
  session.destroy();
  expect(records.map(({ samples }) => samples)).toEqual([LARGEST]);
  // Of every row: a row that was left out would count as none.
  expect(records[0]?.values['metrics/groups_per_token']).toBe(1);
  expect(records[0]?.values['metrics/l0']).toBe(2);
});
