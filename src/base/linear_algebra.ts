/**
 * Small dense linear algebra in float64: products, an LQ factorisation and symmetric eigenproblems; of the
 * diagnostics and of the float64 twins of the kernels. Blocks of a dictionary have few rows (r ≤ 32), so plain
 * cyclic Jacobi is both the simplest and the most accurate choice; for larger covariances singular_values.ts has
 * a tridiagonal path. Matrices are row-major Float64Arrays with explicit sizes. Nothing here knows what a group is.
 *
 * Inner loops read with `?? 0` instead of `at`: the indices are loop bounds, and a shared accessor
 * that sees several array kinds makes them about three times slower.
 */
import { at } from './array';

/** A [m, k] times B [k, n] → [m, n]. O(m·k·n). */
export function multiply(
  a: Float64Array,
  b: Float64Array,
  m: number,
  k: number,
  n: number,
): Float64Array {
  const product = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let l = 0; l < k; l++) {
      const scale = a[i * k + l] ?? 0;
      if (scale === 0) continue;
      for (let j = 0; j < n; j++) {
        product[i * n + j] = (product[i * n + j] ?? 0) + scale * (b[l * n + j] ?? 0);
      }
    }
  }
  return product;
}

/** A [m, k] times the transpose of B [n, k] → [m, n]. O(m·k·n). */
export function multiplyTransposed(
  a: Float64Array,
  b: Float64Array,
  m: number,
  k: number,
  n: number,
): Float64Array {
  const product = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      product[i * n + j] = dot(a, i * k, b, j * k, k);
    }
  }
  return product;
}

/** Transpose of A [m, n] → [n, m]. */
export function transpose(a: Float64Array, m: number, n: number): Float64Array {
  const result = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) result[j * m + i] = a[i * n + j] ?? 0;
  }
  return result;
}

/** Inner product of `length` entries of a from `aStart` and b from `bStart`. */
export function dot(
  a: Float64Array,
  aStart: number,
  b: Float64Array,
  bStart: number,
  length: number,
): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += (a[aStart + i] ?? 0) * (b[bStart + i] ?? 0);
  return sum;
}

/** A = L·Q with L lower triangular and the non-zero rows of Q orthonormal. */
export interface LowerFactorization {
  /** L [m, m]. L·Lᵀ = A·Aᵀ, so a code p of the block has ‖Aᵀp‖ = ‖pL‖. */
  readonly lower: Float64Array;
  /** Q [m, n]; the row of a dependent row of A is zero. */
  readonly basis: Float64Array;
  /** Number of independent rows found. */
  readonly rank: number;
}

/**
 * LQ factorisation of the rows of A [m, n] by Gram–Schmidt with one re-orthogonalisation ("twice is
 * enough", Giraud et al. 2005), so Q is orthonormal to working precision even for nearly dependent
 * rows. A row whose remainder is below `tolerance` times its own length counts as dependent.
 * O(m²·n).
 */
export function lowerFactor(
  a: Float64Array,
  m: number,
  n: number,
  tolerance = 1e-13,
): LowerFactorization {
  const lower = new Float64Array(m * m);
  const basis = a.slice(0, m * n);
  let rank = 0;
  for (let i = 0; i < m; i++) {
    const original = Math.sqrt(dot(basis, i * n, basis, i * n, n));
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < i; j++) {
        const projection = dot(basis, i * n, basis, j * n, n);
        if (projection === 0) continue;
        lower[i * m + j] = (lower[i * m + j] ?? 0) + projection;
        for (let c = 0; c < n; c++) {
          basis[i * n + c] = (basis[i * n + c] ?? 0) - projection * (basis[j * n + c] ?? 0);
        }
      }
    }
    const remainder = Math.sqrt(dot(basis, i * n, basis, i * n, n));
    const independent = remainder > tolerance * original;
    lower[i * m + i] = independent ? remainder : 0;
    for (let c = 0; c < n; c++) {
      basis[i * n + c] = independent ? (basis[i * n + c] ?? 0) / remainder : 0;
    }
    if (independent) rank++;
  }
  return { lower, basis, rank };
}

