/**
 * The order of a shuffle buffer, as numbers: which slot a row goes to and which rows a batch takes. The
 * buffer mixes as SAELens' does: full, it is permuted, half of it is used, and new rows take the place of
 * that half. No row moves for it: the permutation of each mixing is computed (row_order.ts), and the new
 * rows of a mixing go where it had put the used ones. It knows neither GPU nor where rows come from.
 */
import { at } from '../base/array';
import { epochPermutation, permuted, type RowPermutation } from './row_order';

/** What a buffer's feeder and its twin ask of an order. Places count rows of training, rows count what is made. */
export interface BufferOrder {
  /** Rows that the buffer holds. */
  readonly capacity: number;
  readonly seed: number;
  /** Mixing from which the row at a place comes, and the place's position in it. */
  mixingOf(place: number): number;
  positionOf(place: number): number;
  /** Places from `place` on that need no row that is not there yet. */
  reach(place: number): number;
  /** Rows that must be in the buffer, or have been, before the row at `place` may be taken. */
  needed(place: number): number;
  /** Rows that may be there when the rows before `place` are used. */
  allowed(place: number): number;
  /** Slot that the row with this number goes to. */
  slotOf(row: number): number;
  /** [capacity], number of the row in each slot while a mixing is used. */
  rowsDuring(mixing: number): Uint32Array;
  /** Numbers of the rows of `count` places from `place` on. */
  rowsAt(place: number, count: number): Uint32Array;
}

/** Text without end, or more of it than the buffer holds: half of the rows are replaced in every mixing. */
export class ShuffleOrder implements BufferOrder {
  private permutation: RowPermutation | null = null;
  private mixing = -1;

  /** `half`: rows used from one mixing, a whole number of batches. */
  constructor(
    readonly half: number,
    readonly seed: number,
  ) {}

  get capacity(): number {
    return 2 * this.half;
  }

  mixingOf(place: number): number {
    return Math.floor(place / this.half);
  }

  positionOf(place: number): number {
    return place % this.half;
  }

  reach(place: number): number {
    return this.half - (place % this.half);
  }

  needed(place: number): number {
    return this.capacity + this.mixingOf(place) * this.half;
  }

  allowed(place: number): number {
    return this.capacity + place;
  }

  /** The first rows fill the buffer, later ones replace used ones. */
  slotOf(row: number): number {
    if (row < this.capacity) return row;
    return this.slotAt(row - this.capacity);
  }

  private slotAt(place: number): number {
    const mixing = this.mixingOf(place);
    if (this.permutation === null || mixing !== this.mixing) {
      this.permutation = epochPermutation(this.capacity, this.seed, mixing);
      this.mixing = mixing;
    }
    return permuted(this.permutation, place % this.half);
  }

  rowsDuring(mixing: number): Uint32Array {
    const rows = Uint32Array.from({ length: this.capacity }, (_, slot) => slot);
    for (let place = 0; place < mixing * this.half; place += 1) {
      rows[this.slotAt(place)] = this.capacity + place;
    }
    return rows;
  }

  /** All places must be of one mixing. */
  rowsAt(place: number, count: number): Uint32Array {
    const rows = this.rowsDuring(this.mixingOf(place));
    return Uint32Array.from({ length: count }, (_, i) => at(rows, this.slotAt(place + i)));
  }
}

/** A text that fits into the buffer is made once; every mixing is a new order of all of it. */
export class ResidentOrder implements BufferOrder {
  /** `capacity`: rows of the whole text. */
  constructor(
    readonly capacity: number,
    readonly seed: number,
  ) {}

  mixingOf(place: number): number {
    return Math.floor(place / this.capacity);
  }

  positionOf(place: number): number {
    return place % this.capacity;
  }

  reach(): number {
    return Number.POSITIVE_INFINITY;
  }

  needed(): number {
    return this.capacity;
  }

  allowed(): number {
    return this.capacity;
  }

  slotOf(row: number): number {
    return row;
  }

  rowsDuring(): Uint32Array {
    return Uint32Array.from({ length: this.capacity }, (_, slot) => slot);
  }

  rowsAt(place: number, count: number): Uint32Array {
    return Uint32Array.from({ length: count }, (_, i) => {
      const mixing = epochPermutation(this.capacity, this.seed, this.mixingOf(place + i));
      return permuted(mixing, this.positionOf(place + i));
    });
  }
}

/**
 * The order of a buffer of about `capacity` rows for batches of `batchRows`, over a text of `textRows` rows
 * (null when it has no end). Each half of a mixed buffer holds whole batches, at least one.
 */
export function bufferOrder(
  capacity: number,
  textRows: number | null,
  batchRows: number,
  seed: number,
): BufferOrder {
  if (textRows !== null && textRows <= capacity) return new ResidentOrder(textRows, seed);
  const batches = Math.max(1, Math.floor(capacity / 2 / batchRows));
  return new ShuffleOrder(batches * batchRows, seed);
}
