/**
 * Singular values by one-sided Jacobi, which finds small values to high relative accuracy where the
 * eigenvalues of a Gram matrix would lose everything below 1e-8 of the largest, and eigenvalues alone
 * of larger symmetric matrices by tridiagonal reduction. Float64, row-major. Knows no group.
 */
import { at } from './array';
import { dot, rotateRows, rotationTangent, symmetricEigen, transpose } from './linear_algebra';

/** A = Σ_i values[i] · left_iᵀ right_i. */
export interface SingularValueDecomposition {
  /** [k], k = min(m, n), largest first. */
  readonly values: Float64Array;
  /** [k, m], row i is the left vector of value i; zero where the value is zero. */
  readonly left: Float64Array;
  /** [k, n], row i is the right vector of value i; zero where the value is zero. */
  readonly right: Float64Array;
}

const MAX_SWEEPS = 60;

/**
 * Singular value decomposition of A [m, n]: pairs of rows are rotated until all are orthogonal
 * (Hestenes; Demmel & Veselić 1992 for the accuracy). O(min²·max) a sweep, 5 to 10 sweeps. Vectors of
 * zero singular values are left zero: they span whatever is missing.
 */
export function singularValueDecomposition(
  a: Float64Array,
  m: number,
  n: number,
): SingularValueDecomposition {
  if (m > n) {
    const { values, left, right } = singularValueDecomposition(transpose(a, m, n), n, m);
    return { values, left: right, right: left };
  }
  const rows = a.slice(0, m * n);
  const rotation = new Float64Array(m * m);
  for (let i = 0; i < m; i++) rotation[i * m + i] = 1;
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) {
    let rotated = false;
    for (let p = 0; p < m; p++) {
      for (let q = p + 1; q < m; q++) {
        if (orthogonalizeRows(rows, rotation, m, n, p, q)) rotated = true;
      }
    }
    if (!rotated) break;
  }
  const lengths = Float64Array.from({ length: m }, (_, i) =>
    Math.sqrt(dot(rows, i * n, rows, i * n, n)),
  );
  const order = Array.from(lengths, (_, i) => i).sort((i, j) => at(lengths, j) - at(lengths, i));
  const left = new Float64Array(m * m);
  const right = new Float64Array(m * n);
  order.forEach((from, to) => {
    const length = at(lengths, from);
    if (length === 0) return;
    left.set(rotation.subarray(from * m, (from + 1) * m), to * m);
    for (let c = 0; c < n; c++) right[to * n + c] = at(rows, from * n + c) / length;
  });
  return { values: Float64Array.from(order, (i) => at(lengths, i)), left, right };
}

/** Rotates rows p and q of `rows` (and of `rotation`) to be orthogonal; false when they already are. */
function orthogonalizeRows(
  rows: Float64Array,
  rotation: Float64Array,
  m: number,
  n: number,
  p: number,
  q: number,
): boolean {
  const alpha = dot(rows, p * n, rows, p * n, n);
  const beta = dot(rows, q * n, rows, q * n, n);
  const gamma = dot(rows, p * n, rows, q * n, n);
  if (Math.abs(gamma) <= 1e-15 * Math.sqrt(alpha * beta)) return false;
  const t = rotationTangent(alpha, beta, gamma);
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  rotateRows(rows, n, p, q, c, s);
  rotateRows(rotation, m, p, q, c, s);
  return true;
}

/** Singular values of A [m, n], largest first, [min(m, n)]. Cost as the decomposition. */
export function singularValues(a: Float64Array, m: number, n: number): Float64Array {
  return singularValueDecomposition(a, m, n).values;
}

/** Above this size the eigenvalues come from a tridiagonal matrix instead of Jacobi rotations. */
const JACOBI_LIMIT = 24;

/**
 * Eigenvalues of a symmetric A [n, n], largest first, without eigenvectors. Householder reduction to
 * tridiagonal form, then implicit QL (Golub & Van Loan §8.3; the EISPACK pair tred1, tql1). O(n³).
 */
export function symmetricEigenvalues(a: Float64Array, n: number): Float64Array {
  if (n <= JACOBI_LIMIT) return symmetricEigen(a, n).values;
  const { diagonal, offDiagonal } = tridiagonalize(a, n);
  implicitQl(diagonal, offDiagonal, n);
  return diagonal.sort().reverse();
}

