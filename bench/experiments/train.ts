/** What an experiment has the lab do, each in a process of its own that leaves the processors to others. */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { at } from '../../src/base/array';
import { SPLICE_FILE } from './collect';
import type { Experiment } from './experiment';
import type { QueuedRun } from './queue';

/** Predictions that a spliced model is measured on. */
const SPLICED_TOKENS = 16_384;

/** Trains one run. What the lab writes goes to a file beside the run file. Rejects with its last line when it fails. */
export async function trainRun(
  run: QueuedRun,
  resume: boolean,
  { bits, leastSquares }: Pick<Experiment, 'bits' | 'leastSquares'>,
): Promise<void> {
  const log = run.runFile.replace(/\.json$/, '.log');
  const written = openSync(log, 'a');
  const more = [
    ...(resume ? ['--resume'] : []),
    ...(bits ? ['--bits'] : []),
    ...(leastSquares ? ['--least-squares'] : []),
  ];
  const code = await lab(
    ['train', '--config', run.runFile, '--out', run.folder, ...more],
    written,
    written,
  );
  if (code !== 0) throw new Error(lastLine(readFileSync(log, 'utf8')));
}

/**
 * Runs a language model with each of some models in its residual stream, and keeps what is printed of each beside its
 * report. `place` is a folder for what is printed meanwhile.
 */
export async function spliceModels(place: string, folders: readonly string[]): Promise<void> {
  const [printed, said] = [join(place, 'splice.jsonl'), join(place, 'splice.log')];
  const models = folders.flatMap((folder) => ['--model', folder]);
  const arguments_ = ['splice', ...models, '--tokens', String(SPLICED_TOKENS)];
  const code = await lab(arguments_, openSync(printed, 'w'), openSync(said, 'w'));
  if (code !== 0) throw new Error(lastLine(readFileSync(said, 'utf8')));
  const lines = readFileSync(printed, 'utf8').trimEnd().split('\n');
  if (lines.length !== folders.length) throw new Error(`${printed} has not a line for each model`);
  lines.forEach((line, index) => {
    const path = join(at(folders, index), SPLICE_FILE);
    // What stands there counts as measured, so it must not be half of it.
    writeFileSync(`${path}.new`, `${line}\n`);
    renameSync(`${path}.new`, path);
  });
  for (const path of [printed, said]) rmSync(path);
}

/**
 * The exit code of a call of the lab, whose output goes to open files, which are closed. An interruption is handed on once,
 * so that the lab saves its state.
 */
async function lab(
  arguments_: readonly string[],
  output: number,
  errors: number,
): Promise<number | null> {
  const child = spawn(
    process.execPath,
    ['scripts/run_typescript.mjs', 'src/cli/main.ts', ...arguments_],
    // In a group of its own: Ctrl-C would reach it twice, and the second time it leaves without saving.
    { stdio: ['ignore', output, errors], detached: true },
  );
  for (const file of new Set([output, errors])) closeSync(file);
  const interrupt = () => child.kill('SIGINT');
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    return await new Promise<number | null>((resolve, reject) => {
      child.on('spawn', () => {
        if (child.pid !== undefined)
          setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
      });
      child.on('error', reject);
      child.on('exit', resolve);
    });
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

function lastLine(text: string): string {
  return (
    text
      .trimEnd()
      .split(/[\r\n]/)
      .at(-1) ?? 'it said nothing'
  );
}
