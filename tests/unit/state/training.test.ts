/** What may change while a run goes, what needs a new one, and how one is given up before it begins. */
import { describe, expect, it } from 'vitest';
import { defaultPreset } from '../../../src/lab/presets';
import { parseRunConfig, type RunConfig } from '../../../src/lab/run_config';
import type { Command, Event } from '../../../src/lab/protocol';
import type { EngineWorker } from '../../../src/state/engine_client';
import { engine, setWorkerFactory } from '../../../src/state/engine_store';
import { followEngine, useRuns } from '../../../src/state/runs_store';
import {
  liveChanges,
  needsRestart,
  relativeLambda,
  stopTraining,
  train,
} from '../../../src/state/training';

const base = parseRunConfig(defaultPreset.config);

function withModel(index: number, changes: object): RunConfig {
  const models = base.models.map((model, other) =>
    other === index ? { ...model, ...changes } : model,
  );
  return parseRunConfig({ ...base, models });
}

describe('settings that differ from a run that goes', () => {
  it('need no new run when they are lr, λ, s or k', () => {
    const lr = { ...base, training: { ...base.training, lr: 1e-4 } };
    for (const bench of [
      base,
      lr,
      withModel(0, { nuclear_coefficient: 0.1 }),
      withModel(0, { k_groups: 2 }),
      withModel(1, { k: 8 }),
    ]) {
      expect(needsRestart(base, bench)).toBe(false);
    }
  });

  it('need no new run when λ_rel itself was changed', () => {
    const relative = (value: number) =>
      withModel(0, { nuclear_coefficient: undefined, nuclear_coefficient_relative: value });
    expect(needsRestart(relative(0.01), relative(0.02))).toBe(false);
  });

  it('need one otherwise', () => {
    for (const bench of [
      { ...base, training: { ...base.training, seed: 1 } },
      { ...base, models: base.models.slice(0, 1) },
      withModel(0, { n_groups: 32 }),
      withModel(0, { nuclear_target: 'decoder' }),
    ]) {
      expect(needsRestart(base, bench)).toBe(true);
    }
  });
});

describe('what is sent to the engine', () => {
  it('is each changed setting alone, with its model', () => {
    const lr = { ...base, training: { ...base.training, lr: 1e-4 } };
    expect(liveChanges(base, lr, 1)).toEqual([{ lr: 1e-4 }]);
    expect(liveChanges(base, withModel(1, { k: 8 }), 1)).toEqual([
      { slots: { model: 1, value: 8 } },
    ]);
    expect(liveChanges(base, withModel(0, { k_groups: 2 }), 1)).toEqual([
      { slots: { model: 0, value: 2 } },
    ]);
    expect(liveChanges(base, base, 1)).toEqual([]);
  });

  it('turns an absolute λ into a relative one by the measured power, and waits for that', () => {
    const changed = withModel(0, { nuclear_coefficient: 0.01 });
    expect(liveChanges(base, changed, 2)).toEqual([
      { nuclear_coefficient_relative: { model: 0, value: 0.005 } },
    ]);
    expect(liveChanges(base, changed, undefined)).toEqual([]);
    const relative = withModel(0, {
      nuclear_coefficient: undefined,
      nuclear_coefficient_relative: 0.02,
    });
    expect(relative.models.map((model) => relativeLambda(model, undefined))).toEqual([0.02, null]);
  });
});

/** An engine that prepares for ever. */
class SlowEngine implements EngineWorker {
  readonly commands: Command[] = [];
  onmessage: EngineWorker['onmessage'] = null;
  onerror: EngineWorker['onerror'] = null;
  onmessageerror: EngineWorker['onmessageerror'] = null;
  postMessage(command: Command): void {
    this.commands.push(command);
  }
  terminate(): void {
    // Nothing runs.
  }
  say(event: Event): void {
    this.onmessage?.(new MessageEvent('message', { data: event }));
  }
}

describe('a run that is being prepared', () => {
  it('says what it does, and leaves nothing when it is given up', async () => {
    const slow = new SlowEngine();
    setWorkerFactory(() => slow);
    const stop = followEngine(engine);
    const runId = (await train()) ?? '';
    slow.say({ kind: 'preparing', runId, stage: 'Reading text', fraction: 0.4 });
    slow.say({ kind: 'status', runId, status: 'preparing', step: 0 });
    slow.say({ kind: 'preparing', runId, stage: 'Reading text', fraction: 0.5 });
    await expect
      .poll(() => useRuns.getState().runs[runId]?.preparing)
      .toEqual({ stage: 'Reading text', fraction: 0.5 });
    stopTraining();
    expect(slow.commands.at(-1)).toEqual({ kind: 'forget', runId });
    expect(useRuns.getState().order).toEqual([]);
    // What the engine still says of it comes too late.
    slow.say({ kind: 'preparing', runId, stage: 'Reading text', fraction: 0.6 });
    stop();
    expect(useRuns.getState().runs).toEqual({});
  });
});