/** Tridiagonal matrix similar to A: its diagonal [n] and, from index 1, what lies beside it [n]. */
function tridiagonalize(
  a: Float64Array,
  n: number,
): { diagonal: Float64Array; offDiagonal: Float64Array } {
  const work = a.slice(0, n * n);
  const offDiagonal = new Float64Array(n);
  const product = new Float64Array(n);
  for (let i = n - 1; i > 0; i--) {
    // Row i left of the diagonal, length i, becomes (0, …, 0, −σ) under the reflection I − v·vᵀ/h.
    const row = work.subarray(i * n, i * n + i);
    let scale = 0;
    for (let k = 0; k < i; k++) scale += Math.abs(row[k] ?? 0);
    if (i === 1 || scale === 0) {
      offDiagonal[i] = row[i - 1] ?? 0;
      continue;
    }
    let h = 0;
    for (let k = 0; k < i; k++) {
      const value = (row[k] ?? 0) / scale;
      row[k] = value;
      h += value * value;
    }
    const last = row[i - 1] ?? 0;
    const sigma = last >= 0 ? -Math.sqrt(h) : Math.sqrt(h);
    offDiagonal[i] = scale * sigma;
    h -= last * sigma;
    row[i - 1] = last - sigma;
    let half = 0;
    for (let j = 0; j < i; j++) {
      let sum = 0;
      for (let k = 0; k <= j; k++) sum += (work[j * n + k] ?? 0) * (row[k] ?? 0);
      for (let k = j + 1; k < i; k++) sum += (work[k * n + j] ?? 0) * (row[k] ?? 0);
      product[j] = sum / h;
      half += (sum / h) * (row[j] ?? 0);
    }
    const correction = half / (2 * h);
    for (let j = 0; j < i; j++) {
      product[j] = (product[j] ?? 0) - correction * (row[j] ?? 0);
    }
    for (let j = 0; j < i; j++) {
      const v = row[j] ?? 0;
      const w = product[j] ?? 0;
      for (let k = 0; k <= j; k++) {
        work[j * n + k] = (work[j * n + k] ?? 0) - v * (product[k] ?? 0) - w * (row[k] ?? 0);
      }
    }
  }
  const diagonal = Float64Array.from({ length: n }, (_, i) => at(work, i * n + i));
  return { diagonal, offDiagonal };
}

/** Replaces `diagonal` by the eigenvalues of the tridiagonal matrix; destroys `offDiagonal`. */
function implicitQl(diagonal: Float64Array, offDiagonal: Float64Array, n: number): void {
  offDiagonal.copyWithin(0, 1);
  offDiagonal[n - 1] = 0;
  for (let l = 0; l < n; l++) {
    for (let iteration = 0; iteration < MAX_SWEEPS; iteration++) {
      let m = l;
      for (; m < n - 1; m++) {
        const size = Math.abs(at(diagonal, m)) + Math.abs(at(diagonal, m + 1));
        if (Math.abs(at(offDiagonal, m)) <= Number.EPSILON * size) break;
      }
      if (m === l) break;
      qlStep(diagonal, offDiagonal, l, m);
    }
  }
}

/** One implicit QL step with Wilkinson's shift on the unreduced block l … m. */
function qlStep(diagonal: Float64Array, offDiagonal: Float64Array, l: number, m: number): void {
  const dl = at(diagonal, l);
  const el = at(offDiagonal, l);
  const half = (at(diagonal, l + 1) - dl) / (2 * el);
  const root = Math.hypot(half, 1);
  let g = at(diagonal, m) - dl + el / (half + (half >= 0 ? root : -root));
  let s = 1;
  let c = 1;
  let p = 0;
  for (let i = m - 1; i >= l; i--) {
    const f = s * at(offDiagonal, i);
    const b = c * at(offDiagonal, i);
    const r = Math.hypot(f, g);
    offDiagonal[i + 1] = r;
    if (r === 0) {
      diagonal[i + 1] = at(diagonal, i + 1) - p;
      offDiagonal[m] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    const shifted = at(diagonal, i + 1) - p;
    const rotated = (at(diagonal, i) - shifted) * s + 2 * c * b;
    p = s * rotated;
    diagonal[i + 1] = shifted + p;
    g = c * rotated - b;
  }
  diagonal[l] = at(diagonal, l) - p;
  offDiagonal[l] = g;
  offDiagonal[m] = 0;
}
