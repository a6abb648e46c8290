/**
 * Deterministic pseudo-random numbers for the diagnostics' own sampling (directions, sketches): the
 * same input always gives the same report. Not the data generator's numbers and not for training.
 */

/** Generator of uniform numbers in [0, 1) (mulberry32; 32 bits of state, enough for sampling). */
export function uniformGenerator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Generator of standard normal numbers (Box–Muller). */
export function normalGenerator(seed: number): () => number {
  const uniform = uniformGenerator(seed);
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

/** `count` indices spread evenly over 0 … total − 1, ascending; all of them when count ≥ total. */
export function evenSample(total: number, count: number): Uint32Array {
  const taken = Math.min(total, count);
  return Uint32Array.from({ length: taken }, (_, i) => Math.floor((i * total) / taken));
}
