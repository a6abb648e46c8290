/**
 * Runs that an earlier version of the lab had half done are finished by this one with `--resume`, and models that it
 * finished are evaluated to the numbers of their report. Where this machine also trains the whole run to the frozen
 * weights bit for bit, it must come to them from half-way bit for bit; elsewhere (another adapter rounds
 * otherwise) up to rounding.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { runCommandLine } from '../../../src/cli/commands';
import { modelFolder } from '../../../src/lab/run/run_files';
import { readCheckpoint } from '../../../src/lab/keep/checkpoint';
import type { ModelReport } from '../../../src/lab/protocol/model_report';
import { parseRunConfig, type DataConfig } from '../../../src/lab/run/run_config';
import { frozenRuns, readJsonFile } from '../../fixtures/versions';
import { fakeTerminal } from '../../unit/cli/fake_terminal';

/** As a share of the largest weight, or of a number of a report; tests/fixtures/README.md says what was measured. */
const ROUNDING = 1e-5;

const home = process.cwd();
/** A copy of the fixtures, by version. Commands run in it: `lab eval` reads a language model's files from there. */
let work = '';

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'lab-fixtures-'));
  for (const folder of new Set(frozenRuns.map(([, version]) => version))) {
    cpSync(join(folder, 'runs'), join(work, basename(folder)), { recursive: true });
  }
});
afterAll(() => {
  process.chdir(home);
  rmSync(work, { recursive: true });
});

async function lab(...words: string[]): Promise<string> {
  const terminal = fakeTerminal();
  const code = await runCommandLine(words, terminal);
  expect(code, terminal.messages.join('')).toBe(0);
  return terminal.results.join('');
}

/** All weights of all models of a checkpoint. */
function weightsIn(folder: string): Float32Array[] {
  const path = join(folder, 'checkpoint.safetensors');
  return readCheckpoint(readFileSync(path), path).states.flatMap(({ weights }) => [
    weights.encoder,
    weights.decoder,
    weights.encoderBias,
    weights.decoderBias,
  ]);
}

/** The largest difference of two lists of weights, as a share of the largest weight. */
function difference(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  let [worst, size] = [0, 0];
  a.forEach((values, i) => {
    expect(values).toHaveLength(at(b, i).length);
    values.forEach((value, j) => {
      worst = Math.max(worst, Math.abs(value - at(at(b, i), j)));
      size = Math.max(size, Math.abs(value));
    });
  });
  return worst / size;
}

/** What `lab eval` takes to read the rows that a run's report was made on. */
function dataWords(data: DataConfig): string[] {
  switch (data.kind) {
    case 'synthetic':
      return ['--data', data.preset ?? 'synthetic'];
    case 'npy':
      // In file order nothing is held out.
      return ['--data', data.path, '--split', data.order === 'sequential' ? 'all' : 'held_out'];
    default:
      return ['--data', data.kind];
  }
}

describe.each(frozenRuns)('the run %s', (_, folder, name) => {
  const run = parseRunConfig(readJsonFile(folder, 'runs', `${name}.json`));
  const finished = join(folder, 'runs', name, 'finished');
  const enter = () => process.chdir(join(work, basename(folder)));

  it('goes on from half-way to the weights at its end', async () => {
    enter();
    const config = ['--config', `${name}.json`];
    await lab('train', ...config, '--out', join(name, 'halfway'), '--resume');
    await lab('train', ...config, '--out', join(name, 'anew'));
    const frozen = weightsIn(finished);
    const resumed = difference(frozen, weightsIn(join(name, 'halfway')));
    const anew = difference(frozen, weightsIn(join(name, 'anew')));
    expect(resumed).toBeLessThanOrEqual(anew === 0 ? 0 : ROUNDING);
  });

  it('has models whose evaluation is that of their report', async () => {
    enter();
    for (const model of run.models) {
      const own = join(finished, modelFolder(run, model));
      const report = readJsonFile(own, 'report.json') as ModelReport;
      const said = await lab('eval', '--model', own, ...dataWords(run.data));
      const again = JSON.parse(said) as ModelReport;
      expect(again).toMatchObject({ rows: report.rows, architecture: report.architecture });
      for (const key of ['explained_variance', 'explained_variance_legacy', 'mse'] as const) {
        expect(Math.abs(Number(again[key]) / Number(report[key]) - 1), key).toBeLessThan(ROUNDING);
      }
      // A row between two groups may choose the other one: one row in a thousand.
      expect(Math.abs(again.l0 - report.l0)).toBeLessThan(1e-3);
    }
  });
});
