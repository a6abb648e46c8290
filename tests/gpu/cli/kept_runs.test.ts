/**
 * A run is never lost after it was trained, and knows its data again: whatever stands against keeping it is said
 * before the first step, an interruption after the last one costs nothing, and a run that goes on meets the rows
 * that it began with, from whichever folder it is asked.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../../src/cli/commands';
import { writeNpy } from '../../../src/io/npy';
import type { RunConfig } from '../../../src/lab/run/run_config';
import { fakeTerminal, type FakeTerminal } from '../../unit/cli/fake_terminal';
import { numberSequence } from '../../unit/io/complaint';

const [ROWS, WIDTH, BATCH] = [64, 4, 16];
const home = process.cwd();
let folder = '';
const path = (name: string): string => join(folder, name);
const bytes = (name: string): Buffer => readFileSync(path(name));

async function lab(words: readonly string[], terminal: FakeTerminal = fakeTerminal()) {
  const code = await runCommandLine(words, terminal);
  return { code, out: terminal.results.join(''), err: terminal.messages.join('') };
}

const train = (run: string, out: string, ...more: string[]) => [
  ...['train', '--config', path(run), '--out', path(out)],
  ...more,
];

function rows(seed: number): Uint8Array {
  const next = numberSequence(seed);
  const values = Float32Array.from({ length: ROWS * WIDTH }, () => next() - 0.5);
  return writeNpy({ rows: ROWS, width: WIDTH, values });
}

function writeRun(name: string, steps: number): void {
  const run = {
    data: { kind: 'npy', path: 'x.npy', order: 'sequential' },
    models: [{ architecture: 'topk', d_sae: 6, k: 2 }],
    training: { train_batch_size_samples: BATCH, training_samples: BATCH * steps, log_every: 2 },
  };
  writeFileSync(path(name), JSON.stringify(run));
}

/** A terminal that does something when it is told something for the first time. */
function attentive(word: string, act: (terminal: FakeTerminal) => void): FakeTerminal {
  const terminal = fakeTerminal();
  let heard = false;
  const write = (text: string): void => {
    terminal.messages.push(text);
    if (heard || !text.includes(word)) return;
    heard = true;
    act(terminal);
  };
  return Object.assign(terminal, { write });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lab-kept-'));
  mkdirSync(path('runs'));
  writeFileSync(path('runs/x.npy'), rows(1));
  writeFileSync(path('file'), '');
  writeRun('runs/run.json', 12);
  const { code, err } = await lab(train('runs/run.json', 'whole'));
  expect(code, err).toBe(0);
});
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

describe('a run that could not be kept', () => {
  it.each([
    ['a file in its path', 'file/out', 'a part of its path is not a folder'],
    ['a place where there can be no folder', '/proc/nope/out', '/proc/nope/out cannot be made: '],
    ['a name that is too long', 'x'.repeat(300), 'cannot be made: '],
  ])('for %s is refused before it trains', async (_, out, said) => {
    const to = out.startsWith('/') ? out : path(out);
    const { code, err } = await lab(['train', '--config', path('runs/run.json'), '--out', to]);
    expect(code).toBe(2);
    expect(err).toContain(said);
    expect(err).not.toContain('Training');
    expect(err.match(/\n/g)).toHaveLength(1);
  });
});

describe('a run that is kept', () => {
  it('may have the longest name that there is', async () => {
    const name = 'n'.repeat(250);
    const { code, err } = await lab(train('runs/run.json', name));
    expect(code, err).toBe(0);
    expect(bytes(`${name}/sae_weights.safetensors`)).toEqual(
      bytes('whole/sae_weights.safetensors'),
    );
    rmSync(path(name), { recursive: true });
  });

  it('has its folder for itself while it trains', async () => {
    let second: Promise<{ code: number; err: string }>[] = [];
    const terminal = attentive('Training', () => {
      second = [[], ['--resume']].map((more) => lab(train('runs/run.json', 'mine', ...more)));
    });
    expect((await lab(train('runs/run.json', 'mine'), terminal)).code).toBe(0);
    expect(second).toHaveLength(2);
    for (const { code, err } of await Promise.all(second)) {
      expect(code).toBe(2);
      expect(err).toContain(`belongs to a run that writes to it: process ${process.pid} on `);
    }
    expect(readdirSync(path('mine'))).not.toContain('run.lock');
  });

  it('is saved before it is evaluated, so that Ctrl-C after the last step costs nothing', async () => {
    const stopped = attentive('100 %', (terminal) => terminal.interrupt());
    const { code, err } = await lab(train('runs/run.json', 'late'), stopped);
    expect(code).toBe(1);
    expect(err).toMatch(
      /Stopped while evaluating, after the last step; the state is saved in .*late\./,
    );
    expect(readdirSync(path('late')).sort()).toEqual([
      'checkpoint.safetensors',
      'metrics.jsonl',
      'run.json',
    ]);
    const resumed = await lab(train('runs/run.json', 'late', '--resume'));
    expect(resumed.code, resumed.err).toBe(0);
    expect(bytes('late/sae_weights.safetensors')).toEqual(bytes('whole/sae_weights.safetensors'));
    const metrics = (name: string) =>
      bytes(`${name}/metrics.jsonl`)
        .toString()
        .replace(/"details\/seconds":[^,]*,/g, '');
    expect(metrics('late')).toBe(metrics('whole'));
  });
});

