/**
 * Whether a code cloud is one thing of several dimensions or can be taken apart: separability and the
 * ε-mixture index of Engels, Michaud, Liao, Gurnee & Tegmark, "Not All Language Model Features Are
 * One-Dimensionally Linear" (2024), for planes of consecutive principal axes. Points in, numbers out.
 *
 * The paper's code climbs to the mixture index by noisy gradient steps from a random start. Here the best
 * offset c is found exactly for each direction v, by sliding the window |v·f + c| < ε·rms over the sorted
 * projections, and the directions by a grid with local refinement: deterministic, and never below what
 * the grid holds. Histograms of few points overstate mutual information; `biasBits` says by how much.
 */
import { at } from '../base/array';

/** Two indices of one plane. */
export interface PlaneReducibility {
  /** Minimum over rotations of the mutual information of the two coordinates, bits. High: not independent. */
  readonly separability: number;
  /** Miller–Madow estimate of how much of `separability` is due to the finite number of points, bits. */
  readonly biasBits: number;
  /** Largest share of points within ε·rms of one line. High: a mixture with something lower-dimensional. */
  readonly mixture: number;
  /** (1 − mixture)·separability. */
  readonly score: number;
  /** Angle of the rotation that attains `separability`, radians in [0, π/2). */
  readonly separableAngle: number;
}

export interface ReducibilityOptions {
  /** Half-width of the mixture's line in units of rms(v·f + c); default 0.1 as in the paper. */
  readonly epsilon?: number | undefined;
  /** Rotations for separability; default 100. */
  readonly rotations?: number | undefined;
  /** Bins of a histogram axis; default 10. */
  readonly bins?: number | undefined;
}

/** A flat cloud has no second dimension: variance below this share of the first counts as none. */
const FLAT = 1e-9;
const COARSE_ANGLES = 48;
const REFINED_PEAKS = 3;
const REFINEMENTS = 5;

/**
 * Separability and mixture of n points in a plane. The cloud is centred and scaled by its rms first; both
 * indices are then free of position and size, and separability of rotation up to the angular grid. A
 * cloud on one line is fully reducible (mixture 1, separability 0). n ≥ 1.
 * O(n·rotations) + O(n log n) for each of about 80 directions.
 */
export function planeReducibility(
  x: Float64Array,
  y: Float64Array,
  { epsilon = 0.1, rotations = 100, bins = 10 }: ReducibilityOptions = {},
): PlaneReducibility {
  const cloud = normalize(x, y);
  if (cloud.minorVariance <= FLAT * cloud.majorVariance) {
    return { separability: 0, biasBits: 0, mixture: 1, score: 0, separableAngle: 0 };
  }
  const { information, bias, angle } = separabilityOf(cloud.x, cloud.y, rotations, bins);
  const mixture = mixtureOf(cloud.x, cloud.y, epsilon);
  return {
    separability: information,
    biasBits: bias,
    mixture,
    score: (1 - mixture) * information,
    separableAngle: angle,
  };
}

interface NormalizedCloud {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly majorVariance: number;
  readonly minorVariance: number;
}

function normalize(x: Float64Array, y: Float64Array): NormalizedCloud {
  const n = x.length;
  const meanX = mean(x);
  const meanY = mean(y);
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (let i = 0; i < n; i++) {
    const a = (x[i] ?? 0) - meanX;
    const b = (y[i] ?? 0) - meanY;
    xx += (a * a) / n;
    xy += (a * b) / n;
    yy += (b * b) / n;
  }
  const half = (xx + yy) / 2;
  const spread = Math.hypot((xx - yy) / 2, xy);
  const rms = Math.sqrt(xx + yy);
  const scale = rms > 0 ? 1 / rms : 0;
  return {
    x: x.map((value) => (value - meanX) * scale),
    y: y.map((value) => (value - meanY) * scale),
    majorVariance: half + spread,
    minorVariance: half - spread,
  };
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ?? 0;
  return values.length > 0 ? sum / values.length : 0;
}

/** Rotations are taken from [0, π/2): a quarter turn only swaps and mirrors the axes of the histogram. */
function separabilityOf(
  x: Float64Array,
  y: Float64Array,
  rotations: number,
  bins: number,
): { information: number; bias: number; angle: number } {
  let best = { information: Number.POSITIVE_INFINITY, bias: 0, angle: 0 };
  const u = new Float64Array(x.length);
  const v = new Float64Array(x.length);
  const counts = new Uint32Array(bins * bins);
  for (let k = 0; k < rotations; k++) {
    const angle = (k * Math.PI) / (2 * rotations);
    const c = Math.cos(angle);
    const s = Math.sin(angle);
    let uLow = Number.POSITIVE_INFINITY;
    let uHigh = Number.NEGATIVE_INFINITY;
    let vLow = Number.POSITIVE_INFINITY;
    let vHigh = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < x.length; i++) {
      const a = x[i] ?? 0;
      const b = y[i] ?? 0;
      const ui = c * a + s * b;
      const vi = c * b - s * a;
      u[i] = ui;
      v[i] = vi;
      if (ui < uLow) uLow = ui;
      if (ui > uHigh) uHigh = ui;
      if (vi < vLow) vLow = vi;
      if (vi > vHigh) vHigh = vi;
    }
    counts.fill(0);
    // Bins span each axis's own range, as numpy's histogram2d does in the paper's code.
    const uScale = bins / (uHigh - uLow || 1);
    const vScale = bins / (vHigh - vLow || 1);
    for (let i = 0; i < x.length; i++) {
      const column = Math.min(bins - 1, Math.floor(((u[i] ?? 0) - uLow) * uScale));
      const row = Math.min(bins - 1, Math.floor(((v[i] ?? 0) - vLow) * vScale));
      const bin = column * bins + row;
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    const { information, bias } = mutualInformation(counts, bins, x.length);
    if (information < best.information) best = { information, bias, angle };
  }
  return best;
}

