/**
 * Separability of a plane cloud: the mutual information of its two coordinates, minimised over rotations
 * (Engels et al. 2024). Zero when some rotation makes them independent. Expects the centred, scaled cloud that
 * `planeReducibility` makes.
 */

/** Separability of a cloud, bits. */
export interface Separability {
  readonly information: number;
  /** Miller–Madow estimate of the part that is due to the finite number of points. */
  readonly bias: number;
  /** Rotation that attains it, radians in [0, π/2). */
  readonly angle: number;
}

/**
 * Smallest mutual information over evenly spaced rotations, with a bins × bins histogram. Rotations are taken
 * from [0, π/2): a quarter turn only swaps and mirrors the axes of the histogram. O(rotations·(n + bins²)).
 */
export function separabilityOf(
  x: Float64Array,
  y: Float64Array,
  rotations: number,
  bins: number,
): Separability {
  const n = x.length;
  let best: Separability = { information: Number.POSITIVE_INFINITY, bias: 0, angle: 0 };
  const u = new Float64Array(n);
  const v = new Float64Array(n);
  const histogram = new JointHistogram(bins, n);
  for (let k = 0; k < rotations; k++) {
    const angle = (k * Math.PI) / (2 * rotations);
    const uRange = project(x, y, angle, u);
    const vRange = project(x, y, angle + Math.PI / 2, v);
    histogram.fill(u, uRange, v, vRange);
    const { information, bias } = histogram.mutualInformation();
    if (information < best.information) best = { information, bias, angle };
  }
  return best;
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

/** A bins × bins table of n points, reused over rotations. */
class JointHistogram {
  private readonly counts: Uint32Array;
  private readonly columns: Uint32Array;
  private readonly rows: Uint32Array;
  /** [n + 1], c·log2 c: mutual information is a sum of these. */
  private readonly entropyTerms: Float64Array;

  constructor(
    private readonly bins: number,
    private readonly n: number,
  ) {
    this.counts = new Uint32Array(bins * bins);
    this.columns = new Uint32Array(bins);
    this.rows = new Uint32Array(bins);
    this.entropyTerms = Float64Array.from({ length: n + 1 }, (_, c) =>
      c > 0 ? c * Math.log2(c) : 0,
    );
  }

  /** Counts points in bins that span each axis's own range, as numpy's histogram2d does in the paper's code. */
  fill(u: Float64Array, uRange: Range, v: Float64Array, vRange: Range): void {
    const { bins, counts, columns, rows } = this;
    const last = bins - 1;
    const uLow = uRange.low;
    const vLow = vRange.low;
    const uScale = binsPerUnit(uRange, bins);
    const vScale = binsPerUnit(vRange, bins);
    counts.fill(0);
    for (let i = 0; i < u.length; i++) {
      const column = (((u[i] ?? 0) - uLow) * uScale) | 0;
      const row = (((v[i] ?? 0) - vLow) * vScale) | 0;
      // Only the highest value falls beyond the last bin.
      const bin = (column < bins ? column : last) * bins + (row < bins ? row : last);
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    columns.fill(0);
    rows.fill(0);
    for (let bin = 0, column = 0; column < bins; column++) {
      for (let row = 0; row < bins; row++, bin++) {
        const count = counts[bin] ?? 0;
        columns[column] = (columns[column] ?? 0) + count;
        rows[row] = (rows[row] ?? 0) + count;
      }
    }
  }

  /** Plug-in mutual information and its Miller–Madow bias, bits. */
  mutualInformation(): { information: number; bias: number } {
    const { n, counts, columns, rows } = this;
    const total = this.sumTerms(counts) - this.sumTerms(columns) - this.sumTerms(rows);
    const freedom = occupied(counts) - occupied(columns) - occupied(rows) + 1;
    // Rounding can leave −1e-16 for independent tables.
    return {
      information: Math.max(0, total / n + Math.log2(n)),
      bias: Math.max(0, freedom) / (2 * n * Math.LN2),
    };
  }

  private sumTerms(counts: Uint32Array): number {
    let sum = 0;
    for (let i = 0; i < counts.length; i++) sum += this.entropyTerms[counts[i] ?? 0] ?? 0;
    return sum;
  }
}

function occupied(counts: Uint32Array): number {
  let cells = 0;
  for (let i = 0; i < counts.length; i++) if (counts[i] !== 0) cells++;
  return cells;
}
