/** A folder that the page exported is gone on with, unless its steps would be counted wrongly. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openOutput } from '../../../src/cli/output_folder';
import { parseRunConfig, type RunConfig } from '../../../src/lab/run/run_config';
import { readRunFile } from '../../../src/lab/keep/run_file';
import { carriedRecord } from '../../../src/lab/keep/run_index';
import { keptRecord } from '../../support/kept_record';

const half = join(import.meta.dirname, '../../fixtures/version2/runs/words/halfway');
const config = readRunFile(JSON.parse(readFileSync(join(half, 'run.json'), 'utf8')), 'run.json');
let out = '';
beforeAll(() => {
  out = mkdtempSync(join(tmpdir(), 'lab-output-'));
  cpSync(half, out, { recursive: true });
});
afterAll(() => rmSync(out, { recursive: true }));

const open = (steps: number | null, run: RunConfig = config) => {
  const before = steps === null ? null : [{ steps, samples: 32 * steps, changes: 0 }];
  const record = keptRecord('a', { config, status: 'stopped', step: 12, totalSteps: 24, before });
  writeFileSync(join(out, 'kept.json'), JSON.stringify(carriedRecord(record)));
  const request = {
    config: join(out, 'run.json'),
    out,
    resume: true,
    checkpointEvery: 10,
    bits: false,
    leastSquares: false,
  };
  return openOutput({ command: 'train', ...request }, run);
};

it.each([null, 0])('goes on with a run of fresh weights (%s)', async (steps) => {
  expect((await open(steps)).initial).toHaveLength(1);
});

it('refuses one whose weights had steps behind them, with the way out', async () => {
  await expect(open(500)).rejects.toMatchObject({
    code: 'bad_config',
    message: expect.stringContaining('weights that had 500 steps behind them') as string,
    wayOut: 'Import it on the Runs page and press Resume there.',
  });
});

it('refuses a run file that says something else than what was begun, with the way to go on', async () => {
  // A preset of a later lab has what this run was begun without.
  const models = config.models.map((model) => ({ ...model, moves: {} }));
  await expect(open(null, parseRunConfig({ ...config, models }))).rejects.toMatchObject({
    code: 'bad_config',
    message: expect.stringContaining('models.0.moves is') as string,
    wayOut: expect.stringMatching(/^Leave --config out to continue it .* or begin anew/) as string,
  });
});
