/**
 * Covering numbers: how many atoms does it take so that every direction of a feature's subspace is within
 * ε of the span of at most k of them (docs/method/diagnostics.md)? An upper estimate by greedy selection with
 * orthogonal matching pursuit on sampled unit vectors; the paper's bound grows like (1/ε)^((d_i−k)/k), and a group
 * of rank d_i answers it with d_i atoms. Beside each stands what as many atoms in random directions reach.
 */
import { at } from '../base/array';
import { RandomDraws, RandomStream } from '../base/random';
import { dot } from '../base/linear_algebra';
import { randomDirections } from './random_subspaces';
import type { CoveringEntry } from './report_types';
import type { TrueFeature } from './types';

interface CoveringOptions {
  /** Values of k; default 1, 2, 4, 8. */
  readonly atomsPerVector?: readonly number[] | undefined;
  /** Values of ε; default 0.5, 0.3. */
  readonly epsilons?: readonly number[] | undefined;
  /** Unit vectors sampled from V_i; default 96. */
  readonly samples?: number | undefined;
}

/** Atoms considered: those that lie most within V_i. */
const CANDIDATES = 160;

/**
 * Covering numbers of one feature by the given atoms [n, d] (any lengths; zero atoms are skipped).
 * For A chosen atoms: O(n·d_i·d + CANDIDATES²·d) once and O(A·samples·CANDIDATES·k) for each k and ε.
 */
export function coveringNumbers(
  atoms: Float64Array,
  width: number,
  feature: TrueFeature,
  featureIndex: number,
  options: CoveringOptions = {},
): CoveringEntry[] {
  const { atomsPerVector = [1, 2, 4, 8], epsilons = [0.5, 0.3], samples = 96 } = options;
  const frame = Float64Array.from(feature.frame);
  const { dimension } = feature;
  const directions = unitVectors(dimension, samples);
  const problemOf = (from: Float64Array) =>
    coveringProblem(closestAtoms(from, width, frame, dimension), directions, dimension);
  const problem = problemOf(atoms);
  const byChance = problemOf(randomDirections(atoms.length / width, width));
  return atomsPerVector.flatMap((k) =>
    epsilons.map((epsilon) => ({
      feature: featureIndex,
      k,
      epsilon,
      ...greedyCover(problem, k, epsilon),
      coveredByChance: coverable(byChance, k, epsilon).length / byChance.vectors,
    })),
  );
}

/** Unit vectors [count, dimension]: both ends of a line, even angles of a plane, else seeded random ones. */
export function unitVectors(dimension: number, count: number): Float64Array {
  if (dimension === 1) return Float64Array.of(1, -1);
  const vectors = new Float64Array(count * dimension);
  const draws = new RandomDraws(0, RandomStream.diagnostics, dimension);
  for (let i = 0; i < count; i++) {
    const angle = (2 * Math.PI * i) / count;
    for (let a = 0; a < dimension; a++) {
      const even = a === 0 ? Math.cos(angle) : Math.sin(angle);
      vectors[i * dimension + a] = dimension === 2 ? even : draws.normal(i * dimension + a);
    }
    const length = Math.sqrt(dot(vectors, i * dimension, vectors, i * dimension, dimension));
    for (let a = 0; a < dimension; a++) {
      vectors[i * dimension + a] = at(vectors, i * dimension + a) / length;
    }
  }
  return vectors;
}

/** The atoms nearest to a subspace, normalised. */
interface AtomPool {
  readonly count: number;
  /** [count, d_i], coordinates of P_V a in the frame. */
  readonly inside: Float64Array;
  /** [count, count], cosines of atoms. */
  readonly gram: Float64Array;
}

