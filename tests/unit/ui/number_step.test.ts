/** The arrow keys in a number field: counts go by one or by doubling, small numbers by 1, 2, 5. */
import { describe, expect, it } from 'vitest';
import { stepped } from '../../../src/ui/parts/number_step';

describe('stepping a number with the arrow keys', () => {
  it('moves counts by one and never below zero', () => {
    expect(stepped(4, 1, false)).toBe(5);
    expect(stepped(4, -1, false)).toBe(3);
    expect(stepped(0, -1, false)).toBe(0);
  });

  it('doubles and halves sizes, landing on powers of two from anywhere, never below one', () => {
    expect(stepped(64, 1, true)).toBe(128);
    expect(stepped(64, -1, true)).toBe(32);
    expect(stepped(100, 1, true)).toBe(128);
    expect(stepped(100, -1, true)).toBe(64);
    expect(stepped(1, -1, true)).toBe(1);
  });

  it('walks small numbers along 1, 2, 5 in both directions', () => {
    const up = [2e-3, 5e-3, 1e-2, 2e-2];
    for (let i = 0; i + 1 < up.length; i++) {
      expect(stepped(up[i] ?? 0, 1, false)).toBeCloseTo(up[i + 1] ?? 0, 12);
      expect(stepped(up[i + 1] ?? 0, -1, false)).toBeCloseTo(up[i] ?? 0, 12);
    }
    expect(stepped(3.3e-5, 1, false)).toBe(5e-5);
    expect(stepped(3.3e-5, -1, false)).toBe(2e-5);
  });

  it('leaves zero upwards only', () => {
    expect(stepped(0.5, 1, false)).toBe(1);
    expect(stepped(0, 1, false)).toBe(1);
  });
});
