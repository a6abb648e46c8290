/**
 * What separability gives for a cloud that is nothing but Gaussian: the null of irreducibility. It depends on the
 * number of points alone (irreducibility.ts says why), so a table of drawn clouds serves every group.
 *
 * NULL_DRAWS seeded clouds for each number of points, made by scripts/data/irreducibility_null.ts; the tests
 * draw some again. A mean is known to a thirtieth of the deviation of one cloud, and between two rows both numbers
 * follow a power of n to the same error.
 */
import { at } from '../base/array';
import { RandomDraws, RandomStream } from '../base/random';
import { separabilityOf } from './separability';
import { whitenedCloud } from './whitening';

/** Drawn clouds behind each row of the table. */
export const NULL_DRAWS = 1000;

/** Number of points, mean and standard deviation of the separability of Gaussian clouds, bits. */
export const NULL_TABLE: readonly (readonly [points: number, mean: number, deviation: number])[] = [
  [64, 0.72254, 0.106],
  [90, 0.49565, 0.0884],
  [128, 0.33679, 0.0674],
  [180, 0.22877, 0.0476],
  [256, 0.15284, 0.0341],
  [362, 0.10409, 0.0232],
  [512, 0.071177, 0.0155],
  [724, 0.049785, 0.0113],
  [1024, 0.035369, 0.00784],
  [1448, 0.025091, 0.00534],
  [2048, 0.017417, 0.0036],
  [2896, 0.012311, 0.00263],
  [4096, 0.0087394, 0.00199],
];

/** Separability of one seeded Gaussian cloud, bits. */
export function drawNullSeparability(points: number, draw: number): number {
  const draws = new RandomDraws(0, RandomStream.diagnosticNulls, points, draw);
  const normals = (first: number) =>
    Float64Array.from({ length: points }, (_, i) => draws.normal(2 * i + first));
  const cloud = whitenedCloud(normals(0), normals(1));
  return cloud === null ? 0 : separabilityOf(cloud.x, cloud.y);
}

/** The null of clouds of n points. Outside the table both numbers go on as 1/n. */
export function nullSeparability(n: number): { readonly mean: number; readonly deviation: number } {
  const last = NULL_TABLE.length - 1;
  const upper = NULL_TABLE.findIndex(([points]) => points >= n);
  if (upper <= 0) {
    const [points, mean, deviation] = at(NULL_TABLE, upper === 0 ? 0 : last);
    const factor = points / Math.max(1, n);
    return { mean: mean * factor, deviation: deviation * factor };
  }
  const low = at(NULL_TABLE, upper - 1);
  const high = at(NULL_TABLE, upper);
  const share = Math.log(n / low[0]) / Math.log(high[0] / low[0]);
  const between = (a: number, b: number) => a ** (1 - share) * b ** share;
  return { mean: between(low[1], high[1]), deviation: between(low[2], high[2]) };
}
