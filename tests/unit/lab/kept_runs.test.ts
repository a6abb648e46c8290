/**
 * Runs that are kept, in memory as in a browser's private files: what is torn falls back to what was there before, full
 * storage leaves nothing half-written, one tab writes, a deletion can be taken back, and old checkpoints thin out.
 */
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { at } from '../../../src/base/array';
import { MemoryFileStore } from '../../../src/io/file_store';
import { KeptRuns } from '../../../src/lab/keep/kept_runs';
import { readKeptRun, type KeptRun } from '../../../src/lab/keep/run_index';
import { UNDO_MS } from '../../../src/lab/protocol/kept_protocol';
import { NO_ANNOTATIONS } from '../../../src/lab/run/annotations';
import { parseRunConfig } from '../../../src/lab/run/run_config';
import { NOTHING_MOVED, type ModelState } from '../../../src/lab/train/session_types';
import { keptRecord } from '../../support/kept_record';
import { MemoryIndex, MemoryLocks } from '../../support/memory_runs';

const config = parseRunConfig({
  data: { kind: 'synthetic', preset: 'figure1' },
  models: [{ architecture: 'topk', d_sae: 4, k: 1 }],
  training: { training_samples: 64_000, train_batch_size_samples: 64 },
});

const parameters = (value: number) => ({
  encoder: new Float32Array(12).fill(value),
  decoder: new Float32Array(12).fill(value),
  encoderBias: new Float32Array(4),
  decoderBias: new Float32Array(3),
});
const stateAt = (step: number): ModelState => ({
  step,
  weights: { groups: 4, rank: 1, width: 3, ...parameters(step) },
  firstMoment: parameters(-step),
  secondMoment: parameters(0),
  tokensSinceFired: new Uint32Array(4).fill(step),
  inputScale: 1,
  lambda: null,
  moved: NOTHING_MOVED,
});
const line = (step: number, samples = 64 * step) =>
  `{"model":"TopK SAE","step":${step},"details/n_training_samples":${samples},"details/seconds":${step / 10},"losses/mse_loss":${1 / step},"details/rank90_histogram":[4]}\n`;
const savedAt = (step: number, metrics = line(step)) => ({
  config,
  step,
  states: [stateAt(step)],
  logs: [{ metrics, changes: [] }],
});

const newRun = (id: string, own: Partial<KeptRun> = {}): KeptRun =>
  keptRecord(id, { config, ...own });

let now = 1000;
let files: MemoryFileStore;
let index: MemoryIndex;
let kept: KeptRuns;
const open = () => new KeptRuns({ files, index, locks: new MemoryLocks(), now: () => now });
beforeEach(() => {
  now = 1000;
  files = new MemoryFileStore();
  index = new MemoryIndex();
  kept = open();
});

const record = async (id: string): Promise<KeptRun> => {
  const run = await open().find(id);
  if (run === null) throw new Error(`no run ${id}`);
  return run;
};
/** The step from which a run would go on, after a reload. */
const latestStep = async (id: string) =>
  (
    await open()
      .folder(id)
      .latest(await record(id))
  )?.step;
/** Cuts a file off in the middle, as a killed browser does. */
const tear = async (folder: string, name: string) => {
  const size = (await files.size(folder, name)) ?? 0;
  (await files.continueAfter(folder, name, Math.floor(size / 2))).close();
};

