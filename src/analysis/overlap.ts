/**
 * How the row spaces of groups lie to each other: principal angles, nearest groups, block coherence, and
 * the links of nearly shared directions that clusters are built from. The K × K problem is one pass
 * over pairs that keeps a short list a group; no K²-sized table ever exists. Spaces are the groups' rank-90
 * row spaces; for a scalar SAE a space is an atom's line and a cosine is |cos| of two atoms, or cos itself
 * where codes are never negative: opposite atoms of a ReLU model never fire together and share nothing.
 */
import { at } from '../base/array';
import { dot, multiplyTransposed } from '../base/linear_algebra';
import { nearestPairs } from './pair_search';
import { chanceOverlap, LinkThresholds, type DimensionCounts } from './random_subspaces';
import type { NearestGroup, OverlapReport } from './report_types';
import { singularValues } from '../base/singular_values';
import { groupMap } from './spectra';
import type { Dictionary } from './types';

/** Orthonormal bases of the rank-90 row spaces of some groups, packed. */
export interface RowSpaces {
  readonly width: number;
  /** [n], group index of each space. */
  readonly groups: Uint32Array;
  /** [n + 1], space i owns rows offsets[i] … offsets[i + 1] of `rows`. */
  readonly offsets: Uint32Array;
  /** [total rank, d], orthonormal within a space. */
  readonly rows: Float64Array;
  /** Whether every space is a direction whose sign counts; see `IndexedCodes.oriented`. */
  readonly oriented: boolean;
}

/**
 * Rank-90 row spaces of the given groups; a group with a zero map has no rows. The basis of a scalar SAE's unit
 * points along its atom. O(n·r²·d).
 */
export function rowSpaces(
  dictionary: Dictionary,
  groups: readonly number[],
  oriented = false,
): RowSpaces {
  const { rank, width } = dictionary;
  const offsets = new Uint32Array(groups.length + 1);
  // Room for full rank at once: bases kept one by one would exist twice.
  const rows = new Float64Array(groups.length * rank * width);
  groups.forEach((group, i) => {
    const { basis } = groupMap(dictionary, group);
    rows.set(basis, at(offsets, i) * width);
    offsets[i + 1] = at(offsets, i) + basis.length / width;
  });
  const used = at(offsets, groups.length) * width;
  return {
    width,
    groups: Uint32Array.from(groups),
    offsets,
    rows: rows.subarray(0, used),
    oriented,
  };
}

/** How many spaces have which dimension; those without one are left out. */
export function dimensionCounts({ offsets, groups }: RowSpaces): Map<number, number> {
  const counts = new Map<number, number>();
  groups.forEach((_, i) => {
    const dimension = at(offsets, i + 1) - at(offsets, i);
    if (dimension > 0) counts.set(dimension, (counts.get(dimension) ?? 0) + 1);
  });
  return counts;
}

/** Basis of space i, [rank, d]; a view. */
export function spaceRows(spaces: RowSpaces, index: number): Float64Array {
  const { offsets, rows, width } = spaces;
  return rows.subarray(at(offsets, index) * width, at(offsets, index + 1) * width);
}

/**
 * Cosines of the principal angles between two row spaces given by orthonormal rows A [m, d] and
 * B [n, d]: singular values of A·Bᵀ, largest (smallest angle) first, clipped to 1. O(m·n·d).
 */
export function principalCosines(a: Float64Array, b: Float64Array, width: number): Float64Array {
  const m = a.length / width;
  const n = b.length / width;
  if (m === 0 || n === 0) return new Float64Array(0);
  const product = multiplyTransposed(a, b, m, width, n);
  return singularValues(product, m, n).map((value) => Math.min(1, value));
}

/** A neighbour with all its principal angles. */
export interface NearestSpace extends NearestGroup {
  /** Cosines of all principal angles, largest first. */
  readonly cosines: readonly number[];
}

/**
 * The `count` spaces nearest to the row space `basis` [m, d] of a group, itself left out, by the smallest
 * principal angle (ties: by the sum of squared cosines, then by index). O(K·r²·d): for one card, without
 * the all-pairs pass.
 */
export function nearestGroups(
  spaces: RowSpaces,
  basis: Float64Array,
  group: number,
  count: number,
): NearestSpace[] {
  const found: NearestSpace[] = [];
  spaces.groups.forEach((other, i) => {
    if (other === group) return;
    const own = spaceRows(spaces, i);
    const cosines = spaces.oriented
      ? Float64Array.of(dot(basis, 0, own, 0, own.length))
      : principalCosines(basis, own, spaces.width);
    const cosine = own.length > 0 ? cosines[0] : undefined;
    if (cosine !== undefined) found.push({ group: other, cosine, cosines: Array.from(cosines) });
  });
  const overlap = (space: NearestSpace) => space.cosines.reduce((sum, c) => sum + c * c, 0);
  found.sort((a, b) => b.cosine - a.cosine || overlap(b) - overlap(a) || a.group - b.group);
  return found.slice(0, count);
}

