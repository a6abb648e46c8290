/**
 * The words of the commands that run a language model alone: what they ask for, their defaults, and one
 * sentence for what they cannot mean.
 */
import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../src/cli/arguments';
import { complaint } from '../io/complaint';

describe('the words of a language command', () => {
  it('say what to write', () => {
    expect(
      parseCommandLine(['generate', '--model', 'stories15m', '--documents', '5', '--out', 'c.txt']),
    ).toEqual({
      command: 'generate',
      model: 'stories15m',
      documents: 5,
      temperature: 0.9,
      seed: 0,
      length: null,
      atOnce: 64,
      out: 'c.txt',
    });
    const words =
      'generate --model m --documents 1 --out c.jsonl --temperature 0 --seed 7 --length 50';
    expect(parseCommandLine(words.split(' '))).toMatchObject({
      temperature: 0,
      seed: 7,
      length: 50,
    });
  });

  it('say what to read', () => {
    expect(parseCommandLine(['loss', '--lm', 'm', '--data', 'c.txt', '--documents', '9'])).toEqual({
      command: 'loss',
      model: 'm',
      data: 'c.txt',
      documents: 9,
    });
    expect(parseCommandLine(['logits', '--lm', 'm', '--text', 'a b', '--out', 'l.npy'])).toEqual({
      command: 'logits',
      model: 'm',
      text: 'a b',
      out: 'l.npy',
      resid: null,
      layer: null,
    });
    expect(
      parseCommandLine('logits --lm m --text a --out l.npy --resid r.npy --layer 4'.split(' ')),
    ).toMatchObject({ resid: 'r.npy', layer: 4 });
  });

  it.each([
    ['generate --model m --out c.txt', 'lab generate needs --documents.'],
    ['generate --model m --documents 0 --out c.txt', '--documents is 0; it must be a whole number'],
    ['generate --model m --documents 1 --out c.csv', '--out is c.csv; it must end in .txt or'],
    [
      'generate --model m --documents 1 --out c.txt --temperature hot',
      '--temperature is hot; it must be a number from 0 to 10.',
    ],
    [
      'generate --model m --documents 1 --out c.txt --seed -1',
      "lab generate: Option '--seed' argument is ambiguous",
    ],
    ['loss --lm m', 'lab loss needs --data.'],
    [
      'logits --lm m --text a --out l.npy --layer 4',
      '--layer says which residual stream --resid writes.',
    ],
  ])('are refused when they make no sense: %s', (words, sentence) => {
    expect(complaint(() => parseCommandLine(words.split(' ')))).toContain(
      `bad_config: ${sentence}`,
    );
  });
});