describe('a kept run', () => {
  it('is there after a reload, with its state, curves and size', async () => {
    await kept.add(newRun('a', { name: 'Mine' }));
    const saved = savedAt(30, line(10) + line(20) + line(30));
    await kept.folder('a').save(saved, { seconds: 3 }, 1500);

    const run = await record('a');
    expect(run).toMatchObject({ name: 'Mine', step: 30, seconds: 3, savedAt: 1500 });
    expect(run.bytes).toBe(await files.used('a'));
    expect(run.checkpoints).toEqual([{ step: 30, bytes: expect.any(Number) as number }]);
    expect(await open().folder('a').latest(run)).toEqual({
      config,
      step: 30,
      states: [stateAt(30)],
    });
    const history = await open().folder('a').history(run);
    expect(history.seconds).toBe(3);
    expect(history.records.map(({ model, step, samples }) => [model, step, samples])).toEqual([
      [0, 10, 640],
      [0, 20, 1280],
      [0, 30, 1920],
    ]);
    expect(at(history.records, 0)).toMatchObject({
      rankHistogram: [4],
      values: { 'losses/mse_loss': 0.1 },
    });
  });

  it('counts by itself where its weights were trained before', async () => {
    const before = [{ steps: 100, samples: 5000, changes: 1 }];
    await kept.add(newRun('a', { before }));
    const changes = [
      { step: 100, setting: 'k' as const, from: 2, to: 1, lambda: null },
      { step: 105, setting: 'lr' as const, from: 0.1, to: 0.2, lambda: null },
    ];
    const metrics = line(50, 2500) + line(110, 5640) + line(120, 6280);
    await kept.folder('a').save({ ...savedAt(10), logs: [{ metrics, changes }] }, {}, now);
    const history = await open()
      .folder('a')
      .history(await record('a'));
    // What is beyond the state, step 10 of the run, is not there.
    expect(history.records.map(({ step, samples }) => [step, samples])).toEqual([[10, 640]]);
    expect(history.changes).toMatchObject([{ model: null, setting: 'lr', step: 5 }]);
    expect(history.before).toMatchObject([
      { steps: 100, samples: 5000, changes: [{ setting: 'k' }], metrics: [{ step: 50 }] },
    ]);
  });

  it('goes on from the checkpoint before a torn one, which is written again', async () => {
    await kept.add(newRun('a'));
    for (const step of [10, 30]) await kept.folder('a').save(savedAt(step), {}, now);
    await tear('a', 'checkpoint-30.safetensors.0');
    expect(await latestStep('a')).toBe(10);
    await kept.folder('a').save(savedAt(20), {}, now);
    expect((await record('a')).checkpoints.map(({ step }) => step)).toEqual([10, 20]);
    expect(await files.size('a', 'checkpoint-30.safetensors.0')).toBeNull();
    await tear('a', 'checkpoint-20.safetensors.0');
    await tear('a', 'checkpoint-10.safetensors.0');
    expect(await latestStep('a')).toBeUndefined();
  });

  it('is looked at where it is asked for, or at the nearest checkpoint that is whole', async () => {
    await kept.add(newRun('a'));
    const folder = kept.folder('a');
    expect(await folder.save(savedAt(10), {}, now)).toEqual([10]);
    for (const step of [100, 400]) await folder.save(savedAt(step), {}, now);
    expect(await folder.save(savedAt(1000), {}, now)).toEqual([10, 100, 400, 1000]);
    const stepAt = async (step: number) =>
      (
        await open()
          .folder('a')
          .nearest(await record('a'), step)
      )?.step;
    expect(await stepAt(100)).toBe(100);
    // Of another step there is none: the nearest in the logarithm.
    expect(await stepAt(250)).toBe(400);
    await tear('a', 'checkpoint-400.safetensors.0');
    expect(await stepAt(400)).toBe(1000);
    // One that thinned out after the record was read.
    const before = await record('a');
    await files.removeFile('a', 'checkpoint-100.safetensors.0');
    expect((await open().folder('a').nearest(before, 100))?.step).toBe(10);
    for (const step of [10, 1000]) await tear('a', `checkpoint-${step}.safetensors.0`);
    expect(await stepAt(100)).toBeUndefined();
  });

  it('is as it was where storage is full, and nothing half-written takes room', async () => {
    files = new MemoryFileStore(9000);
    kept = open();
    await kept.add(newRun('a'));
    const folder = kept.folder('a');
    let step = 0;
    let used = 0;
    await expect(async () => {
      for (;;) {
        step += 10;
        used = await files.used('a');
        await folder.save(savedAt(step), {}, now);
      }
    }).rejects.toMatchObject({ code: 'out_of_memory' });
    expect(step).toBeGreaterThan(10);
    expect(await latestStep('a')).toBe(step - 10);
    expect((await record('a')).step).toBe(step - 10);
    // The lines that came before the checkpoint may be there, half a file never.
    expect((await files.used('a')) - used).toBeLessThan(2 * (256 + line(10).length));
    expect(await files.size('a', `checkpoint-${step}.safetensors.0`)).toBeNull();
  });

  it('goes on from a checkpoint that its record does not speak of yet', async () => {
    await kept.add(newRun('a'));
    await kept.folder('a').save(savedAt(10), {}, now);
    const before = await record('a');
    await kept.folder('a').save(savedAt(30), {}, now);
    // The browser was killed between the file and the record.
    await index.put(before);
    expect((await open().folder('a').takeUp())?.step).toBe(30);
    expect(await record('a')).toMatchObject({ step: 30 });
    expect((await record('a')).checkpoints.map(({ step }) => step)).toEqual([10, 30]);
  });

  it('takes away what is torn when it is gone on with, in the middle of a write too', async () => {
    await kept.add(newRun('a'));
    for (const step of [10, 30]) await kept.folder('a').save(savedAt(step), {}, now);
    const half = await files.continueAfter('a', 'checkpoint-47.safetensors.0', 0);
    half.append(new Uint8Array(100));
    await tear('a', 'checkpoint-30.safetensors.0');
    expect((await open().folder('a').takeUp())?.step).toBe(10);
    expect(await record('a')).toMatchObject({ step: 10, checkpoints: [{ step: 10 }] });
    const names = (await files.list('a')).map(({ name }) => name);
    expect(names.filter((name) => name.startsWith('checkpoint'))).toEqual([
      'checkpoint-10.safetensors.0',
    ]);
    await tear('a', 'checkpoint-10.safetensors.0');
    expect(await open().folder('a').takeUp()).toBeNull();
    expect(await record('a')).toMatchObject({ step: 0, checkpoints: [] });
  });

  it('is kept again when its record is cleared while it trains, or its files, or both', async () => {
    const release = await kept.claim('a');
    await kept.add(newRun('a', { name: 'Mine' }));
    const folder = kept.folder('a');
    await folder.save(savedAt(10), {}, now);
    await index.remove('a');
    await folder.save(savedAt(20), {}, now);
    expect(await record('a')).toMatchObject({ name: 'Mine', step: 20 });
    expect((await record('a')).checkpoints.map(({ step }) => step)).toEqual([10, 20]);

    await files.remove('a');
    await folder.save(savedAt(30), {}, now);
    expect((await record('a')).checkpoints.map(({ step }) => step)).toEqual([30]);

    await index.remove('a');
    await files.remove('a');
    await folder.save(savedAt(40), {}, now);
    expect(await latestStep('a')).toBe(40);
    expect((await record('a')).bytes).toBe(await files.used('a'));

    // Who does not train it any more does not bring it back.
    release?.();
    await index.remove('a');
    await folder.note({ status: 'stopped' });
    expect(await index.all()).toEqual([]);
  });

  it('leaves weights and report behind when it goes on', async () => {
    await kept.add(newRun('a'));
    const folder = kept.folder('a');
    await folder.save(savedAt(30), {}, now);
    const report = {
      rows: 8,
      split: 'all',
      explained_variance: 0.5,
      mse: 1,
      l0: 2,
      dead_groups: 0,
    };
    const bytes = new TextEncoder().encode(JSON.stringify({ name: 'SASA', ...report }));
    await folder.saveAnnotations('', { ...NO_ANNOTATIONS, step: 30 });
    await folder.saveModel(config, 0, 30, { 'report.json': bytes, 'metrics.jsonl': bytes });
    expect(await record('a')).toMatchObject({ evaluated: 30, results: [report] });
    await folder.save(savedAt(40), {}, now);
    expect(await record('a')).toMatchObject({ evaluated: null, results: null });
    expect(await files.size('a', 'report.json.0')).toBeNull();
    expect(await files.size('a', 'metrics.jsonl.0')).not.toBeNull();
    // What the person says of it stays with the run.
    expect(await open().folder('a').annotations('')).toEqual({ ...NO_ANNOTATIONS, step: 30 });
  });
});

