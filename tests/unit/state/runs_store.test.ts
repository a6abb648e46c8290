/**
 * The runs of a session, driven by the scripted engine: what streams in is kept whole, a reader of one
 * value is not disturbed by the others, and losses of the engine leave curves behind.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { at } from '../../../src/base/array';
import { defaultPreset, presets } from '../../../src/lab/run/presets';
import type { RunInput } from '../../../src/lab/run/run_config';
import { EngineClient } from '../../../src/state/engine_client';
import type { ModelChange, TrainedBefore } from '../../../src/lab/run/run_history';
import { allChanges, hasUnsavedWeights, type Run } from '../../../src/state/run_record';
import {
  addRun,
  changeLive,
  followEngine,
  forgetRun,
  noteSaved,
  removeRun,
  renameRun,
  startRun,
  useRuns,
} from '../../../src/state/runs_store';
import { guardUnload } from '../../../src/ui/unload_guard';
import { FAKE_ADAPTER, FakeEngine, type FakeOptions } from '../../support/fake_engine';

let fake: FakeEngine;
let engine: EngineClient;
let stop: () => void;

function begin(options: Partial<FakeOptions> = {}): void {
  engine = new EngineClient(() => {
    fake = new FakeEngine({ interval: 0, stepsPerTurn: 100, adapter: FAKE_ADAPTER, ...options });
    return fake;
  });
  stop = followEngine(engine);
}

beforeEach(() => {
  vi.useFakeTimers();
  useRuns.setState({ runs: {}, order: [] });
});

afterEach(() => {
  stop();
  vi.useRealTimers();
});

/** Lets messages arrive and gathered events be applied. */
async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(150);
}

function runOf(id: string): Run {
  const run = useRuns.getState().runs[id];
  if (run === undefined) throw new Error(`no run ${id}`);
  return run;
}

describe('a run from start to end', () => {
  it('goes from preparing over running to finished, with every logged record of every model', async () => {
    begin();
    const id = startRun(engine, defaultPreset.config);
    expect(runOf(id).status).toBe('preparing');
    await settle();
    expect(runOf(id)).toMatchObject({ status: 'running', totalSteps: 1000 });
    expect(runOf(id).models.map(({ lambda }) => lambda)).toEqual([0.003, null]);
    for (let turn = 0; turn < 10; turn++) fake.turn();
    await settle();
    const run = runOf(id);
    expect(run.status).toBe('finished');
    expect(run.step).toBe(1000);
    for (const model of run.models) {
      // 1000 steps, logged every 10.
      expect(model.metrics.steps.length).toBe(100);
      expect(model.metrics.column('metrics/explained_variance')).toHaveLength(100);
      expect(model.shapes?.shapes.map(({ name }) => name)).toEqual(['Circle', 'Sphere', 'Helix']);
      expect(model.shapeHistory.meanUnits.last()).toBeGreaterThan(0);
    }
  });

  it('keeps label probes of labelled data', async () => {
    begin();
    const id = startRun(engine, presets.words.config);
    await settle();
    expect(at(runOf(id).models, 0).labels?.groups.length).toBeGreaterThan(0);
  });

  it('refuses a run that cannot be, before the engine hears of it', () => {
    begin();
    const bad: RunInput = { ...defaultPreset.config, models: [] };
    expect(() => startRun(engine, bad)).toThrow(/models/);
    expect(useRuns.getState().order).toEqual([]);
  });

  it('notes what is changed while it goes, and the λ that follows', async () => {
    begin();
    const id = startRun(engine, defaultPreset.config);
    await settle();
    fake.turn();
    changeLive(engine, id, [{ model: null, setting: 'lr', value: 1e-3 }]);
    changeLive(engine, id, [{ model: 0, setting: 'nuclear_coefficient_relative', value: 0.01 }]);
    await settle();
    const { changes, models, statistics } = runOf(id);
    expect(changes).toMatchObject([
      { step: 100, model: null, setting: 'lr', from: 2e-3, to: 1e-3 },
      { step: 100, model: 0, setting: 'nuclear_coefficient_relative', from: null, to: 0.01 },
    ]);
    expect(at(models, 0).lambda).toBeCloseTo(0.01 * (statistics?.power ?? Number.NaN), 12);
    expect(changes.map(({ lambda }) => lambda)).toEqual([null, at(models, 0).lambda]);
    // Events of the engine decide, whatever the page could work out.
    fake.emit({
      kind: 'settings_changed',
      runId: id,
      changes: [{ ...at(changes, 1), from: 0.01, to: 0.02, lambda: 77 }],
      config: runOf(id).settings,
    });
    expect(runOf(id).models.map(({ lambda }) => lambda)).toEqual([77, null]);
  });

  it('keeps the error of a failed run', async () => {
    begin({ failAt: 200 });
    const id = startRun(engine, defaultPreset.config);
    await settle();
    for (let turn = 0; turn < 3; turn++) fake.turn();
    await settle();
    expect(runOf(id)).toMatchObject({ status: 'failed', step: 200, error: { code: 'not_finite' } });
  });
});

