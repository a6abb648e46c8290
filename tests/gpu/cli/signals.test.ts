/**
 * Commands that are ended from outside leave no half-written file, and remove what killed ones left. These are
 * processes of their own, as signals are.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../../scripts/prerequisites.mjs';
import { writeNpy } from '../../../src/io/npy';

let folder = '';
const path = (name: string): string => join(folder, name);

/** Runs the command line; `signal` is sent when a file's name in the folder, or what is said, matches. */
async function lab(
  words: readonly string[],
  signal: { name: NodeJS.Signals; file?: RegExp; said?: RegExp },
): Promise<{ code: number | null; err: string }> {
  const program = join(projectRoot, 'scripts', 'run_typescript.mjs');
  const child = spawn(process.execPath, [program, 'src/cli/main.ts', ...words], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let err = '';
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  const watching = setInterval(() => {
    const names = readdirSync(folder, { recursive: true }).map(String);
    const seen = names.some((name) => signal.file?.test(name)) || signal.said?.test(err);
    if (seen !== true) return;
    child.kill(signal.name);
    clearInterval(watching);
  }, 5);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearInterval(watching);
  return { code, err };
}

const harvest = () => [
  ...['harvest', '--model', 'stories15m', '--layer', '2', '--tokens', '20000'],
  ...['--out', path('acts.npy')],
];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-signals-'));
  const values = Float32Array.from({ length: 4096 }, (_, i) => Math.sin(i * i));
  writeFileSync(path('x.npy'), writeNpy({ rows: 1024, width: 4, values }));
  const run = {
    data: { kind: 'npy', path: 'x.npy' },
    models: [{ architecture: 'topk', d_sae: 8, k: 2 }],
    training: { train_batch_size_samples: 16, training_samples: 1e9 },
  };
  writeFileSync(path('run.json'), JSON.stringify(run));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a command that is ended', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('by %s leaves no file', async (name) => {
    // The first piece is being written: the trial before it is over in a moment.
    const { code } = await lab(harvest(), { name, file: /^\.acts\.npy\.\d+\.part$/ });
    expect(code).toBe(name === 'SIGINT' ? 130 : 143);
    expect(readdirSync(folder).filter((file) => file.includes('acts'))).toEqual([]);
  });

  it('by force leaves what the next one removes', async () => {
    const train = ['train', '--config', path('run.json'), '--out', path('out')];
    const killed = await lab([...train, '--checkpoint-every', '1'], {
      name: 'SIGKILL',
      file: /out.checkpoint\.safetensors$/,
    });
    expect(killed.code).toBeNull();
    expect(readdirSync(path('out'))).toContain('run.lock');
    const next = await lab([...train, '--resume'], { name: 'SIGINT', said: /Training/ });
    expect(next.err).toMatch(
      /was claimed by process \d+ on .*, which has ended; this run takes it over/,
    );
    expect(readdirSync(path('out')).filter((file) => /lock|part/.test(file))).toEqual([]);
  });
});
