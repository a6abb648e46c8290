/**
 * The order of a shuffle buffer, as numbers: which slot a row goes to and which rows a batch takes. The
 * buffer mixes as SAELens' does: full, it is permuted, half of it is used, and new rows take the place of
 * that half. No row moves for it: the permutation of each mixing is computed (row_order.ts), and the new
 * rows of a mixing go where it had put the used ones. It knows neither GPU nor where rows come from.
 */
import { at } from '../base/array';
import { epochPermutation, permuted, type RowPermutation } from './row_order';

export class ShuffleOrder {
  private permutation: RowPermutation | null = null;
  private mixing = -1;

  /** `half`: rows used from one mixing, a whole number of batches. */
  constructor(
    readonly half: number,
    readonly seed: number,
  ) {}

  /** Rows that the buffer holds. */
  get capacity(): number {
    return 2 * this.half;
  }

  /** Mixing from which the row at this place of training comes; places count rows from the start. */
  mixingOf(place: number): number {
    return Math.floor(place / this.half);
  }

  /** Rows that must be in the buffer before the row at `place` may be taken. */
  needed(place: number): number {
    return this.capacity + this.mixingOf(place) * this.half;
  }

  /** Rows that may be in the buffer, or have been, when the rows before `place` are used. */
  allowed(place: number): number {
    return this.capacity + place;
  }

  /** Slot of the row with this number: the first rows fill the buffer, later ones replace used ones. */
  slotOf(row: number): number {
    if (row < this.capacity) return row;
    return this.slotAt(row - this.capacity);
  }

  /** Slot that is read at a place of training. */
  slotAt(place: number): number {
    const mixing = this.mixingOf(place);
    if (this.permutation === null || mixing !== this.mixing) {
      this.permutation = epochPermutation(this.capacity, this.seed, mixing);
      this.mixing = mixing;
    }
    return permuted(this.permutation, place % this.half);
  }

  /** [capacity], number of the row in each slot while a mixing is used. */
  rowsDuring(mixing: number): Uint32Array {
    const rows = Uint32Array.from({ length: this.capacity }, (_, slot) => slot);
    for (let place = 0; place < mixing * this.half; place += 1) {
      rows[this.slotAt(place)] = this.capacity + place;
    }
    return rows;
  }

  /** Numbers of the rows of `count` places from `place` on, all of one mixing. */
  rowsAt(place: number, count: number): Uint32Array {
    const rows = this.rowsDuring(this.mixingOf(place));
    return Uint32Array.from({ length: count }, (_, i) => at(rows, this.slotAt(place + i)));
  }
}
