/**
 * The draft and the run that trains: what is edited reaches the engine while it may, nothing that is only looked at
 * does, and a run is found again with its settings and its file.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { at } from '../../../src/base/array';
import type { Command, Event } from '../../../src/lab/protocol/protocol';
import type { LiveSettings } from '../../../src/lab/run/live_settings';
import { defaultPreset, presets } from '../../../src/lab/run/presets';
import { inputUnitsOf } from '../../../src/sae/input_units';
import { absoluteStrength } from '../../../src/sae/penalty';
import { modelKey, questionOf, useQuestions } from '../../../src/state/questions';
import type { EngineWorker } from '../../../src/state/engine_client';
import { engine, setWorkerFactory, startEngine } from '../../../src/state/engine_store';
import {
  openExperiment,
  openFile,
  readyConfig,
  setModel,
  setTraining,
  useExperiment,
} from '../../../src/state/experiment_store';
import { followEndedRuns } from '../../../src/state/final_evaluations';
import { useNotices } from '../../../src/state/notices_store';
import type { Run } from '../../../src/state/run_record';
import {
  changeLive,
  followEngine,
  removeRun,
  renameRun,
  useRuns,
} from '../../../src/state/runs_store';
import {
  followLiveSettings,
  showAsDraft,
  startDraft,
  stopTraining,
  takeStep,
  train,
} from '../../../src/state/training';
import { useView } from '../../../src/state/view_store';
import { FAKE_ADAPTER, FakeEngine } from '../../support/fake_engine';
import { statisticsOf } from '../../support/scripted_answers';

let fake: FakeEngine;
const stops: (() => void)[] = [];
const settle = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

beforeEach(() => {
  fake = new FakeEngine({ interval: 0, stepsPerTurn: 100, adapter: FAKE_ADAPTER });
  setWorkerFactory(() => fake);
  useRuns.setState({ runs: {}, order: [] });
  useNotices.setState({ notices: [] });
  useView.setState({ runId: null });
  useExperiment.setState({ files: new Map() });
  openExperiment(defaultPreset.config);
  stops.push(followEngine(engine));
});

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  engine.close();
});

function follow(): void {
  stops.push(followLiveSettings());
}

function runOf(id: string): Run {
  return at(
    Object.values(useRuns.getState().runs).filter((run) => run.id === id),
    0,
  );
}

async function started(options: Parameters<typeof train>[0] = {}): Promise<Run> {
  const id = (await train(options)) ?? '';
  await settle();
  return runOf(id);
}

/** Live settings that the engine was told, in order. */
const told = (worker: { readonly commands: readonly Command[] } = fake): LiveSettings[] =>
  worker.commands.flatMap((command) =>
    command.kind === 'set_hyperparameters' ? [command.settings] : [],
  );