describe('what codes cost', () => {
  it('stands in the record without the curve, which the folder has', async () => {
    await kept.add(newRun('a'));
    const folder = kept.folder('a');
    await folder.save(savedAt(30), {}, now);
    const listed = {
      ...{ rows: 800, split: 'held_out', explained_variance: 0.5, mse: 1, l0: 4, dead_groups: 0 },
      ...{ pruned_l0: 2.7, pruned_explained_variance: 0.5, groups_per_token: 1 },
      ...{ bits_per_token: 11.2, bits_per_token_low: null, bits_per_token_high: null },
      bits_rows: { training: 900, evaluated: 800, judged: 800 },
      not_defined: { bits_per_token_low: 'Nothing tells.' },
    };
    const rate_curve = [{ delta: 0.1, bits: 20, explained_variance: 0.4 }];
    const file = { name: 'SASA', mean_rank90: 2, ...listed, rate_curve };
    const bytes = new TextEncoder().encode(JSON.stringify(file));
    await folder.saveModel(config, 0, 30, { 'report.json': bytes });
    const run = await record('a');
    expect(run.results).toEqual([listed]);
    expect(readKeptRun(run)).toEqual(run);
    expect((await folder.history(run)).reports).toEqual([{ ...listed, rate_curve }]);

    // An evaluation without bits takes nothing away, unless it is of another step.
    const plain = new TextEncoder().encode(JSON.stringify({ ...file, bits_rows: undefined }));
    await folder.saveModel(config, 0, 30, { 'report.json': plain });
    expect((await record('a')).results).toEqual([listed]);
    // Nor one without codes by least squares, which only the folder has, with their curves.
    const fitted = { explained_variance: 0.6, mse: 0.8, l0: 4, groups_per_token: 1, rate_curve };
    const codes = { least_squares: fitted, prune2: null, not_defined: { prune2: 'All are on.' } };
    const better = new TextEncoder().encode(JSON.stringify({ ...file, codes }));
    await folder.saveModel(config, 0, 30, { 'report.json': better });
    await folder.saveModel(config, 0, 30, { 'report.json': bytes });
    expect((await record('a')).results).toEqual([listed]);
    const { reports } = await folder.history(await record('a'));
    expect(reports).toEqual([{ ...listed, rate_curve, codes }]);
    await folder.save(savedAt(40), {}, now);
    await folder.saveModel(config, 0, 40, { 'report.json': plain });
    expect((await record('a')).results?.[0]).not.toHaveProperty('bits_rows');
  });
});

