/**
 * What a code leaves for the gradient of its threshold (JumpReLU). The step function has no derivative: the L0 term is
 * held to finite differences with the step replaced by its ramp of the bandwidth's width, of which the rectangle kernel
 * is the derivative; the jump of the code by −(θ/ε)·K((z − θ)/ε)·dL/dcode, on both sides of the threshold.
 */
import { describe, expect, it } from 'vitest';
import { thresholdEntry } from '../../../src/sae/architectures/jumprelu/parts';

const bandwidth = 0.4;
const strength = 0.07;
const threshold = 0.9;
const h = 1e-6;

/** The code that the gate lists a pre-activation with. */
const codeOf = (pre: number) => (pre > threshold ? pre : 0);
const ramp = (pre: number, at: number) => Math.min(1, Math.max(0, (pre - at) / bandwidth + 0.5));

const inside = [0.71, 0.8, 0.899, 0.901, 1, 1.09];
const above = [1.11, 1.5, 7];

describe('with the step penalty', () => {
  const { byThreshold } = thresholdEntry(true);
  const gradient = (pre: number, byCode: number) =>
    byThreshold?.({ code: codeOf(pre), threshold, byCode, strength, bandwidth });

  it.each([...inside, ...above])('has the derivative of the ramp at %d', (pre) => {
    const derivative = (strength * (ramp(pre, threshold + h) - ramp(pre, threshold - h))) / (2 * h);
    expect(gradient(pre, 0)).toBeCloseTo(derivative, 8);
  });

  it.each(inside)('adds what the jump of the code costs, at %d', (pre) => {
    expect(gradient(pre, 2)).toBeCloseTo(-(threshold / bandwidth) * 2 - strength / bandwidth, 12);
  });

  it.each(above)('feels nothing far above, at %d', (pre) => {
    expect(gradient(pre, 2)).toBe(0);
  });
});

it('without it, by tanh, the jump is all there is', () => {
  const { byThreshold } = thresholdEntry(false);
  const entry = { code: 0, threshold, byCode: -3, strength, bandwidth };
  expect(byThreshold?.(entry)).toBeCloseTo((threshold / bandwidth) * 3, 12);
});
