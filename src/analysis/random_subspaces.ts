/**
 * What chance gives for an overlap: how the smallest principal angle of two subspaces of given dimensions
 * in ℝ^d is distributed when their orientations are random. The null of every cosine that the
 * diagnostics show, without a draw: the squared cosine is the largest root of a multivariate beta.
 *
 * With p ≤ q the dimensions, the squared cosines λ of all principal angles have the density
 * ∝ ∏ λ_i^a (1 − λ_i)^b ∏ |λ_i − λ_j|, a = (q − p − 1)/2, b = (d − q − p − 1)/2 (Muirhead, Aspects of Multivariate
 * Statistical Theory, 1982, §11.3). The expected number of λ above x, counted with the sign of
 * ∏_{j≠i} (λ_i − λ_j), is an integral over a monic Jacobi polynomial (Aomoto 1987) with Selberg's integral as its constant.
 * It exceeds P(λ_max > x) only by draws with two λ above x, which repel each other: against simulation it is right to
 * the error of the simulation up to P = ½ (tests/unit/analysis/random_subspaces.test.ts). For p = 1 it is exact.
 */
import { RandomDraws, RandomStream } from '../base/random';

/** Lanczos coefficients of log Γ, g = 7 (relative error below 1e-14 for z ≥ ½). */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
  -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
  1.5056327351493116e-7,
] as const;

