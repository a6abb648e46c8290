/**
 * The all-pairs pass over row spaces: for each space its nearest others by the cosine of the smallest
 * principal angle, and the components of all pairs that are close enough to be linked. Exact while that is
 * affordable; beyond, pairs are screened in a random projection and the promising ones measured exactly.
 */
import { at } from '../base/array';
import { RandomDraws, RandomStream } from '../base/random';
import { singularValues } from '../base/singular_values';

export interface PairSearchInput {
  readonly width: number;
  /** [n + 1]. */
  readonly offsets: Uint32Array;
  /** [offsets[n], width], orthonormal within a space. */
  readonly rows: Float64Array;
  /** Whether every space is a direction whose sign counts: opposite ones then have the cosine −1, not 1. */
  readonly oriented: boolean;
}

export interface PairSearchOptions {
  readonly neighbours: number;
  /** Cosine from which spaces of m and k dimensions are linked. */
  readonly linkedFrom: (m: number, k: number) => number;
  readonly exactWork: number;
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

interface Neighbour {
  readonly index: number;
  readonly cosine: number;
}

export interface PairSearchResult {
  /** [n], strongest first, ties by index. */
  readonly lists: readonly (readonly Neighbour[])[];
  /** Representative of the component of space i under the links. */
  rootOf(index: number): number;
  readonly exact: boolean;
}

/** Width of the screening projection: cosines of unit vectors are then off by about 1/√96 = 0.1. */
const SKETCH_WIDTH = 96;
/** Candidates verified for each wanted neighbour. */
const CANDIDATES_PER_NEIGHBOUR = 4;

/** See the file's header. R²·d/2 multiply-adds for R rows, or R²·96/2 when screened. */
export function nearestPairs(input: PairSearchInput, options: PairSearchOptions): PairSearchResult {
  const n = input.offsets.length - 1;
  const total = at(input.offsets, n);
  const work = (total * total * input.width) / 2;
  const exact = work <= options.exactWork || input.width <= SKETCH_WIDTH;
  return exact ? searchExactly(input, n, options) : searchScreened(input, n, options);
}

function searchExactly(
  input: PairSearchInput,
  n: number,
  { neighbours, linkedFrom, onProgress }: PairSearchOptions,
): PairSearchResult {
  const lists = Array.from({ length: n }, () => new NeighbourList(neighbours));
  const components = new Components(n);
  forEachPair(input, onProgress, (i, j, product, m, k) => {
    const listI = at(lists, i);
    const listJ = at(lists, j);
    // Most pairs of a wide dictionary cannot matter, and their spectrum is never needed.
    const link = linkedFrom(m, k);
    const needed = Math.min(listI.weakest, listJ.weakest, link);
    if (needed > 0 && largestSingularValueBound(product, m, k) < needed) return;
    const cosine = overlapOf(product, m, k, input.oriented);
    listI.offer(j, cosine);
    listJ.offer(i, cosine);
    if (cosine >= link) components.join(i, j);
  });
  return {
    lists: lists.map((list) => list.entries),
    rootOf: (i) => components.rootOf(i),
    exact: true,
  };
}

function searchScreened(
  input: PairSearchInput,
  n: number,
  { neighbours, linkedFrom, onProgress }: PairSearchOptions,
): PairSearchResult {
  const sketch = project(input);
  const candidates = Array.from(
    { length: n },
    () => new NeighbourList(neighbours * CANDIDATES_PER_NEIGHBOUR),
  );
  const report = (share: number) => onProgress?.(0.9 * share);
  forEachPair(sketch, report, (i, j, product, m, k) => {
    const listI = at(candidates, i);
    const listJ = at(candidates, j);
    const estimate = input.oriented ? at(product, 0) : frobenius(product, m * k);
    if (estimate < Math.min(listI.weakest, listJ.weakest)) return;
    listI.offer(j, estimate);
    listJ.offer(i, estimate);
  });
  const lists = Array.from({ length: n }, () => new NeighbourList(neighbours));
  const components = new Components(n);
  const product = new Float64Array(largestBlock(input, n) ** 2);
  candidates.forEach((list, i) => {
    for (const { index: j } of list.entries) {
      const m = at(input.offsets, i + 1) - at(input.offsets, i);
      const k = at(input.offsets, j + 1) - at(input.offsets, j);
      blockProduct(input, i, j, product);
      const cosine = overlapOf(product, m, k, input.oriented);
      at(lists, i).offer(j, cosine);
      at(lists, j).offer(i, cosine);
      if (cosine >= linkedFrom(m, k)) components.join(i, j);
    }
  });
  onProgress?.(1);
  return {
    lists: lists.map((list) => list.entries),
    rootOf: (i) => components.rootOf(i),
    exact: false,
  };
}

/** Rows times a fixed Gaussian matrix [width, SKETCH_WIDTH] / √SKETCH_WIDTH (Johnson & Lindenstrauss). */
function project({ width, offsets, rows, oriented }: PairSearchInput): PairSearchInput {
  const draws = new RandomDraws(0, RandomStream.diagnostics, width);
  const matrix = Float64Array.from(
    { length: width * SKETCH_WIDTH },
    (_, i) => draws.normal(i) / Math.sqrt(SKETCH_WIDTH),
  );
  const total = rows.length / width;
  const projected = new Float64Array(total * SKETCH_WIDTH);
  for (let i = 0; i < total; i++) {
    for (let c = 0; c < width; c++) {
      const value = rows[i * width + c] ?? 0;
      for (let k = 0; k < SKETCH_WIDTH; k++) {
        projected[i * SKETCH_WIDTH + k] =
          (projected[i * SKETCH_WIDTH + k] ?? 0) + value * (matrix[c * SKETCH_WIDTH + k] ?? 0);
      }
    }
  }
  return { width: SKETCH_WIDTH, offsets, rows: projected, oriented };
}

/** Calls `visit(i, j, Q_iQ_jᵀ, rows of i, rows of j)` for every pair i < j of non-empty spaces. */
function forEachPair(
  input: PairSearchInput,
  onProgress: ((fraction: number) => void) | undefined,
  visit: (i: number, j: number, product: Float64Array, m: number, k: number) => void,
): void {
  const { offsets } = input;
  const n = offsets.length - 1;
  const product = new Float64Array(largestBlock(input, n) ** 2);
  const stride = Math.max(1, Math.floor(n / 100));
  for (let i = 0; i < n; i++) {
    const m = at(offsets, i + 1) - at(offsets, i);
    for (let j = i + 1; j < n && m > 0; j++) {
      const k = (offsets[j + 1] ?? 0) - (offsets[j] ?? 0);
      if (k === 0) continue;
      blockProduct(input, i, j, product);
      visit(i, j, product, m, k);
    }
    // Row i has n − i pairs left: progress in pairs, not in rows.
    if (i % stride === 0) onProgress?.(1 - ((n - i) / n) ** 2);
  }
  onProgress?.(1);
}

function largestBlock({ offsets }: PairSearchInput, n: number): number {
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, at(offsets, i + 1) - at(offsets, i));
  return largest;
}

