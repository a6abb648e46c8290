/**
 * The engine when its graphics device is lost. What is kept goes on by itself on the next device and ends with the weights that it
 * would have had, byte for byte; what was over keeps its weights; what is not kept is named as lost. It is told once.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { MemoryFileStore } from '../../../src/io/file_store';
import type { Event } from '../../../src/lab/protocol/protocol';
import type { RunInput } from '../../../src/lab/run/run_config';
import { interruptedStep } from '../../support/interrupted_step';
import { MemoryIndex } from '../../support/memory_runs';
import { drivenEngine, losableGpu } from './driven_engine';

const STEPS = 120;
const three = (steps: number): RunInput => ({
  data: { kind: 'synthetic', preset: 'figure1', seed: 1 },
  models: [
    { architecture: 'topk', d_sae: 24, k: 2 },
    { architecture: 'topk_sasa', n_groups: 8, group_rank: 4, k_groups: 1 },
    { architecture: 'batchtopk', d_sae: 24, k: 2 },
  ],
  training: { training_samples: steps * 32, train_batch_size_samples: 32, log_every: 5 },
});
const MODELS = three(1).models.length;
/** One model, where no weights are compared: kernels are compiled anew for every device. */
const one = (steps: number): RunInput => ({ ...three(steps), models: three(1).models.slice(0, 1) });

const places = () => ({ files: new MemoryFileStore(), index: new MemoryIndex() });
const hasStatus = (status: string) => (event: Event) =>
  event.kind === 'status' && event.status === status;
const reached = (step: number) => (event: Event) => event.kind === 'progress' && event.step >= step;
const isLoss = (event: Event) => event.kind === 'device_lost';

/** What was told to become of one run, loss by loss. */
const outcomes = ({ heard }: Pick<ReturnType<typeof drivenEngine>, 'heard'>) =>
  heard('device_lost').map(({ fates }) => at(fates, 0).outcome);

describe('a kept run', () => {
  let wanted: readonly Buffer[];

  beforeAll(async () => {
    const plain = drivenEngine(null);
    await plain.host.handle({ kind: 'start', runId: 'r', config: three(STEPS) });
    await plain.until(hasStatus('finished'));
    wanted = await plain.weights('r', MODELS);
    await plain.host.handle({ kind: 'forget', runId: 'r' });
  });

  const expectSame = (weights: readonly Buffer[]) => {
    expect(weights).toHaveLength(MODELS);
    weights.forEach((bytes, model) =>
      expect(bytes.equals(at(wanted, model)), `model ${model}`).toBe(true),
    );
  };

  it('goes on from its latest checkpoint, byte for byte, and a question ends by saying why', async () => {
    const { gpu, lose } = losableGpu();
    const engine = drivenEngine(places(), gpu);
    const step = interruptedStep(15, STEPS - 30);
    await engine.host.handle({ kind: 'start', runId: 'r', config: three(STEPS) });
    await engine.until((event) => event.kind === 'kept' && event.step > 0);
    await engine.until(reached(step));
    const asked = engine.ask('diagnose', { runId: 'r', model: 0 });
    lose();
    await expect(asked).rejects.toThrow(/"device_lost".*lost while the engine worked on this/);
    await engine.until(hasStatus('finished'));
    expectSame(await engine.weights('r', MODELS));

    const told = engine.heard('device_lost');
    expect(told).toHaveLength(1);
    expect(told).toMatchObject([{ fates: [{ runId: 'r', outcome: 'goes_on', error: null }] }]);
    const { at: stood, from } = at(at(told, 0).fates, 0);
    expect(stood).toBeGreaterThanOrEqual(step);
    expect(from).toBeGreaterThanOrEqual(10);
    expect(from).toBeLessThanOrEqual(stood);
    expect(engine.heard('reopened').map(({ past }) => past.step)).toEqual([from]);
    // It neither failed nor ceased to be kept, and the page knows the device that it goes on with.
    expect(engine.heard('failed')).toEqual([]);
    expect(engine.heard('not_kept')).toEqual([]);
    expect(engine.heard('connected')).toHaveLength(1);
    await engine.host.handle({ kind: 'forget', runId: 'r' });
  });

  it('stays paused, also when the next device is lost while it is being prepared, and goes on byte for byte', async () => {
    const { gpu, lose } = losableGpu();
    const engine = drivenEngine(places(), gpu);
    await engine.host.handle({ kind: 'start', runId: 'r', config: three(STEPS) });
    await engine.until(reached(interruptedStep(12, STEPS - 30)));
    await engine.host.handle({ kind: 'pause', runId: 'r' });
    const before = engine.events.length;
    lose();
    await engine.until((event) => event.kind === 'preparing', before);
    lose();
    await engine.until(hasStatus('paused'), before);
    await engine.host.handle({ kind: 'resume', runId: 'r' });
    await engine.until(hasStatus('finished'));
    expectSame(await engine.weights('r', MODELS));
    expect(outcomes(engine)).toEqual(['stays_paused', 'stays_paused']);
    const after = engine.events.slice(before).find((event) => event.kind === 'status');
    expect(after?.status).toBe('preparing');
    expect(engine.heard('failed')).toEqual([]);
    await engine.host.handle({ kind: 'forget', runId: 'r' });
  });
});

