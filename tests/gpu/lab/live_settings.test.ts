/**
 * Settings that change while a run goes, in the engine: λ is what was written, in the units in which the model is
 * trained, at the start, live, in what is logged and in what is saved; and a command that cannot be carried out
 * leaves its run alone.
 */
import { unzipSync } from 'fflate';
import { describe, expect, it, vi } from 'vitest';
import { at } from '../../../src/base/array';
import { zooPreset } from '../../../src/data/zoo_presets';
import { openZooSource } from '../../../src/data/zoo_source';
import type { AnalysisCommand } from '../../../src/lab/explore/analysis_worker';
import { EngineHost } from '../../../src/lab/worker/engine_host';
import type { Command, Event, MetricRecord } from '../../../src/lab/protocol/protocol';
import type { LiveSettings } from '../../../src/lab/run/live_settings';
import { parseRunConfig, type RunInput } from '../../../src/lab/run/run_config';
import { createSession } from '../../../src/lab/train/session';
import { inputUnitsOf } from '../../../src/sae/input_units';
import { testDevice, testGpu } from '../adapter';

const { spec, label } = zooPreset('figure1');

const input = (own: object): RunInput => ({
  data: { kind: 'synthetic', preset: 'figure1', seed: 1 },
  models: [
    { architecture: 'topk_sasa', n_groups: 8, group_rank: 4, k_groups: 1, ...own },
    { architecture: 'topk', d_sae: 16, k: 2 },
  ],
  training: { training_samples: 32 * 40, train_batch_size_samples: 32, log_every: 1 },
});

const absolute = (value: number): LiveSettings => [
  { model: 0, setting: 'nuclear_coefficient', value },
];
const relative = (value: number): LiveSettings => [
  { model: 0, setting: 'nuclear_coefficient_relative', value },
];

async function sessionOf(own: object) {
  const config = parseRunConfig(input(own));
  const source = openZooSource(spec, 1, label);
  const session = await createSession({ device: await testDevice(), config, source });
  const { normalize_activations } = at(config.models, 0);
  const { power, inputScale } = inputUnitsOf(normalize_activations, session.statistics);
  return { session, share: power * inputScale ** 2, inputScale };
}

it('lets the groups of a batch be more or fewer on average, and its threshold goes on', async () => {
  const { session } = await sessionOf({ architecture: 'batch_topk_sasa' });
  const records: MetricRecord[] = [];
  await session.run(4, { onMetrics: (logged) => records.push(...logged) });
  const before = (await session.weights(0)).vectors?.thresholds;
  await session.applySettings([{ model: 0, setting: 'k_groups', value: 3 }]);
  expect((await session.weights(0)).vectors?.thresholds).toEqual(before);
  await session.run(4, { onMetrics: (logged) => records.push(...logged) });
  session.destroy();
  const groups = records.flatMap(({ model, values }) =>
    model === 0 ? [values['metrics/groups_per_token'] ?? NaN] : [],
  );
  expect(groups).toEqual([1, 1, 1, 1, 3, 3, 3, 3]);
});

describe.each(['none', 'expected_average_only_in'] as const)('λ with %s', (normalization) => {
  const scaled = { normalize_activations: normalization };

  it('is what is written, at the start and live, in both forms', async () => {
    const started = await sessionOf({ ...scaled, nuclear_coefficient: 0.003 });
    const { session, share, inputScale } = started;
    // Rows of norm 1 in 64 dimensions.
    expect(inputScale).toBeCloseTo(normalization === 'none' ? 1 : 8, 0);
    expect(session.lambdas).toEqual([0.003, null]);
    expect(await session.applySettings(absolute(0.01))).toEqual([
      { step: 0, model: 0, setting: 'nuclear_coefficient', from: 0.003, to: 0.01, lambda: 0.01 },
    ]);
    expect(session.lambdas).toEqual([0.01, null]);
    await session.run(3);
    const [change] = await session.applySettings(relative(0.02));
    expect(change).toMatchObject({ step: 3, from: null, to: 0.02, lambda: session.lambdas[0] });
    expect(session.lambdas[0]).toBeCloseTo(0.02 * share, 12);
    expect(session.settings.models[0]).toMatchObject({ nuclear_coefficient_relative: 0.02 });
    expect(session.settings.models[0]).not.toHaveProperty('nuclear_coefficient');
    // A rebuild takes it over.
    await session.applySettings([{ model: 0, setting: 'k_groups', value: 2 }]);
    expect(session.lambdas[0]).toBeCloseTo(0.02 * share, 12);
    session.destroy();
    const other = await sessionOf({ ...scaled, nuclear_coefficient_relative: 0.02 });
    expect(other.session.lambdas[0]).toBeCloseTo(0.02 * other.share, 12);
    other.session.destroy();
  });

  it('is logged as it was at each step, and so is lr', async () => {
    const { session, inputScale } = await sessionOf({ ...scaled, nuclear_coefficient: 0.01 });
    const records: MetricRecord[] = [];
    let changed = 0;
    await session.run(session.totalSteps, {
      onMetrics: (logged) => records.push(...logged),
      onProgress: ({ step }) => {
        if (step < 10 || changed > 0) return;
        changed = step;
        void session.applySettings([...absolute(0), { model: null, setting: 'lr', value: 1e-6 }]);
      },
    });
    session.destroy();
    expect(changed).toBeGreaterThan(0);
    for (const { model, step, values } of records) {
      const before = step <= changed;
      expect(values['details/current_learning_rate']).toBeCloseTo(
        (before ? 2e-3 : 1e-6) * Math.min(1, (41 - step) / 8),
        9,
      );
      const nuclear = values['losses/nuclear_loss'];
      if (model !== 0) expect(nuclear).toBeUndefined();
      else if (before) expect(nuclear).toBeGreaterThan(0.01 / inputScale ** 2);
      else expect(nuclear).toBe(0);
    }
    expect(records).toHaveLength(80);
  });
});

