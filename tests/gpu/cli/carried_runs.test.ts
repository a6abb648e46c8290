/**
 * One folder for page and command line: what the page exports, `lab eval` judges as the page did and `lab train --resume`
 * finishes byte for byte as if nothing had happened; what the command line began, the page takes in and finishes so too.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { runCommandLine } from '../../../src/cli/commands';
import { MemoryFileStore } from '../../../src/io/file_store';
import type { Event } from '../../../src/lab/protocol/protocol';
import type { RunInput } from '../../../src/lab/run/run_config';
import { fakeTerminal } from '../../unit/cli/fake_terminal';
import { MemoryIndex } from '../../support/memory_runs';
import { asChosen, filesOnDisk, foldersIn, type Files } from '../../support/run_folders';
import { drivenEngine } from '../lab/driven_engine';

const STEPS = 60;
const config: RunInput = {
  data: { kind: 'synthetic', preset: 'figure1', seed: 1 },
  models: [
    { architecture: 'topk', d_sae: 24, k: 2 },
    { architecture: 'topk_sasa', n_groups: 8, group_rank: 4, k_groups: 1 },
    { architecture: 'batchtopk', d_sae: 24, k: 2 },
  ],
  training: { training_samples: STEPS * 32, train_batch_size_samples: 32, log_every: 20 },
};
const MODELS = ['TopK SAE', 'SASA', 'BatchTopK SAE'];

const folder = mkdtempSync(join(tmpdir(), 'lab-carried-'));
const path = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

/** The engine of a page with a browser of its own. */
function page() {
  const driven = drivenEngine({ files: new MemoryFileStore(), index: new MemoryIndex() });
  const { host, ask } = driven;
  return {
    ...driven,

    /** The folder of a run, exported and unpacked. */
    exported: async (runId: string): Promise<Files> => {
      const what = { runIds: [runId], checkpoints: 'latest' as const, to: null };
      const { file } = await ask('export_kept_runs', what);
      return at(Object.values(await foldersIn(file ?? new Blob())), 0);
    },

    /** Takes a folder in and gives the id of its run. */
    imported: async (name: string, files: Files): Promise<string> => {
      const [result] = await ask('import_runs', { files: asChosen(name, files) });
      if (result?.outcome !== 'imported') throw new Error(JSON.stringify(result));
      return result.runId;
    },

    /** Evaluates all models of a run that has ended, and lets it go when all is written. */
    evaluate: async (runId: string) => {
      const reports = [];
      for (const model of MODELS.keys()) {
        reports.push((await ask('evaluate', { runId, model })).report);
      }
      await host.handle({ kind: 'forget', runId });
      return reports;
    },
  };
}

function unpack(name: string, files: Files): void {
  for (const [file, bytes] of Object.entries(files)) {
    mkdirSync(dirname(path(`${name}/${file}`)), { recursive: true });
    writeFileSync(path(`${name}/${file}`), bytes);
  }
}

async function lab(...words: string[]): Promise<string> {
  const terminal = fakeTerminal();
  const code = await runCommandLine(words, terminal);
  expect(code, terminal.messages.join('')).toBe(0);
  return terminal.results.join('');
}

/** Trains until the first checkpoint, then as after Ctrl-C. */
async function begin(...words: string[]): Promise<void> {
  const terminal = fakeTerminal();
  const write = (text: string) => {
    terminal.messages.push(text);
    if (text.includes('%')) terminal.interrupt();
  };
  await runCommandLine(words, Object.assign(terminal, { write }));
  expect(terminal.messages.join('')).toMatch(/Stopped after \d+ of 60 steps/);
}
const weights = (files: Files) =>
  MODELS.map((model) =>
    Buffer.from(files[`${model}/sae_weights.safetensors`] ?? []).toString('base64'),
  );
const isFinished = (event: Event) => event.kind === 'status' && event.status === 'finished';

it('is judged and gone on with on both sides as on one', async () => {
  // The command line, uninterrupted: what every other way has to come to.
  writeFileSync(path('run.json'), JSON.stringify(config));
  await lab('train', '--config', path('run.json'), '--out', path('whole'));
  const wanted = weights(filesOnDisk(path('whole')));
  expect(new Set(wanted).size).toBe(3);

  const first = page();
  await first.host.handle({ kind: 'start', runId: 'a', name: 'Mine', config });
  await first.until((event) => event.kind === 'progress' && event.step >= 20);
  await first.host.handle({ kind: 'stop', runId: 'a' });
  await first.host.handle({ kind: 'forget', runId: 'a' });
  const half = await first.exported('a');
  expect(Object.keys(half)).toContain('checkpoint.safetensors');
  expect(Object.keys(half)).not.toContain('SASA/cfg.json');

  // From the page to the command line.
  unpack('half', half);
  await lab('train', '--out', path('half'), '--resume');
  const finished = filesOnDisk(path('half'));
  expect(weights(finished)).toEqual(wanted);
  expect(readFileSync(path('half/kept.json'))).toEqual(Buffer.from(half['kept.json'] ?? []));

  // And into another page, where it is finished and is judged as there.
  const other = page();
  const there = await other.imported('half', finished);
  const { runs } = await other.ask('list_kept_runs', null);
  expect(runs).toMatchObject([{ id: 'a', name: 'Mine', status: 'finished', step: STEPS }]);
  const past = await other.ask('kept_past', { runId: there });
  expect(past.records.at(-1)?.step).toBe(STEPS);
  const reports = await other.evaluate(there);
  expect(past.reports.map((report) => report?.mse)).toEqual(reports.map(({ mse }) => mse));

  // From the command line's half to a page, which finishes it.
  const words = ['--config', path('run.json'), '--out', path('begun')];
  await begin('train', ...words, '--checkpoint-every', '20');
  const on = page();
  const resumed = await on.imported('begun', filesOnDisk(path('begun')));
  const listed = await on.ask('list_kept_runs', null);
  expect(listed.runs).toMatchObject([{ name: 'begun', status: 'stopped' }]);
  expect(at(listed.runs, 0).step).toBeGreaterThan(0);
  await on.host.handle({ kind: 'reopen', runId: resumed });
  await on.until(isFinished);
  const found = await on.evaluate(resumed);
  const whole = await on.exported(resumed);
  expect(weights(whole)).toEqual(wanted);

  // What `lab eval` says of its folders is what the page said.
  unpack('page', whole);
  for (const [model, name] of MODELS.entries()) {
    const said = await lab('eval', '--model', path(`page/${name}`), '--data', 'figure1');
    const judged = JSON.parse(said) as Record<string, number>;
    const report = at(found, model);
    for (const measure of ['explained_variance', 'mse', 'l0', 'dead_groups'] as const) {
      expect(
        Math.abs((judged[measure] ?? Number.NaN) - (report[measure] ?? 0)),
        measure,
      ).toBeLessThan(1e-6);
    }
  }
});
