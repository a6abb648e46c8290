import { describe, expect, test } from 'vitest';
import {
  lowerFactor,
  multiply,
  multiplyTransposed,
  orthonormalRows,
  symmetricEigen,
  transpose,
} from '../../../src/base/linear_algebra';
import {
  singularValueDecomposition,
  singularValues,
  symmetricEigenvalues,
} from '../../../src/base/singular_values';
import { at } from '../../../src/base/array';
import { gaussian } from '../analysis/worlds';

/** Largest |a − b|. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Math.max(0, ...Array.from(a, (value, i) => Math.abs(value - at(b, i))));
}

function identity(n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0));
}

/** U·diag(σ)·V from row-wise vectors. */
function rebuild(
  left: Float64Array,
  values: Float64Array,
  right: Float64Array,
  m: number,
  n: number,
) {
  const k = values.length;
  const scaled = right.slice();
  for (let i = 0; i < k; i++) {
    for (let c = 0; c < n; c++) scaled[i * n + c] = at(right, i * n + c) * at(values, i);
  }
  return multiply(transpose(left, k, m), scaled, m, k, n);
}

// Rounding of a product of n terms of size about 1, with a generous constant: 100·n·ε.
const tolerance = (n: number) => 100 * n * Number.EPSILON;

/** [m, n] with `rank` independent rows. */
function deficient(m: number, n: number, rank: number, seed: number): Float64Array {
  return multiply(gaussian(m, rank, seed), gaussian(rank, n, seed + 1), m, rank, n);
}

describe('products', () => {
  test('a hand-made product, its transposed form and a transpose', () => {
    const a = Float64Array.of(1, 2, 3, 4, 5, 6);
    const b = Float64Array.of(1, 0, 2, 1, 0, 3);
    expect([...multiply(a, b, 2, 3, 2)]).toEqual([5, 11, 14, 23]);
    expect([...multiplyTransposed(a, transpose(b, 3, 2), 2, 3, 2)]).toEqual([5, 11, 14, 23]);
    expect([...transpose(a, 2, 3)]).toEqual([1, 4, 2, 5, 3, 6]);
  });
});

describe('LQ factorisation', () => {
  test.each([
    [1, 1],
    [3, 5],
    [4, 4],
    [5, 3],
    [8, 33],
  ])('of a [%i, %i] matrix rebuilds it with orthonormal rows', (m, n) => {
    const a = gaussian(m, n, m * 100 + n);
    const { lower, basis, rank } = lowerFactor(a, m, n);
    expect(rank).toBe(Math.min(m, n));
    expect(distance(multiply(lower, basis, m, m, n), a)).toBeLessThan(tolerance(n + m) * 4);
    const independent = orthonormalRows(a, m, n).basis;
    const products = multiplyTransposed(independent, independent, rank, n, rank);
    expect(distance(products, identity(rank))).toBeLessThan(tolerance(n));
    for (let i = 0; i < m; i++) {
      for (let j = i + 1; j < m; j++) expect(at(lower, i * m + j)).toBe(0);
    }
  });

  test('of nearly dependent rows is still orthonormal to rounding', () => {
    const a = gaussian(2, 6, 3);
    for (let c = 0; c < 6; c++) a[6 + c] = at(a, c) + 1e-9 * at(a, 6 + c);
    const { basis, rank } = lowerFactor(a, 2, 6);
    expect(rank).toBe(2);
    expect(distance(multiplyTransposed(basis, basis, 2, 6, 2), identity(2))).toBeLessThan(
      tolerance(6),
    );
  });

  test('finds the rank of dependent and of zero rows', () => {
    expect(lowerFactor(deficient(5, 9, 2, 4), 5, 9).rank).toBe(2);
    const zero = lowerFactor(new Float64Array(6), 2, 3);
    expect(zero.rank).toBe(0);
    expect([...zero.basis, ...zero.lower].every((value) => value === 0)).toBe(true);
    expect(orthonormalRows(new Float64Array(6), 2, 3).basis.length).toBe(0);
  });
});

