/**
 * What chance gives for counts and for sums of products: the nulls of lifts and of masked cosines. Closed forms
 * only, so that no number of the page depends on a draw.
 */

/**
 * Chance that a Poisson variable of mean `expected` is at least `count`. Two groups that fire independently
 * of one another meet in about so many rows. 1 for counts of 0. O(count + √expected).
 */
export function poissonAtLeast(count: number, expected: number): number {
  if (count <= 0) return 1;
  if (expected <= 0) return 0;
  let logFactorial = 0;
  for (let i = 2; i <= count; i++) logFactorial += Math.log(i);
  let term = Math.exp(count * Math.log(expected) - expected - logFactorial);
  let sum = term;
  // Terms grow up to the mean; beyond it they fall faster than geometrically.
  for (let i = count + 1; i <= expected || term > sum * 1e-16; i++) {
    term *= expected / i;
    sum += term;
  }
  return Math.min(1, sum);
}

/** Mean and standard deviation of a number under a null. */
export interface ChanceMoments {
  readonly mean: number;
  readonly deviation: number;
}

/** Sums of a strength over all rows, those with 0 among them. */
export interface StrengthSums {
  readonly sum: number;
  readonly squares: number;
}

/**
 * The cosine Σ a·b / √(Σa²·Σb²) of two strengths over `rows` rows when all orders of the rows of b are equally
 * likely: exact moments over the permutations, which keep how often and how strongly each fires. Zeros
 * when either never fires.
 */
export function cosineByChance(rows: number, a: StrengthSums, b: StrengthSums): ChanceMoments {
  const length = Math.sqrt(a.squares * b.squares);
  if (length === 0 || rows < 2) return { mean: 0, deviation: 0 };
  const spread = ({ sum, squares }: StrengthSums) => Math.max(0, squares - (sum * sum) / rows);
  return {
    mean: (a.sum * b.sum) / rows / length,
    deviation: Math.sqrt((spread(a) * spread(b)) / (rows - 1)) / length,
  };
}
