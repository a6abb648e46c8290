/**
 * `lab splice` on a tiny GPT-2 in the hub's files: place and text come from what the autoencoder's folder
 * remembers or from the options, and the explained variance is that of the training's own report, because both
 * read the held-out documents.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCommandLine } from '../../../src/cli/commands';
import type { ModelReport } from '../../../src/lab/protocol/model_report';
import type { Faithfulness } from '../../../src/lab/protocol/lm_protocol';
import { fakeTerminal } from '../../unit/cli/fake_terminal';
import { safetensorsOf, tinyConfig, tinyTensors, tinyTokenizer } from '../../unit/lm/tiny_gpt2';

const home = process.cwd();
let folder = '';
const path = (name: string): string => join(folder, name);

async function lab(...words: string[]) {
  const terminal = fakeTerminal();
  const code = await runCommandLine(words, terminal);
  return { code, out: terminal.results.join(''), err: terminal.messages.join('') };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lab-splice-'));
  mkdirSync(path('tiny'));
  writeFileSync(path('tiny/config.json'), JSON.stringify(tinyConfig));
  writeFileSync(path('tiny/tokenizer.json'), JSON.stringify(tinyTokenizer()));
  writeFileSync(path('tiny/model.safetensors'), safetensorsOf(tinyTensors()));
  const texts = Array.from(
    { length: 40 },
    (_, i) => `The ${'low newer wide '.repeat(1 + (i % 3))}${i}.`,
  );
  writeFileSync(path('texts.jsonl'), texts.map((text) => JSON.stringify(text)).join('\n'));
  // Paths beside the run file, which mean something else in every other folder.
  const data = { kind: 'lm', model: 'tiny', layer: 1, corpus: 'texts.jsonl' };
  const run = {
    data: { ...data, context_size: 8, n_batches_in_buffer: 1, store_batch_size_prompts: 4 },
    models: [{ architecture: 'topk', d_sae: 12, k: 3 }],
    training: { training_samples: 160, train_batch_size_samples: 8, lr: 0.01, log_every: 10 },
  };
  writeFileSync(path('run.json'), JSON.stringify(run));
  const trained = await lab('train', '--config', path('run.json'), '--out', path('out'));
  expect(trained.err.includes('lab:'), trained.err).toBe(false);
});
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

type Printed = Faithfulness & { readonly model: string; readonly lm: string };

it('prints the faithfulness of a folder where it was trained', async () => {
  const { code, out } = await lab('splice', '--model', path('out'), '--tokens', '100000');
  expect(code).toBe(0);
  const printed = JSON.parse(out) as Printed;
  expect(printed).toMatchObject({ model: path('out'), lm: path('tiny'), layer: 1 });
  const report = JSON.parse(readFileSync(path('out/report.json'), 'utf8')) as ModelReport;
  expect(printed.explained_variance).toBeCloseTo(report.explained_variance ?? NaN, 5);
  expect(printed.explained_variance_legacy).toBeCloseTo(report.explained_variance_legacy ?? NaN, 5);
  expect(printed.kl_sae).toBeGreaterThan(0);
  expect(printed.kl_sae).toBeLessThan(printed.kl_zero_ablation);
  const { kl_mean_ablation: ablated, kl_sae: kl } = printed;
  expect(printed.kl_score_mean_ablation).toBeCloseTo((ablated - kl) / ablated, 12);
});

it('prints a line for each of several models, the same as alone, and refuses those of other places', async () => {
  const other = JSON.parse(readFileSync(path('run.json'), 'utf8')) as {
    data: object;
    models: object[];
  };
  other.models = [{ architecture: 'topk', d_sae: 10, k: 2 }];
  // Another order of the same rows.
  other.data = { ...other.data, n_batches_in_buffer: 2, seed: 1 };
  writeFileSync(path('second.json'), JSON.stringify(other));
  writeFileSync(
    path('deeper.json'),
    JSON.stringify({ ...other, data: { ...other.data, layer: 2 } }),
  );
  for (const name of ['second', 'deeper']) {
    const { code, err } = await lab(
      ...['train', '--config', path(`${name}.json`), '--out', path(name)],
    );
    expect(code, err).toBe(0);
  }
  const splice = (...names: string[]) =>
    lab('splice', ...names.flatMap((name) => ['--model', path(name)]));
  const [one, two] = [await splice('out'), await splice('second')];
  expect(one.out).not.toBe(two.out);
  const both = await splice('out', 'second');
  expect(both.code, both.err).toBe(0);
  expect(both.out).toBe(one.out + two.out);
  const apart = await splice('out', 'deeper');
  expect(apart.code).toBe(2);
  expect(apart.err).toContain(
    `${path('deeper')} was trained on other data than ${path('out')}, and both would be put in the place of the same rows.`,
  );
  expect(apart.out).toBe('');
});

it('reads the files of the training from any folder, whatever has their names there', async () => {
  const report = JSON.parse(readFileSync(path('out/report.json'), 'utf8')) as ModelReport;
  mkdirSync(path('elsewhere/tiny'), { recursive: true });
  writeFileSync(path('elsewhere/texts.jsonl'), '"Other words."\n'.repeat(40));
  process.chdir(path('elsewhere'));
  try {
    for (const words of [
      ['eval', '--data', 'lm'],
      ['splice', '--tokens', '100000'],
    ]) {
      const { code, out, err } = await lab(...words, '--model', '../out');
      expect(code, err).toBe(0);
      const { explained_variance: found } = JSON.parse(out) as ModelReport;
      expect(found).toBeCloseTo(Number(report.explained_variance), 5);
    }
  } finally {
    process.chdir(home);
  }
  const before = readFileSync(path('texts.jsonl'));
  writeFileSync(path('texts.jsonl'), '"Other words."\n'.repeat(40));
  for (const command of [['eval', '--data', 'lm'], ['splice']]) {
    const { code, err } = await lab(...command, '--model', path('out'));
    expect(code).toBe(2);
    expect(err).toContain(`${path('texts.jsonl')} is not the file that this was trained on: `);
  }
  writeFileSync(path('texts.jsonl'), before);
});

it('goes where it is told, and refuses places that there are not', async () => {
  const few = await lab('splice', '--model', path('out'), '--layer', '2', '--tokens', '5');
  expect(few.code).toBe(0);
  const printed = JSON.parse(few.out) as Printed;
  expect(printed.layer).toBe(2);
  expect(printed.tokens).toBeLessThan(20);
  const deep = await lab('splice', '--model', path('out'), '--layer', '9');
  expect(deep.code).toBe(2);
  expect(deep.err).toMatch(/layer is 9/);
  const none = await lab('splice', '--model', path('out'), '--lm', path('nothing'));
  expect(none.code).toBe(2);
  expect(none.err).toMatch(/nothing/);
});
