/**
 * Separability of a plane cloud: the mutual information of its two coordinates in the rotation that makes
 * them most independent (Engels et al. 2024), estimated so that independent coordinates give the same
 * number whatever their distribution. Expects the whitened cloud that `planeReducibility` makes.
 *
 * Three choices make one null (irreducibility_null.ts) fit every independent pair. Bins hold equal counts, so
 * the margins drop out. The rotation is chosen on one half of the points and judged on the other, and the
 * reverse: the least of a hundred noisy numbers would be lower for a Gaussian, which has a hundred good
 * rotations, than for a square, which has one. And there are 6 × 6 bins where the paper has 10 × 10: a
 * histogram's noise grows with its cells, and structure finer than that is no matter of a hundred points.
 */
import { at } from '../base/array';
import { RandomDraws, RandomStream } from '../base/random';

/** Rotations tried, from [0, π/2): a quarter turn only swaps and mirrors the axes of the histogram. */
const ROTATIONS = 100;
/** Bins of a coordinate. */
const BINS = 6;
/** Neighbours to either side that have a say in which rotation is best, the less the further off: up to 11°. */
const SMOOTHING = 12;
/** Cells that a coordinate is sorted into before they are joined to bins of equal counts. */
const CELLS = 256;

/**
 * Separability in bits: mean over the two halves of the mutual information of one half, in the rotation that is
 * best for the other. 0 for fewer than four points. O(ROTATIONS·(n + CELLS)).
 */
export function separabilityOf(x: Float64Array, y: Float64Array): number {
  const order = halves(x.length);
  const size = order.length / 2;
  if (size < 2) return 0;
  const split = (values: Float64Array) => Float64Array.from(order, (i) => at(values, i));
  const [sx, sy] = [split(x), split(y)];
  const u = new Float64Array(order.length);
  const v = new Float64Array(order.length);
  const histogram = new JointHistogram(size);
  const one = new Float64Array(ROTATIONS);
  const other = new Float64Array(ROTATIONS);
  for (let k = 0; k < ROTATIONS; k++) {
    const angle = (k * Math.PI) / (2 * ROTATIONS);
    project(sx, sy, angle, u);
    project(sx, sy, angle + Math.PI / 2, v);
    one[k] = histogram.information(u.subarray(0, size), v.subarray(0, size));
    other[k] = histogram.information(u.subarray(size), v.subarray(size));
  }
  return (at(one, bestRotation(other)) + at(other, bestRotation(one))) / 2;
}

/**
 * The rotation with the least information, smoothed over its neighbours: a single low value is mostly noise, and a
 * rotation chosen by noise would cost a square what it costs no Gaussian.
 */
function bestRotation(information: Float64Array): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let k = 0; k < ROTATIONS; k++) {
    let sum = 0;
    for (let near = k - SMOOTHING; near <= k + SMOOTHING; near++) {
      const weight = SMOOTHING + 1 - Math.abs(near - k);
      sum += weight * at(information, (near + ROTATIONS) % ROTATIONS);
    }
    if (sum < least) [best, least] = [k, sum];
  }
  return best;
}

/**
 * An even number of indices, first those of one half and then those of the other. Chance says of each pair of
 * neighbours which half it joins: rows that come in turns would else fall apart by kind.
 */
function halves(n: number): Uint32Array {
  const size = Math.floor(n / 2);
  const draws = new RandomDraws(0, RandomStream.diagnostics, n, 1);
  const order = new Uint32Array(2 * size);
  for (let pair = 0; pair < size; pair++) {
    const swap = draws.u32(pair) & 1;
    order[pair] = 2 * pair + swap;
    order[size + pair] = 2 * pair + 1 - swap;
  }
  return order;
}

/** Lowest and highest of some values. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Writes x·cos + y·sin to `out` and gives its range. O(n). */
export function project(x: Float64Array, y: Float64Array, angle: number, out: Float64Array): Range {
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < out.length; i++) {
    const value = c * (x[i] ?? 0) + s * (y[i] ?? 0);
    out[i] = value;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high };
}

/** Bins per unit of equal bins over a range; 0 for a single point. */
export function binsPerUnit({ low, high }: Range, bins: number): number {
  return high > low ? bins / (high - low) : 0;
}

/** A BINS × BINS table of n points, reused over rotations. */
class JointHistogram {
  private readonly counts = new Uint32Array(BINS * BINS);
  private readonly columns = new Uint32Array(BINS);
  private readonly rows = new Uint32Array(BINS);
  private readonly cells = new Uint32Array(CELLS);
  private readonly binOfCell = new Uint8Array(CELLS);
  private readonly columnOf: Uint8Array;
  private readonly rowOf: Uint8Array;
  /** [n + 1], c·log2 c: mutual information is a sum of these. */
  private readonly entropyTerms: Float64Array;

  constructor(private readonly n: number) {
    this.columnOf = new Uint8Array(n);
    this.rowOf = new Uint8Array(n);
    this.entropyTerms = Float64Array.from({ length: n + 1 }, (_, c) =>
      c > 0 ? c * Math.log2(c) : 0,
    );
  }

  /** Plug-in mutual information of two coordinates in bins of equal counts, bits. */
  information(u: Float64Array, v: Float64Array): number {
    const { n, counts, columns, rows, columnOf, rowOf } = this;
    this.binsOf(u, columnOf);
    this.binsOf(v, rowOf);
    counts.fill(0);
    columns.fill(0);
    rows.fill(0);
    for (let i = 0; i < n; i++) {
      const column = columnOf[i] ?? 0;
      const row = rowOf[i] ?? 0;
      const bin = column * BINS + row;
      counts[bin] = (counts[bin] ?? 0) + 1;
      columns[column] = (columns[column] ?? 0) + 1;
      rows[row] = (rows[row] ?? 0) + 1;
    }
    const total = this.sumTerms(counts) - this.sumTerms(columns) - this.sumTerms(rows);
    // Rounding can leave −1e-16 for independent tables.
    return Math.max(0, total / n + Math.log2(n));
  }

  /** Writes each value's bin. Bins are runs of fine cells, so equal values share one and counts are equal but for that. */
  private binsOf(values: Float64Array, bins: Uint8Array): void {
    const { n, cells, binOfCell } = this;
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < n; i++) {
      const value = values[i] ?? 0;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    // Short of CELLS, so that the highest value stays inside.
    const scale = binsPerUnit({ low, high }, CELLS * (1 - 1e-12));
    cells.fill(0);
    for (let i = 0; i < n; i++) {
      const cell = (((values[i] ?? 0) - low) * scale) | 0;
      bins[i] = cell;
      cells[cell] = (cells[cell] ?? 0) + 1;
    }
    let below = 0;
    for (let cell = 0; cell < CELLS; cell++) {
      const count = cells[cell] ?? 0;
      // By the middle of the cell's own ranks.
      binOfCell[cell] = Math.min(BINS - 1, ((below + count / 2) * BINS) / n);
      below += count;
    }
    for (let i = 0; i < n; i++) bins[i] = binOfCell[bins[i] ?? 0] ?? 0;
  }

  private sumTerms(counts: Uint32Array): number {
    let sum = 0;
    for (let i = 0; i < counts.length; i++) sum += this.entropyTerms[counts[i] ?? 0] ?? 0;
    return sum;
  }
}