/** Plug-in mutual information of a bins × bins table of n points, and its Miller–Madow bias, bits. */
function mutualInformation(
  counts: Uint32Array,
  bins: number,
  n: number,
): { information: number; bias: number } {
  const rows = new Float64Array(bins);
  const columns = new Float64Array(bins);
  for (let i = 0; i < bins; i++) {
    for (let j = 0; j < bins; j++) {
      const count = counts[i * bins + j] ?? 0;
      rows[i] = (rows[i] ?? 0) + count;
      columns[j] = (columns[j] ?? 0) + count;
    }
  }
  let information = 0;
  let cells = 0;
  for (let i = 0; i < bins; i++) {
    for (let j = 0; j < bins; j++) {
      const count = counts[i * bins + j] ?? 0;
      if (count === 0) continue;
      cells++;
      information += (count / n) * Math.log2((count * n) / ((rows[i] ?? 0) * (columns[j] ?? 0)));
    }
  }
  const occupied = (sums: Float64Array) =>
    sums.reduce((total, sum) => total + (sum > 0 ? 1 : 0), 0);
  const freedom = cells - occupied(rows) - occupied(columns) + 1;
  // Rounding can leave −1e-17 for independent tables.
  return {
    information: Math.max(0, information),
    bias: Math.max(0, freedom) / (2 * n * Math.LN2),
  };
}

/** max over directions and offsets of the share of points with |v·f + c| < ε·rms(v·f + c). */
function mixtureOf(x: Float64Array, y: Float64Array, epsilon: number): number {
  const projection = new Float64Array(x.length);
  const shareAt = (angle: number): number => {
    const c = Math.cos(angle);
    const s = Math.sin(angle);
    for (let i = 0; i < x.length; i++) projection[i] = c * (x[i] ?? 0) + s * (y[i] ?? 0);
    return bestWindowShare(projection, epsilon);
  };
  const step = Math.PI / COARSE_ANGLES;
  const coarse = Float64Array.from({ length: COARSE_ANGLES }, (_, k) => shareAt(k * step));
  const peaks = Array.from(coarse, (_, k) => k)
    .sort((a, b) => at(coarse, b) - at(coarse, a) || a - b)
    .slice(0, REFINED_PEAKS);
  let best = 0;
  for (const peak of peaks) {
    let angle = peak * step;
    let share = at(coarse, peak);
    for (let level = 1; level <= REFINEMENTS; level++) {
      const reach = step / 2 ** level;
      for (const candidate of [angle - reach, angle + reach]) {
        const value = shareAt(candidate);
        if (value > share) {
          share = value;
          angle = candidate;
        }
      }
    }
    best = Math.max(best, share);
  }
  return best;
}

/**
 * Largest share of values z in a window |z − t| < ε·rms(z − t) over all t, exactly: the best window may
 * start at a value, and its centre t then solves t − ε·√(var + (t − m)²) = z. Sorts `values`.
 */
function bestWindowShare(values: Float64Array, epsilon: number): number {
  const n = values.length;
  values.sort();
  const m = mean(values);
  let variance = 0;
  for (let i = 0; i < n; i++) variance += ((values[i] ?? 0) - m) ** 2 / n;
  const slack = 1 - epsilon * epsilon;
  let best = 0;
  let end = 0;
  for (let start = 0; start < n; start++) {
    const left = (values[start] ?? 0) - m;
    const centre = (left + epsilon * Math.sqrt(left * left + slack * variance)) / slack;
    const right = m + 2 * centre - left;
    while (end < n && (values[end] ?? 0) <= right) end++;
    if (end - start > best) best = end - start;
    if (n - start <= best) break;
  }
  return n > 0 ? best / n : 0;
}

/** Irreducibility of a code cloud of any dimension. */
export interface CloudIrreducibility {
  /** Mean of (1 − mixture)·separability over the planes, bits. */
  readonly score: number;
  readonly mixture: number;
  readonly separability: number;
  readonly planes: readonly PlaneReducibility[];
}

/**
 * Mean over the planes of consecutive principal axes (1,2), (2,3), … `dimensions` of them wide.
 * `coordinates` [n, axes] row-major. Cost: planes × that of `planeReducibility`.
 */
export function cloudIrreducibility(
  coordinates: Float64Array,
  axes: number,
  dimensions: number,
  options: ReducibilityOptions = {},
): CloudIrreducibility {
  const n = coordinates.length / axes;
  const column = (axis: number) =>
    Float64Array.from({ length: n }, (_, i) => coordinates[i * axes + axis] ?? 0);
  const planes: PlaneReducibility[] = [];
  for (let axis = 0; axis + 1 < Math.max(2, dimensions); axis++) {
    planes.push(planeReducibility(column(axis), column(axis + 1), options));
  }
  const average = (pick: (plane: PlaneReducibility) => number) =>
    planes.reduce((total, plane) => total + pick(plane), 0) / planes.length;
  return {
    score: average((plane) => plane.score),
    mixture: average((plane) => plane.mixture),
    separability: average((plane) => plane.separability),
    planes,
  };
}
