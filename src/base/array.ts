/**
 * Checked access to numeric arrays. The compiler runs with `noUncheckedIndexedAccess`, and interiors
 * never assert with `!`; `at` gives a plain number and turns an index error into a sentence instead
 * of a NaN that surfaces three passes later.
 */

/** The element at `index`; throws a RangeError that names index and length when there is none. */
export function at<T>(values: ArrayLike<T>, index: number): T {
  const value = values[index];
  if (value === undefined) {
    throw new RangeError(`index ${index} is outside an array of length ${values.length}`);
  }
  return value;
}

/** Adds `amount` to the element at `index`. */
export function addAt(
  values: { readonly length: number; [index: number]: number },
  index: number,
  amount: number,
): void {
  values[index] = at(values, index) + amount;
}

/** The largest of `values` and `least`; of a list of any length, where `Math.max(...values)` overflows the stack. */
export function largest(values: Iterable<number>, least = Number.NEGATIVE_INFINITY): number {
  let most = least;
  for (const value of values) most = Math.max(most, value);
  return most;
}

/** The smallest of `values`, of a list of any length. */
export function smallest(values: Iterable<number>): number {
  let least = Number.POSITIVE_INFINITY;
  for (const value of values) least = Math.min(least, value);
  return least;
}

/** ‖values‖₂, of a list of any length. */
export function euclideanNorm(values: Iterable<number>): number {
  let squares = 0;
  for (const value of values) squares += value * value;
  return Math.sqrt(squares);
}
