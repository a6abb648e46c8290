/**
 * The benchmark compares our step with a dense one; the comparison is worth something only if both do the
 * same. On a small shape with a padded width: the same groups win, gradients agree to float32 rounding and
 * the first Adam step leaves the same weights, with either family of kernels.
 */
import { expect, it } from 'vitest';
import { agrees, compareFirstStep } from '../../bench/agreement';
import { denseStep } from '../../bench/dense_step';
import { lastLoss } from '../../bench/gpu_step';
import { sparseStep } from '../../bench/sparse_step';
import { workloadOf } from '../../bench/workload';
import { testDevice } from './adapter';

const small = { width: 18, groups: 12, rank: 3, slots: 2, batch: 36 };
/** Enough results for wide tiles, with sums in parts. */
const large = { width: 20, groups: 512, rank: 4, slots: 3, batch: 1100 };

it.each([
  ['direct', 'small', small],
  ['tiled', 'small', small],
  ['tiled', 'large', large],
] as const)('sparse and dense steps agree (%s kernels, %s)', async (variant, _size, shape) => {
  const workload = workloadOf(shape);
  const device = await testDevice();
  const sparse = await sparseStep(device, workload, variant);
  const dense = await denseStep(device, workload, variant);
  const found = await compareFirstStep(sparse, dense);
  expect(found.differingRows).toBe(0);
  expect(found.gradient).toBeLessThanOrEqual(found.tolerance);
  expect(found.compared).toBeGreaterThan(0.9);
  expect(agrees(found)).toBe(true);

  const before = await lastLoss(sparse);
  // The large shape takes a second a step on a processor.
  await sparse.run(shape === large ? 2 : 20);
  expect(await lastLoss(sparse)).toBeLessThan(before);
  sparse.destroy();
  dense.destroy();
});
