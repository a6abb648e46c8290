/**
 * The one way in which diagnostics leave points out: evenly, so that the same input always gives the same
 * report and nothing depends on chance.
 */

/** `count` indices spread evenly over 0 … total − 1, ascending; all of them when count ≥ total. */
export function evenSample(total: number, count: number): Uint32Array {
  const taken = Math.min(total, count);
  return Uint32Array.from({ length: taken }, (_, i) => Math.floor((i * total) / taken));
}
