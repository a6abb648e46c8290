/**
 * Whether a code cloud is one thing of several dimensions or can be taken apart: separability and the
 * ε-mixture index of Engels, Michaud, Liao, Gurnee & Tegmark, "Not All Language Model Features Are
 * One-Dimensionally Linear" (2024), for planes of consecutive principal axes, above what Gaussian clouds of
 * the same number of points give. Points in, numbers out.
 *
 * The null needs no covariance. A plane is whitened by the sample's own covariance before anything is measured.
 * For points Z·A + 1·m with Z [n, 2] standard normal, whitening gives W·Q: W is Z whitened by its own covariance
 * and Q a rotation that A and that covariance decide. W is uniform on the matrices with WᵀW = n·I and
 * 1ᵀW = 0, and independent of Z's covariance (Muirhead 1982, theorem 2.1.14), so W·Q has the law of W. Hence
 * whatever is computed from a whitened Gaussian cloud depends on n alone, and irreducibility_null.ts has it.
 * Whitening changes neither index where it means something: coordinates that are independent in some basis
 * stay so, and ε-mixture, a maximum over all lines, does not see linear maps.
 */
import { nullSeparability } from './irreducibility_null';
import { mixtureOf } from './mixture';
import { separabilityOf } from './separability';
import { whitenedCloud } from './whitening';

/** Two indices of one plane. */
export interface PlaneReducibility {
  /** Mutual information of the two coordinates in the rotation that makes them most independent, bits. */
  readonly separability: number;
  /** `separability` less its mean over Gaussian clouds of as many points, bits. */
  readonly excess: number;
  /** Largest share of points within ε·rms of one line. High: a mixture with something lower-dimensional. */
  readonly mixture: number;
}

/** Half-width of the mixture's line in units of rms(v·f + c), as in the paper. */
const EPSILON = 0.1;
/** A normal number stays within this many standard deviations of its mean in 95 of 100 draws. */
export const Z95 = 1.96;

/**
 * Separability and mixture of n points in a plane. A cloud on one line is fully reducible (mixture 1,
 * separability and excess 0). n ≥ 1. O(100·n) + O(n log n) for each of some twenty directions.
 */
export function planeReducibility(
  x: Float64Array,
  y: Float64Array,
  epsilon = EPSILON,
): PlaneReducibility {
  const cloud = whitenedCloud(x, y);
  if (cloud === null) return { separability: 0, excess: 0, mixture: 1 };
  const separability = separabilityOf(cloud.x, cloud.y);
  return {
    separability,
    excess: separability - nullSeparability(x.length).mean,
    mixture: mixtureOf(cloud, epsilon),
  };
}

/** Irreducibility of a code cloud of any dimension. */
export interface CloudIrreducibility {
  /** Mean over the planes of (1 − max(mixture, bundled))·excess, bits. 0 is what chance gives. */
  readonly score: number;
  /** In 95 of 100 Gaussian clouds of as many points |score| stays below this, bits. */
  readonly chance95: number;
  /** Points that were used. */
  readonly points: number;
  readonly mixture: number;
  readonly separability: number;
  readonly planes: readonly PlaneReducibility[];
}

/**
 * Mean over the planes of consecutive principal axes (1,2), (2,3), … `dimensions` of them wide.
 * `coordinates` [n, axes] row-major. `bundled` is the share of points that packing finds on several separate
 * axes: a mixture of many lines, where ε-mixture knows one. Planes of a Gaussian cloud have independent nulls as
 * far as a thousand draws can tell, so the interval of their mean narrows with their number.
 */
export function cloudIrreducibility(
  coordinates: Float64Array,
  axes: number,
  dimensions: number,
  bundled = 0,
): CloudIrreducibility {
  const n = coordinates.length / axes;
  const column = (axis: number) =>
    Float64Array.from({ length: n }, (_, i) => coordinates[i * axes + axis] ?? 0);
  const planes: PlaneReducibility[] = [];
  for (let axis = 0; axis + 1 < Math.max(2, dimensions); axis++) {
    planes.push(planeReducibility(column(axis), column(axis + 1)));
  }
  const average = (pick: (plane: PlaneReducibility) => number) =>
    planes.reduce((total, plane) => total + pick(plane), 0) / planes.length;
  const whole = ({ mixture }: PlaneReducibility) => 1 - Math.max(mixture, bundled);
  const spread = Math.sqrt(average((plane) => whole(plane) ** 2) / planes.length);
  return {
    score: average((plane) => whole(plane) * plane.excess),
    chance95: Z95 * nullSeparability(n).deviation * spread,
    points: n,
    mixture: average((plane) => plane.mixture),
    separability: average((plane) => plane.separability),
    planes,
  };
}
