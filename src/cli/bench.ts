/**
 * `lab bench`: the benchmark is a program of its own (bench/main.ts), which also needs what only
 * developers have installed; this passes the command on to it.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../base/lab_error';

/** Runs the benchmark; resolves with its exit code. */
export async function bench(json: boolean): Promise<number> {
  const runner = join(import.meta.dirname, '../../scripts/run_typescript.mjs');
  const program = join(import.meta.dirname, '../../bench/main.ts');
  if (!existsSync(runner) || !existsSync(program)) {
    throw new LabError(
      'not_found',
      'The benchmark is not part of this copy of the lab.',
      'Clone the whole repository and run "npm run bench".',
    );
  }
  const child = spawn(process.execPath, [runner, program, ...(json ? ['--json'] : [])], {
    stdio: 'inherit',
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}
