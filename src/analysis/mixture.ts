/**
 * The ε-mixture index of a plane cloud (Engels et al. 2024): the largest share of points near one line,
 * max over directions v and offsets c of P(|v·f + c| < ε·rms(v·f + c)).
 *
 * The paper's code climbs there by gradient steps from a random start. Here the best offset is found exactly
 * for each direction, by sliding the window over the sorted projections, and the directions by a screened
 * grid with local refinement: deterministic, and a lower bound that only misses what lies between angles.
 */
import { at } from '../base/array';
import { binsPerUnit, project, type Range } from './separability';
import type { CentredCloud } from './whitening';

const COARSE_ANGLES = 48;
const COARSE_BINS = 128;
const REFINED_PEAKS = 2;
const REFINEMENTS = 5;

/**
 * ε-mixture index of a centred cloud. Directions are screened on histograms of the projections; the best
 * few are measured exactly and refined by bisection of the angular step. O(n) for each screened direction,
 * O(n log n) for each exact one.
 */
export function mixtureOf({ x, y, xx, xy, yy }: CentredCloud, epsilon: number): number {
  const projection = new Float64Array(x.length);
  const varianceAlong = (angle: number): number => {
    const c = Math.cos(angle);
    const s = Math.sin(angle);
    return Math.max(0, c * c * xx + 2 * c * s * xy + s * s * yy);
  };
  const exactShare = (angle: number): number => {
    project(x, y, angle, projection);
    return bestWindowShare(projection.sort(), varianceAlong(angle), epsilon);
  };
  const step = Math.PI / COARSE_ANGLES;
  const counts = new Uint32Array(COARSE_BINS + 1);
  const coarse = Float64Array.from({ length: COARSE_ANGLES }, (_, k) => {
    const range = project(x, y, k * step, projection);
    return coarseWindowCount(projection, range, varianceAlong(k * step), epsilon, counts);
  });
  const peaks = Array.from(coarse, (_, k) => k)
    .sort((a, b) => at(coarse, b) - at(coarse, a) || a - b)
    .slice(0, REFINED_PEAKS);
  let best = 0;
  for (const peak of peaks) {
    let angle = peak * step;
    let share = exactShare(angle);
    for (let level = 1; level <= REFINEMENTS; level++) {
      const reach = step / 2 ** level;
      const below = exactShare(angle - reach);
      const above = exactShare(angle + reach);
      if (Math.max(below, above) > share) {
        angle += above > below ? reach : -reach;
        share = Math.max(below, above);
      }
    }
    best = Math.max(best, share);
  }
  return best;
}

/**
 * Left end z of a window |z' − t| < ε·rms(z' − t) of a centred sample → its width: the centre solves
 * t − ε·√(variance + t²) = z.
 */
function windowWidth(left: number, variance: number, epsilon: number): number {
  const slack = 1 - epsilon * epsilon;
  const centre = (left + epsilon * Math.sqrt(left * left + slack * variance)) / slack;
  return 2 * (centre - left);
}

/** Most points in a window, to the resolution of a histogram: enough to rank directions. */
function coarseWindowCount(
  values: Float64Array,
  range: Range,
  variance: number,
  epsilon: number,
  counts: Uint32Array,
): number {
  const { low } = range;
  const scale = binsPerUnit(range, COARSE_BINS);
  counts.fill(0);
  for (let i = 0; i < values.length; i++) {
    const bin = (((values[i] ?? 0) - low) * scale) | 0;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  let best = 0;
  let inside = 0;
  let end = 0;
  for (let start = 0; start <= COARSE_BINS; start++) {
    const left = scale > 0 ? low + start / scale : low;
    const last = start + windowWidth(left, variance, epsilon) * scale;
    while (end <= COARSE_BINS && end <= last) inside += counts[end++] ?? 0;
    if (inside > best) best = inside;
    inside -= counts[start] ?? 0;
  }
  return best;
}

/**
 * Largest share of centred, ascending values in a window |z − t| < ε·rms(z − t), over all t, exactly: both
 * ends of the window grow with t, so the best one may as well start at a value.
 */
function bestWindowShare(values: Float64Array, variance: number, epsilon: number): number {
  const n = values.length;
  let best = 0;
  let end = 0;
  for (let start = 0; n - start > best; start++) {
    const left = values[start] ?? 0;
    const right = left + windowWidth(left, variance, epsilon);
    while (end < n && (values[end] ?? 0) <= right) end++;
    if (end - start > best) best = end - start;
  }
  return n > 0 ? best / n : 0;
}
