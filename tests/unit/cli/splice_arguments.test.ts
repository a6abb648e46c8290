/** The words of `lab splice`. */
import { expect, it } from 'vitest';
import { parseCommandLine } from '../../../src/cli/arguments';

it('takes what the folder remembers where nothing is said', () => {
  expect(parseCommandLine(['splice', '--model', 'out'])).toEqual({
    command: 'splice',
    models: ['out'],
    lm: null,
    layer: null,
    corpus: null,
    tokens: 8192,
  });
});

it('takes several models', () => {
  const request = parseCommandLine(['splice', '--model', 'one', '--model', 'other']);
  expect(request).toMatchObject({ models: ['one', 'other'] });
});

it('reads every option, and refuses what it does not know', () => {
  const words = 'splice --model out --lm gpt2 --layer 7 --corpus a.txt --tokens 100'.split(' ');
  expect(parseCommandLine(words)).toEqual({
    command: 'splice',
    models: ['out'],
    lm: 'gpt2',
    layer: 7,
    corpus: 'a.txt',
    tokens: 100,
  });
  expect(() => parseCommandLine(['splice'])).toThrow(/needs --model/);
  expect(() => parseCommandLine(['splice', '--model', 'out', '--model='])).toThrow(/needs --model/);
  expect(() => parseCommandLine([...words, '--tokens', '0'])).toThrow(/--tokens is 0/);
  expect(() => parseCommandLine([...words, '--layer', 'four'])).toThrow(/--layer is four/);
  expect(() => parseCommandLine([...words, '--block', '4'])).toThrow(/--block/);
});
