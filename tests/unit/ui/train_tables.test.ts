/** Files saved from the Train page say which rows their numbers were read on (docs/method/metrics.md). */
import { describe, expect, it } from 'vitest';
import { defaultPreset } from '../../../src/lab/run/presets';
import { createRun, type Run } from '../../../src/state/run_record';
import { mainCurves, otherCurves, rowsReadOn } from '../../../src/ui/pages/train/curve_specs';
import { curveTable, rankTable } from '../../../src/ui/pages/train/curve_table';
import { shapesHint, shapesTable } from '../../../src/ui/pages/train/shapes_table';

const run: Run = createRun('run', 'Run 1', defaultPreset.config, 0);
for (const { metrics } of run.models) {
  const values = { 'metrics/explained_variance': 0.5, 'sparsity/dead_groups': 3 };
  metrics.append({ step: 10, samples: 2560, seconds: 1, values, rankHistogram: [0, 2] });
}
const specs = [...mainCurves(true), ...otherCurves(true)];
const tableOf = (id: string) => {
  const spec = specs.find((each) => each.id === id);
  if (spec === undefined) throw new Error(id);
  return curveTable(spec, [run]);
};

describe('curves', () => {
  it('are of the logged batch, or of the window within which a unit counts as alive', () => {
    const { columns, rows } = tableOf('metrics/explained_variance');
    expect(columns).toEqual(['run', 'model', 'metric', 'samples', 'value', 'read_on', 'rows']);
    const batch = run.config.training.train_batch_size_samples;
    expect([...rows][0]).toEqual([
      'Run 1',
      'SASA',
      'Explained variance',
      2560,
      0.5,
      'batch',
      batch,
    ]);
    const window = rowsReadOn('dead_group_window', run, 0);
    expect(window).toBeGreaterThan(batch);
    expect([...tableOf('sparsity/dead_groups').rows][0]?.slice(5)).toEqual([
      'dead_group_window',
      window,
    ]);
    const ranks = rankTable(run, run.models[0]);
    expect([...ranks.rows][0]?.slice(0, 4)).toEqual([2560, window, 0, 2]);
  });
});

describe('shapes', () => {
  it('say on how many rows their units are counted', () => {
    const shape = {
      name: 'circle',
      dimension: 2,
      points: new Float32Array(),
      owners: new Uint32Array(),
      units90: 1,
      units99: 1,
      reconstruction: 0.9,
      topShare: 1,
      topRank90: 2,
    };
    const models = [
      { name: 'SASA', unitName: 'group' as const, shapes: [shape], trained: true, rows: 2048 },
    ];
    const { columns, rows } = shapesTable(models);
    expect(columns.at(-1)).toBe('rows');
    expect([...rows][0]?.at(-1)).toBe(2048);
    expect(shapesHint(models)).toContain('on 2048 held-out rows');
  });
});
