/**
 * Loops over rows of row-major matrices that the float64 twins are made of, besides `dot`. They read with
 * `?? 0` because their indices are loop bounds and a checked read makes them several times slower.
 */
import { dot } from '../../base/linear_algebra';

/** target[c] += scale · source[start + c] for every entry of `target`. */
export function addScaled(
  target: Float64Array,
  scale: number,
  source: Float64Array,
  start: number,
): void {
  for (let c = 0; c < target.length; c += 1) {
    target[c] = (target[c] ?? 0) + scale * (source[start + c] ?? 0);
  }
}

/** Σ v². */
export function squaredNorm(v: Float64Array): number {
  return dot(v, 0, v, 0, v.length);
}
