/**
 * A run that is kept while it trains, dropped without a word at some step, goes on in another engine over the same
 * files and ends with the weights that it would have had, byte for byte; and what is finished is read from its files.
 */
import { expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { MemoryFileStore, type FileAppender } from '../../../src/io/file_store';
import type { KeptRun } from '../../../src/lab/keep/run_index';
import type { Event } from '../../../src/lab/protocol/protocol';
import type { RunInput } from '../../../src/lab/run/run_config';
import { interruptedStep } from '../../support/interrupted_step';
import { MemoryIndex } from '../../support/memory_runs';
import { drivenEngine } from './driven_engine';

const STEPS = 120;
const config: RunInput = {
  data: { kind: 'synthetic', preset: 'figure1', seed: 1 },
  models: [
    { architecture: 'topk', d_sae: 24, k: 2 },
    { architecture: 'topk_sasa', n_groups: 8, group_rank: 4, k_groups: 1 },
    { architecture: 'batchtopk', d_sae: 24, k: 2 },
  ],
  training: { training_samples: STEPS * 32, train_batch_size_samples: 32, log_every: 5 },
};
const MODELS = config.models.length;

/** Files and index that write nothing any more once the browser is gone. */
class Disk extends MemoryFileStore {
  gone = false;

  override async continueAfter(folder: string, name: string, keep: number): Promise<FileAppender> {
    if (this.gone) throw new Error('the browser is gone');
    return super.continueAfter(folder, name, keep);
  }
}
class Records extends MemoryIndex {
  constructor(private readonly disk: Disk) {
    super();
  }

  override async put(run: KeptRun): Promise<void> {
    if (this.disk.gone) throw new Error('the browser is gone');
    await super.put(run);
  }
}

const isFinished = (event: Event) => event.kind === 'status' && event.status === 'finished';

it('goes on byte for byte after it was dropped at any step', async () => {
  const plain = drivenEngine({ files: new MemoryFileStore(), index: new MemoryIndex() });
  await plain.host.handle({ kind: 'start', runId: 'r', config });
  await plain.until(isFinished);
  const wanted = await plain.weights('r', MODELS);

  const disk = new Disk();
  const index = new Records(disk);
  const dropped = drivenEngine({ files: disk, index });
  const step = interruptedStep(15, STEPS - 15);
  await dropped.host.handle({ kind: 'start', runId: 'r', name: 'Mine', config });
  await dropped.until((event) => event.kind === 'kept' && event.step > 0);
  await dropped.until((event) => event.kind === 'progress' && event.step >= step);
  disk.gone = true;
  await dropped.host.handle({ kind: 'forget', runId: 'r' });

  disk.gone = false;
  const next = drivenEngine({ files: disk, index });
  const { runs } = await next.ask('list_kept_runs', null);
  expect(runs).toMatchObject([{ id: 'r', name: 'Mine', status: 'stopped' }]);
  const listed = at(runs, 0);
  expect(listed.step).toBeGreaterThanOrEqual(10);
  expect(listed.step).toBeLessThan(STEPS);
  const past = await next.ask('kept_past', { runId: 'r' });
  expect(past.records.at(-1)?.step).toBeLessThanOrEqual(listed.step);

  // Its models are read as they were, without a step.
  const evaluated = await next.ask('evaluate', { runId: 'r', model: 1 });
  expect(evaluated.step).toBe(listed.step);

  await next.host.handle({ kind: 'reopen', runId: 'r' });
  await next.until(isFinished);
  const statuses = next.events.flatMap((event) => (event.kind === 'status' ? [event.status] : []));
  expect(statuses).toEqual(['preparing', 'running', 'finished']);
  const resumed = await next.weights('r', MODELS);
  resumed.forEach((bytes, model) =>
    expect(bytes.equals(at(wanted, model)), `model ${model}`).toBe(true),
  );
  // One curve, without a gap or a step twice.
  const steps = next.events
    .flatMap((event) => {
      if (event.kind === 'reopened') return event.past.records;
      return event.kind === 'metrics' ? event.records : [];
    })
    .filter(({ model }) => model === 0)
    .map((record) => record.step);
  const last = steps.slice(steps.lastIndexOf(1));
  expect(last).toEqual([...new Set(last)].toSorted((a, b) => a - b));
  expect(last.slice(0, 3)).toEqual([1, 5, 10]);
  expect(last.at(-1)).toBe(STEPS);
  await next.host.handle({ kind: 'forget', runId: 'r' });

  const later = drivenEngine({ files: disk, index });
  const again = await later.ask('kept_past', { runId: 'r' });
  expect(again.step).toBe(STEPS);
  expect(again.reports.map((report) => report?.explained_variance)).toEqual(
    config.models.map(() => expect.any(Number) as number),
  );
  (await later.weights('r', MODELS)).forEach((bytes, model) =>
    expect(bytes.equals(at(wanted, model))).toBe(true),
  );
  await later.host.handle({ kind: 'forget', runId: 'r' });
  await plain.host.handle({ kind: 'forget', runId: 'r' });
});

it('goes on after its end, and at a steady learning rate as if it had been longer from the first', async () => {
  const steady = (steps: number): RunInput => ({
    ...config,
    training: { ...config.training, training_samples: steps * 32, lr_decay_steps: 0 },
  });
  const long = drivenEngine({ files: new MemoryFileStore(), index: new MemoryIndex() });
  await long.host.handle({ kind: 'start', runId: 'r', config: steady(80) });
  await long.until(isFinished);
  const wanted = await long.weights('r', MODELS);
  await long.host.handle({ kind: 'forget', runId: 'r' });

  const [files, index] = [new MemoryFileStore(), new MemoryIndex()];
  const short = drivenEngine({ files, index });
  await short.host.handle({ kind: 'start', runId: 'r', config: steady(50) });
  await short.until(isFinished);
  await short.host.handle({ kind: 'forget', runId: 'r' });

  const next = drivenEngine({ files, index });
  await next.host.handle({ kind: 'reopen', runId: 'r', samples: 50 * 32 });
  expect(next.events.at(-1)).toMatchObject({ kind: 'failed', error: { code: 'bad_config' } });
  await next.host.handle({ kind: 'reopen', runId: 'r', samples: 80 * 32 });
  await next.until(isFinished);
  (await next.weights('r', MODELS)).forEach((bytes, model) =>
    expect(bytes.equals(at(wanted, model)), `model ${model}`).toBe(true),
  );
  await next.host.handle({ kind: 'forget', runId: 'r' });
  // It began with fewer, and is as long as it is now wherever it is listed.
  const { runs } = await next.ask('list_kept_runs', null);
  expect(runs).toMatchObject([
    {
      status: 'finished',
      step: 80,
      config: { training: { training_samples: 50 * 32 } },
      settings: { training: { training_samples: 80 * 32 } },
    },
  ]);
});
