/** The pace of a run: steps of the next submit, and rows per second over bursts. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Pace } from '../../../src/lab/train/pace';

let now = 0;
beforeEach(() => {
  now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => vi.restoreAllMocks());

it('submits one step until it knows how long one takes, then as many as fit 40 ms', () => {
  const pace = new Pace(16);
  expect(pace.wanted).toBe(1);
  pace.begin(0);
  now = 10;
  pace.advance(1, 1);
  expect(pace.wanted).toBe(4);
  now = 14;
  pace.advance(4, 5);
  expect(pace.wanted).toBe(16);
  now = 1014;
  pace.advance(1, 6);
  expect(pace.wanted).toBe(1);
  expect(pace.seconds).toBeCloseTo(1.014, 9);
});

it('averages the rate over bursts, and counts time without steps', () => {
  const pace = new Pace(16);
  pace.begin(100);
  let taken = 100;
  // Every other half second goes to making rows.
  for (let i = 0; i < 20; i += 1) {
    now += 500;
    const count = i % 2 === 0 ? 0 : 10;
    taken += count;
    pace.advance(count, taken);
  }
  expect(pace.stepsPerSecond).toBeGreaterThan(7);
  expect(pace.stepsPerSecond).toBeLessThan(13);
});

it('says no rate until there were enough steps over long enough, and counts none that only filled the queue', () => {
  const pace = new Pace(16);
  const step = (taken: number, after: number): void => {
    now += after;
    pace.advance(1, taken);
  };
  pace.begin(0);
  // A single step is submitted in a moment; its work comes later.
  step(1, 0.1);
  expect(pace.stepsPerSecond).toBeNull();
  // Two submits are in flight before anything is waited for; then every step takes 0.3 s.
  pace.begin(1);
  step(2, 0.1);
  step(3, 0.1);
  step(4, 300);
  step(5, 300);
  expect(pace.stepsPerSecond).toBeNull();
  step(6, 300);
  expect(pace.stepsPerSecond).toBeCloseTo(1 / 0.3, 6);
  pace.begin(6);
  expect(pace.stepsPerSecond).toBeNull();
});

it('counts no time in which the machine slept, and says the rate of what comes after', () => {
  const pace = new Pace(16);
  pace.begin(0);
  let taken = 0;
  const train = () => {
    for (let i = 0; i < 20; i += 1) {
      now += 100;
      taken += 10;
      pace.advance(10, taken);
    }
  };
  train();
  now += 8 * 3_600_000;
  pace.advance(10, (taken += 10));
  expect(pace.seconds).toBeCloseTo(2, 9);
  expect(pace.wanted).toBe(4);
  train();
  expect(pace.seconds).toBeCloseTo(4, 9);
  expect(pace.stepsPerSecond).toBeCloseTo(100, 9);
  // Slow steps are no sleep.
  const slow = new Pace(1);
  slow.begin(0);
  for (let i = 1; i <= 3; i += 1) {
    now += 70_000;
    slow.advance(1, i);
  }
  expect(slow.seconds).toBeCloseTo(210, 9);
});
