/** What the tiles of the Train page say of a model, and when they say nothing. */
import { expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { applyEvent, createRun, type Run } from '../../../src/state/run_record';
import { rowsText } from '../../../src/ui/parts/held_out';
import { tilesFor } from '../../../src/ui/pages/train/tile_values';

const BATCH = 500;

function runAt(step: number): Run {
  const run = createRun(
    'r',
    'Run 1',
    {
      data: { kind: 'words' },
      models: [{ architecture: 'topk', d_sae: 256, k: 4, dead_group_window: 15_000 }],
      training: { training_samples: 100_000, train_batch_size_samples: BATCH },
    },
    0,
  );
  const samples = step * BATCH;
  const values = { 'sparsity/dead_groups': step * BATCH < 15_000 ? 0 : 166 };
  const record = { model: 0, step, samples, seconds: 1, values, rankHistogram: [256] };
  const events = [
    {
      kind: 'progress' as const,
      runId: 'r',
      step,
      samples,
      seconds: 1,
      samplesPerSecond: null,
    },
    { kind: 'metrics' as const, runId: 'r', records: [record] },
  ];
  return events.reduce(applyEvent, run);
}

function alive(run: Run): number | undefined {
  const tile = tilesFor(false).find(({ title }) => title === 'Units alive');
  return tile?.value(at(run.models, 0), run);
}

it('counts no units as alive before dead_group_window samples were seen', () => {
  expect(alive(runAt(29))).toBeUndefined();
  expect(alive(runAt(30))).toBe(90);
});

it('names the rows of every number', () => {
  expect(tilesFor(true).map(({ title, rows }) => `${title}: ${rows}`)).toEqual([
    'Explained variance: last batch',
    'Reconstruction loss: last batch',
    'Units alive: dead_group_window',
    'Columns per row (l0): last batch',
    'Rank90 of maps: units alive',
    'Units per shape: probe rows',
  ]);
  expect(rowsText({ split: 'held_out', rows: 2000 })).toBe('held out, 2000 rows');
  expect(rowsText({ split: 'all', rows: 8 })).toBe('all 8 rows, also trained on');
});
