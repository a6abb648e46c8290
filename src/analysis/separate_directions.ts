/**
 * Well-separated directions of a point cloud through the origin: what features that take turns leave behind
 * where one many-dimensional feature leaves a filled cloud. Points in, numbers out.
 */
import { at } from '../base/array';
import { evenSample } from './even_sample';
import { dot } from '../base/linear_algebra';

/** Half-angle of the cone that belongs to an axis. */
const CONE = Math.cos((20 * Math.PI) / 180);
/** Outer half-angle of the ring that must be nearly empty around a separate axis. */
const RING = Math.cos((40 * Math.PI) / 180);
/** Most points in the ring, as a share of those in the cone. A filled plane has a share of 1. */
const RING_SHARE = 0.25;
/** Least share of the cloud that an axis must hold. */
const LEAST_SHARE = 0.05;
/** Directions tried as centres of cones. */
const CANDIDATES = 32;
/** Dense directions without an empty ring that are passed over before the search ends. */
const MOST_FAILURES = 8;
/** Axes or rays of a cloud. */
export interface CloudDirections {
  readonly count: number;
  /** Share of points within 20° of one of them. */
  readonly share: number;
}

/**
 * Well-separated directions of a cloud [n, axes] through the origin: cones of 20° that hold at least 5 % of
 * the points and are surrounded by a ring (20° to 40°) with at most a quarter as many. `signed` false
 * counts axes (both half-lines together), true counts rays. A circle, a sphere or a Gaussian has none; a
 * cloud of one dimension has one axis. O(32·n·axes) for each direction tried.
 */
export function separateDirections(
  cloud: Float64Array,
  axes: number,
  signed: boolean,
): CloudDirections {
  const directions = unitDirections(cloud, axes);
  const n = directions.length / axes;
  if (n === 0) return { count: 0, share: 0 };
  const left = new Uint8Array(n).fill(1);
  const tried = new Uint8Array(n);
  let count = 0;
  let covered = 0;
  let failures = 0;
  while (failures < MOST_FAILURES) {
    const open = Array.from(left, (_, i) => i).filter((i) => left[i] === 1 && tried[i] === 0);
    if (open.length === 0) break;
    const start = densestCandidate(directions, axes, open, left, signed);
    const centre = refinedCentre(directions, axes, start, left, signed);
    const { cone, ring } = countsAround(directions, axes, centre, 0, left, signed);
    // Nothing denser is left to try.
    if (cone < LEAST_SHARE * n) break;
    const accepted = ring <= RING_SHARE * cone;
    if (accepted) {
      count++;
      covered += cone;
    } else {
      failures++;
    }
    // The refined centre may lie beside the start: mark that too, so that every round moves on.
    tried[start] = 1;
    for (let i = 0; i < n; i++) {
      if (cosine(directions, i * axes, centre, 0, axes, signed) < CONE) continue;
      tried[i] = 1;
      if (accepted) left[i] = 0;
    }
  }
  return { count, share: covered / n };
}

/** Points scaled to length 1; points at the origin have no direction and are left out. */
function unitDirections(cloud: Float64Array, axes: number): Float64Array {
  const n = cloud.length / axes;
  const directions = new Float64Array(cloud.length);
  let kept = 0;
  for (let i = 0; i < n; i++) {
    const length = Math.sqrt(dot(cloud, i * axes, cloud, i * axes, axes));
    if (length === 0) continue;
    for (let a = 0; a < axes; a++) {
      directions[kept * axes + a] = (cloud[i * axes + a] ?? 0) / length;
    }
    kept++;
  }
  return directions.subarray(0, kept * axes);
}

function cosine(
  a: Float64Array,
  aStart: number,
  b: Float64Array,
  bStart: number,
  axes: number,
  signed: boolean,
): number {
  const value = dot(a, aStart, b, bStart, axes);
  return signed ? value : Math.abs(value);
}

/**
 * Points left in the cone around a centre, and all points in the ring: what belongs to another axis fills the ring
 * too, or the flanks of a long Gaussian would pass for axes once its middle is taken.
 */
function countsAround(
  directions: Float64Array,
  axes: number,
  centre: Float64Array,
  centreStart: number,
  left: Uint8Array,
  signed: boolean,
): { cone: number; ring: number } {
  let cone = 0;
  let ring = 0;
  for (let i = 0; i < left.length; i++) {
    const value = cosine(directions, i * axes, centre, centreStart, axes, signed);
    if (value >= CONE) cone += left[i] ?? 0;
    else if (value >= RING) ring++;
  }
  return { cone, ring };
}

function densestCandidate(
  directions: Float64Array,
  axes: number,
  open: readonly number[],
  left: Uint8Array,
  signed: boolean,
): number {
  let best = at(open, 0);
  let most = -1;
  for (const position of evenSample(open.length, CANDIDATES)) {
    const candidate = at(open, position);
    const { cone } = countsAround(directions, axes, directions, candidate * axes, left, signed);
    if (cone > most) {
      most = cone;
      best = candidate;
    }
  }
  return best;
}

/** Mean direction (signs aligned) of the points in the cone around a candidate. */
function refinedCentre(
  directions: Float64Array,
  axes: number,
  start: number,
  left: Uint8Array,
  signed: boolean,
): Float64Array {
  const centre = new Float64Array(axes);
  for (let i = 0; i < left.length; i++) {
    if (left[i] === 0) continue;
    const value = dot(directions, i * axes, directions, start * axes, axes);
    if ((signed ? value : Math.abs(value)) < CONE) continue;
    const sign = value < 0 ? -1 : 1;
    for (let a = 0; a < axes; a++) {
      centre[a] = (centre[a] ?? 0) + sign * (directions[i * axes + a] ?? 0);
    }
  }
  const length = Math.sqrt(dot(centre, 0, centre, 0, axes));
  return length > 0
    ? centre.map((value) => value / length)
    : directions.slice(start * axes, (start + 1) * axes);
}
