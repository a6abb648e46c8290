/**
 * What a run of Vitest has counted, from the journal that it leaves: a run that ended, one that was killed, and the
 * journal that Vitest itself writes about a test that never ends.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { countTests, type Entry } from '../../../scripts/count_tests.mjs';

const count = (...entries: Entry[]) =>
  countTests(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));

/** A file and its tests, by how each ended; null for one that did not. */
function file(id: string, state: string | null, ...tests: (string | null)[]): Entry[] {
  return [
    { event: 'file', id, name: `${id}.test.ts` },
    ...tests.flatMap((result, i): Entry[] => {
      const test = { id: `${id} ${i}`, file: id };
      const begun: Entry = { event: 'test', ...test, name: `test ${i}` };
      return result === null ? [begun] : [begun, { event: 'result', ...test, state: result }];
    }),
    ...(state === null ? [] : [{ event: 'end', id, state } as const]),
  ];
}

describe('the count of a run that ended', () => {
  it('adds up files, and takes skipped tests for neither passed nor failed', () => {
    expect(
      count(
        ...file('a', 'passed', 'passed', 'skipped', 'passed'),
        ...file('b', 'failed', 'failed', 'passed'),
      ),
    ).toEqual({ passed: 3, failed: 1, underWay: [] });
  });

  it('takes a file that could not be loaded for one failed test', () => {
    expect(count(...file('a', 'failed'), ...file('b', 'passed', 'passed'))).toMatchObject({
      passed: 1,
      failed: 1,
    });
  });

  it('takes a file that failed after its tests, in a hook, for one failed test', () => {
    expect(count(...file('a', 'failed', 'passed', 'passed'))).toMatchObject({
      passed: 2,
      failed: 1,
    });
  });
});

describe('the count of a run that was killed', () => {
  it('has its finished tests, and takes those under way for failed', () => {
    expect(
      count(
        ...file('a', 'passed', 'passed'),
        ...file('b', null, 'passed', 'failed', null),
        ...file('c', null, null, null),
      ),
    ).toEqual({
      passed: 2,
      failed: 4,
      underWay: ['b.test.ts > test 2', 'c.test.ts > test 0', 'c.test.ts > test 1'],
    });
  });

  it('takes a file that began and of which no test is known for one failed test', () => {
    expect(count(...file('a', null), ...file('b', null, 'passed'))).toEqual({
      passed: 1,
      failed: 2,
      underWay: ['a.test.ts', 'b.test.ts'],
    });
  });

  it('leaves out a line that was cut off', () => {
    const whole = file('a', null, 'passed').map((entry) => `${JSON.stringify(entry)}\n`);
    expect(countTests(`${whole.join('')}{"event":"res`)).toMatchObject({ passed: 1, failed: 1 });
    expect(countTests('')).toEqual({ passed: 0, failed: 0, underWay: [] });
  });
});

it('is that of the journal that Vitest writes while it runs', async () => {
  const root = resolve(import.meta.dirname, '../../..');
  const folder = mkdtempSync(join(tmpdir(), 'sasa-lab-'));
  const journal = join(folder, 'journal.jsonl');
  const read = () => (existsSync(journal) ? readFileSync(journal, 'utf8') : '');
  const child = spawn(
    process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      ...['run', '--root', resolve(import.meta.dirname, 'fixtures/hanging')],
      ...['--reporter', join(root, 'scripts/journal_reporter.mjs')],
    ],
    { env: { ...process.env, TEST_JOURNAL: journal }, stdio: 'ignore', detached: true },
  );
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const ended = once(child, 'exit');
  // The other files have ended, and the last one never will. Vitest holds news of tests back for a moment, on a
  // loaded machine for many, so that the test in it may not be known yet: then its file counts.
  const isStuck = () =>
    read().match(/"end"/g)?.length === 2 && countTests(read()).underWay.length === 1;
  try {
    await expect.poll(isStuck).toBe(true);
  } finally {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    await ended;
  }
  const { passed, failed, underWay } = countTests(read());
  expect(passed).toBeGreaterThanOrEqual(2);
  expect(failed).toBe(3);
  expect(underWay).toEqual([expect.stringMatching(/^hangs\.case\.ts( > a driver > \w)?/)]);
});
