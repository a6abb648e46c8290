/**
 * The runner of `npm run lab` and `npm run draft`: a TypeScript program that imports project sources and a
 * text with `?raw` runs in Node as if it were started there itself.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

const projectRoot = resolve(import.meta.dirname, '../../..');
const runner = join(projectRoot, 'scripts/run_typescript.mjs');
const program = resolve(import.meta.dirname, 'fixtures/echo_program.ts');

/**
 * The runner is started by hand here, so what npm tells its scripts about themselves must not reach it; and
 * it shall not spend time on looking for a Vulkan driver, so one is named.
 */
const env = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => name !== 'npm_lifecycle_script'),
  ),
  VK_ICD_FILENAMES: 'none',
};

/** A folder that is removed after the test. */
function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sasa-lab-')));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Writes a program that only a test knows, always the same one so that few bundles are left behind. */
function writeProgram(source: string): string {
  const path = join(projectRoot, 'out/test/changing_program.ts');
  mkdirSync(join(projectRoot, 'out/test'), { recursive: true });
  writeFileSync(path, source);
  return path;
}

function run(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [runner, ...words], { env, encoding: 'utf8' });
}

describe('a TypeScript program', () => {
  it('gets its arguments and its folder, and is alone on stdout', () => {
    const folder = temporaryFolder();
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [runner, program, '0', '--out', 'a b', '--bundle'],
      { cwd: folder, env, encoding: 'utf8' },
    );
    expect({ status, answer: JSON.parse(stdout) as unknown }).toEqual({
      status: 0,
      answer: {
        rest: ['--out', 'a b', '--bundle'],
        greeting: expect.stringContaining('a text that echo_program.ts') as unknown,
        folder,
      },
    });
    expect(stderr).toContain('a word on stderr');
  });

  it('works on paths from where the user stands when npm has changed the folder', () => {
    const folder = temporaryFolder();
    const { stdout } = spawnSync(process.execPath, [runner, program, '0'], {
      env: {
        ...env,
        INIT_CWD: folder,
        npm_lifecycle_script: 'node scripts/run_typescript.mjs src/cli/main.ts',
      },
      encoding: 'utf8',
    });
    expect(JSON.parse(stdout)).toMatchObject({ folder });
  });

  it('ends the process with its own exit code', () => {
    expect(run(program, '3').status).toBe(3);
  });

  it('that throws ends with code 1 and a stack that names the TypeScript source', () => {
    const { status, stderr } = run(program, 'throw');
    expect(status).toBe(1);
    expect(stderr).toContain('It was meant to fail.');
    expect(stderr).toContain('echo_program.ts:12');
  });

  it('receives signals', async () => {
    const child = spawn(process.execPath, [runner, program, 'wait'], { env });
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([7, null]);
  });

  it('is bundled anew when it has changed', () => {
    expect(run(writeProgram('console.log("first" satisfies string);')).stdout).toBe('first\n');
    expect(run(writeProgram('console.log("second" satisfies string);')).stdout).toBe('second\n');
  });

  it('that is missing or does not bundle gets a sentence on stderr, and stdout stays empty', () => {
    const missing = run('src/cli/no_such_program.ts');
    expect(missing).toMatchObject({ status: 1, stdout: '' });
    expect(missing.stderr.trim()).toBe('There is no src/cli/no_such_program.ts to run.');

    const unbundled = run(writeProgram('import "./nowhere";'));
    expect(unbundled).toMatchObject({ status: 1, stdout: '' });
    expect(unbundled.stderr).toContain('changing_program.ts could not be bundled');
  });
});
