/**
 * A run under its commands, with a trainer that the test plays: commands that come together are carried out one
 * after the other, and the loop goes on exactly when the run says that it is running.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { LabError } from '../../../src/base/lab_error';
import type { ActivationSource } from '../../../src/data/source';
import {
  NOTHING_MOVED,
  type ModelState,
  type RunHooks,
} from '../../../src/lab/train/session_types';
import { MemoryFileStore } from '../../../src/io/file_store';
import { KeptRuns } from '../../../src/lab/keep/kept_runs';
import { KeptRunHost } from '../../../src/lab/worker/kept_run_host';
import { LiveRun, type Trainer } from '../../../src/lab/worker/live_run';
import { changedSettings, changesGate, withLiveSettings } from '../../../src/lab/run/live_settings';
import type { Event } from '../../../src/lab/protocol/protocol';
import type { LiveSettings, SettingChange } from '../../../src/lab/run/live_settings';
import { parseRunConfig } from '../../../src/lab/run/run_config';
import type { Look } from '../../../src/lab/train/run_probes';
import { MemoryIndex, MemoryLocks } from '../../support/memory_runs';

const config = parseRunConfig({
  data: { kind: 'synthetic', preset: 'figure1' },
  models: [{ architecture: 'topk', d_sae: 4, k: 1 }],
  training: { train_batch_size_samples: 1, training_samples: 40 },
});
const TOTAL = 40;
/** Rows without shapes and labels: a probe has nothing to say of them. */
const source: ActivationSource = {
  label: 'rows',
  description: '',
  width: 1,
  size: { train: null, held_out: null, all: null },
  stream: () => {
    throw new RangeError('the trainer is played');
  },
  batch: () => {
    throw new RangeError('the trainer is played');
  },
  read: (_split, _start, count) => ({
    count,
    x: new Float32Array(count),
    rowIds: new Uint32Array(count),
  }),
};
const dictionary = {
  groups: 1,
  rank: 1,
  width: 1,
  encoder: new Float32Array(1),
  decoder: new Float32Array(1),
  encoderBias: new Float32Array(1),
  decoderBias: new Float32Array(1),
};
const moments = {
  firstMoment: dictionary,
  secondMoment: dictionary,
  tokensSinceFired: new Uint32Array(1),
  inputScale: 1,
  lambda: null,
  moved: NOTHING_MOVED,
};
const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/** A step a turn of the event loop. */
class PlayedTrainer implements Trainer {
  step = 0;
  readonly totalSteps = TOTAL;
  readonly lambdas = [null];
  readonly inputScales = [1];
  settings = config;
  /** Calls of `run` under way. */
  loops = 0;
  /** What is wrong with the settings that are applied. */
  objection: LabError | null = null;
  /** Steps after which settings were applied. */
  readonly applied: number[] = [];
  destroyed = false;
  looks = 0;
  looked: () => Promise<Look> = () => Promise.reject(new RangeError('nothing to look at'));

  async run(steps: number, hooks: RunHooks = {}): Promise<void> {
    this.loops += 1;
    // Two loops would take each other's steps.
    expect(this.loops).toBe(1);
    const end = Math.min(this.step + steps, TOTAL);
    while (this.step < end && hooks.shouldStop?.() !== true) {
      await turn();
      this.step += 1;
      hooks.onProgress?.({
        step: this.step,
        samples: this.step,
        seconds: 1,
        samplesPerSecond: 1,
      });
    }
    this.loops -= 1;
  }

  async applySettings(live: LiveSettings): Promise<readonly SettingChange[]> {
    this.applied.push(this.step);
    if (changesGate(this.settings, live)) {
      expect(this.loops).toBe(0);
      await turn();
      expect(this.loops).toBe(0);
    }
    if (this.objection !== null) throw this.objection;
    const before = this.settings;
    this.settings = withLiveSettings(before, live);
    const changes = changedSettings(before, this.settings);
    return changes.map((change) => ({ ...change, step: this.step, lambda: null }));
  }

  look(): Promise<Look> {
    this.looks += 1;
    return this.looked();
  }

  modelConfig(model: number) {
    return at(config.models, model);
  }
  state(): Promise<ModelState> {
    // It would be of another step when the loop went on meanwhile.
    expect(this.loops).toBe(0);
    return Promise.resolve({ ...moments, step: this.step, weights: dictionary });
  }
  weights() {
    return Promise.resolve(dictionary);
  }
  encode() {
    return Promise.reject(new RangeError('nothing is encoded'));
  }
  destroy(): void {
    this.destroyed = true;
  }
}