describe('a live edit of the draft', () => {
  it('reaches the run in the form in which it is written, λ_rel after an absolute λ too', async () => {
    follow();
    const { id } = await started();
    setModel(0, { nuclear_coefficient: 0.01 });
    // As the row of λ_rel writes it, whatever the order of the keys is then.
    setModel(0, { nuclear_coefficient: undefined, nuclear_coefficient_relative: 0.02 });
    setModel(1, { k: 8 });
    expect(told()).toEqual([
      [{ model: 0, setting: 'nuclear_coefficient', value: 0.01 }],
      [{ model: 0, setting: 'nuclear_coefficient_relative', value: 0.02 }],
      [{ model: 1, setting: 'k', value: 8 }],
    ]);
    await settle();
    expect(runOf(id).settings).toEqual(readyConfig());
    expect(runOf(id).models.map(({ slots }) => slots)).toEqual([1, 8]);
  });

  it.each([1, 8])('leaves the run with the λ of the engine, at an input scale of %i', async (c) => {
    const normalize_activations = c === 1 ? 'none' : 'expected_average_only_in';
    setModel(0, { normalize_activations });
    const statistics = statisticsOf(readyConfig());
    const units = inputUnitsOf(normalize_activations, statistics);
    expect(units.inputScale).toBe(c);
    follow();
    const { id } = await started();
    const lambda = () => at(runOf(id).models, 0).lambda;
    expect(lambda()).toBe(0.003);
    setModel(0, { nuclear_coefficient: 0.01 });
    await settle();
    expect(lambda()).toBe(0.01);
    setModel(0, { nuclear_coefficient: undefined, nuclear_coefficient_relative: 0.02 });
    await settle();
    expect(lambda()).toBe(absoluteStrength(0.02, units));
    fake.turn();
    setTraining('lr', 1e-4);
    await settle();
    expect(runOf(id).changes).toEqual([
      { step: 0, model: 0, setting: 'nuclear_coefficient', from: 0.003, to: 0.01, lambda: 0.01 },
      {
        step: 0,
        model: 0,
        setting: 'nuclear_coefficient_relative',
        from: null,
        to: 0.02,
        lambda: 0.02 * statistics.power * c * c,
      },
      { step: 100, model: null, setting: 'lr', from: 2e-3, to: 1e-4, lambda: null },
    ]);
    expect(at(runOf(id).models, 0).lambda).toBe(absoluteStrength(0.02, units));
  });

  it('is not lost when something that needs a new run was changed before it and is taken back', async () => {
    follow();
    const { id } = await started();
    setModel(0, { n_groups: 32 });
    setTraining('lr', 1e-4);
    expect(told()).toEqual([]);
    setModel(0, { n_groups: 64 });
    expect(told()).toEqual([[{ model: null, setting: 'lr', value: 1e-4 }]]);
    // There and back before the engine answers.
    setTraining('lr', 1e-3);
    setTraining('lr', 1e-4);
    await settle();
    expect(runOf(id).settings).toEqual(readyConfig());
    expect(runOf(id).asked).toEqual(readyConfig());
  });

  it('does not change a run that trains in the background of the one that is shown', async () => {
    follow();
    const first = await started();
    fake.turn();
    engine.send({ kind: 'stop', runId: first.id });
    await settle();
    setTraining('lr', 1e-4);
    const second = await started();
    showAsDraft(runOf(first.id));
    setModel(0, { nuclear_coefficient: 0.1 });
    expect(told()).toEqual([]);
    await settle();
    expect(runOf(second.id).settings).toEqual(second.config);
  });

  it('waits until a run can hear it', async () => {
    const slow = new SlowEngine();
    setWorkerFactory(() => slow);
    follow();
    const runId = (await train()) ?? '';
    setTraining('lr', 1e-4);
    setTraining('lr', 1e-3);
    expect(told(slow)).toEqual([]);
    slow.say({ kind: 'status', runId, status: 'running', step: 0 });
    expect(told(slow)).toEqual([[{ model: null, setting: 'lr', value: 1e-3 }]]);
    slow.say({ kind: 'status', runId, status: 'paused', step: 0 });
    expect(told(slow)).toHaveLength(1);
  });

  it('that the engine cannot carry out is told as such: the run goes on', async () => {
    vi.stubGlobal('document', { baseURI: 'http://lab/' });
    startEngine();
    const { id } = await started();
    const error = { code: 'out_of_memory', message: 'It does not fit.', wayOut: 'Less.' } as const;
    fake.emit({ kind: 'command_failed', runId: id, command: 'set_hyperparameters', error });
    expect(runOf(id)).toMatchObject({ status: 'running', error: null, changes: [] });
    expect(useNotices.getState().notices).toMatchObject([
      { tone: 'error', title: 'It does not fit.', detail: 'Less.' },
    ]);
  });

  it('is kept by the run for whoever looks at it, and stands in its settings', async () => {
    const run = await started();
    changeLive(engine, run.id, [{ model: null, setting: 'lr', value: 1e-4 }]);
    await settle();
    const { config, settings } = runOf(run.id);
    expect(config.training.lr).toBe(2e-3);
    expect(settings.training.lr).toBe(1e-4);
    openExperiment(presets.words.config);
    showAsDraft(runOf(run.id));
    expect(readyConfig()).toEqual(settings);
    expect(useView.getState().runId).toBe(run.id);
  });
});

