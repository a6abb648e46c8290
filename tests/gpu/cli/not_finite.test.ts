/**
 * Language models whose numbers exceed float32: weights that are NaN are refused when they are read, and weights
 * that are numbers but too large end every command with a sentence, an exit code and no file.
 */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../../src/cli/commands';
import { fakeTerminal } from '../../unit/cli/fake_terminal';
import {
  floatTensor,
  safetensorsOf,
  tinyConfig,
  tinyTensors,
  tinyTokenizer,
} from '../../unit/lm/tiny_gpt2';

let folder: string;
const place = (name: string) => join(folder, name);

/** A tiny model, one tensor of which holds `value` in one place or everywhere. */
async function writeModel(name: string, value: number, everywhere: boolean): Promise<void> {
  const tensors = tinyTensors();
  const tensor = floatTensor(1, [6, 24]);
  const values = new Float32Array(tensor.bytes.buffer);
  values.fill(value, 0, everywhere ? values.length : 1);
  tensors.set('h.1.mlp.c_fc.weight', tensor);
  await mkdir(place(name));
  await writeFile(join(place(name), 'config.json'), JSON.stringify(tinyConfig));
  await writeFile(join(place(name), 'tokenizer.json'), JSON.stringify(tinyTokenizer()));
  await writeFile(join(place(name), 'model.safetensors'), safetensorsOf(tensors));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'not-finite-'));
  await writeModel('nan', NaN, false);
  await writeModel('large', 3e38, true);
  await writeFile(place('text.txt'), 'the other weather, then');
});
afterAll(() => rm(folder, { recursive: true }));

/** A command's options, as far as they depend on the model. */
const commands: readonly (readonly [string, (model: string) => string[], string])[] = [
  [
    'loss',
    (model) => ['--lm', model, '--data', place('text.txt')],
    'The cross-entropy of the language model as it is holds ',
  ],
  [
    'logits',
    (model) => [
      '--lm',
      model,
      '--text',
      'then',
      '--out',
      place('out.npy'),
      '--resid',
      place('resid.npy'),
    ],
    'The logits of ',
  ],
  [
    'harvest',
    (model) => [
      ...['--model', model, '--layer', '2', '--tokens', '4', '--corpus', place('text.txt')],
      ...['--context-size', '8', '--out', place('out.npy')],
    ],
    'The residual stream of ',
  ],
  [
    'generate',
    (model) => ['--model', model, '--documents', '2', '--at-once', '4', '--out', place('out.txt')],
    "The language model's logits for token 1 of text 0 (counted from 0) are not numbers",
  ],
];

describe.each(commands)('lab %s', (command, options, overflow) => {
  it.each([
    [
      'nan',
      2,
      'tensor "h.1.mlp.c_fc.weight" holds 1 NaN and 0 infinite values; the first is in row 0, column 0',
    ],
    ['large', 1, overflow],
  ])(
    'with weights that are %s ends with exit code %d, a sentence and no file',
    async (...given) => {
      const [model, code, sentence] = given;
      const terminal = fakeTerminal();
      expect(await runCommandLine([command, ...options(place(model))], terminal)).toBe(code);
      expect(terminal.messages.join('')).toContain(sentence);
      expect(terminal.results).toEqual([]);
      expect((await readdir(folder)).sort()).toEqual(['large', 'nan', 'text.txt']);
    },
  );
});
