/**
 * Three loops over rows of row-major matrices that all reference kernels are made of. They read with
 * `?? 0` because their indices are loop bounds and a checked read makes them several times slower.
 */

/** Σ_c a[aStart + c] · b[bStart + c] over `length` entries. */
export function dot(
  a: Float64Array,
  aStart: number,
  b: Float64Array,
  bStart: number,
  length: number,
): number {
  let sum = 0;
  for (let c = 0; c < length; c += 1) sum += (a[aStart + c] ?? 0) * (b[bStart + c] ?? 0);
  return sum;
}

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