/**
 * Writes Q_iQ_jᵀ [m, k] to `product`. Two rows of each at a time, so that every load serves twice; where one is
 * left over it stands in for its missing partner and the double is not written.
 */
function blockProduct(input: PairSearchInput, i: number, j: number, product: Float64Array): void {
  const { rows, offsets, width } = input;
  const firstI = offsets[i] ?? 0;
  const firstJ = offsets[j] ?? 0;
  const m = (offsets[i + 1] ?? 0) - firstI;
  const k = (offsets[j + 1] ?? 0) - firstJ;
  for (let a = 0; a < m; a += 2) {
    const startA = (firstI + a) * width;
    const nextA = a + 1 < m ? startA + width : startA;
    for (let b = 0; b < k; b += 2) {
      const startB = (firstJ + b) * width;
      const nextB = b + 1 < k ? startB + width : startB;
      let [corner, right, below, across] = [0, 0, 0, 0];
      for (let c = 0; c < width; c++) {
        const top = rows[startA + c] ?? 0;
        const bottom = rows[nextA + c] ?? 0;
        const left = rows[startB + c] ?? 0;
        const other = rows[nextB + c] ?? 0;
        corner += top * left;
        right += top * other;
        below += bottom * left;
        across += bottom * other;
      }
      product[a * k + b] = corner;
      if (b + 1 < k) product[a * k + b + 1] = right;
      if (a + 1 < m) product[(a + 1) * k + b] = below;
      if (a + 1 < m && b + 1 < k) product[(a + 1) * k + b + 1] = across;
    }
  }
}

function frobenius(product: Float64Array, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += (product[i] ?? 0) ** 2;
  return Math.sqrt(sum);
}

/** √ of the largest row sum of |C·Cᵀ| bounds σ₁ from above, often tighter than the Frobenius norm. */
function largestSingularValueBound(product: Float64Array, m: number, k: number): number {
  let largest = 0;
  for (let a = 0; a < m; a++) {
    let sum = 0;
    for (let b = 0; b < m; b++) {
      let entry = 0;
      for (let c = 0; c < k; c++) {
        entry += (product[a * k + c] ?? 0) * (product[b * k + c] ?? 0);
      }
      sum += Math.abs(entry);
    }
    if (sum > largest) largest = sum;
  }
  return Math.sqrt(largest);
}

/** Cosine of the smallest principal angle, from Q_iQ_jᵀ; with its sign for directions. */
function overlapOf(product: Float64Array, m: number, k: number, oriented: boolean): number {
  if (oriented) return Math.max(-1, Math.min(1, at(product, 0)));
  if (m === 1 || k === 1) return Math.min(1, frobenius(product, m * k));
  return Math.min(1, singularValues(product, m, k)[0] ?? 0);
}

/** The strongest few neighbours of one space, strongest first. */
class NeighbourList {
  readonly entries: Neighbour[] = [];
  constructor(private readonly limit: number) {}

  /** Cosine that a newcomer must beat; −∞ while there is room. */
  get weakest(): number {
    if (this.entries.length < this.limit) return Number.NEGATIVE_INFINITY;
    return this.entries[this.limit - 1]?.cosine ?? Number.NEGATIVE_INFINITY;
  }

  offer(index: number, cosine: number): void {
    if (cosine <= this.weakest || this.entries.some((entry) => entry.index === index)) return;
    let place = this.entries.length;
    while (place > 0) {
      const above = at(this.entries, place - 1);
      if (above.cosine > cosine || (above.cosine === cosine && above.index < index)) break;
      place--;
    }
    this.entries.splice(place, 0, { index, cosine });
    if (this.entries.length > this.limit) this.entries.pop();
  }
}

/** Disjoint sets with path halving; the root is the lowest index joined so far. */
class Components {
  private readonly parent: Uint32Array;
  constructor(size: number) {
    this.parent = Uint32Array.from({ length: size }, (_, i) => i);
  }

  rootOf(index: number): number {
    let node = index;
    for (let above = at(this.parent, node); above !== node; above = at(this.parent, node)) {
      const grand = at(this.parent, above);
      this.parent[node] = grand;
      node = grand;
    }
    return node;
  }

  join(a: number, b: number): void {
    const rootA = this.rootOf(a);
    const rootB = this.rootOf(b);
    if (rootA !== rootB) this.parent[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
  }
}
