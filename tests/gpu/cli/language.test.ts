/**
 * `lab generate`, `lab loss` and `lab logits` on a tiny stored GPT-2 that the test makes: files against
 * each other (the loss of a text is that of its logits), and the same seed against itself.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { runCommandLine } from '../../../src/cli/commands';
import { readNpy } from '../../../src/io/npy';
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

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'language-'));
  const tensors = tinyTensors();
  // A longer context than the tiny one, so that a text has room to end.
  tensors.set('wpe.weight', floatTensor(1, [40, 6]));
  await writeFile(place('config.json'), JSON.stringify({ ...tinyConfig, n_positions: 40 }));
  await writeFile(place('tokenizer.json'), JSON.stringify(tinyTokenizer()));
  await writeFile(place('model.safetensors'), safetensorsOf(tensors));
});
afterAll(() => rm(folder, { recursive: true }));

async function lab(...words: string[]) {
  const terminal = fakeTerminal();
  const code = await runCommandLine(words, terminal);
  const said = terminal.messages.join('');
  const result = terminal.results.join('');
  return {
    code,
    said,
    result: (result === '' ? {} : JSON.parse(result)) as Record<string, unknown>,
  };
}

describe('a language model from the command line', () => {
  it('refuses a text that is far too long with the number of its tokens', async () => {
    const text = '\u0085'.repeat(129_000);
    const words = ['logits', '--lm', folder, '--text', text, '--out', place('none.npy')];
    const { code, said } = await lab(...words);
    expect(code).toBe(2);
    expect(said).toMatch(/has 258001 tokens, its beginning included; .* reads 40\./);
  });

  it('gives logits from which its loss follows', async () => {
    const text = 'the other weather';
    const out = place('logits.npy');
    const { code, result } = await lab(
      ...['logits', '--lm', folder, '--text', text, '--out', out],
      ...['--resid', place('resid.npy'), '--layer', '1'],
    );
    expect(code).toBe(0);
    const tokens = result['tokens'] as number[];
    expect(tokens[0]).toBe(299);
    expect(result).toMatchObject({ layer: 1, logits: [tokens.length, 300] });
    const logits = readNpy(await readFile(out), out);
    expect(logits).toMatchObject({ rows: tokens.length, width: 300 });
    const resid = readNpy(await readFile(place('resid.npy')), 'resid.npy');
    expect(resid).toMatchObject({ rows: tokens.length, width: 6 });

    let sum = 0;
    for (let row = 0; row + 1 < tokens.length; row += 1) {
      const values = logits.values.subarray(row * 300, (row + 1) * 300);
      const top = Math.max(...values);
      const total = values.reduce((whole, value) => whole + Math.exp(value - top), 0);
      sum += top + Math.log(total) - at(values, at(tokens, row + 1));
    }
    await writeFile(place('text.txt'), text);
    const loss = await lab('loss', '--lm', folder, '--data', place('text.txt'));
    expect(loss.result).toMatchObject({ documents: 1, windows: 1, tokens: tokens.length - 1 });
    expect(loss.result['cross_entropy']).toBeCloseTo(sum / (tokens.length - 1), 5);
  });

  it('writes the same finished documents for the same seed', async () => {
    const write = async (name: string, seed: string) => {
      const { code, result, said } = await lab(
        ...['generate', '--model', folder, '--documents', '3', '--seed', seed],
        ...['--temperature', '5', '--at-once', '16', '--out', place(name)],
      );
      expect(said).not.toContain('lab:');
      expect(code).toBe(0);
      expect(result).toMatchObject({ documents: 3, seed: Number(seed), length: 40 });
      return readFile(place(name), 'utf8');
    };
    const first = (await write('a.txt', '1')).trimEnd().split('\n<|endoftext|>\n');
    expect(first).toHaveLength(3);
    const again = (await write('b.jsonl', '1')).trimEnd().split('\n');
    expect(again.map((line) => JSON.parse(line) as unknown)).toEqual(first);
    expect((await write('c.txt', '2')).split('\n<|endoftext|>\n')).not.toEqual(first);
  });

  it('refuses a text longer than the context and a layer that is not there', async () => {
    const long = await lab('logits', '--lm', folder, '--text', 'x'.repeat(80), '--out', place('x'));
    expect(long).toMatchObject({ code: 2 });
    expect(long.said).toContain('The text has 81 tokens, its beginning included;');
    const deep = await lab(
      ...['logits', '--lm', folder, '--text', 'x', '--out', place('x')],
      ...['--resid', place('y'), '--layer', '3'],
    );
    expect(deep.said).toContain(`--layer is 3; ${folder} has 2 blocks.`);
  });

  it('says what is missing from a folder that is no model', async () => {
    const { code, said } = await lab('loss', '--lm', tmpdir(), '--data', 'x.txt');
    expect(code).toBe(2);
    expect(said).toContain('has no config.json.');
  });
});
