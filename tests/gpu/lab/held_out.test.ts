/**
 * Held-out quality in the engine: what the page is told, what report.json says and what the weights in the folder give
 * when they are evaluated anew (as `lab eval` does) are one number, at rest and while training goes on; and what was
 * changed while a run went stands in its folder.
 */
import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { at } from '../../../src/base/array';
import { zooPreset } from '../../../src/data/zoo_presets';
import { openZooSource } from '../../../src/data/zoo_source';
import { readSaeFolder } from '../../../src/io/sae_folder_reader';
import { encodeAnalysedRows } from '../../../src/lab/encode/analysed_rows';
import { Encoder } from '../../../src/lab/encode/encoder';
import { EngineHost } from '../../../src/lab/worker/engine_host';
import { evaluateModel } from '../../../src/lab/train/evaluate';
import { shapeStates } from '../../../src/lab/encode/probes';
import type { Event, ShapeState } from '../../../src/lab/protocol/protocol';
import type {
  AnswerEvent,
  AskCommand,
  AskOf,
  RequestName,
} from '../../../src/lab/protocol/requests';
import type { RunInput } from '../../../src/lab/run/run_config';
import { testDevice, testGpu } from '../adapter';

const { spec, label } = zooPreset('figure1');
const BATCH = 32;

const run = (steps: number, normalization = 'none'): RunInput => ({
  data: { kind: 'synthetic', preset: 'figure1', seed: 1 },
  models: [
    {
      architecture: 'topk_sasa',
      n_groups: 8,
      group_rank: 4,
      k_groups: 1,
      nuclear_coefficient: 0.003,
      normalize_activations: normalization as 'none',
    },
  ],
  training: { training_samples: steps * BATCH, train_batch_size_samples: BATCH, log_every: 5 },
});

/** What every account in a folder says. */
const accountSchema = z.looseObject({
  steps: z.int(),
  samples: z.int(),
  changes: z.array(z.unknown()),
});
const reportSchema = z.extend(accountSchema, {
  rows: z.int(),
  split: z.string(),
  explained_variance: z.number(),
  mse: z.number(),
  l0: z.number(),
  dead_groups: z.int(),
});
const configSchema = z.looseObject({ metadata: z.looseObject({ sasa_lab: accountSchema }) });

function engine() {
  const events: Event[] = [];
  const host = new EngineHost(testGpu(), (event) => events.push(event));
  let requests = 0;
  const ask = async <Name extends RequestName>(name: Name, about: AskOf<Name>) => {
    const requestId = (requests += 1);
    await host.handle({ kind: 'ask', requestId, name, ask: about } as AskCommand);
    const is = (event: Event): event is AnswerEvent<Name> & Event =>
      event.kind === 'answer' && event.requestId === requestId && event.name === name;
    await expect.poll(() => events.some(is)).toBe(true);
    return at(events.filter(is), 0).answer;
  };
  return {
    events,
    host,
    /** Starts a run and waits until it stands so. */
    start: async (config: RunInput, status: string) => {
      await host.handle({ kind: 'start', runId: 'r', config });
      await expect
        .poll(() => events.findLast((event) => event.kind === 'status')?.status)
        .toBe(status);
    },
    /** Waits for the records of so many steps. */
    logged: (steps: number) =>
      expect
        .poll(() =>
          events.some(
            (event) => event.kind === 'metrics' && event.records.some(({ step }) => step >= steps),
          ),
        )
        .toBe(true),
    evaluate: () => ask('evaluate', { runId: 'r', model: 0 }),
    folder: async () => {
      const about = { runId: 'r', model: 0, format: 'saelens_folder' } as const;
      const { bytes, step } = await ask('export', about);
      const named = Object.entries(unzipSync(new Uint8Array(bytes))).map(
        ([name, content]) => [name.slice(name.lastIndexOf('/') + 1), content] as const,
      );
      const files = Object.fromEntries(named);
      const text = (name: string) => strFromU8(files[name] ?? new Uint8Array());
      return {
        step,
        files,
        report: reportSchema.parse(JSON.parse(text('report.json'))),
        account: configSchema.parse(JSON.parse(text('cfg.json'))).metadata.sasa_lab,
        changes: text('changes.jsonl'),
        metrics: text('metrics.jsonl'),
      };
    },
  };
}

/** The held-out quality of the weights in a folder, evaluated anew. */
async function evaluatedAnew(files: Readonly<Record<string, Uint8Array>>) {
  const { config, weights } = readSaeFolder(files, 'the folder');
  const encoder = await Encoder.upload(await testDevice(), config, weights);
  const model = {
    config,
    weights,
    encode: (x: Float32Array, rows: number) => encoder.encode(x, rows),
  };
  const source = openZooSource(spec, 1, label);
  const report = await evaluateModel(model, source, { split: 'held_out', rows: 16_384 });
  encoder.destroy();
  return report;
}