describe('a run that goes on', () => {
  const identity = (name: string) =>
    (JSON.parse(bytes(name).toString()) as RunConfig).data_identity?.files[0];

  beforeAll(async () => {
    writeRun('runs/half.json', 6);
    await lab(train('runs/half.json', 'half'));
  });

  it('has written down which file it read', () => {
    expect(identity('half/run.json')).toMatchObject({
      path: path('runs/x.npy'),
      relative: '../runs/x.npy',
      bytes: rows(1).length,
    });
    const cfg = JSON.parse(bytes('half/cfg.json').toString()) as {
      metadata: { sasa_lab: RunConfig };
    };
    expect(cfg.metadata.sasa_lab.data_identity?.files).toEqual([identity('half/run.json')]);
  });

  it('finds its file from another folder, where another one has its name', async () => {
    mkdirSync(path('elsewhere'));
    writeFileSync(path('elsewhere/x.npy'), rows(2));
    mkdirSync(path('copied'));
    copyFileSync(path('half/run.json'), path('copied/run.json'));
    const longer = JSON.parse(bytes('half/run.json').toString()) as {
      training: { training_samples: number };
    };
    longer.training.training_samples = BATCH * 12;
    writeFileSync(path('copied/run.json'), JSON.stringify(longer));
    process.chdir(path('elsewhere'));
    const { code, err } = await lab(train('copied/run.json', 'half', '--resume'));
    process.chdir(home);
    expect(code, err).toBe(0);
    expect(identity('half/run.json')?.path).toBe(path('runs/x.npy'));
  });

  it('is refused when its file has become another one, by both', async () => {
    renameSync(path('runs/x.npy'), path('runs/first.npy'));
    writeFileSync(path('runs/x.npy'), rows(2));
    const { code, err } = await lab(train('runs/run.json', 'half', '--resume'));
    expect(code).toBe(2);
    expect(err).toContain(`${path('runs/x.npy')} is not the file that this was trained on: `);
    expect(err).toMatch(/had 1 152 bytes, sha256 [0-9a-f]{12}….* has 1 152 bytes, sha256 /);
    rmSync(path('runs/x.npy'));
    const gone = await lab(train('runs/run.json', 'half', '--resume'));
    expect(gone.code).toBe(2);
    expect(gone.err).toContain(`${path('runs/x.npy')}, which this was trained on, is not there`);
    renameSync(path('runs/first.npy'), path('runs/x.npy'));
    expect(existsSync(path('half/run.lock'))).toBe(false);
  });

  it('may be told so by its own run file, however its folder is written', async () => {
    const words = ['--config', path('half/run.json'), '--out', `${path('half')}/.`, '--resume'];
    const { code, err } = await lab(['train', ...words]);
    expect(err).not.toContain('same file');
    expect(code, err).toBe(0);
  });

  it('is that of its file by any name', async () => {
    renameSync(path('runs/x.npy'), path('runs/y.npy'));
    const run = bytes('runs/run.json').toString().replace('x.npy', 'y.npy');
    writeFileSync(path('runs/moved.json'), run);
    const { code, err } = await lab(train('runs/moved.json', 'half', '--resume'));
    renameSync(path('runs/y.npy'), path('runs/x.npy'));
    expect(code, err).toBe(0);
  });
});

describe('an input of a command', () => {
  it('is never the output of it', async () => {
    const model = ['--model', path('whole')];
    const cases: string[][] = [
      [
        'eval',
        ...model,
        '--data',
        path('runs/x.npy'),
        '--codes',
        path('whole/sae_weights.safetensors'),
      ],
      [
        'eval',
        ...model,
        '--data',
        path('runs/x.npy'),
        '--reconstruction',
        path('whole/../runs/x.npy'),
      ],
      [
        'eval',
        ...model,
        '--data',
        path('runs/x.npy'),
        '--codes',
        path('a'),
        '--reconstruction',
        path('a'),
      ],
      [
        'harvest',
        '--model',
        'stories15m',
        '--layer',
        '1',
        '--tokens',
        '9',
        '--corpus',
        path('c.txt'),
        '--out',
        path('c.txt'),
      ],
      [
        'harvest',
        '--model',
        'stories15m',
        '--layer',
        '1',
        '--tokens',
        '9',
        '--corpus',
        path('c.tokens.json'),
        '--out',
        path('c.npy'),
      ],
      ['logits', '--lm', 'stories15m', '--text', 'a', '--out', path('a'), '--resid', path('a')],
    ];
    for (const name of ['c.txt', 'c.tokens.json']) writeFileSync(path(name), 'a text');
    const before = readdirSync(folder, { recursive: true }).map(String).sort();
    for (const words of cases) {
      const { code, err } = await lab(words);
      expect(code, words.join(' ')).toBe(2);
      expect(err).toMatch(/ are the same file, /);
    }
    expect(readdirSync(folder, { recursive: true }).map(String).sort()).toEqual(before);
  });
});
