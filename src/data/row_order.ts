/**
 * In which order training takes the rows of a finite source, without storing it: a permutation for each
 * epoch, computed row by row from the seed. The twin of shaders/gather_rows.wgsl, bit for bit.
 */
import { at } from '../base/array';
import { philox4x32, RandomStream, type Words } from '../base/random';

/** Rounds of the Feistel network. Eight leave a measurable bias for five rows; twelve do not. */
const ROUNDS = 12;

/** One permutation of {0, …, size − 1}. */
export interface RowPermutation {
  readonly size: number;
  /** Bits of the smallest power of two that holds all rows (at least 2); halves may differ by one. */
  readonly bits: number;
  readonly keys: Readonly<Words>;
}

/** Bits of the network's domain for `size` rows. */
export function domainBits(size: number): number {
  return Math.max(2, 32 - Math.clz32(size - 1));
}

/** The permutation of one epoch; `stream` says of what. */
export function epochPermutation(
  size: number,
  seed: number,
  epoch: number,
  stream: number = RandomStream.rowOrder,
): RowPermutation {
  const keys: Words = [0, 0, epoch, 0];
  philox4x32(keys, seed, stream);
  return { size, bits: domainBits(size), keys };
}

/**
 * Where a permutation sends `position`. A Feistel network permutes the power of two above the size
 * (Luby & Rackoff, 1988); results outside are sent through again until one falls inside ("cycle
 * walking", Black & Rogaway, 2002), which takes fewer than two rounds on average.
 */
export function permuted(permutation: RowPermutation, position: number): number {
  let value = position;
  do value = feistel(permutation, value);
  while (value >= permutation.size);
  return value;
}

/** An alternating Feistel network: each round mixes one half into the other and swaps them. */
function feistel({ bits, keys }: RowPermutation, value: number): number {
  let highBits = bits >>> 1;
  let lowBits = bits - highBits;
  let high = value >>> lowBits;
  let low = value & (2 ** lowBits - 1);
  for (let round = 0; round < ROUNDS; round += 1) {
    const mixed = (high ^ (mix(low, at(keys, round % 4), round) & (2 ** highBits - 1))) >>> 0;
    high = low;
    low = mixed;
    [highBits, lowBits] = [lowBits, highBits];
  }
  return ((high << lowBits) | low) >>> 0;
}

/** A keyed hash of a half; the finish is Wellons' lowbias32 ("Prospecting for hash functions", 2018). */
function mix(value: number, key: number, round: number): number {
  let hash = Math.imul(value, 0x9e3779b1) ^ (key + Math.imul(round, 0x85ebca6b));
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}