describe('the list of kept runs', () => {
  it('is oldest first, and renames', async () => {
    await kept.add(newRun('b', { createdAt: 2 }));
    await kept.add(newRun('a'));
    await kept.rename('b', 'Other');
    expect((await open().list()).map(({ id, name }) => [id, name])).toEqual([
      ['a', 'Run a'],
      ['b', 'Other'],
    ]);
  });

  it('goes by no clock that is set while the deletion can be taken back', async () => {
    vi.useFakeTimers();
    try {
      await kept.add(newRun('a'));
      await kept.delete('a');
      // A day on, a day back.
      for (const jump of [86_400_000, -172_800_000]) {
        now += jump;
        expect(await kept.list()).toEqual([]);
        vi.advanceTimersByTime(UNDO_MS / 2 - 1);
        expect(await index.all()).toHaveLength(1);
      }
      // Another visit, for which it was deleted in the future, gives it its minute.
      const later = open();
      expect(await later.list()).toEqual([]);
      expect(await index.all()).toHaveLength(1);
      vi.advanceTimersByTime(UNDO_MS);
      await later.list();
      expect(await index.all()).toEqual([]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('takes a deletion back within a minute, and removes the files after it', async () => {
    await kept.add(newRun('a'));
    await kept.folder('a').save(savedAt(10), {}, now);
    await kept.delete('a');
    expect(await kept.list()).toEqual([]);
    expect(await kept.find('a')).toBeNull();
    now += UNDO_MS - 1;
    expect(await open().list()).toEqual([]);
    expect(await kept.restore('a')).toBe(true);
    expect(await latestStep('a')).toBe(10);

    await kept.delete('a');
    now += UNDO_MS;
    expect(await open().list()).toEqual([]);
    expect(await files.folders()).toEqual([]);
    expect(await kept.restore('a')).toBe(false);
    // A writer that has not heard of it does not bring it back.
    await kept.folder('a').note({ status: 'finished' });
    expect(await index.all()).toEqual([]);
  });

  it('removes nothing for good that a tab is at work on', async () => {
    await kept.add(newRun('a', { deletedAt: now }));
    now += UNDO_MS;
    const release = await kept.claim('a');
    await kept.list();
    expect(await index.all()).toHaveLength(1);
    release?.();
    await kept.list();
    expect(await index.all()).toEqual([]);
  });

  it('leaves alone what a newer lab wrote, and lists the rest', async () => {
    await kept.add(newRun('a'));
    await index.put({ ...newRun('new'), version: 99 });
    await index.put({ id: 'odd' } as unknown as KeptRun);
    expect((await kept.list()).map(({ id }) => id)).toEqual(['a']);
    expect(await index.all()).toHaveLength(3);
  });

  it('reads records of version 1, whose results only the folder knows', () => {
    const { results: _, logged: __, about: ___, ...first } = newRun('x');
    const about = { starred: false, tags: [], note: '' };
    for (const version of [1, undefined]) {
      const read = readKeptRun({ ...first, version });
      expect(read).toMatchObject({ id: 'x', version: 3, results: null, logged: null, about });
    }
    expect(readKeptRun({ ...first, version: 2 })).toBeNull();
  });

  it('reads records of version 2, whose results say no costs', () => {
    const results = [
      { rows: 8, split: 'all', explained_variance: 0.5, mse: 1, l0: 2, dead_groups: 0 },
    ];
    const read = readKeptRun({ ...newRun('x'), results, version: 2 });
    expect(read).toMatchObject({ id: 'x', version: 3, results });
  });

  it('keeps what is said of a run', async () => {
    await kept.add(newRun('a'));
    const about = { starred: true, tags: ['week'], note: 'Look at group 3.' };
    await kept.describe('a', about);
    expect(await record('a')).toMatchObject({ about, name: 'Run a' });
  });

  it('finds a folder without a record once a visit, and sweeps one from which no run goes on', async () => {
    for (const id of ['lost', 'torn', 'training', 'newer']) {
      await kept.add(newRun(id));
      await kept.folder(id).save(savedAt(10), {}, now);
      await index.remove(id);
    }
    await tear('torn', 'checkpoint-10.safetensors.0');
    await index.put({ ...newRun('newer'), version: 99 });
    const other = new MemoryLocks();
    const visit = new KeptRuns({ files, index, locks: other, now: () => 7 });
    await other.claim('training');
    expect(await visit.list()).toMatchObject([
      { id: 'lost', name: 'Found at step 10', status: 'stopped', step: 10, createdAt: 7 },
    ]);
    expect(await latestStep('lost')).toBe(10);
    expect(await files.folders()).toEqual(['lost', 'training', 'newer']);
    // A run that begins has no record for a moment.
    await files.continueAfter('new', 'run.json.0', 0);
    await visit.list();
    expect(await files.folders()).toContain('new');
  });

  it('says which runs another tab trains, when that is over, and that something has changed', async () => {
    const shared = new Map<string, (() => void)[]>();
    const tabs: MemoryLocks[] = [];
    const tab = () =>
      new KeptRuns({ files, index, locks: new MemoryLocks(shared, tabs), now: () => now });
    const here = tab();
    const there = tab();
    let heard = 0;
    here.onNews(() => (heard += 1));
    const release = await there.claim('a');
    await there.add(newRun('a'));
    expect(heard).toBe(2);
    expect(await here.elsewhere()).toEqual(new Set(['a']));
    expect(await there.elsewhere()).toEqual(new Set());
    let free = false;
    const freed = here.whenFree('a').then(() => (free = true));
    await there.rename('a', 'Other');
    expect([heard, free]).toEqual([3, false]);
    release?.();
    await freed;
    expect(await here.elsewhere()).toEqual(new Set());
  });

  it('loses no change of two that come together', async () => {
    await kept.add(newRun('a'));
    await Promise.all([kept.rename('a', 'New'), kept.folder('a').save(savedAt(10), {}, now)]);
    expect(await record('a')).toMatchObject({ name: 'New', step: 10 });
  });

  it('has one writer a run', async () => {
    const release = await kept.claim('a');
    expect(release).not.toBeNull();
    expect(await kept.claim('a')).toBeNull();
    expect(await kept.claim('b')).not.toBeNull();
    release?.();
    expect(await kept.claim('a')).not.toBeNull();
  });
});

describe('checkpoints', () => {
  it('are taken off the disk when they thin out', async () => {
    await kept.add(newRun('a'));
    const folder = kept.folder('a');
    for (let step = 1; step <= 30; step++) await folder.save(savedAt(step), {}, now);
    const run = await record('a');
    expect(run.checkpoints).toHaveLength(12);
    expect(run.bytes).toBe(await files.used('a'));
    const size = at(run.checkpoints, 0).bytes;
    expect(await files.used('a')).toBeLessThan(13 * (size + 256) + 4 * 1000);
  });
});