describe('a run on a file', () => {
  const npy = (name: string, byte: number) => new File([Uint8Array.of(byte)], name);
  const sent = async (): Promise<number[]> => {
    const start = fake.commands.findLast((command) => command.kind === 'start');
    return [...new Uint8Array(await (start?.file ?? new Blob()).arrayBuffer())];
  };

  it('is trained again on its file after another was looked at, renamed, deleted and brought back', async () => {
    const first = npy('a.npy', 1);
    openFile(first);
    const run = await started();
    expect(await sent()).toEqual([1]);
    engine.send({ kind: 'stop', runId: run.id });
    // Another file of the same name, from another folder.
    openFile(npy('a.npy', 2));
    openExperiment(defaultPreset.config);
    renameRun(run.id, 'first');
    const removed = removeRun(run.id);
    expect(removed.run.file).toBe(first);
    showAsDraft(removed.run);
    expect(useExperiment.getState().file).toBe(first);
    await started();
    expect(await sent()).toEqual([1]);
  });

  it('is opened with weights on the file of its name, or says which is missing', async () => {
    const file = npy('a.npy', 3);
    openFile(file);
    const config = readyConfig();
    openExperiment(presets.words.config);
    openExperiment(config);
    await startDraft({ weights: [], paused: true });
    await settle();
    expect(await sent()).toEqual([3]);
    const start = fake.commands.findLast(({ kind }) => kind === 'start');
    expect(start).toMatchObject({ paused: true, weights: [] });
    openExperiment({ ...config, data: { kind: 'npy', path: 'b.npy' } });
    await expect(startDraft({ weights: [], paused: true })).rejects.toThrow('b.npy');
  });

  it('sends no file to a run whose data name none', async () => {
    openFile(npy('a.npy', 1));
    openExperiment(presets.words.config);
    const { file } = await started();
    expect(file).toBeNull();
    expect(fake.commands.at(-1)).not.toHaveProperty('file');
  });
});

describe('a run that is over', () => {
  it('takes no step and starts no run by Step, and says why; Train starts anew', async () => {
    const run = await started();
    while (runOf(run.id).status === 'running') {
      fake.turn();
      await settle();
    }
    expect(runOf(run.id).status).toBe('finished');
    await takeStep();
    expect(useRuns.getState().order).toEqual([run.id]);
    expect(useView.getState().runId).toBe(run.id);
    expect(useNotices.getState().notices).toMatchObject([
      { tone: 'info', title: expect.stringContaining('is over') as string },
    ]);
    // The draft of other data is not that run: Step begins one there.
    openExperiment(presets.words.config);
    await takeStep();
    await settle();
    expect(useRuns.getState().order).toHaveLength(2);
  });

  it('is evaluated on held-out rows by itself, unless that was given up by a next run', async () => {
    stops.push(followEndedRuns(engine));
    const first = await started();
    fake.turn();
    engine.send({ kind: 'stop', runId: first.id });
    await settle();
    const evaluation = (id: string, model: number) =>
      questionOf(useQuestions.getState(), 'evaluate', modelKey(id, model));
    await expect.poll(() => evaluation(first.id, 1).answer?.step).toBe(100);
    expect(evaluation(first.id, 0).answer).toMatchObject({
      model: 0,
      report: { split: 'held_out', rows: 16_384 },
    });
    const second = await started();
    fake.turn();
    // Answers come too late for this one.
    const silent = vi.spyOn(fake, 'emit').mockImplementation(() => undefined);
    fake.onmessage?.(
      new MessageEvent('message', {
        data: { kind: 'status', runId: second.id, status: 'stopped', step: 100 },
      }),
    );
    expect(evaluation(second.id, 0).progress).not.toBeNull();
    await train();
    expect(fake.commands.at(-1)?.kind).toBe('start');
    expect(fake.commands.some(({ kind }) => kind === 'cancel')).toBe(true);
    await expect.poll(() => evaluation(second.id, 0).progress).toBeNull();
    silent.mockRestore();
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
    expect(useRuns.getState().runs).toEqual({});
  });
});
