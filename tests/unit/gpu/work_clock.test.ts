/** How the time of a queue is shared between kinds of work, by a clock and a queue that the test moves. */
import { afterEach, expect, it, vi } from 'vitest';
import { at } from '../../../src/base/array';
import { WorkClock } from '../../../src/gpu/work_clock';

afterEach(() => vi.restoreAllMocks());

it('counts from the end of the work before, or from the submission when nothing was going on', async () => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const waiting: (() => void)[] = [];
  const clock = new WorkClock<'a' | 'b'>({
    onSubmittedWorkDone: () => new Promise((done) => waiting.push(() => done(undefined))),
  });
  // Submitted at 0 and 10 ms; done at 100 and 130.
  const first = clock.mark('a');
  now = 10;
  const second = clock.mark('b');
  now = 100;
  at(waiting, 0)();
  await first;
  now = 130;
  at(waiting, 1)();
  await second;
  expect(clock.seconds('a')).toBeCloseTo(0.1, 9);
  expect(clock.seconds('b')).toBeCloseTo(0.03, 9);
  // The queue is idle until 500.
  now = 500;
  const third = clock.mark('b');
  now = 520;
  at(waiting, 2)();
  await third;
  expect(clock.seconds('b')).toBeCloseTo(0.05, 9);
});
