/**
 * Counter-based random numbers: every number is a pure function of (seed, stream, step, row, draw), so
 * any batch of data or block of weights can be made again on its own, in any order, on the CPU or on
 * the GPU. The generator is Philox4x32 with ten rounds (Salmon, Moraes, Dror & Shaw, "Parallel random
 * numbers: as easy as 1, 2, 3", SC 2011; known answers from Random123). Its WGSL twin is
 * shaders/random.wgsl: integers agree bit for bit, uniforms exactly, normals to a few ulps.
 *
 *   key     = (seed, stream)
 *   counter = (⌊draw / 4⌋, row, step, 0); the draw is word draw mod 4 of the result
 */
import { at } from './array';

/** Who draws. Two users with the same seed must not share a stream, or they share their numbers. */
export const RandomStream = {
  /** Directions of synthetic features; step = feature, row = frame row. */
  featureFrames: 1,
  /** Rows of synthetic training batches; step = batch, row = row of the batch. */
  syntheticTrain: 2,
  /** Rows of synthetic held-out data; step = 0, row = sample counter. */
  syntheticHeldOut: 3,
  /** Order of a finite source; step = epoch. */
  rowOrder: 4,
  /** Which rows of a finite source are held out; row = block of ten. Always with seed 0. */
  heldOutRows: 5,
  /** Initial weights; step and row are the model's to choose. */
  parameters: 6,
  /** Directions that the diagnostics sample; always with seed 0. */
  diagnostics: 7,
  /** Noise of a language model's sampling; step = position, row = the sequence's stream, draw = token. */
  generatedTokens: 8,
  /** Directions of steering's control; step = group, row = axis. */
  steeringControl: 9,
  /** Order of the windows of a text; step = pass over the text. */
  windowOrder: 10,
  /** What chance alone gives a diagnostic; always with seed 0. */
  diagnosticNulls: 11,
  /** Noise in rows of blocks that a move leaves unused; step = step of the move, row = row of E and of D. */
  moves: 12,
} as const;

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const KEY_STEP_0 = 0x9e3779b9;
const KEY_STEP_1 = 0xbb67ae85;
const ROUNDS = 10;

/** High 32 bits of the 64-bit product of two u32, from products of 16-bit halves. */
export function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + (middle >>> 16) + (carry >>> 16)) >>> 0;
}

/** Four u32. */
export type Words = [number, number, number, number];

/** Philox4x32-10: replaces the four u32 of `counter` by four random u32 under the key (key0, key1). */
export function philox4x32(counter: Words, key0: number, key1: number): void {
  let [c0, c1, c2, c3] = counter;
  let k0 = key0;
  let k1 = key1;
  for (let round = 0; round < ROUNDS; round += 1) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low0 = Math.imul(MULTIPLIER_0, c0) >>> 0;
    const low1 = Math.imul(MULTIPLIER_1, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + KEY_STEP_0) >>> 0;
    k1 = (k1 + KEY_STEP_1) >>> 0;
  }
  counter[0] = c0;
  counter[1] = c1;
  counter[2] = c2;
  counter[3] = c3;
}

/** The uniform number in [0, 1) that a random u32 stands for: its top 24 bits, exact in float32. */
export function uniformFromBits(bits: number): number {
  return (bits >>> 8) * 2 ** -24;
}

/** The draws of one (seed, stream, step, row), by index, in any order. Arguments are u32. */
export class RandomDraws {
  private readonly words: Words = [0, 0, 0, 0];
  private block = -1;
  /** The pair of normals last made: draws `pair` and `pair` + 1. */
  private pair = -1;
  private cosine = 0;
  private sine = 0;

  constructor(
    readonly seed: number,
    readonly stream: number,
    readonly step = 0,
    readonly row = 0,
  ) {}

  /** Uniform over all u32. */
  u32(draw: number): number {
    const block = Math.floor(draw / 4);
    if (block !== this.block) {
      this.words[0] = block;
      this.words[1] = this.row;
      this.words[2] = this.step;
      this.words[3] = 0;
      philox4x32(this.words, this.seed, this.stream);
      this.block = block;
    }
    return at(this.words, draw % 4);
  }

  /** Uniform on the multiples of 2⁻²⁴ in [0, 1). */
  uniform(draw: number): number {
    return uniformFromBits(this.u32(draw));
  }

  /**
   * Standard normal by Box–Muller. Draws 2j and 2j+1 are the cosine and the sine of one pair, made of
   * the uniforms 2j and 2j+1; the first is shifted to (0, 1] so that its logarithm is finite. No value
   * exceeds √(48 ln 2) ≈ 5.77.
   */
  normal(draw: number): number {
    const first = draw - (draw % 2);
    if (first !== this.pair) {
      const radius = Math.sqrt(-2 * Math.log(this.uniform(first) + 2 ** -24));
      const angle = 2 * Math.PI * this.uniform(first + 1);
      this.cosine = radius * Math.cos(angle);
      this.sine = radius * Math.sin(angle);
      this.pair = first;
    }
    return draw === first ? this.cosine : this.sine;
  }
}

/** An integer and the first draw that was not used for it. */
export interface BoundedDraw {
  readonly value: number;
  readonly nextDraw: number;
}

/**
 * An integer uniform on {0, …, bound − 1}, exactly: the high word of u32 · bound, redrawn in the rare
 * case that would favour some values (Lemire, "Fast random integer generation in an interval", 2019).
 */
export function drawBelow(draws: RandomDraws, firstDraw: number, bound: number): BoundedDraw {
  const unfair = (2 ** 32 - bound) % bound;
  let draw = firstDraw;
  for (;;) {
    const bits = draws.u32(draw);
    draw += 1;
    if (Math.imul(bits, bound) >>> 0 >= unfair) {
      return { value: multiplyHigh(bits, bound), nextDraw: draw };
    }
  }
}