/** An engine, and what it says. */
function engineOf() {
  const events: Event[] = [];
  let over: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => (over = resolve));
  const host = new EngineHost(testGpu(), (event) => {
    events.push(event);
    if (event.kind === 'failed' || (event.kind === 'status' && event.status === 'finished')) over();
  });
  const said = <K extends Event['kind']>(kind: K) =>
    events.filter((event): event is Extract<Event, { kind: K }> => event.kind === kind);
  const run = async (command: Command) => host.handle(command);
  return { events, said, run, finished };
}

it('saves a model with the settings it has, λ among them, and the report with the same', async () => {
  const { said, run } = engineOf();
  const config = input({
    normalize_activations: 'expected_average_only_in',
    nuclear_coefficient: 0.003,
  });
  const runId = 'r';
  await run({ kind: 'start', runId, config, paused: true });
  for (const settings of [
    absolute(0.01),
    [{ model: null, setting: 'lr', value: 1e-4 }],
    [{ model: 0, setting: 'k_groups', value: 2 }],
  ]) {
    await run({ kind: 'set_hyperparameters', runId, settings });
  }
  await run({ kind: 'stop', runId });
  const ask = { runId, model: 0, format: 'saelens_folder' } as const;
  await run({ kind: 'ask', requestId: 1, name: 'export', ask });
  const event = at(said('answer'), 0);
  if (event.name !== 'export') throw new Error(event.name);
  const files = unzipSync(new Uint8Array(event.answer.bytes));
  const read = (ending: string): unknown => {
    const [, bytes] = at(
      Object.entries(files).filter(([name]) => name.endsWith(ending)),
      0,
    );
    return JSON.parse(new TextDecoder().decode(bytes));
  };
  const account = {
    lambda: 0.01,
    input_scale: expect.closeTo(8, 0) as unknown,
    training: { lr: 1e-4 },
  };
  expect(read('cfg.json')).toMatchObject({
    k_groups: 2,
    metadata: { sasa_lab: { ...account, model: { nuclear_coefficient: 0.01, k_groups: 2 } } },
  });
  expect(read('report.json')).toMatchObject(account);
  expect(said('settings_changed').flatMap(({ changes }) => changes)).toMatchObject([
    { setting: 'nuclear_coefficient', from: 0.003, to: 0.01, lambda: 0.01 },
    { setting: 'lr', from: 2e-3, to: 1e-4, lambda: null },
    { setting: 'k_groups', from: 1, to: 2, lambda: 0.01 },
  ]);
  await run({ kind: 'forget', runId });
});

it('tells a command that cannot be carried out as its failure, and leaves the run alone', async () => {
  const { events, said, run, finished } = engineOf();
  const runId = 'r';
  await run({ kind: 'start', runId, config: input({}), paused: true });
  const refused: LiveSettings[] = [
    [{ model: 0, setting: 'k_groups', value: 9 }],
    [{ model: null, setting: 'lr', value: -1 }],
    [{ model: 1, setting: 'nuclear_coefficient', value: 1 }],
    [{ model: 2, setting: 'nuclear_coefficient', value: 1 }],
  ];
  for (const settings of refused) await run({ kind: 'set_hyperparameters', runId, settings });
  await run({ kind: 'pause', runId: 'gone' });
  await run({ kind: 'forget', runId: 'gone' });
  expect(said('command_failed').map(({ command, error }) => [command, error.code])).toEqual([
    ['set_hyperparameters', 'bad_config'],
    ['set_hyperparameters', 'bad_config'],
    ['set_hyperparameters', 'bad_config'],
    ['set_hyperparameters', 'internal'],
    ['pause', 'not_found'],
  ]);
  expect(said('failed')).toEqual([]);
  await run({ kind: 'resume', runId });
  await finished;
  expect(events.at(-1)).toMatchObject({ kind: 'status', status: 'finished', step: 40 });
  await run({ kind: 'forget', runId });
});

/** An analysis worker that knows no answer; it keeps how many groups fire in a row of the tables that come in. */
class PlayedWorker {
  static active: number[] = [];
  onmessage: ((message: { data: unknown }) => void) | null = null;
  postMessage(command: AnalysisCommand): void {
    if (command.kind === 'load') {
      const { active, rows } = command.table.codes;
      PlayedWorker.active.push(active.length / rows);
    }
    if (!('id' in command)) return;
    const { id } = command;
    queueMicrotask(() => this.onmessage?.({ data: { kind: 'done', id, result: null } }));
  }
}

it('answers with the codes of the s that a paused run has now', async () => {
  vi.stubGlobal('Worker', PlayedWorker);
  const { run } = engineOf();
  const runId = 'r';
  await run({ kind: 'start', runId, config: input({}), paused: true });
  for (const requestId of [1, 2]) {
    await run({ kind: 'ask', requestId, name: 'groups', ask: { runId, model: 0 } });
    await run({
      kind: 'set_hyperparameters',
      runId,
      settings: [{ model: 0, setting: 'k_groups', value: 8 }],
    });
  }
  expect(PlayedWorker.active).toEqual([1, 8]);
  await run({ kind: 'forget', runId });
  vi.unstubAllGlobals();
});