describe.each(['none', 'expected_average_only_in'])('held-out quality with %s', (normalization) => {
  it('is one number for page, report.json and a new evaluation of the folder', async () => {
    const { start, evaluate, folder } = engine();
    await start(run(60, normalization), 'finished');
    const { step, report } = await evaluate();
    const { files, report: written } = await folder();
    expect(step).toBe(60);
    expect(report).toMatchObject({ split: 'held_out', rows: 16_384 });
    expect(written).toMatchObject({ ...report, steps: 60, samples: 60 * BATCH, changes: [] });
    expect(Object.keys(files)).not.toContain('changes.jsonl');
    const anew = await evaluatedAnew(files);
    expect(
      Math.abs(Number(anew.explained_variance) - Number(report.explained_variance)),
    ).toBeLessThan(1e-5);
    expect(Math.abs(anew.mse - report.mse)).toBeLessThan(1e-5);
    expect(anew).toMatchObject({ rows: 16_384, l0: report.l0, dead_groups: report.dead_groups });
  });
});

it('is that of one step while training goes on', async () => {
  const { host, start, logged, evaluate, folder } = engine();
  await start(run(200_000), 'running');
  await logged(10);
  const { files, report, step, account, metrics } = await folder();
  expect(account).toMatchObject({ steps: step, samples: step * BATCH });
  expect(metrics).toContain('"step":5,');
  const anew = await evaluatedAnew(files);
  expect(Math.abs(Number(anew.explained_variance) - report.explained_variance)).toBeLessThan(1e-5);
  const later = await evaluate();
  expect(later.step).toBeGreaterThan(step);
  await host.handle({ kind: 'forget', runId: 'r' });
});

it('is given up when nobody wants it any more, or its run is forgotten', async () => {
  const { host, start, events } = engine();
  await start(run(20), 'finished');
  const ask = (requestId: number) =>
    host.handle({ kind: 'ask', requestId, name: 'evaluate', ask: { runId: 'r', model: 0 } });
  const first = ask(101);
  await host.handle({ kind: 'cancel', requestId: 101 });
  const second = ask(102);
  await host.handle({ kind: 'forget', runId: 'r' });
  await Promise.all([first, second]);
  const failures = events.flatMap((event) =>
    event.kind === 'request_failed' ? [[event.requestId, event.error.code]] : [],
  );
  expect(failures).toEqual([
    [101, 'cancelled'],
    [102, 'cancelled'],
  ]);
});

it('a live change stands in changes.jsonl, cfg.json and report.json, and weights that are opened keep it', async () => {
  const { host, events, start, logged, folder } = engine();
  await start(run(200_000), 'running');
  await logged(10);
  await host.handle({
    kind: 'set_hyperparameters',
    runId: 'r',
    settings: [{ model: null, setting: 'lr', value: 0.02 }],
  });
  const settings = [{ model: 0, setting: 'nuclear_coefficient', value: 0.3 }];
  await host.handle({ kind: 'set_hyperparameters', runId: 'r', settings });
  await host.handle({ kind: 'pause', runId: 'r' });
  const told = events.flatMap((event) => (event.kind === 'settings_changed' ? event.changes : []));
  const { files, changes, account, report } = await folder();
  const written = told.map(({ model: _model, ...change }) => change);
  expect(written).toMatchObject([
    { setting: 'lr', from: 0.002, to: 0.02, lambda: null },
    { setting: 'nuclear_coefficient', from: 0.003, to: 0.3, lambda: 0.3 },
  ]);
  const lines = changes.trim().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(written);
  expect(account.changes).toEqual(written);
  expect(report.changes).toEqual(written);
  await host.handle({ kind: 'forget', runId: 'r' });

  // The page opens these weights and saves them again: nothing of their account is lost.
  const { weights } = readSaeFolder(files, 'the folder');
  const before = [
    { steps: account.steps, samples: account.samples, changes: written, metrics: [] },
  ];
  const again = engine();
  await again.host.handle({
    kind: 'start',
    runId: 'r',
    config: run(200_000),
    weights: [weights],
    before,
    paused: true,
  });
  const opened = await again.folder();
  const { steps: first, samples: rows } = account;
  expect(opened.account).toMatchObject({ steps: first, samples: rows, changes: written });
  expect(opened.changes).toBe(changes);
  await again.host.handle({ kind: 'step', runId: 'r' });
  const { steps, samples } = (await again.folder()).account;
  expect([steps, samples]).toEqual([first + 1, rows + BATCH]);
  await again.host.handle({ kind: 'forget', runId: 'r' });
});

it('counts the units of shapes on the rows of the diagnosis when a run rests', async () => {
  const { host, events, start, logged, folder } = engine();
  await start(run(200_000), 'running');
  await logged(10);
  await host.handle({ kind: 'pause', runId: 'r' });
  const shown = events.findLast((event) => event.kind === 'shapes')?.probes[0];
  const { files, step } = await folder();
  const { config, weights } = readSaeFolder(files, 'the folder');
  const encoder = await Encoder.upload(await testDevice(), config, weights);
  const source = openZooSource(spec, 1, label);
  const analysed = await encodeAnalysedRows(source, (x, rows) => encoder.encode(x, rows));
  const { truth, codes } = analysed;
  if (truth === null) throw new Error('figure1 has known shapes');
  const numbers = (shapes: readonly ShapeState[]) =>
    shapes.map(({ points: _points, owners: _owners, ...rest }) => rest);
  expect(shown?.step).toBe(step);
  expect(numbers(shown?.shapes ?? [])).toEqual(numbers(shapeStates(weights, codes, truth)));
  // The picture keeps its density: a point each of the first 2048 rows.
  expect(shown?.shapes.reduce((sum, { owners }) => sum + owners.length, 0)).toBe(2048);
  encoder.destroy();
  await host.handle({ kind: 'forget', runId: 'r' });
});