function logGamma(z: number): number {
  const t = z + 6.5;
  const sum = LANCZOS.reduce((total, c, i) => (i === 0 ? c : total + c / (z - 1 + i)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (z - 0.5) * Math.log(t) - t + Math.log(sum);
}

/** log of Selberg's integral of ∏ λ^(α−1)(1 − λ)^(β−1) ∏|λ_i − λ_j| over [0, 1]^n. */
function logSelberg(n: number, alpha: number, beta: number): number {
  let sum = 0;
  for (let j = 0; j < n; j++) {
    sum += logGamma(alpha + j / 2) + logGamma(beta + j / 2) + logGamma(1 + (j + 1) / 2);
    sum -= logGamma(alpha + beta + (n + j - 1) / 2) + logGamma(1.5);
  }
  return sum;
}

/**
 * Monic Jacobi polynomial of degree n on [0, 1], weight λ^α (1 − λ)^β, by its three-term recurrence; 0 below its
 * largest zero, which is where not all polynomials of lower degree are positive (Sturm).
 */
function monicJacobi(n: number, alpha: number, beta: number, lambda: number): number {
  let previous = 0;
  let current = 1;
  for (let i = 0; i < n; i++) {
    const s = 2 * i + alpha + beta;
    const centre = i === 0 ? (alpha - beta) / (s + 2) : (alpha ** 2 - beta ** 2) / (s * (s + 2));
    // For i = 1 a factor of numerator and denominator cancels, and may be zero in both.
    const spread =
      i < 2
        ? (4 * i * (1 + alpha) * (1 + beta)) / (s ** 2 * (s + 1) || 1)
        : (4 * i * (i + alpha) * (i + beta) * (i + alpha + beta)) / (s ** 2 * (s ** 2 - 1));
    const next = (lambda - (1 + centre) / 2) * current - (spread / 4) * previous;
    if (!(next > 0)) return 0;
    previous = current;
    current = next;
  }
  return current;
}

/** Simpson's rule for ∫ e^(−v) f(v) dv over v = CUT·s², cut where e^(−v) is 4e-18: f may be steep at 0. */
const STEPS = 200;
const CUT = 40;

/**
 * log of the chance that two random subspaces of dimensions m and k in ℝ^width share a direction to a
 * cosine of at least `cosine`; 0 (certain) where their dimensions force them to meet. Stays finite where the chance
 * itself is too small for a float. O(min(m, k)·200).
 */
export function logOverlapChance(m: number, k: number, width: number, cosine: number): number {
  const p = Math.min(m, k);
  const q = Math.max(m, k);
  if (p === 0) return Number.NEGATIVE_INFINITY;
  if (width < p + q || cosine <= 0) return 0;
  if (cosine >= 1) return Number.NEGATIVE_INFINITY;
  const a = (q - p - 1) / 2;
  const b = (width - q - p - 1) / 2;
  const open = 1 - cosine * cosine;
  const jacobi = (lambda: number) => monicJacobi(p - 1, 2 * a + 1, 2 * b + 1, lambda);
  // Within the bulk of the roots the signed count means nothing; there an overlap is certain.
  if (jacobi(cosine * cosine) === 0) return 0;
  let integral = 0;
  // 1 − λ = (1 − x)·e^(−v/(b + 1)) spreads the mass evenly, however large b is.
  for (let i = 0; i <= STEPS; i++) {
    const s = i / STEPS;
    const v = CUT * s * s;
    const lambda = 1 - open * Math.exp(-v / (b + 1));
    const weight = i === 0 || i === STEPS ? 1 : i % 2 === 1 ? 4 : 2;
    integral += weight * 2 * CUT * s * Math.exp(-v) * lambda ** a * jacobi(lambda);
  }
  integral /= 3 * STEPS;
  const constant = Math.log(p) + logSelberg(p - 1, a + 1, b + 1) - logSelberg(p, a + 1, b + 1);
  const log = constant + (b + 1) * Math.log(open) - Math.log(b + 1) + Math.log(integral);
  return Math.min(0, log);
}

/**
 * Cosine that random subspaces of dimensions m and k reach with the chance exp(`logChance`); 1 where they always
 * meet. By bisection to 1e-9.
 */
export function overlapOfChance(m: number, k: number, width: number, logChance: number): number {
  if (width < m + k) return 1;
  let low = 0;
  let high = 1;
  while (high - low > 1e-9) {
    const middle = (low + high) / 2;
    if (logOverlapChance(m, k, width, middle) > logChance) low = middle;
    else high = middle;
  }
  return high;
}

/** How many spaces have which dimension. */
export type DimensionCounts = ReadonlyMap<number, number>;

/** Whether overlaps keep their sign: only where every space is a direction, so that half of them are negative. */
export interface ChanceOverlapOptions {
  readonly oriented: boolean;
}

/** What overlaps a dictionary of the same size would have by chance. */
export interface ChanceOverlap {
  /** Mean over spaces of the cosine with their nearest other one. */
  readonly meanNearest: number;
  /** The largest cosine of any pair stays below this in 95 of 100 such dictionaries. */
  readonly coherence95: number;
}

const GRID = 200;

/**
 * Mean cosine of a random space of dimension m with the nearest of `others`. Pairs of random subspaces are
 * independent pair by pair, so the nearest of many has the chance exp(−Σ P(pair ≥ t)) of staying below t.
 * O(GRID·D·min rank) for D different dimensions.
 */
export function nearestByChance(
  m: number,
  others: DimensionCounts,
  width: number,
  { oriented }: ChanceOverlapOptions,
): number {
  let mean = 0;
  for (let step = 0; step < GRID && m > 0; step++) {
    const t = (step + 0.5) / GRID;
    let above = 0;
    for (const [k, count] of others) above += count * pairChance(m, k, width, t, oriented);
    mean += (1 - Math.exp(-above)) / GRID;
  }
  return mean;
}

/** Chance that a random pair reaches a cosine above 0; half of the pairs of directions have a negative one. */
function pairChance(
  m: number,
  k: number,
  width: number,
  cosine: number,
  oriented: boolean,
): number {
  return Math.exp(logOverlapChance(m, k, width, cosine)) * (oriented ? 0.5 : 1);
}

/**
 * Chance overlaps of randomly oriented subspaces of the given dimensions. O(GRID·D²·min rank) for D different
 * dimensions.
 */
export function chanceOverlap(
  dimensions: DimensionCounts,
  width: number,
  options: ChanceOverlapOptions,
): ChanceOverlap {
  const sizes = [...dimensions].filter(([dimension, count]) => dimension > 0 && count > 0);
  const total = sizes.reduce((sum, [, count]) => sum + count, 0);
  if (total < 2) return { meanNearest: 0, coherence95: 0 };
  const othersOf = (m: number) =>
    new Map(sizes.map(([k, count]) => [k, k === m ? count - 1 : count] as const));
  const meanNearest = sizes.reduce(
    (sum, [m, count]) => sum + (count / total) * nearestByChance(m, othersOf(m), width, options),
    0,
  );
  const pairsAbove = (t: number) =>
    sizes.reduce(
      (sum, [m, count]) =>
        [...othersOf(m)].reduce(
          (all, [k, others]) =>
            all + (count * others * pairChance(m, k, width, t, options.oriented)) / 2,
          sum,
        ),
      0,
    );
  let low = 0;
  let high = 1;
  while (high - low > 1e-6) {
    const middle = (low + high) / 2;
    if (pairsAbove(middle) > -Math.log(0.95)) low = middle;
    else high = middle;
  }
  return { meanNearest, coherence95: high };
}

/**
 * The cosines above which pairs of units are called near-duplicates: for two atoms `cosine` itself, and for
 * blocks the cosine that random blocks of their dimensions reach as rarely as random atoms reach `cosine` with either
 * sign. One number for both would count blocks, which have many directions to meet in, millions of times as readily.
 */
export class LinkThresholds {
  private readonly known = new Map<string, number>();
  /** log of the chance that a pair of randomly oriented units is linked. */
  readonly logChance: number;
  private readonly logEitherSign: number;

  constructor(
    readonly cosine: number,
    private readonly width: number,
    { oriented }: ChanceOverlapOptions,
  ) {
    this.logEitherSign = logOverlapChance(1, 1, width, cosine);
    this.logChance = this.logEitherSign - (oriented ? Math.LN2 : 0);
  }

  /** Cosine from which spaces of dimensions m and k are linked; infinite, so never, where they always meet. */
  of(m: number, k: number): number {
    if (m === 1 && k === 1) return this.cosine;
    if (this.width < m + k) return Number.POSITIVE_INFINITY;
    const key = `${m} ${k}`;
    const found = this.known.get(key) ?? overlapOfChance(m, k, this.width, this.logEitherSign);
    this.known.set(key, found);
    return found;
  }
}

/** Seeded vectors [count, width] whose directions are all equally likely. */
export function randomDirections(count: number, width: number): Float64Array {
  const vectors = new Float64Array(count * width);
  for (let i = 0; i < count; i++) {
    const draws = new RandomDraws(0, RandomStream.diagnosticNulls, width, i);
    for (let c = 0; c < width; c++) vectors[i * width + c] = draws.normal(c);
  }
  return vectors;
}
