/**
 * Agreement of two sets of coordinates for the same points when the true shape is curved: circular
 * correlation for angles, and rank correlation of geodesic distances for everything else, each with what it
 * comes to when the points are paired at random. Points in, numbers out.
 */
import { at } from '../base/array';
import { RandomDraws, RandomStream } from '../base/random';

/**
 * T-linear circular correlation of two angle samples (Fisher & Lee 1983), radians, in [−1, 1]. It compares
 * differences of angles, so it needs no mean direction (a full circle has none); 1: equal up to a turn,
 * −1: equal up to a turn and a reflection. 0 when either sample has fewer than two distinct directions. O(n).
 */
export function circularCorrelation(theta: Float64Array, phi: Float64Array): number {
  const n = theta.length;
  let cc = 0;
  let ss = 0;
  let cs = 0;
  let sc = 0;
  let cosTheta = 0;
  let sinTheta = 0;
  let cosPhi = 0;
  let sinPhi = 0;
  for (let i = 0; i < n; i++) {
    const t = at(theta, i);
    const p = at(phi, i);
    cc += Math.cos(t) * Math.cos(p);
    ss += Math.sin(t) * Math.sin(p);
    cs += Math.cos(t) * Math.sin(p);
    sc += Math.sin(t) * Math.cos(p);
    cosTheta += Math.cos(2 * t);
    sinTheta += Math.sin(2 * t);
    cosPhi += Math.cos(2 * p);
    sinPhi += Math.sin(2 * p);
  }
  const spread = (n * n - cosTheta ** 2 - sinTheta ** 2) * (n * n - cosPhi ** 2 - sinPhi ** 2);
  if (!(spread > (1e-12 * n * n) ** 2)) return 0;
  return Math.max(-1, Math.min(1, (4 * (cc * ss - cs * sc)) / Math.sqrt(spread)));
}

/** Random pairings behind a chance level. */
const PAIRINGS = 200;

/**
 * The |value| that 95 of 100 random pairings of n points stay below. A pairing sends i to (a·i + b) mod n with seeded a
 * (without a common divisor with n) and b: points stand in the order of rows, which says nothing about them.
 * 1 for fewer than three points.
 */
function chance95(n: number, valueOf: (partner: (i: number) => number) => number): number {
  if (n < 3) return 1;
  const values = Array.from({ length: PAIRINGS }, (_, pairing) => {
    const draws = new RandomDraws(0, RandomStream.diagnosticNulls, n, pairing);
    let factor = 1 + (draws.u32(0) % (n - 1));
    while (commonDivisor(factor, n) > 1) factor = 1 + (factor % (n - 1));
    const shift = draws.u32(1) % n;
    return Math.abs(valueOf((i) => (factor * i + shift) % n));
  });
  return at(
    values.sort((a, b) => a - b),
    Math.ceil(0.95 * PAIRINGS) - 1,
  );
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/** The |circular correlation| that 95 of 100 random pairings of the angles stay below. O(200·n). */
export function circularChance95(theta: Float64Array, phi: Float64Array): number {
  return chance95(theta.length, (partner) =>
    circularCorrelation(
      theta,
      phi.map((_, i) => at(phi, partner(i))),
    ),
  );
}

/** Ranks 1 … n, equal values sharing the mean of their ranks. O(n log n). */
export function ranksOf(values: Float64Array): Float64Array {
  const order = Uint32Array.from(values, (_, i) => i);
  order.sort((i, j) => (values[i] ?? 0) - (values[j] ?? 0));
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end] ?? 0] === values[order[start] ?? 0]) end++;
    for (let k = start; k < end; k++) ranks[order[k] ?? 0] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}

/** Spearman's rank correlation; 0 when either side is constant. O(n log n). */
export function spearman(a: Float64Array, b: Float64Array): number {
  const ranksA = ranksOf(a);
  const ranksB = ranksOf(b);
  const middle = (a.length + 1) / 2;
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    const x = (ranksA[i] ?? 0) - middle;
    const y = (ranksB[i] ?? 0) - middle;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}

/** Neighbours of a point in the graph whose shortest paths stand for geodesics (Tenenbaum et al. 2000). */
const GRAPH_NEIGHBOURS = 8;