describe('a run', () => {
  let trainer: PlayedTrainer;
  let events: Event[];
  let run: LiveRun;
  let files: MemoryFileStore;
  let runs: KeptRuns;
  /** Has the run kept, in memory of so many bytes. */
  let kept: (capacity?: number | null) => Promise<void>;
  const slots: LiveSettings = [{ model: 0, setting: 'k', value: 2 }];
  /** The last word on how the run stands. */
  const status = () =>
    events.reduce((last, event) => {
      if (event.kind === 'failed') return 'failed';
      return event.kind === 'status' ? event.status : last;
    }, 'preparing');
  const over = () => expect.poll(status).not.toBe('running');

  beforeEach(() => {
    trainer = new PlayedTrainer();
    events = [];
    const surroundings = {
      device: () => Promise.reject(new Error('no device')),
      source: () => Promise.resolve(source),
      loss: () => Promise.resolve(null),
    };
    const post = (event: Event) => events.push(event);
    run = new LiveRun('r', config, source, trainer, surroundings, post);
    kept = async (capacity = null) => {
      files = new MemoryFileStore(capacity);
      const locks = new MemoryLocks();
      runs = new KeptRuns({ files, index: new MemoryIndex(), locks, now: () => 1 });
      const host = new KeptRunHost(() => Promise.resolve(runs), post);
      const begun = { id: 'r', name: 'Run 1', config, before: null, identity: null };
      const keeper = await host.begin(begun);
      const keeping = { keeper, past: null };
      run = new LiveRun('r', config, source, trainer, surroundings, post, [], keeping);
    };
  });

  it('goes on to the end after a change of s', async () => {
    await run.resume();
    await turn();
    await run.change(slots);
    expect(events.at(-1)).toMatchObject({
      kind: 'settings_changed',
      changes: [{ model: 0, setting: 'k', from: 1, to: 2, lambda: null }],
      config: { models: [{ k: 2 }] },
    });
    await over();
    expect(status()).toBe('finished');
    expect(trainer.step).toBe(TOTAL);
  });

  it('takes no more than the single step when s changes during it', async () => {
    const stepped = run.stepOnce();
    await turn();
    await Promise.all([run.change(slots), stepped]);
    await over();
    expect(status()).toBe('paused');
    expect(trainer.applied).toHaveLength(1);
    expect(trainer.step).toBe(1);
    // What comes next begins where it rests.
    await run.stepOnce();
    expect(trainer.step).toBe(2);
  });

  it('takes the single step that a change of s came before', async () => {
    await Promise.all([run.stepOnce(), run.change(slots)]);
    await over();
    expect(trainer.applied).toEqual([0]);
    expect(trainer.step).toBe(1);
  });

  it.each<{ settings: LiveSettings }>([
    { settings: slots },
    { settings: [{ model: null, setting: 'lr', value: 1e-4 }] },
    { settings: [{ model: 0, setting: 'nuclear_coefficient', value: 1 }] },
  ])('says that $settings cannot be and goes on without', async ({ settings }) => {
    trainer.objection = new LabError('out_of_memory', 'It does not fit.', 'Less.');
    await run.resume();
    await run.change(settings);
    expect(events.filter(({ kind }) => kind === 'command_failed')).toEqual([
      {
        kind: 'command_failed',
        runId: 'r',
        command: 'set_hyperparameters',
        error: { code: 'out_of_memory', message: 'It does not fit.', wayOut: 'Less.' },
      },
    ]);
    expect(run.active).toBe(true);
    await over();
    expect(status()).toBe('finished');
    expect(events.some(({ kind }) => kind === 'failed' || kind === 'settings_changed')).toBe(false);
  });

  it('changes nothing once it is over, and says nothing of what is as it was', async () => {
    await run.change([{ model: null, setting: 'lr', value: config.training.lr }]);
    await run.stop();
    await Promise.all([
      run.change(slots),
      run.change([{ model: null, setting: 'lr', value: 1e-4 }]),
    ]);
    expect(trainer.settings).toEqual(config);
    expect(events.filter(({ kind }) => kind === 'settings_changed')).toEqual([]);
  });

  it('changes lr or λ of the model that a new s makes, not of the one before', async () => {
    await run.resume();
    await Promise.all([
      run.change(slots),
      run.change([{ model: null, setting: 'lr', value: 1e-4 }]),
    ]);
    expect(
      events.flatMap((event) => (event.kind === 'settings_changed' ? event.changes : [])),
    ).toMatchObject([{ setting: 'k' }, { setting: 'lr', from: 2e-3, to: 1e-4 }]);
    expect(trainer.settings).toMatchObject({
      models: [{ k: 2 }],
      training: { lr: 1e-4 },
    });
    await over();
  });

  it('carries out commands that come together one after the other', async () => {
    await run.resume();
    await turn();
    await Promise.all([run.change(slots), run.pause(), run.resume(), run.change(slots)]);
    expect(trainer.applied).toHaveLength(2);
    expect(status()).toBe('running');
    await Promise.all([run.change(slots), run.pause()]);
    const { step } = trainer;
    await turn();
    await turn();
    expect(status()).toBe('paused');
    expect(trainer.step).toBe(step);
    await Promise.all([run.resume(), run.stop()]);
    expect(status()).toBe('stopped');
    expect(trainer.loops).toBe(0);
  });

  it('rebuilds a model, and frees all, only when no probe looks at it any more', async () => {
    run.source = { ...source, labelOf: () => 'word' };
    let end = (_error: Error): void => undefined;
    trainer.looked = () => new Promise((_, reject) => (end = reject));
    const looked = run.look().catch(String);
    await expect.poll(() => trainer.looks).toBe(1);
    const changed = run.change(slots);
    const destroyed = run.destroy();
    await turn();
    expect(trainer.applied).toEqual([]);
    end(new Error('no such buffer'));
    await Promise.all([changed, destroyed]);
    expect(await looked).toMatch('no such buffer');
    expect(trainer).toMatchObject({ applied: [0], destroyed: true });
  });

  it('is freed when a probe fails meanwhile', async () => {
    run.source = { ...source, labelOf: () => 'word' };
    let end = (_error: Error): void => undefined;
    trainer.looked = () => new Promise((_, reject) => (end = reject));
    const looked = run.look().catch(String);
    await expect.poll(() => trainer.looks).toBe(1);
    const destroyed = run.destroy();
    await turn();
    end(new Error('no such buffer'));
    await destroyed;
    expect(await looked).toMatch('no such buffer');
    expect(trainer.destroyed).toBe(true);
    expect(events).toEqual([]);
  });

  it('ends, with its weights kept, when a probe fails while it trains', async () => {
    run.source = { ...source, labelOf: () => 'word' };
    // Not the first step, before which a probe is waited for.
    trainer.step = 1;
    await run.resume();
    await over();
    expect(status()).toBe('failed');
    expect(events.filter(({ kind }) => kind === 'failed')).toHaveLength(1);
    expect(await run.leaveDevice()).toBe('over');
    const { step } = trainer;
    await turn();
    await turn();
    expect(step).toBeLessThan(TOTAL);
    expect(trainer).toMatchObject({ loops: 0, step });
  });

  it('does not go on once it is destroyed', async () => {
    await run.resume();
    await turn();
    await run.destroy();
    const { step } = trainer;
    await turn();
    await turn();
    expect(trainer).toMatchObject({ destroyed: true, loops: 0, step });
  });

  const checkpoints = async () =>
    ((await runs.find('r'))?.checkpoints ?? []).map(({ step }) => step);

  it('is kept at steps of its own, and at the end', async () => {
    await kept();
    await run.resume();
    await over();
    await run.letGo();
    const steps = await checkpoints();
    expect(steps[0]).toBe(10);
    expect(steps.at(-1)).toBe(TOTAL);
    expect(await runs.find('r')).toMatchObject({ status: 'finished', step: TOTAL, name: 'Run 1' });
    // It said so after each, and never stood still for good.
    const told = events.flatMap((event) => (event.kind === 'kept' ? [event.step] : []));
    expect(told).toEqual([0, ...steps]);
  });

  it('is kept at a pause, and with every change of settings', async () => {
    await kept();
    await run.resume();
    await turn();
    await run.pause();
    const { step } = trainer;
    await run.change([{ model: null, setting: 'lr', value: 1e-4 }]);
    await run.change(slots);
    await run.letGo();
    const record = await runs.find('r');
    expect(record).toMatchObject({ status: 'paused', step });
    expect(record?.settings).toMatchObject({ training: { lr: 1e-4 }, models: [{ k: 2 }] });
    expect(record?.config).toMatchObject({ models: [{ k: 1 }] });
    if (record === null) throw new Error('it is not kept');
    const history = await runs.folder('r').history(record);
    expect(history.changes).toMatchObject([
      { setting: 'lr', model: null, to: 1e-4, step },
      { setting: 'k', model: 0, to: 2, step },
    ]);
  });

  it('trains on where storage is full, and says so once', async () => {
    await kept(100);
    await run.resume();
    await over();
    await run.letGo();
    expect(status()).toBe('finished');
    const told = events.filter(({ kind }) => kind === 'not_kept');
    expect(told).toMatchObject([{ runId: 'r', error: { code: 'out_of_memory' } }]);
    expect(await checkpoints()).toEqual([]);
    expect(await files.used('r')).toBe(0);
  });

  it('is let go of when it is freed, so that another may go on with it', async () => {
    await kept();
    expect(await runs.claim('r')).toBeNull();
    await run.destroy();
    expect(await runs.claim('r')).not.toBeNull();
  });

  it('is let go of when it is over, though it stays in memory', async () => {
    await kept();
    await run.resume();
    await turn();
    expect(await runs.elsewhere()).toEqual(new Set());
    expect(await runs.claim('r')).toBeNull();
    await run.stop();
    await expect.poll(() => runs.claim('r')).not.toBeNull();
  });
});