describe('updates of the store', () => {
  it('come together: a hundred messages within a tenth of a second are one update', async () => {
    begin({ stepsPerTurn: 1 });
    startRun(engine, defaultPreset.config);
    await settle();
    let updates = 0;
    const unsubscribe = useRuns.subscribe(() => updates++);
    for (let turn = 0; turn < 100; turn++) fake.turn();
    expect(updates).toBe(0);
    await settle();
    unsubscribe();
    expect(updates).toBe(1);
  });

  it('leave what did not change as it is, so that its readers do not re-render', async () => {
    begin();
    const id = startRun(engine, defaultPreset.config);
    await settle();
    fake.turn();
    await settle();
    const before = runOf(id);
    const column = at(before.models, 0).metrics.column('losses/mse_loss');
    fake.emit({
      kind: 'progress',
      runId: id,
      step: 101,
      samples: 1,
      seconds: 1,
      samplesPerSecond: 1,
    });
    await settle();
    const after = runOf(id);
    expect(after).not.toBe(before);
    expect(after.models).toBe(before.models);
    expect(after.config).toBe(before.config);
    expect(at(after.models, 0).metrics.column('losses/mse_loss')).toBe(column);
  });

  it('ignore events about runs that were deleted', async () => {
    begin();
    const id = startRun(engine, defaultPreset.config);
    await settle();
    removeRun(id);
    fake.turn();
    await settle();
    expect(useRuns.getState().runs).toEqual({});
  });
});

describe('the list of runs', () => {
  it('gives a deleted run back at its place, with its curves', async () => {
    begin();
    const ids = [1, 2, 3].map(() => startRun(engine, defaultPreset.config));
    await settle();
    fake.turn();
    await settle();
    const [, second = ''] = ids;
    const removed = removeRun(second);
    expect(useRuns.getState().order).not.toContain(second);
    addRun(removed.run, removed.position);
    expect(useRuns.getState().order).toEqual(ids);
    expect(at(runOf(second).models, 0).metrics.steps.length).toBe(10);
  });

  it('renames and forgets', async () => {
    begin();
    const id = startRun(engine, defaultPreset.config);
    await settle();
    renameRun(id, 'three shapes');
    expect(runOf(id).name).toBe('three shapes');
    forgetRun(engine, runOf(id));
    expect(fake.commands.at(-1)).toEqual({ kind: 'forget', runId: id });
  });
});

describe('losing the engine', () => {
  it('fails what was going, keeps what had finished, and says that the weights are gone', async () => {
    begin({ stepsPerTurn: 1000 });
    const finished = startRun(engine, defaultPreset.config);
    await settle();
    fake.turn();
    await settle();
    const going = startRun(engine, presets.zoo.config);
    await settle();
    const error = {
      code: 'device_lost',
      message: 'The GPU was lost.',
      wayOut: 'Train again.',
    } as const;
    const fate = { at: 3, from: null, outcome: 'ended', error } as const;
    const fates = [finished, going].map((runId) => ({ runId, ...fate }));
    fake.emit({ kind: 'device_lost', error, fates });
    await settle();
    expect(runOf(finished)).toMatchObject({ status: 'finished', inEngine: false });
    expect(runOf(going)).toMatchObject({ status: 'failed', inEngine: false, error });
    expect(at(runOf(finished).models, 0).metrics.steps.length).toBe(100);
  });
});

describe('weights that would be lost with the page', () => {
  const evaluated: TrainedBefore = { steps: 391, samples: 100_096, changes: [], metrics: [] };

  it('are those trained since they were last saved, of every model', async () => {
    begin();
    const id = startRun(engine, defaultPreset.config);
    await settle();
    expect(hasUnsavedWeights(runOf(id))).toBe(false);
    fake.turn();
    await settle();
    expect(hasUnsavedWeights(runOf(id))).toBe(true);
    noteSaved(id, 0, 100);
    expect(hasUnsavedWeights(runOf(id))).toBe(true);
    noteSaved(id, 1, 100);
    expect(hasUnsavedWeights(runOf(id))).toBe(false);
    fake.turn();
    await settle();
    expect(hasUnsavedWeights(runOf(id))).toBe(true);
  });

  it('are none where weights were opened and not trained on', async () => {
    begin();
    const id = startRun(engine, defaultPreset.config, {
      weights: [],
      before: [evaluated, evaluated],
      paused: true,
    });
    await settle();
    expect(hasUnsavedWeights(runOf(id))).toBe(false);
  });

  it('have the page ask before it goes, and only they', async () => {
    begin();
    const page = new EventTarget();
    const asks = () => !page.dispatchEvent(new Event('beforeunload', { cancelable: true }));
    const unguard = guardUnload(page as Window);
    const id = startRun(engine, defaultPreset.config);
    await settle();
    expect(asks()).toBe(false);
    fake.turn();
    await settle();
    expect(asks()).toBe(true);
    noteSaved(id, 0, 100);
    noteSaved(id, 1, 100);
    expect(asks()).toBe(false);
    unguard();
  });
});

describe('a run of opened weights', () => {
  it('counts curves and changes on from what they had behind them', async () => {
    begin();
    const metrics = [
      { step: 391, samples: 100_096, seconds: 2, values: { 'metrics/l0': 4 }, rankHistogram: [1] },
    ];
    const lr: ModelChange = { step: 40, setting: 'lr', from: 2e-3, to: 0.02, lambda: null };
    const changes = [lr];
    const before = { steps: 391, samples: 100_096, changes, metrics };
    const id = startRun(engine, defaultPreset.config, { weights: [], before: [before, before] });
    await settle();
    const batch = runOf(id).config.training.train_batch_size_samples;
    const { metrics: curve } = at(runOf(id).models, 0);
    expect([...curve.samples.view()]).toEqual([100_096]);
    fake.turn();
    changeLive(engine, id, [{ model: null, setting: 'lr', value: 1e-4 }]);
    await settle();
    expect(curve.samples.last()).toBe(100_096 + 100 * batch);
    // A change of the training stands in the account of both models, and is one.
    expect(allChanges(runOf(id))).toMatchObject([
      { step: 40, model: null, setting: 'lr', to: 0.02 },
      { step: 491, model: null, setting: 'lr', from: 2e-3, to: 1e-4 },
    ]);
  });
});