describe('symmetric eigenvalues', () => {
  test('of a 2 × 2 matrix done by hand: [[2, 1], [1, 2]] has 3 and 1', () => {
    const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
    expect(distance(values, [3, 1])).toBeLessThan(1e-15);
    expect(Math.abs(at(vectors, 0) * at(vectors, 1))).toBeCloseTo(0.5, 14);
  });

  test.each([1, 2, 3, 5, 8, 16])('of size %i rebuild the matrix, largest first', (n) => {
    const b = gaussian(n, n, n);
    const a = multiplyTransposed(b, b, n, n, n);
    const { values, vectors } = symmetricEigen(a, n);
    const rebuilt = rebuild(vectors, values, vectors, n, n);
    expect(distance(rebuilt, a)).toBeLessThan(tolerance(n) * n);
    expect(distance(multiplyTransposed(vectors, vectors, n, n, n), identity(n))).toBeLessThan(
      tolerance(n),
    );
    expect([...values]).toEqual([...values].sort((p, q) => q - p));
  });

  test('indefinite, zero and already diagonal matrices', () => {
    expect([...symmetricEigen(Float64Array.of(0, 1, 1, 0), 2).values].map(Math.round)).toEqual([
      1, -1,
    ]);
    expect([...symmetricEigen(new Float64Array(9), 3).values]).toEqual([0, 0, 0]);
    expect([...symmetricEigen(Float64Array.of(1, 0, 0, 5), 2).values]).toEqual([5, 1]);
  });

  test('the tridiagonal path agrees with Jacobi on a matrix of size 40 with repeated values', () => {
    const b = deficient(40, 40, 12, 9);
    const a = multiplyTransposed(b, b, 40, 40, 40);
    const jacobi = symmetricEigen(a, 40).values;
    const direct = symmetricEigenvalues(a, 40);
    expect(distance(direct, jacobi)).toBeLessThan(tolerance(40) * at(jacobi, 0));
    expect([...symmetricEigenvalues(identity(30), 30)].every((value) => value === 1)).toBe(true);
    expect([...symmetricEigenvalues(new Float64Array(900), 30)].every((v) => v === 0)).toBe(true);
  });
});

describe('singular values', () => {
  test.each([
    [1, 4],
    [4, 1],
    [3, 3],
    [4, 9],
    [9, 4],
  ])('of a [%i, %i] matrix rebuild it from orthonormal vectors', (m, n) => {
    const a = gaussian(m, n, m + 10 * n);
    const { values, left, right } = singularValueDecomposition(a, m, n);
    const k = Math.min(m, n);
    expect(values.length).toBe(k);
    expect(distance(rebuild(left, values, right, m, n), a)).toBeLessThan(tolerance(m + n) * 4);
    expect(distance(multiplyTransposed(left, left, k, m, k), identity(k))).toBeLessThan(
      tolerance(m),
    );
    expect(distance(multiplyTransposed(right, right, k, n, k), identity(k))).toBeLessThan(
      tolerance(n),
    );
  });

  test('small values keep their relative accuracy where a Gram matrix would lose them', () => {
    // Rows (1, 0.5) and 1e-10·(1, 2): the product of the singular values is |det| = 1.5e-10 exactly.
    const values = singularValues(Float64Array.of(1, 0.5, 1e-10, 2e-10), 2, 2);
    expect((at(values, 0) * at(values, 1)) / 1.5e-10).toBeCloseTo(1, 13);
    expect(at(values, 0)).toBeCloseTo(Math.sqrt(1.25), 13);
  });

  test('rank-deficient and zero matrices have zero values and no invalid number', () => {
    const { values, left, right } = singularValueDecomposition(deficient(5, 7, 2, 8), 5, 7);
    expect([...values].filter((value) => value > 1e-12 * at(values, 0)).length).toBe(2);
    expect([...left, ...right].every(Number.isFinite)).toBe(true);
    expect([...singularValues(new Float64Array(6), 2, 3)]).toEqual([0, 0]);
  });

  test('do not change when the matrix is turned from either side', () => {
    const a = gaussian(4, 6, 21);
    const turned = multiply(orthonormalRows(gaussian(4, 4, 22), 4, 4).basis, a, 4, 4, 6);
    expect(distance(singularValues(turned, 4, 6), singularValues(a, 4, 6))).toBeLessThan(
      tolerance(6),
    );
  });
});