export interface OverlapOptions {
  /** Neighbours kept for each group; default 8. */
  readonly neighbours?: number | undefined;
  /**
   * Atoms at or above this cosine are linked, and blocks from the cosine that is as rare by chance
   * (`LinkThresholds`); default 0.7.
   */
  readonly threshold?: number | undefined;
  /**
   * Multiply-adds above which pairs are screened in a random projection and only the promising ones
   * measured exactly; default 6e9 (some ten seconds).
   */
  readonly exactWork?: number | undefined;
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

/** A pair of groups, a < b. */
interface GroupPair {
  readonly a: number;
  readonly b: number;
  readonly cosine: number;
}

/** Result of the all-pairs pass. */
export interface OverlapSearch {
  /** Nearest groups by group, strongest first; only for the groups searched. */
  readonly nearest: ReadonlyMap<number, readonly NearestGroup[]>;
  /** Component label of each searched group under the links; equal labels are connected. */
  readonly component: ReadonlyMap<number, number>;
  /** Pair with the largest cosine; null with fewer than two non-empty spaces. */
  readonly closest: GroupPair | null;
  /** Whether two searched groups of this cosine are linked. */
  readonly isLinked: (a: number, b: number, cosine: number) => boolean;
  readonly thresholds: LinkThresholds;
  readonly width: number;
  readonly oriented: boolean;
  /** Searched groups by the dimension of their space; those without one are left out. */
  readonly dimensions: DimensionCounts;
  /** False when pairs were screened: the lists hold true cosines but may miss a neighbour. */
  readonly exact: boolean;
}

/**
 * All pairs of row spaces once. Exact cost: R²·d/2 multiply-adds for R rows in all spaces (K = 256, rank 4,
 * d = 128: 67 million; K = 4096, rank 3, d = 768: 58 thousand million, hence the screening, which needs
 * R²·96/2). Memory: R·d + K·neighbours.
 */
export function searchOverlap(spaces: RowSpaces, options: OverlapOptions = {}): OverlapSearch {
  const { neighbours = 8, threshold = 0.7, exactWork = 6e9, onProgress } = options;
  const { width, oriented } = spaces;
  const thresholds = new LinkThresholds(threshold, width, { oriented });
  const linkedFrom = (m: number, k: number) => thresholds.of(m, k);
  const found = nearestPairs(spaces, { neighbours, linkedFrom, exactWork, onProgress });
  const dimensionOf = new Map<number, number>();
  const nearest = new Map<number, NearestGroup[]>();
  const component = new Map<number, number>();
  let closest: GroupPair | null = null;
  found.lists.forEach((list, i) => {
    const group = at(spaces.groups, i);
    dimensionOf.set(group, at(spaces.offsets, i + 1) - at(spaces.offsets, i));
    nearest.set(
      group,
      list.map(({ index, cosine }) => ({ group: at(spaces.groups, index), cosine })),
    );
    component.set(group, found.rootOf(i));
    const first = list[0];
    if (first !== undefined && (closest === null || first.cosine > closest.cosine)) {
      closest = { a: group, b: at(spaces.groups, first.index), cosine: first.cosine };
    }
  });
  const isLinked = (a: number, b: number, cosine: number) =>
    cosine >= linkedFrom(dimensionOf.get(a) ?? 0, dimensionOf.get(b) ?? 0);
  return {
    nearest,
    component,
    closest,
    isLinked,
    thresholds,
    width,
    oriented,
    dimensions: dimensionCounts(spaces),
    exact: found.exact,
  };
}

/** What theory asks block coherence to stay below, 1/(2s − 1); null at s = 1, where that is no condition. */
export function coherenceBound(activeGroups: number): number | null {
  return activeGroups > 1 ? 1 / (2 * activeGroups - 1) : null;
}

/** Bins of the nearest groups' cosines. */
const BINS = 20;
/** Most pairs that are listed. */
const PAIRS = 20;

/**
 * Block coherence μ = max_{i≠j} ‖Q_iQ_jᵀ‖₂ and the nearest-neighbour picture. `activeGroups` is s, the
 * groups active in a row (docs/method/diagnostics.md: theory wants μ < 1/(2s − 1)). Beside both stands what
 * randomly oriented spaces of the same dimensions have. O(K·neighbours·log).
 */
export function describeOverlap(search: OverlapSearch, activeGroups: number): OverlapReport {
  const nearestHistogram = new Array<number>(BINS).fill(0);
  const found = new Map<string, GroupPair>();
  let sum = 0;
  let counted = 0;
  for (const [group, list] of search.nearest) {
    const first = list[0];
    if (first === undefined) continue;
    const bin = Math.min(BINS - 1, Math.max(0, Math.floor(first.cosine * BINS)));
    nearestHistogram[bin] = at(nearestHistogram, bin) + 1;
    sum += first.cosine;
    counted++;
    for (const { group: other, cosine } of list) {
      const [a, b] = group < other ? [group, other] : [other, group];
      found.set(`${a},${b}`, { a, b, cosine });
    }
  }
  const coherence = search.closest?.cosine ?? 0;
  const chance = chanceOverlap(search.dimensions, search.width, search);
  return {
    coherence,
    coherenceChance95: chance.coherence95,
    pair: search.closest === null ? null : [search.closest.a, search.closest.b],
    activeGroups,
    bound: coherenceBound(activeGroups),
    nearestHistogram,
    meanNearest: counted > 0 ? sum / counted : 0,
    meanNearestChance: chance.meanNearest,
    oriented: search.oriented,
    closestPairs: [...found.values()]
      .sort((p, q) => q.cosine - p.cosine || p.a - q.a || p.b - q.b)
      .slice(0, PAIRS),
    exact: search.exact,
  };
}

/** Capture ‖Q·Vᵀ‖_F² / d_i of a feature frame V [d_i, d] by orthonormal rows Q [m, d]: 1 is the whole feature. O(m·d_i·d). */
export function captureOf(basis: Float64Array, frame: Float64Array, width: number): number {
  const m = basis.length / width;
  const dimension = frame.length / width;
  if (dimension === 0) return 0;
  let sum = 0;
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < dimension; j++) {
      sum += dot(basis, i * width, frame, j * width, width) ** 2;
    }
  }
  return sum / dimension;
}
