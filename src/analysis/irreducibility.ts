/**
 * Whether a code cloud is one thing of several dimensions or can be taken apart: separability and the
 * ε-mixture index of Engels, Michaud, Liao, Gurnee & Tegmark, "Not All Language Model Features Are
 * One-Dimensionally Linear" (2024), for planes of consecutive principal axes. Points in, numbers out.
 * Histograms of few points overstate mutual information; `biasBits` says by how much.
 */
import { type CentredCloud, mixtureOf } from './mixture';
import { separabilityOf } from './separability';

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

/** A flat cloud has no second dimension: variance below this share of the whole counts as none. */
const FLAT = 1e-9;

/**
 * Separability and mixture of n points in a plane. The cloud is centred and scaled by its rms first; both
 * indices are then free of position and size, and separability of rotation up to the angular grid. A
 * cloud on one line is fully reducible (mixture 1, separability 0). n ≥ 1.
 * O(n·rotations) + O(n log n) for each of some twenty directions.
 */
export function planeReducibility(
  x: Float64Array,
  y: Float64Array,
  { epsilon = 0.1, rotations = 100, bins = 10 }: ReducibilityOptions = {},
): PlaneReducibility {
  const cloud = normalize(x, y);
  if (minorVariance(cloud) <= FLAT) {
    return { separability: 0, biasBits: 0, mixture: 1, score: 0, separableAngle: 0 };
  }
  const { information, bias, angle } = separabilityOf(cloud.x, cloud.y, rotations, bins);
  const mixture = mixtureOf(cloud, epsilon);
  return {
    separability: information,
    biasBits: bias,
    mixture,
    score: (1 - mixture) * information,
    separableAngle: angle,
  };
}

function normalize(x: Float64Array, y: Float64Array): CentredCloud {
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
  const rms = Math.sqrt(xx + yy);
  const scale = rms > 0 ? 1 / rms : 0;
  return {
    x: x.map((value) => (value - meanX) * scale),
    y: y.map((value) => (value - meanY) * scale),
    xx: xx * scale * scale,
    xy: xy * scale * scale,
    yy: yy * scale * scale,
  };
}

/** Smaller eigenvalue of the covariance; the larger is about 1, or 0 for coinciding points. */
function minorVariance({ xx, xy, yy }: CentredCloud): number {
  return (xx + yy) / 2 - Math.hypot((xx - yy) / 2, xy);
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ?? 0;
  return values.length > 0 ? sum / values.length : 0;
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
