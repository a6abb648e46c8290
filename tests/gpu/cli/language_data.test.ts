/**
 * A language model as data from the command line, on a tiny GPT-2 in the hub's files: harvested rows are the
 * reference's residual stream at the tokens that acts.tokens.json names, a run on it is evaluated the same by its
 * report and by `lab eval`, and what is refused leaves no file behind.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { runCommandLine } from '../../../src/cli/commands';
import { DataFiles } from '../../../src/cli/data_files';
import { nodeModelAccess } from '../../../src/cli/language_models';
import { readNpy } from '../../../src/io/npy';
import type { ModelReport } from '../../../src/lab/protocol/model_report';
import { loadLanguageModel } from '../../../src/lab/language/language_models';
import { twinForward } from '../../../src/lm/twin';
import { fakeTerminal } from '../../unit/cli/fake_terminal';
import { safetensorsOf, tinyConfig, tinyTensors, tinyTokenizer } from '../../unit/lm/tiny_gpt2';

const LAYER = 1;
const CONTEXT = 7;

let folder = '';
const path = (name: string): string => join(folder, name);
const json = (name: string): unknown => JSON.parse(readFileSync(path(name), 'utf8'));

async function lab(...words: string[]) {
  const terminal = fakeTerminal();
  const code = await runCommandLine(words, terminal);
  return { code, out: terminal.results.join(''), err: terminal.messages.join('') };
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-language-'));
  mkdirSync(path('tiny'));
  writeFileSync(path('tiny/config.json'), JSON.stringify(tinyConfig));
  writeFileSync(path('tiny/tokenizer.json'), JSON.stringify(tinyTokenizer()));
  writeFileSync(path('tiny/model.safetensors'), safetensorsOf(tinyTensors()));
  const documents = Array.from(
    { length: 30 },
    (_, i) => `The ${'low lower newer wide '.repeat(1 + (i % 3))}${i}.`,
  );
  writeFileSync(path('texts.jsonl'), documents.map((text) => JSON.stringify(text)).join('\n'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface TokenTable {
  readonly hook: string;
  readonly rows: number;
  readonly token: number[];
  readonly text: string[];
  readonly document: number[];
  readonly position: number[];
}

describe('lab harvest', () => {
  const harvest = (tokens: number, out: string, ...more: string[]) =>
    lab(
      'harvest',
      ...['--model', path('tiny'), '--layer', String(LAYER), '--corpus', path('texts.jsonl')],
      ...['--tokens', String(tokens), '--context-size', String(CONTEXT), '--out', path(out)],
      ...more,
    );

  it('writes the residual stream of the tokens that it names', async () => {
    const done = await harvest(200, 'acts.npy');
    expect(done.code, done.err).toBe(0);
    expect(JSON.parse(done.out)).toMatchObject({ rows: 200, width: 6 });
    const { rows, width, values } = readNpy(readFileSync(path('acts.npy')), 'acts.npy');
    const table = json('acts.tokens.json') as TokenTable;
    expect([rows, width]).toEqual([200, 6]);
    expect(table).toMatchObject({ rows: 200, hook: 'blocks.1.hook_resid_pre' });
    const access = nodeModelAccess(new DataFiles({ asked: true }));
    const { config, weights, tokenizer } = await loadLanguageModel(path('tiny'), access);
    const step = CONTEXT - 1;
    let row = 0;
    let worst = 0;
    let size = 0;
    while (row < rows) {
      expect(at(table.position, row) % step).toBe(0);
      let end = row + 1;
      while (end < rows && at(table.position, end) % step !== 0) end += 1;
      const tokens = Uint32Array.of(tokenizer.bos, ...table.token.slice(row, end));
      const { residuals } = twinForward(config, weights, tokens, tokens.length);
      for (let i = 0; i < (end - row) * width; i += 1) {
        const expected = at(at(residuals, LAYER), width + i);
        size = Math.max(size, Math.abs(expected));
        worst = Math.max(worst, Math.abs(at(values, row * width + i) - expected));
      }
      row = end;
    }
    // One block of sums over width, head, positions and hidden: see tests/gpu/lm/forward.test.ts.
    const roundings = 3 * width + 2 + CONTEXT + 4 * width + 64;
    expect(worst).toBeLessThanOrEqual(roundings * 2 ** -24 * size);
    const first = table.document.lastIndexOf(0) + 1;
    expect(table.text.slice(0, first).join('')).toBe('The low lower newer wide 0.');
  });

  it('writes BOS when asked to', async () => {
    await harvest(20, 'more.npy', '--include-first');
    const table = json('more.tokens.json') as TokenTable;
    expect(table.position.slice(0, 3)).toEqual([-1, 0, 1]);
    expect(at(table.token, 0)).toBe(299);
  });

  it('refuses what there is not, and leaves no file', async () => {
    const many = await harvest(1_000_000, 'many.npy');
    expect(many.code, many.err).toBe(2);
    expect(many.err).toContain('--tokens is 1000000; ');
    const deep = await lab(
      ...['harvest', '--model', path('tiny'), '--layer', '3', '--corpus', path('texts.jsonl')],
      ...['--tokens', '5', '--out', path('deep.npy'), '--context-size', '8'],
    );
    expect(deep.code, deep.err).toBe(2);
    expect(deep.err).toContain('data.layer is 3; ');
    for (const name of ['many.npy', 'deep.npy']) expect(existsSync(path(name))).toBe(false);
  });
});

describe('lab train and lab eval', () => {
  it('agree about a model trained on a language model', async () => {
    const run = {
      data: {
        kind: 'lm',
        model: 'tiny',
        layer: LAYER,
        corpus: 'texts.jsonl',
        context_size: CONTEXT,
        n_batches_in_buffer: 1,
        store_batch_size_prompts: 4,
      },
      models: [{ architecture: 'topk', d_sae: 12, k: 3 }],
      training: { training_samples: 320, train_batch_size_samples: 8, lr: 0.01, log_every: 10 },
    };
    writeFileSync(path('run.json'), JSON.stringify(run));
    const trained = await lab('train', '--config', path('run.json'), '--out', path('out'));
    expect(trained.code, trained.err).toBe(0);
    const report = json('out/report.json') as ModelReport;
    expect(report.split).toBe('held_out');
    expect(report.explained_variance).toBeGreaterThan(0.3);
    const home = process.cwd();
    process.chdir(folder);
    try {
      const evaluated = await lab('eval', '--model', path('out'), '--data', 'lm');
      expect(evaluated.code, evaluated.err).toBe(0);
      const again = JSON.parse(evaluated.out) as ModelReport;
      expect(again.rows).toBe(report.rows);
      const difference = (again.explained_variance ?? NaN) - (report.explained_variance ?? NaN);
      expect(Math.abs(difference)).toBeLessThan(1e-5);
    } finally {
      process.chdir(home);
    }
  });
});