/** A correlation with its chance level. */
export interface CorrelationAboveChance {
  readonly value: number;
  /** |value| stays below this in 95 of 100 random pairings of the points. */
  readonly chance95: number;
}

/**
 * Spearman correlation between geodesic distances of two embeddings of the same n points: a [n, widthA]
 * and b [n, widthB]. Geodesics are shortest paths in each embedding's own 8-nearest-neighbour graph, so
 * no shape needs a formula, and an isometric copy scores exactly 1. Pairs that either graph does not connect
 * are left out; 0 with fewer than three points. Pairs of one point are not independent, so chance pairs the
 * points anew and not the distances (Mantel 1967). O(n³ + 200·n²): meant for n of about 100.
 */
export function geodesicSpearman(
  a: Float64Array,
  widthA: number,
  b: Float64Array,
  widthB: number,
): CorrelationAboveChance {
  const n = a.length / widthA;
  if (n < 3) return { value: 0, chance95: 1 };
  const pathsA = shortestPaths(a, n, widthA);
  const pathsB = shortestPaths(b, n, widthB);
  const paired = (partner: (i: number) => number) => {
    const first: number[] = [];
    const second: number[] = [];
    for (let i = 0; i < n; i++) {
      for (let j = i + 1; j < n; j++) {
        const x = at(pathsA, i * n + j);
        const y = at(pathsB, partner(i) * n + partner(j));
        if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
        first.push(x);
        second.push(y);
      }
    }
    return [Float64Array.from(first), Float64Array.from(second)] as const;
  };
  const value = spearman(...paired((i) => i));
  const [ranksA, ranksB] = [rankedPaths(pathsA), rankedPaths(pathsB)];
  return {
    value,
    chance95: chance95(n, (partner) => {
      let sum = 0;
      let squaresA = 0;
      let squaresB = 0;
      for (let i = 0; i < n; i++) {
        const row = partner(i) * n;
        for (let j = i + 1; j < n; j++) {
          const x = ranksA[i * n + j] ?? 0;
          const y = ranksB[row + partner(j)] ?? 0;
          sum += x * y;
          squaresA += x * x;
          squaresB += y * y;
        }
      }
      return sum / Math.sqrt(squaresA * squaresB);
    }),
  };
}

/** Ranks of the finite paths of a symmetric matrix about their mean; 0 for the others. */
function rankedPaths(paths: Float64Array): Float64Array {
  const n = Math.sqrt(paths.length);
  const places = Array.from(paths, (_, place) => place).filter(
    (place) => place % n > Math.floor(place / n) && Number.isFinite(at(paths, place)),
  );
  const ranks = ranksOf(Float64Array.from(places, (place) => at(paths, place)));
  const centred = new Float64Array(paths.length);
  places.forEach((place, i) => {
    const value = at(ranks, i) - (places.length + 1) / 2;
    centred[place] = value;
    centred[(place % n) * n + Math.floor(place / n)] = value;
  });
  return centred;
}

/** All shortest paths [n, n] in the symmetrised nearest-neighbour graph (Floyd–Warshall). */
function shortestPaths(points: Float64Array, n: number, width: number): Float64Array {
  const direct = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let c = 0; c < width; c++) {
        sum += ((points[i * width + c] ?? 0) - (points[j * width + c] ?? 0)) ** 2;
      }
      direct[i * n + j] = Math.sqrt(sum);
      direct[j * n + i] = Math.sqrt(sum);
    }
  }
  const paths = new Float64Array(n * n).fill(Number.POSITIVE_INFINITY);
  for (let i = 0; i < n; i++) {
    const row = direct.subarray(i * n, (i + 1) * n);
    const reach = row.slice().sort()[Math.min(n - 1, GRAPH_NEIGHBOURS)] ?? 0;
    for (let j = 0; j < n; j++) {
      const length = row[j] ?? 0;
      if (length > reach) continue;
      paths[i * n + j] = length;
      paths[j * n + i] = length;
    }
  }
  for (let k = 0; k < n; k++) {
    for (let i = 0; i < n; i++) {
      const through = paths[i * n + k] ?? 0;
      if (through === Number.POSITIVE_INFINITY) continue;
      for (let j = 0; j < n; j++) {
        const length = through + (paths[k * n + j] ?? 0);
        if (length < (paths[i * n + j] ?? 0)) paths[i * n + j] = length;
      }
    }
  }
  return paths;
}