function closestAtoms(
  atoms: Float64Array,
  width: number,
  frame: Float64Array,
  dimension: number,
): AtomPool {
  const total = atoms.length / width;
  const found: { unit: Float64Array; inside: Float64Array; share: number }[] = [];
  for (let i = 0; i < total; i++) {
    const length = Math.sqrt(dot(atoms, i * width, atoms, i * width, width));
    if (length === 0) continue;
    const inside = Float64Array.from(
      { length: dimension },
      (_, a) => dot(frame, a * width, atoms, i * width, width) / length,
    );
    const unit = atoms.slice(i * width, (i + 1) * width).map((value) => value / length);
    found.push({ unit, inside, share: dot(inside, 0, inside, 0, dimension) });
  }
  const nearest = found.sort((a, b) => b.share - a.share).slice(0, CANDIDATES);
  const count = nearest.length;
  const inside = new Float64Array(count * dimension);
  const gram = new Float64Array(count * count);
  nearest.forEach((atom, i) => {
    inside.set(atom.inside, i * dimension);
    for (let j = 0; j <= i; j++) {
      const cosine = dot(atom.unit, 0, at(nearest, j).unit, 0, width);
      gram[i * count + j] = cosine;
      gram[j * count + i] = cosine;
    }
  });
  return { count, inside, gram };
}

/** Everything that the greedy cover needs, free of the width d. */
interface CoveringProblem {
  readonly atoms: number;
  readonly vectors: number;
  /** [atoms, atoms]. */
  readonly gram: Float64Array;
  /** [vectors, atoms], inner products of unit vectors and atoms. */
  readonly products: Float64Array;
}

function coveringProblem(
  pool: AtomPool,
  directions: Float64Array,
  dimension: number,
): CoveringProblem {
  const vectors = directions.length / dimension;
  const products = new Float64Array(vectors * pool.count);
  for (let v = 0; v < vectors; v++) {
    for (let a = 0; a < pool.count; a++) {
      products[v * pool.count + a] = dot(
        directions,
        v * dimension,
        pool.inside,
        a * dimension,
        dimension,
      );
    }
  }
  return { atoms: pool.count, vectors, gram: pool.gram, products };
}

/** One vector's sparse approximation by chosen atoms: an orthonormalised support in Gram coordinates. */
interface Pursuit {
  /** Squared distance from the span of the support. */
  residual: number;
  /** [atoms], inner product of every atom with the residual vector. */
  readonly correlation: Float64Array;
  /** [atoms], squared length of every atom orthogonal to the support. */
  readonly remainder: Float64Array;
  /** Orthonormalised support: each [atoms], inner products with every atom. */
  readonly support: Float64Array[];
}

/**
 * Adds atoms one by one, each time the one that newly covers most vectors (ties: that reduces the open
 * vectors' squared distances most), until all vectors that the whole pool can cover are covered. A vector
 * may use at most k of the chosen atoms; when an atom is added, open vectors run their pursuit again.
 */
function greedyCover(
  problem: CoveringProblem,
  k: number,
  epsilon: number,
): { atoms: number; covered: number } {
  const limit = squaredReach(epsilon);
  const reachable = coverable(problem, k, epsilon);
  const chosen: number[] = [];
  const isChosen = new Uint8Array(problem.atoms);
  // The pursuit of an open vector stops at k − 1 atoms, so that one more can be judged.
  let open = reachable.map((vector) => ({ vector, pursuit: startPursuit(problem, vector) }));
  while (open.length > 0) {
    const best = bestAtom(
      problem,
      open.map(({ pursuit }) => pursuit),
      isChosen,
      limit,
    );
    if (best === null) break;
    chosen.push(best);
    isChosen[best] = 1;
    open = open.flatMap(({ vector }) => {
      const pursuit = pursue(problem, vector, chosen, k, limit);
      return pursuit === null ? [] : [{ vector, pursuit }];
    });
  }
  return { atoms: chosen.length, covered: (reachable.length - open.length) / problem.vectors };
}

