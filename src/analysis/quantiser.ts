/**
 * A uniform quantiser of one axis, and the entropy of its bins: what the coordinates of a unit cost where it fires.
 * Source: docs/method/metrics.md, "Bits a token".
 */
import { addAt, at } from '../base/array';
import { ALL_ROWS, FOLDS, SETS } from './rate_folds';

/** Miller–Madow: n times the entropy of n draws from m bins is (m − 1)/2 nats too small on average (Miller 1955). */
const BITS_PER_EXTRA_BIN = 1 / (2 * Math.LN2);

/** Bins of the values of one axis, kept between axes for their memory. */
export class Quantiser {
  /** Bin of every key; −1 where none is. Open addressing, linear probing. */
  private slots = new Int32Array(0);
  private keys = new Float64Array(0);
  /** [bins, FOLDS]. */
  private counts = new Uint32Array(0);
  /** [bins]. */
  private sums = new Float64Array(0);
  private sizes = new Float64Array(0);
  /** [values], the bin of each. */
  private binOf = new Uint32Array(0);
  /** [bins], slot of each. */
  private used = new Uint32Array(0);
  /** [values + 1], n log₂ n. */
  private lengths = new Float64Array(1);

  /**
   * Rounds `values` [n] to multiples of `step`, writes the mean of each one's bin to `centroids` [n], and adds to
   * `bits` [SETS] the code length of the values in each set, n·H with the Miller–Madow term; nothing where all share
   * one bin. `folds` [n] says the fold of each. O(n + bins·FOLDS).
   */
  quantise(
    values: Float64Array,
    folds: Uint8Array,
    step: number,
    centroids: Float64Array,
    bits: Float64Array,
  ): void {
    const bins = this.fill(values, folds, step);
    for (let i = 0; i < values.length; i++) {
      const bin = this.binOf[i] ?? 0;
      centroids[i] = (this.sums[bin] ?? 0) / (this.sizes[bin] ?? 1);
    }
    this.addBits(bins, folds, bits);
    for (let bin = 0; bin < bins; bin++) this.slots[at(this.used, bin)] = -1;
  }

  private fill(values: Float64Array, folds: Uint8Array, step: number): number {
    this.makeRoom(values.length);
    const { slots, keys, counts, sums, sizes, binOf, used } = this;
    const mask = slots.length - 1;
    let bins = 0;
    for (let i = 0; i < values.length; i++) {
      const value = values[i] ?? 0;
      const key = Math.round(value / step);
      let slot = Math.imul(key, 0x9e3779b1) & mask;
      while ((slots[slot] ?? 0) >= 0 && keys[slot] !== key) slot = (slot + 1) & mask;
      let bin = slots[slot] ?? 0;
      if (bin < 0) {
        bin = bins;
        bins += 1;
        slots[slot] = bin;
        keys[slot] = key;
        used[bin] = slot;
        sums[bin] = 0;
        sizes[bin] = 0;
        counts.fill(0, bin * FOLDS, (bin + 1) * FOLDS);
      }
      binOf[i] = bin;
      sums[bin] = (sums[bin] ?? 0) + value;
      sizes[bin] = (sizes[bin] ?? 0) + 1;
      const count = bin * FOLDS + (folds[i] ?? 0);
      counts[count] = (counts[count] ?? 0) + 1;
    }
    return bins;
  }

  /** n·H = n log₂ n − Σ c log₂ c over the bins, of all values and of those outside each fold. */
  private addBits(bins: number, folds: Uint8Array, bits: Float64Array): void {
    if (bins < 2) return;
    const { counts, sizes, lengths } = this;
    const values = new Float64Array(SETS).fill(folds.length);
    for (const fold of folds) values[fold] = (values[fold] ?? 0) - 1;
    const occupied = new Float64Array(SETS).fill(bins);
    const sums = new Float64Array(SETS);
    for (let bin = 0; bin < bins; bin++) {
      const size = sizes[bin] ?? 0;
      const whole = lengths[size] ?? 0;
      sums[ALL_ROWS] = (sums[ALL_ROWS] ?? 0) + whole;
      for (let fold = 0; fold < FOLDS; fold++) {
        const left = size - (counts[bin * FOLDS + fold] ?? 0);
        sums[fold] = (sums[fold] ?? 0) + (lengths[left] ?? 0);
        if (left === 0) occupied[fold] = (occupied[fold] ?? 0) - 1;
      }
    }
    for (let set = 0; set < SETS; set++) {
      const extra = at(occupied, set) - 1;
      if (extra < 1) continue;
      addAt(bits, set, at(lengths, at(values, set)) - at(sums, set) + extra * BITS_PER_EXTRA_BIN);
    }
  }

  private makeRoom(values: number): void {
    if (this.binOf.length >= values) return;
    const size = 2 ** Math.ceil(Math.log2(2 * values + 1));
    this.slots = new Int32Array(size).fill(-1);
    this.keys = new Float64Array(size);
    this.counts = new Uint32Array(values * FOLDS);
    this.sums = new Float64Array(values);
    this.sizes = new Float64Array(values);
    this.binOf = new Uint32Array(values);
    this.used = new Uint32Array(values);
    this.lengths = Float64Array.from(
      { length: values + 1 },
      (_, n) => n * Math.log2(Math.max(1, n)),
    );
  }
}
