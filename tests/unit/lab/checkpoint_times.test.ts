/** When a run writes a checkpoint, and which of them stay. */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { isCheckpointDue, thinnedCheckpoints } from '../../../src/lab/keep/checkpoint_times';

describe('checkpoints', () => {
  it('are due at 10, 30, 100, … and after half a minute', () => {
    const due: number[] = [];
    let before = { step: 0, began: 0, took: 0.0001 };
    for (let step = 1; step <= 20_000; step++) {
      const time = step / 100;
      if (!isCheckpointDue(step, time, before)) continue;
      due.push(step);
      before = { ...before, step, began: time };
    }
    expect(due).toEqual([10, 30, 100, 300, 1000, 3000, 6000, 9000, 10_000, 13_000, 16_000, 19_000]);
  });

  it('take 2 % of the time at most', () => {
    const before = { step: 1000, began: 100, took: 2 };
    expect(isCheckpointDue(1e6, 199, before)).toBe(false);
    expect(isCheckpointDue(1e6, 200, before)).toBe(true);
    expect(isCheckpointDue(1000, 1e6, before)).toBe(false);
    // One during which the machine slept for a night holds the next up no longer than a slow one.
    const slept = { ...before, took: 8 * 3600 };
    expect(isCheckpointDue(1e6, before.began + 899, slept)).toBe(false);
    expect(isCheckpointDue(1e6, before.began + 900, slept)).toBe(true);
  });

  it('thin out evenly in the logarithm of the step, the first and the last two never', () => {
    let steps: number[] = [];
    for (let step = 10; step <= 100_000; step = step < 3000 ? step * 3 : step + 1000) {
      steps.push(step);
      const gone = thinnedCheckpoints(steps, 1e6);
      steps = steps.filter((each) => !gone.includes(each));
    }
    expect(steps).toHaveLength(12);
    expect(steps[0]).toBe(10);
    expect(at(steps, 11) - at(steps, 10)).toBe(1000);
    const ratios = steps.slice(1, 10).map((step, place) => step / at(steps, place));
    for (const ratio of ratios) expect(ratio).toBeLessThan(4);
    expect(thinnedCheckpoints(steps, 1e6)).toEqual([]);
  });

  it('take a gibibyte at most, unless the first and the last two do', () => {
    const steps = [10, 30, 100, 300, 1000];
    expect(thinnedCheckpoints(steps, 2 ** 28)).toEqual([30]);
    expect(thinnedCheckpoints(steps, 2 ** 32)).toEqual([30, 100]);
  });
});
