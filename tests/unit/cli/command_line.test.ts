/**
 * The words of the command line: what they ask for, and one sentence with exit code 2 for everything that
 * is not understood. No command that needs a GPU is run here.
 */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LabError, type LabErrorCode } from '../../../src/base/lab_error';
import { labVersion } from '../../../src/base/version';
import { parseCommandLine } from '../../../src/cli/arguments';
import { exitCodeOf, runCommandLine } from '../../../src/cli/commands';
import { runJsonSchema } from '../../../src/lab/run/run_schema';
import { fakeTerminal } from './fake_terminal';

async function lab(...words: string[]) {
  const terminal = fakeTerminal();
  const code = await runCommandLine(words, terminal);
  return { code, out: terminal.results.join(''), err: terminal.messages.join('') };
}

describe('the words of a request', () => {
  it('say what to train', () => {
    expect(parseCommandLine(['train', '--config', 'run.json', '--out=out'])).toEqual({
      command: 'train',
      config: 'run.json',
      out: 'out',
      resume: false,
      checkpointEvery: 2000,
      bits: false,
      leastSquares: false,
    });
    expect(
      parseCommandLine([
        'train',
        '--out',
        'o',
        '--config',
        'r',
        '--init',
        'm',
        '--checkpoint-every',
        '5',
      ]),
    ).toMatchObject({ init: 'm', checkpointEvery: 5 });
    expect(
      parseCommandLine(['train', '--out', 'o', '--config', 'r', '--resume', '--bits']),
    ).toMatchObject({ config: 'r', resume: true, bits: true, leastSquares: false });
    // What goes on says itself what it is.
    expect(parseCommandLine(['train', '--out', 'o', '--resume'])).toMatchObject({
      config: join('o', 'run.json'),
      resume: true,
    });
  });

  it('say what to evaluate', () => {
    expect(
      parseCommandLine(['eval', '--model', 'm', '--data', 'x.npy', '--codes', 'c.npy']),
    ).toEqual({
      command: 'eval',
      model: 'm',
      data: 'x.npy',
      codes: 'c.npy',
      bits: false,
      dryMoves: false,
      leastSquares: false,
    });
    expect(
      parseCommandLine([
        'eval',
        '--model',
        'm',
        '--data',
        'words',
        '--split',
        'held_out',
        '--bits',
        '--dry-moves',
        '--least-squares',
      ]),
    ).toMatchObject({ split: 'held_out', bits: true, dryMoves: true, leastSquares: true });
    // What is kept of codes by least squares has bits.
    expect(
      parseCommandLine(['train', '--config', 'x', '--out', 'y', '--least-squares']),
    ).toMatchObject({ bits: true, leastSquares: true });
  });

  it('ask for help in every usual way', () => {
    for (const words of [[], ['--help'], ['-h'], ['help']]) {
      expect(parseCommandLine(words)).toEqual({ command: 'help', about: null });
    }
    for (const words of [
      ['train', '--help'],
      ['train', '--out', 'x', '-h'],
      ['help', 'train'],
    ]) {
      expect(parseCommandLine(words)).toEqual({ command: 'help', about: 'train' });
    }
  });
});

describe('what is not understood', () => {
  it.each([
    [
      ['tarin'],
      'There is no command "tarin" (only train, eval, harvest, splice, generate, loss, logits, bench, schema, help).',
    ],
    [['harvest', '--model', 'm', '--layer', '2'], 'lab harvest needs --tokens.'],
    [
      ['harvest', '--model', 'm', '--layer', '-', '--tokens', '9', '--out', 'x'],
      '--layer is -; it must be a whole number from 0 to 1000.',
    ],
    [['help', 'tarin'], 'There is no command "tarin".'],
    [['train', '--out', 'x'], 'lab train needs --config.'],
    [['train', '--config', 'x'], 'lab train needs --out.'],
    [['train', '--config', 'x', '--out', ''], 'lab train needs --out.'],
    [['eval', '--model', 'x'], 'lab eval needs --data.'],
    [['train', '--confg', 'x'], "lab train: Unknown option '--confg'."],
    [['eval', 'x.npy'], "lab eval: Unexpected argument 'x.npy'."],
    [['train', '--config'], "lab train: Option '--config <value>' argument missing."],
    [['train', '--resume=yes'], "lab train: Option '--resume' does not take an argument."],
    [['schema', '--json'], "lab schema: Unknown option '--json'."],
    [
      ['train', '--config', 'x', '--out', 'y', '--checkpoint-every', '0'],
      '--checkpoint-every is 0; it must be a whole number from 1 to 999999999.',
    ],
    [
      ['train', '--config', 'x', '--out', 'y', '--init', 'a', '--resume'],
      '--init and --resume cannot go together: a run has one start.',
    ],
    [
      ['eval', '--model', 'x', '--data', 'y', '--split', 'test'],
      '--split is test; it must be all or held_out.',
    ],
  ])('is refused with exit code 2 and one line on stderr: %j', async (words, sentence) => {
    const { code, out, err } = await lab(...words);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(`lab: ${sentence} "lab help`);
    expect(err.match(/\n/g)).toHaveLength(1);
  });
});

describe('commands that need no GPU', () => {
  it('print help on stdout', async () => {
    const { code, out, err } = await lab('help', 'train');
    expect(code).toBe(0);
    expect(out).toContain('lab train --config RUN.json --out DIR');
    expect(err).toBe('');
  });

  it('print the schema of the run file as JSON', async () => {
    const { code, out } = await lab('schema');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual(JSON.parse(JSON.stringify(runJsonSchema())));
  });

  it('print the version', async () => {
    expect(await lab('--version')).toEqual({ code: 0, out: `${labVersion}\n`, err: '' });
  });
});

describe('exit codes', () => {
  it.each<[LabErrorCode, number]>([
    ['bad_config', 2],
    ['bad_file', 2],
    ['bad_data', 2],
    ['not_found', 2],
    ['out_of_memory', 2],
    ['no_webgpu', 3],
    ['no_adapter', 3],
    ['device_lost', 1],
    ['not_finite', 1],
    ['cancelled', 1],
    ['internal', 1],
  ])('%s is %i', (code, exitCode) => {
    expect(exitCodeOf(new LabError(code, 'message', 'way out'))).toBe(exitCode);
  });

  it('of an error that nobody foresaw is 1', () => {
    expect(exitCodeOf(new TypeError('x'))).toBe(1);
  });
});
