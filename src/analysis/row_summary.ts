/**
 * What a sample of rows is like, whatever they mean: power, norms, how far the mean is from zero against the
 * spread, and the spectrum of the covariance with how many directions it fills. Pure; knows no source.
 */
import { at } from '../base/array';
import { symmetricEigenvalues } from '../base/singular_values';
import { countForShare } from './spectra';

/** A sample of rows in numbers, in the rows' own units. */
export interface RowSummary {
  readonly rows: number;
  readonly width: number;
  /** E‖x − x̄‖², the sum of the spectrum. */
  readonly power: number;
  /** E‖x‖ and the largest ‖x‖. */
  readonly meanNorm: number;
  readonly largestNorm: number;
  /**
   * γ = ‖x̄‖ / √E‖x − x̄‖²: how far the mean is from zero, in units of the spread; null for rows that are all alike,
   * which have none.
   */
  readonly gamma: number | null;
  /** Eigenvalues of the covariance, largest first; as many as rows or width allow. */
  readonly spectrum: Float64Array;
  /** (Σλ)² / Σλ²: directions filled, if all were filled alike. */
  readonly participationRatio: number;
  /** Largest eigenvalues that hold 90 % of the power. */
  readonly directions90: number;
  /** Rows by ‖x‖ in equal bins from 0 to the largest. */
  readonly normCounts: readonly number[];
}

/** Bins of the norms. */
const BINS = 32;

/**
 * Summarises x [rows, width]. The eigenvalues come from the covariance or, when there are fewer rows than
 * dimensions, from the Gram matrix of the centred rows, which has the same ones apart from zeros.
 * O(rows·width·n + n³) with n the smaller of rows and width.
 */
export function summarizeRows(
  x: Float32Array,
  rows: number,
  width: number,
  onProgress: (fraction: number) => void = () => undefined,
): RowSummary {
  const mean = columnMeans(x, rows, width);
  const norms = Float64Array.from({ length: rows }, (_, row) => normOf(x, row, width));
  const centred = centredRows(x, mean, rows, width);
  const n = Math.min(rows, width);
  const products = rows < width ? rowProducts : columnProducts;
  // The eigenvalues take about as long as half of the products.
  const matrix = products(centred, rows, width, (fraction) => onProgress(0.65 * fraction));
  const eigenvalues = symmetricEigenvalues(matrix, n);
  // Rounding can leave a zero eigenvalue slightly negative.
  const spectrum = eigenvalues.map((value) => Math.max(0, value) / rows);
  const power = sum(spectrum);
  const squares = sum(spectrum.map((value) => value * value));
  const largestNorm = norms.reduce((most, norm) => Math.max(most, norm), 0);
  onProgress(1);
  return {
    rows,
    width,
    power,
    meanNorm: rows === 0 ? 0 : sum(norms) / rows,
    largestNorm,
    gamma: power > 0 ? Math.sqrt(sum(mean.map((value) => value * value)) / power) : null,
    spectrum,
    participationRatio: squares > 0 ? (power * power) / squares : 0,
    directions90: countForShare(spectrum, 0.9),
    normCounts: countNorms(norms, largestNorm),
  };
}

function columnMeans(x: Float32Array, rows: number, width: number): Float64Array {
  const mean = new Float64Array(width);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < width; i++) mean[i] = at(mean, i) + at(x, row * width + i) / rows;
  }
  return mean;
}

/** Half a step between neighbouring numbers of float32, as a share of their size. */
const ROUNDING = 2 ** -24;

/** Whether a variance is no more than the rounding of float32 numbers of this mean: they are all one number then. */
export function isRounding(variance: number, mean: number): boolean {
  return variance <= (ROUNDING * mean) ** 2;
}

/**
 * x − x̄ [rows, width]. A column that deviates from its mean by rounding alone, of its numbers or of the mean, is
 * constant and becomes zero.
 */
function centredRows(
  x: Float32Array,
  mean: Float64Array,
  rows: number,
  width: number,
): Float64Array {
  const centred = new Float64Array(rows * width);
  for (let i = 0; i < width; i++) {
    const centre = at(mean, i);
    let square = 0;
    for (let place = i; place < x.length; place += width) {
      square += (at(x, place) - centre) ** 2;
    }
    if (isRounding(square / rows, centre)) continue;
    for (let place = i; place < x.length; place += width) {
      centred[place] = at(x, place) - centre;
    }
  }
  return centred;
}

/** Length of one row of x [rows, width]. */
export function normOf(x: Float32Array, row: number, width: number): number {
  let square = 0;
  for (let i = 0; i < width; i++) square += at(x, row * width + i) ** 2;
  return Math.sqrt(square);
}

/** AᵀA [width, width] of A [rows, width]. */
function columnProducts(
  a: Float64Array,
  rows: number,
  width: number,
  onProgress: (fraction: number) => void,
): Float64Array {
  const products = new Float64Array(width * width);
  for (let row = 0; row < rows; row++) {
    if (row % 64 === 0) onProgress(row / rows);
    const base = row * width;
    for (let i = 0; i < width; i++) {
      const value = a[base + i] ?? 0;
      const target = i * width;
      for (let j = i; j < width; j++) {
        products[target + j] = (products[target + j] ?? 0) + value * (a[base + j] ?? 0);
      }
    }
  }
  return mirrored(products, width);
}

/** AAᵀ [rows, rows] of A [rows, width]. */
function rowProducts(
  a: Float64Array,
  rows: number,
  width: number,
  onProgress: (fraction: number) => void,
): Float64Array {
  const products = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++) {
    onProgress((i / rows) * (2 - i / rows));
    for (let j = i; j < rows; j++) {
      let product = 0;
      for (let c = 0; c < width; c++) product += (a[i * width + c] ?? 0) * (a[j * width + c] ?? 0);
      products[i * rows + j] = product;
    }
  }
  return mirrored(products, rows);
}

/** Fills the lower triangle from the upper one. */
function mirrored(matrix: Float64Array, n: number): Float64Array {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) matrix[i * n + j] = matrix[j * n + i] ?? 0;
  }
  return matrix;
}

function countNorms(norms: Float64Array, largest: number): readonly number[] {
  const counts = new Array<number>(BINS).fill(0);
  for (const norm of norms) {
    const bin = largest > 0 ? Math.min(BINS - 1, Math.floor((norm / largest) * BINS)) : 0;
    counts[bin] = at(counts, bin) + 1;
  }
  return counts;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