/** Largest squared distance of a covered vector: a touch of slack, as an atom in the middle of an arc reaches both ends at exactly ε. */
function squaredReach(epsilon: number): number {
  return epsilon * epsilon * (1 + 1e-12);
}

/** The vectors that come within ε of at most k atoms of the whole pool. */
function coverable(problem: CoveringProblem, k: number, epsilon: number): number[] {
  const pool = Array.from({ length: problem.atoms }, (_, a) => a);
  return Array.from({ length: problem.vectors }, (_, v) => v).filter(
    (v) => pursue(problem, v, pool, k, squaredReach(epsilon)) === null,
  );
}

function startPursuit({ atoms, products, gram }: CoveringProblem, vector: number): Pursuit {
  return {
    residual: 1,
    correlation: products.slice(vector * atoms, (vector + 1) * atoms),
    remainder: Float64Array.from({ length: atoms }, (_, a) => at(gram, a * atoms + a)),
    support: [],
  };
}

/** Squared length (of a unit atom) below which an atom lies in the span of the support and adds nothing. */
const DEPENDENT = 1e-10;

function gainOf(pursuit: Pursuit, atom: number): number {
  const remainder = pursuit.remainder[atom] ?? 0;
  const correlation = pursuit.correlation[atom] ?? 0;
  return remainder > DEPENDENT ? (correlation * correlation) / remainder : 0;
}

function bestAtom(
  problem: CoveringProblem,
  open: readonly Pursuit[],
  isChosen: Uint8Array,
  limit: number,
): number | null {
  let best: number | null = null;
  let bestCovered = 0;
  let bestGain = -1;
  for (let atom = 0; atom < problem.atoms; atom++) {
    if (isChosen[atom] === 1) continue;
    let covered = 0;
    let gain = 0;
    for (const pursuit of open) {
      const reduction = gainOf(pursuit, atom);
      gain += reduction;
      if (pursuit.residual - reduction <= limit) covered++;
    }
    if (covered > bestCovered || (covered === bestCovered && gain > bestGain)) {
      best = atom;
      bestCovered = covered;
      bestGain = gain;
    }
  }
  return best;
}

/**
 * Orthogonal matching pursuit of one vector over the chosen atoms: null when k of them come within the
 * limit, else its state after k − 1.
 */
function pursue(
  problem: CoveringProblem,
  vector: number,
  chosen: readonly number[],
  k: number,
  limit: number,
): Pursuit | null {
  const pursuit = startPursuit(problem, vector);
  for (let step = 0; step < k; step++) {
    let best = -1;
    let bestGain = 0;
    for (const atom of chosen) {
      const gain = gainOf(pursuit, atom);
      if (gain > bestGain) {
        best = atom;
        bestGain = gain;
      }
    }
    if (best < 0) break;
    if (pursuit.residual - bestGain <= limit) return null;
    if (step === k - 1) break;
    extendSupport(problem, pursuit, best);
  }
  return pursuit;
}

/** Orthogonalises the residual and all atoms against one more atom. */
function extendSupport({ atoms, gram }: CoveringProblem, pursuit: Pursuit, atom: number): void {
  const length = Math.sqrt(at(pursuit.remainder, atom));
  const direction = gram.slice(atom * atoms, (atom + 1) * atoms);
  for (const earlier of pursuit.support) {
    const overlap = at(earlier, atom);
    for (let a = 0; a < atoms; a++) {
      direction[a] = (direction[a] ?? 0) - overlap * (earlier[a] ?? 0);
    }
  }
  const weight = at(pursuit.correlation, atom) / length;
  pursuit.residual -= weight * weight;
  for (let a = 0; a < atoms; a++) {
    const component = (direction[a] ?? 0) / length;
    direction[a] = component;
    pursuit.correlation[a] = (pursuit.correlation[a] ?? 0) - weight * component;
    pursuit.remainder[a] = (pursuit.remainder[a] ?? 0) - component * component;
  }
  pursuit.support.push(direction);
}
