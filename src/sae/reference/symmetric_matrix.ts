/**
 * Functions of small symmetric matrices through their eigenvectors, for blocks of rank r ≤ 32. The
 * diagnostics have their own linear algebra, which the engine must not import; this is the one routine
 * the nuclear norm needs.
 */
import { at } from '../../base/array';

/** A = Σ_i values[i] v_i v_iᵀ; column i of `vectors` [n, n] is v_i. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

const MAX_SWEEPS = 50;

/** Eigen-decomposition of symmetric A [n, n] by cyclic Jacobi rotations (Golub & Van Loan, section 8.5). */
export function eigen(a: Float64Array, n: number): Eigen {
  const work = a.slice();
  const vectors = identity(n);
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep += 1) {
    let rotated = false;
    for (let p = 0; p < n; p += 1) {
      for (let q = p + 1; q < n; q += 1) {
        const [app, aqq, apq] = [at(work, p * n + p), at(work, q * n + q), at(work, p * n + q)];
        if (Math.abs(apq) <= Number.EPSILON * Math.sqrt(Math.abs(app * aqq)) || apq === 0) continue;
        rotated = true;
        const theta = (aqq - app) / (2 * apq);
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const cosine = 1 / Math.hypot(t, 1);
        rotate(work, n, 1, n, p, q, cosine, t * cosine); // rows
        rotate(work, 1, n, n, p, q, cosine, t * cosine); // columns
        rotate(vectors, 1, n, n, p, q, cosine, t * cosine);
      }
    }
    if (!rotated) break;
  }
  return { values: Float64Array.from({ length: n }, (_, i) => at(work, i * n + i)), vectors };
}

/** Rotates lines p and q of a matrix: `line` apart are lines, `step` apart their entries. */
function rotate(
  a: Float64Array,
  line: number,
  step: number,
  n: number,
  p: number,
  q: number,
  cosine: number,
  sine: number,
): void {
  for (let k = 0; k < n; k += 1) {
    const x = at(a, p * line + k * step);
    const y = at(a, q * line + k * step);
    a[p * line + k * step] = cosine * x - sine * y;
    a[q * line + k * step] = sine * x + cosine * y;
  }
}

function identity(n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
}

/** Σ_i f(values[i]) v_i v_iᵀ. */
export function spectralFunction(
  { values, vectors }: Eigen,
  f: (value: number) => number,
): Float64Array {
  const n = values.length;
  const result = new Float64Array(n * n);
  values.forEach((value, i) => {
    const weight = f(value);
    for (let a = 0; a < n; a += 1) {
      for (let b = 0; b < n; b += 1) {
        const index = a * n + b;
        result[index] =
          at(result, index) + weight * at(vectors, a * n + i) * at(vectors, b * n + i);
      }
    }
  });
  return result;
}

/** A B for A, B [n, n]; `transpose` multiplies by Bᵀ instead. */
export function product(
  a: Float64Array,
  b: Float64Array,
  n: number,
  transpose = false,
): Float64Array {
  return Float64Array.from({ length: n * n }, (_, index) => {
    const [i, j] = [Math.floor(index / n), index % n];
    let sum = 0;
    for (let k = 0; k < n; k += 1)
      sum += at(a, i * n + k) * at(b, transpose ? j * n + k : k * n + j);
    return sum;
  });
}

export function transposed(a: Float64Array, n: number): Float64Array {
  return Float64Array.from(a, (_, index) => at(a, (index % n) * n + Math.floor(index / n)));
}
