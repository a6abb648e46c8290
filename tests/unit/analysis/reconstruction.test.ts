import { describe, expect, test } from 'vitest';
import {
  ReconstructionAccumulator,
  type ReconstructionMetrics,
} from '../../../src/analysis/reconstruction';
import { gaussian } from './worlds';

const [rows, width] = [50, 4];
const x = Float32Array.from(gaussian(rows, width, 1), (value, i) => value + (i % width));
const noise = gaussian(rows, width, 2);

/** Of a whole set x, x̂ [rows, d] at once. */
function reconstructionMetrics(
  given: Float32Array,
  rebuilt: Float32Array,
  d: number,
): ReconstructionMetrics {
  const accumulator = new ReconstructionAccumulator(d);
  accumulator.add(given, rebuilt, given.length / d);
  return accumulator.result();
}

describe('explained variance', () => {
  test('by hand: x = 1, 3 rebuilt as 1, 2 explains 1 − 1/2 of the variance, 1 − 1/10 uncentred', () => {
    const metrics = reconstructionMetrics(Float32Array.of(1, 3), Float32Array.of(1, 2), 1);
    expect(metrics).toEqual({
      rows: 2,
      mse: 0.5,
      explainedVariance: 0.5,
      explainedVarianceLegacy: 0.9,
    });
  });

  test('of the mean of each dimension is 0, of the data itself 1', () => {
    const mean = Array.from({ length: width }, (_, c) => {
      let sum = 0;
      for (let r = 0; r < rows; r++) sum += (x[r * width + c] ?? 0) / rows;
      return sum;
    });
    const constant = Float32Array.from(x, (_, i) => mean[i % width] ?? 0);
    // The mean is rounded to float32: a relative error of 2⁻²⁴ squared, far below 1e-10.
    expect(reconstructionMetrics(x, constant, width).explainedVariance).toBeCloseTo(0, 10);
    expect(reconstructionMetrics(x, constant, width).explainedVarianceLegacy).toBeGreaterThan(0.5);
    expect(reconstructionMetrics(x, x, width).explainedVariance).toBe(1);
  });

  test('does not depend on how the rows are cut into batches', () => {
    const rebuilt = Float32Array.from(x, (value, i) => value + 0.1 * (noise[i] ?? 0));
    const whole = reconstructionMetrics(x, rebuilt, width);
    const pieces = new ReconstructionAccumulator(width);
    for (const [from, to] of [
      [0, 7],
      [7, 7],
      [7, 50],
    ] as const) {
      pieces.add(x.subarray(from * width), rebuilt.subarray(from * width), to - from);
    }
    expect(pieces.result().rows).toBe(rows);
    expect(pieces.result().mse).toBeCloseTo(whole.mse, 13);
    expect(pieces.result().explainedVariance).toBeCloseTo(whole.explainedVariance ?? NaN, 13);
  });

  test('errors summed elsewhere count the same', () => {
    const errors = new ReconstructionAccumulator(1);
    errors.addErrors(Float32Array.of(1, 3), [0, 1], 2);
    expect(errors.result()).toEqual(
      reconstructionMetrics(Float32Array.of(1, 3), Float32Array.of(1, 2), 1),
    );
  });

  test('keeps its digits beside a large common offset', () => {
    // 0 … 999 on top of 16 776 000: float32 holds these exactly, but a sum of their squares needs 58 bits.
    const far = Float32Array.from({ length: 1000 }, (_, i) => 16_776_000 + i);
    const rebuilt = far.map((value) => value + 1);
    // Variance of 0 … n − 1: Σ = n(n² − 1)/12.
    const metrics = reconstructionMetrics(far, rebuilt, 1);
    expect(metrics.explainedVariance).toBeCloseTo(1 - (1000 * 12) / (1000 * (1e6 - 1)), 12);
  });

  test('of rows that are all the same, of zeros and of no rows is not defined, however they are rebuilt', () => {
    const constant = Float32Array.of(2, 2);
    for (const rebuilt of [constant, Float32Array.of(2, 1)]) {
      const metrics = reconstructionMetrics(constant, rebuilt, 1);
      expect(metrics.explainedVariance).toBeNull();
      expect(metrics.explainedVarianceLegacy).toBe(rebuilt === constant ? 1 : 1 - 1 / 8);
    }
    expect(reconstructionMetrics(new Float32Array(4), new Float32Array(4), 2)).toEqual({
      rows: 2,
      mse: 0,
      explainedVariance: null,
      explainedVarianceLegacy: null,
    });
    expect(new ReconstructionAccumulator(3).result()).toEqual({
      rows: 0,
      mse: 0,
      explainedVariance: null,
      explainedVarianceLegacy: null,
    });
  });
});