/** Orthonormal basis [rank, n] of the row space of A [m, n]. O(m²·n). */
export function orthonormalRows(
  a: Float64Array,
  m: number,
  n: number,
  tolerance = 1e-12,
): { readonly basis: Float64Array; readonly rank: number } {
  const { lower, basis, rank } = lowerFactor(a, m, n, tolerance);
  const packed = new Float64Array(rank * n);
  let row = 0;
  for (let i = 0; i < m; i++) {
    if (at(lower, i * m + i) === 0) continue;
    packed.set(basis.subarray(i * n, (i + 1) * n), row * n);
    row++;
  }
  return { basis: packed, rank };
}

/** Eigenvalues, largest first, and their orthonormal eigenvectors as rows. */
export interface SymmetricEigen {
  /** [n]. */
  readonly values: Float64Array;
  /** [n, n], row i belongs to value i. */
  readonly vectors: Float64Array;
}

const MAX_SWEEPS = 60;

/**
 * Eigen-decomposition of a symmetric A [n, n] by cyclic Jacobi rotations (Golub & Van Loan §8.5). Rotates until
 * every entry off the diagonal is rounding beside its own two diagonal entries, so that small eigenvalues of a
 * positive definite matrix keep their digits (Demmel & Veselić 1992). O(n³) a sweep, 6 to 10 sweeps; meant for
 * n ≤ 64.
 */
export function symmetricEigen(a: Float64Array, n: number): SymmetricEigen {
  const work = a.slice(0, n * n);
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) {
    let rotated = false;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (rotateSymmetric(work, vectors, n, p, q)) rotated = true;
      }
    }
    if (!rotated) break;
  }
  const diagonal = Float64Array.from({ length: n }, (_, i) => at(work, i * n + i));
  return sortDescending(diagonal, vectors, n);
}

/** One Jacobi rotation that zeroes entry (p, q) of the symmetric matrix `work`; false where it is rounding. */
function rotateSymmetric(
  work: Float64Array,
  vectors: Float64Array,
  n: number,
  p: number,
  q: number,
): boolean {
  const apq = work[p * n + q] ?? 0;
  const app = work[p * n + p] ?? 0;
  const aqq = work[q * n + q] ?? 0;
  if (Math.abs(apq) <= Number.EPSILON * Math.sqrt(Math.abs(app * aqq))) return false;
  const t = rotationTangent(app, aqq, apq);
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  for (let k = 0; k < n; k++) {
    const akp = work[k * n + p] ?? 0;
    const akq = work[k * n + q] ?? 0;
    work[k * n + p] = c * akp - s * akq;
    work[k * n + q] = s * akp + c * akq;
  }
  rotateRows(work, n, p, q, c, s);
  rotateRows(vectors, n, p, q, c, s);
  work[p * n + q] = 0;
  work[q * n + p] = 0;
  return true;
}

/** Tangent of the smaller of the two angles that make [[app, apq], [apq, aqq]] diagonal; apq ≠ 0. */
export function rotationTangent(app: number, aqq: number, apq: number): number {
  const theta = (aqq - app) / (2 * apq);
  return (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
}

/** Rotates rows p and q of a [·, width] by the angle of cosine c and sine s, in place. */
export function rotateRows(
  a: Float64Array,
  width: number,
  p: number,
  q: number,
  c: number,
  s: number,
): void {
  for (let k = 0; k < width; k++) {
    const x = a[p * width + k] ?? 0;
    const y = a[q * width + k] ?? 0;
    a[p * width + k] = c * x - s * y;
    a[q * width + k] = s * x + c * y;
  }
}

function sortDescending(values: Float64Array, vectors: Float64Array, n: number): SymmetricEigen {
  const order = Array.from(values, (_, i) => i).sort((i, j) => at(values, j) - at(values, i));
  const sorted = new Float64Array(n * n);
  order.forEach((from, to) => {
    sorted.set(vectors.subarray(from * n, (from + 1) * n), to * n);
  });
  return { values: Float64Array.from(order, (i) => at(values, i)), vectors: sorted };
}