it('goes on with settings that no checkpoint has yet', async () => {
  const { gpu, lose } = losableGpu();
  const engine = drivenEngine(places(), gpu);
  await engine.host.handle({ kind: 'start', runId: 'r', config: one(STEPS), paused: true });
  const before = engine.events.length;
  lose();
  // What is changed now has no device to be copied from.
  const settings = [{ model: null, setting: 'lr', value: 1e-3 }] as const;
  await engine.host.handle({ kind: 'set_hyperparameters', runId: 'r', settings });
  await engine.until(hasStatus('paused'), before);
  await engine.host.handle({ kind: 'resume', runId: 'r' });
  await engine.until(hasStatus('finished'));
  const { runs } = await engine.ask('list_kept_runs', null);
  expect(at(runs, 0).settings.training.lr).toBe(1e-3);
  await engine.host.handle({ kind: 'forget', runId: 'r' });
});

it('waits for a press after three losses without a checkpoint, and where there is no adapter', async () => {
  const { gpu, lose, refuse } = losableGpu();
  const engine = drivenEngine(places(), gpu);
  await engine.host.handle({ kind: 'start', runId: 'r', config: one(STEPS), paused: true });
  for (const losses of [1, 2, 3]) {
    const before = engine.events.length;
    lose();
    await engine.until(losses < 3 ? hasStatus('paused') : isLoss, before);
  }
  expect(outcomes(engine)).toEqual(['stays_paused', 'stays_paused', 'waits']);
  expect(at(at(engine.heard('device_lost'), 2).fates, 0).error?.message).toContain('3 times');
  await engine.host.handle({ kind: 'reopen', runId: 'r' });
  await engine.until(reached(12));
  refuse(true);
  const before = engine.events.length;
  lose();
  await engine.until(isLoss, before);
  expect(at(engine.heard('device_lost'), 3).fates).toMatchObject([
    { runId: 'r', outcome: 'waits', error: { code: 'no_adapter' } },
  ]);
  refuse(false);
  await engine.host.handle({ kind: 'reopen', runId: 'r' });
  await engine.until(hasStatus('finished'));
  await engine.host.handle({ kind: 'forget', runId: 'r' });
});

it('keeps finished runs, prepares again what had not begun, and names those that are lost', async () => {
  const { gpu, lose } = losableGpu();
  const engine = drivenEngine(null, gpu);
  const { host, until } = engine;
  const isOf = (runId: string, status: string) => (event: Event) =>
    hasStatus(status)(event) && 'runId' in event && event.runId === runId;
  await host.handle({ kind: 'start', runId: 'finished', config: one(10) });
  await until(isOf('finished', 'finished'));
  // The same run, evaluated on the first device; an evaluation is not made twice.
  await host.handle({ kind: 'start', runId: 'twin', config: one(10) });
  await until(isOf('twin', 'finished'));
  const before = await engine.folder('twin', 0);
  await host.handle({ kind: 'start', runId: 'going', config: one(100_000), paused: true });
  await until(isOf('going', 'paused'));
  const late = host.handle({ kind: 'start', runId: 'late', config: one(10) });
  await until((event) => event.kind === 'preparing' && event.runId === 'late');

  lose();
  await until(isLoss);
  expect(at(engine.heard('device_lost'), 0).fates).toMatchObject([
    { runId: 'going', outcome: 'ended', error: { code: 'device_lost' } },
    { runId: 'late', outcome: 'goes_on', from: null },
  ]);
  await Promise.all([late, until(isOf('late', 'finished'))]);

  const after = await engine.folder('finished', 0);
  expect(Object.keys(after)).toEqual(Object.keys(before));
  for (const [name, bytes] of Object.entries(before)) {
    // It says how long the steps took.
    if (name.endsWith('/metrics.jsonl')) continue;
    expect(Buffer.from(after[name] ?? []).equals(Buffer.from(bytes)), name).toBe(true);
  }
  await host.handle({ kind: 'resume', runId: 'going' });
  expect(engine.heard('command_failed')).toMatchObject([
    { runId: 'going', command: 'resume', error: { code: 'not_found' } },
  ]);
  expect(engine.heard('failed')).toEqual([]);
  for (const runId of ['finished', 'twin', 'late']) await host.handle({ kind: 'forget', runId });
});
