/**
 * Pair-wise timing on a clock that the test itself moves: ratios are formed within a pair, runs fill the
 * budget, and a slowdown that hits both sides leaves the ratio alone. No real time is involved.
 */
import { expect, it } from 'vitest';
import { comparePairs, costOf, runsThatFill, spread, type Clock } from '../../../bench/measure';

/** A clock and programs that move it: `wall` ms a run, and half of it in CPU time on two cores' worth. */
function world(slowdown: (nowMs: number) => number = () => 1) {
  let now = 0;
  let cpu = 0;
  const order: string[] = [];
  const clock: Clock = { wall: () => now, cpu: () => cpu };
  const program = (name: string, wall: number, cpuShare: number) => ({
    name,
    run: (times: number) => {
      order.push(`${name} ${times}`);
      const factor = slowdown(now);
      now += wall * times * factor;
      cpu += wall * times * cpuShare;
      return Promise.resolve();
    },
  });
  return { clock, program, order };
}

it('takes the median of an odd and of an even number of values, with the extremes', () => {
  expect(spread([5, 1, 3])).toEqual({ median: 3, min: 1, max: 5 });
  expect(spread([8, 1, 2, 4])).toEqual({ median: 3, min: 1, max: 8 });
  expect(() => spread([])).toThrow(RangeError);
});

it('divides the cost of a timing by its runs', async () => {
  const { clock, program } = world();
  expect(await costOf(program('a', 4, 2), 5, clock)).toEqual({ wall: 4, cpu: 8 });
});

it('fills the budget with runs, but takes at least one', async () => {
  const { clock, program } = world();
  expect(await runsThatFill(program('quick', 2, 1), 100, clock)).toBe(50);
  expect(await runsThatFill(program('slow', 3000, 1), 100, clock)).toBe(1);
});

it('alternates the two programs and divides theirs by ours', async () => {
  const { clock, program, order } = world();
  const found = await comparePairs(program('a', 2, 1), program('b', 8, 2), 3, 16, 1e9, clock);
  // Warm-up and first measurement of each, then the pairs.
  expect(order.slice(4)).toEqual(['a 8', 'b 2', 'a 8', 'b 2', 'a 8', 'b 2']);
  expect(found.wallRatio).toEqual({ median: 4, min: 4, max: 4 });
  expect(found.cpuRatio.median).toBe(8);
  expect(found.ours).toEqual({ name: 'a', runs: 8, cost: { wall: 2, cpu: 2 } });
});

it('is not misled by a machine that slows down between pairs', async () => {
  // Twelve times slower from 100 ms on, which is the beginning of the third pair.
  const { clock, program } = world((now) => (now < 100 ? 1 : 12));
  const found = await comparePairs(program('a', 1, 1), program('b', 3, 1), 5, 12, 1e9, clock);
  expect(found.wallRatio.median).toBe(3);
});

it('begins no pair after its time is up, but takes one', async () => {
  const { clock, program } = world();
  const found = await comparePairs(program('a', 10, 1), program('b', 10, 1), 9, 10, 75, clock);
  // 40 ms to warm up and choose, 20 ms a pair: pairs begin at 40 and 60 ms.
  expect(found.pairs).toBe(2);
  const hurried = await comparePairs(program('a', 10, 1), program('b', 10, 1), 9, 10, 0, clock);
  expect(hurried.pairs).toBe(1);
});
