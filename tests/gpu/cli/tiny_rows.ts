/**
 * The command line on a tiny file of rows, `x.npy` [96, 6], in a folder of its own for each file of tests: rows near two
 * planes, so that a few steps already explain something.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { at } from '../../../src/base/array';
import { runCommandLine } from '../../../src/cli/commands';
import { writeNpy } from '../../../src/io/npy';
import type { ModelReport } from '../../../src/lab/protocol/model_report';
import { fakeTerminal, type FakeTerminal } from '../../unit/cli/fake_terminal';
import { numberSequence } from '../../unit/io/complaint';

export const WIDTH = 6;
export const ROWS = 96;

let folder = '';
export const path = (name: string): string => join(folder, name);
export const json = (name: string): unknown => JSON.parse(readFileSync(path(name), 'utf8'));
export const report = (name: string): ModelReport => json(name) as ModelReport;
export const explained = ({ explained_variance: share }: ModelReport): number => share ?? NaN;

export async function lab(words: readonly string[], terminal: FakeTerminal = fakeTerminal()) {
  const code = await runCommandLine(words, terminal);
  return { code, out: terminal.results.join(''), err: terminal.messages.join('') };
}

export const sasa = { architecture: 'topk_sasa', n_groups: 4, group_rank: 2, k_groups: 2 };
export const topk = {
  architecture: 'topk',
  d_sae: 8,
  k: 3,
  normalize_activations: 'expected_average_only_in',
};

export function writeRun(name: string, models: object[], training: object, data = 'x.npy'): string {
  const run = {
    data: { kind: 'npy', path: data, order: 'sequential' },
    models,
    training: { train_batch_size_samples: 16, log_every: 2, lr: 0.01, ...training },
  };
  writeFileSync(path(name), JSON.stringify(run));
  return path(name);
}

/** Makes the folder with its rows; `removeRows` takes it away. */
export function makeRows(): void {
  folder = mkdtempSync(join(tmpdir(), 'lab-cli-'));
  // Rows near two planes, so that a few steps already explain something.
  const next = numberSequence(11);
  const atoms = Array.from({ length: 4 * WIDTH }, () => next() - 0.5);
  const values = new Float32Array(ROWS * WIDTH);
  for (let row = 0; row < ROWS; row++) {
    const plane = next() < 0.5 ? 0 : 2;
    for (const atom of [plane, plane + 1]) {
      const code = 4 * (next() - 0.5);
      for (let j = 0; j < WIDTH; j++) {
        const place = row * WIDTH + j;
        values[place] = at(values, place) + code * at(atoms, atom * WIDTH + j);
      }
    }
  }
  writeFileSync(path('x.npy'), writeNpy({ rows: ROWS, width: WIDTH, values }));
}

export function removeRows(): void {
  rmSync(folder, { recursive: true });
}
