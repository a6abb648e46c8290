/** Trains one run by `lab train` in a process of its own that leaves the processors to others. */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import type { Experiment } from './experiment';
import type { QueuedRun } from './queue';

/**
 * Rejects with the last line that the lab wrote when it fails. What it writes goes to a file beside the run file.
 * An interruption is handed on once, so that the lab saves its state.
 */
export async function trainRun(
  run: QueuedRun,
  resume: boolean,
  { bits, leastSquares }: Pick<Experiment, 'bits' | 'leastSquares'>,
): Promise<void> {
  const log = run.runFile.replace(/\.json$/, '.log');
  const written = openSync(log, 'a');
  const child = spawn(
    process.execPath,
    [
      ...['scripts/run_typescript.mjs', 'src/cli/main.ts', 'train'],
      ...['--config', run.runFile, '--out', run.folder],
      ...(resume ? ['--resume'] : []),
      ...(bits ? ['--bits'] : []),
      ...(leastSquares ? ['--least-squares'] : []),
    ],
    // In a group of its own: Ctrl-C would reach it twice, and the second time it leaves without saving.
    { stdio: ['ignore', written, written], detached: true },
  );
  closeSync(written);
  const interrupt = () => child.kill('SIGINT');
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on('spawn', () => {
        if (child.pid !== undefined)
          setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
      });
      child.on('error', reject);
      child.on('exit', resolve);
    });
    if (code !== 0) throw new Error(lastLine(readFileSync(log, 'utf8')));
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
