/**
 * How large and how small rows may be. The GPU sums squares of a row in float32, so both ends of its range matter
 * at half their exponent; what would overflow or vanish is refused before anything is computed (docs/run-file.md,
 * "How large the numbers may be").
 */
import { at } from '../base/array';
import { LabError } from '../base/lab_error';

/**
 * Most that d·max² may be, 2¹²⁶: a row may lie twice as far from the mean as from zero, and 4·d·max² is what
 * float32 holds.
 */
const MOST_ENERGY = 2 ** 126;
/**
 * Least that max² may be, 2⁻¹⁰²: squares of errors of one part in 2¹² are then still normal numbers of float32,
 * which begin at 2⁻¹²⁶; a GPU may take smaller ones for 0.
 */
const LEAST_SQUARE = 2 ** -102;

/** Largest |value|; 0 for none. */
export function largestOf(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i += 1) largest = Math.max(largest, Math.abs(at(values, i)));
  return largest;
}

/**
 * Throws LabError `bad_data` when the squares of rows of this width whose largest magnitude is `largest` would
 * leave float32 at either end. Rows of zeros pass.
 */
export function refuseMagnitude(largest: number, width: number, name: string): void {
  if (width * largest * largest > MOST_ENERGY) {
    throw new LabError(
      'bad_data',
      `${name} holds values up to ${largest.toExponential(2)}; the squares of a row of ${width} numbers exceed float32 beyond ${Math.sqrt(MOST_ENERGY / width).toExponential(2)}.`,
      `Divide all rows by the same number, ${largest.toExponential(0)} for example.`,
    );
  }
  if (largest > 0 && largest * largest < LEAST_SQUARE) {
    throw new LabError(
      'bad_data',
      `${name} holds no value above ${largest.toExponential(2)}; the squares of numbers below ${Math.sqrt(LEAST_SQUARE).toExponential(2)} vanish in float32.`,
      `Multiply all rows by the same number, ${(1 / largest).toExponential(0)} for example.`,
    );
  }
}
