/**
 * How much of the data a reconstruction explains, from sums that can be gathered batch by batch, so that
 * an evaluation set never has to be in memory at once. Float64 throughout.
 */

/** The numbers of docs/method/metrics.md. */
export interface ReconstructionMetrics {
  readonly rows: number;
  /** Σ_d (x − x̂)², mean over rows. 0 without rows. */
  readonly mse: number;
  /**
   * 1 − Σ‖x − x̂‖² / Σ‖x − x̄‖², x̄ per dimension over the whole set: a predictor of the mean scores 0.
   * Null when all rows are the same, or there are none: there is no variance to explain.
   */
  readonly explainedVariance: number | null;
  /** 1 − Σ‖x − x̂‖² / Σ‖x‖², the uncentred number that older tools print. Null when all rows are zero. */
  readonly explainedVarianceLegacy: number | null;
}

/** Streaming sums for ReconstructionMetrics; the result does not depend on how rows were cut into batches. */
export class ReconstructionAccumulator {
  private rows = 0;
  private squaredError = 0;
  private squaredNorm = 0;
  private readonly shift: Float64Array;
  private readonly sum: Float64Array;
  private readonly sumOfSquares: Float64Array;

  /** @param width d, columns of x. */
  constructor(private readonly width: number) {
    this.shift = new Float64Array(width);
    this.sum = new Float64Array(width);
    this.sumOfSquares = new Float64Array(width);
  }

  /** Adds the first `rows` rows of x and x̂ [rows, d]. O(rows·d). */
  add(x: Float32Array, reconstruction: Float32Array, rows: number): void {
    const { width } = this;
    const errors = new Float64Array(rows);
    for (let r = 0; r < rows; r++) {
      let sum = 0;
      for (let i = r * width; i < (r + 1) * width; i++) {
        const error = (x[i] ?? 0) - (reconstruction[i] ?? 0);
        sum += error * error;
      }
      errors[r] = sum;
    }
    this.addErrors(x, errors, rows);
  }

  /** Adds the first `rows` rows of x [rows, d] with their squared errors ‖x − x̂‖² [rows]. O(rows·d). */
  addErrors(x: Float32Array, squaredErrors: ArrayLike<number>, rows: number): void {
    const { width, shift, sum, sumOfSquares } = this;
    if (this.rows === 0 && rows > 0) {
      // Sums about the first row: a large common offset then costs no digits of the variance.
      for (let c = 0; c < width; c++) shift[c] = x[c] ?? 0;
    }
    for (let r = 0; r < rows; r++) {
      this.squaredError += squaredErrors[r] ?? 0;
      for (let c = 0; c < width; c++) {
        const value = x[r * width + c] ?? 0;
        const shifted = value - (shift[c] ?? 0);
        this.squaredNorm += value * value;
        sum[c] = (sum[c] ?? 0) + shifted;
        sumOfSquares[c] = (sumOfSquares[c] ?? 0) + shifted * shifted;
      }
    }
    this.rows += rows;
  }

  /** Metrics of everything added so far. O(d). */
  result(): ReconstructionMetrics {
    const { rows, squaredError, squaredNorm } = this;
    let variance = 0;
    for (let c = 0; c < this.width && rows > 0; c++) {
      const total = this.sum[c] ?? 0;
      variance += Math.max(0, (this.sumOfSquares[c] ?? 0) - (total * total) / rows);
    }
    return {
      rows,
      mse: rows > 0 ? squaredError / rows : 0,
      explainedVariance: explainedShare(squaredError, variance),
      explainedVarianceLegacy: explainedShare(squaredError, squaredNorm),
    };
  }
}

/** 1 − error / total; null when there is nothing in all to explain a share of. */
export function explainedShare(error: number, total: number): number | null {
  return total > 0 ? 1 - error / total : null;
}
