/**
 * The stages of `npm test`: one that is slow and says so passes, one of which nothing is heard any more is killed,
 * and whatever fails shows in the count.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Entry } from '../../../scripts/count_tests.mjs';
import { listen, runStage, type Stage } from '../../../scripts/run_stage.mjs';

/** Many times what starting a process takes, however busy the machine is. */
const SILENCE_MS = 5000;

let folder = '';
let said: string[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sasa-lab-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  said = [];
  vi.spyOn(console, 'error').mockImplementation((text: string) => void said.push(text));
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A stage that is a program in JavaScript; it may call `write(...entries)` of its journal. */
function fakeStage(title: string, source: string): Stage {
  const write =
    `const write = (...entries) => require('node:fs').appendFileSync(process.env.TEST_JOURNAL, ` +
    String.raw`entries.map((entry) => JSON.stringify(entry) + '\n').join(''));`;
  return {
    title,
    command: { program: process.execPath, words: ['-e', `${write}${source}`], shell: false },
    journal: join(folder, title, 'journal.jsonl'),
  };
}

const begun: Entry[] = [
  { event: 'file', id: 'a', name: 'a.test.ts' },
  { event: 'test', id: 'a 0', file: 'a', name: 'is quick' },
  { event: 'result', id: 'a 0', file: 'a', state: 'passed' },
  { event: 'test', id: 'a 1', file: 'a', name: 'waits for a driver' },
];
const ended: Entry[] = [
  { event: 'result', id: 'a 1', file: 'a', state: 'passed' },
  { event: 'end', id: 'a', state: 'passed' },
];
const call = (entries: Entry[]) => `write(...${JSON.stringify(entries)});`;
const run = (title: string, source: string) =>
  runStage(fakeStage(title, source), { heldBack: true, silenceMs: SILENCE_MS });

describe('a stage', () => {
  it('that is slow passes while its tests go on; one that falls silent is killed and counted', async () => {
    // Says something 70 times in 7 seconds.
    const slow = `let left = 70;
      const timer = setInterval(() => {
        write({ event: 'said' });
        left -= 1;
        if (left > 0) return;
        clearInterval(timer);
        ${call(ended)}
      }, 100);`;
    const silent = `console.log('a word'); setInterval(() => {}, 1000);`;
    // Does not even come to hear a signal, as a process in native code does not.
    const deaf = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);';
    const [going, waiting, hung] = await Promise.all([
      run('slow', call(begun) + slow),
      run('silent', call(begun) + silent),
      run('deaf', deaf),
    ]);
    expect(going).toMatchObject({ ok: true, passed: 2, failed: 0 });
    expect(going.seconds).toBeGreaterThan(SILENCE_MS / 1000);

    expect(waiting).toMatchObject({ ok: false, passed: 1, failed: 1 });
    expect(Buffer.concat(waiting.output).toString()).toBe('a word\n');
    expect(hung).toMatchObject({ ok: false, passed: 0, failed: 1 });
    expect(said.toSorted()).toEqual([
      '  under way: a.test.ts > waits for a driver',
      'Stopped: nothing was heard of "deaf" for 0.083 minutes.',
      'Stopped: nothing was heard of "silent" for 0.083 minutes.',
    ]);
  });

  it('that fails without a failed test counts as one', async () => {
    const outcome = await run('failing', `${call([...begun, ...ended])}process.exit(1);`);
    expect(outcome).toMatchObject({ ok: false, passed: 2, failed: 1 });
    expect(said).toEqual([]);
  });
});

describe('listening', () => {
  it('has patience as long as anything new is heard, and then once no more', () => {
    vi.useFakeTimers();
    let heard = 0;
    const onSilence = vi.fn();
    listen(60_000, () => heard, onSilence);
    for (let round = 0; round < 50; round += 1) {
      heard += 1;
      vi.advanceTimersByTime(59_000);
    }
    expect(onSilence).not.toHaveBeenCalled();
    vi.advanceTimersByTime(300_000);
    expect(onSilence).toHaveBeenCalledOnce();
  });

  it('does not take the time in which it could not listen for silence', () => {
    vi.useFakeTimers();
    const onSilence = vi.fn();
    const stop = listen(60_000, () => 0, onSilence);
    vi.advanceTimersByTime(59_000);
    // A machine that slept for a day.
    vi.setSystemTime(Date.now() + 24 * 3600 * 1000);
    vi.advanceTimersByTime(500);
    expect(onSilence).not.toHaveBeenCalled();
    stop();
    vi.advanceTimersByTime(600_000);
    expect(onSilence).not.toHaveBeenCalled();
  });
});
