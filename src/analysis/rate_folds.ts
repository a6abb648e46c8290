/**
 * Rows in ten folds, and sums over all rows and without each fold: the parts of a rate curve that count firings and
 * errors, and no coordinates. Folds are of neighbouring rows, since tokens of one document say much the same.
 * Source: docs/method/metrics.md, "Bits a token".
 */
import { addAt, at } from '../base/array';
import { explainedShare } from './reconstruction';
import { firingsOf, type IndexedCodes } from './code_index';

export const FOLDS = 10;

/** All rows, and without each fold in turn. */
export const SETS = FOLDS + 1;
/** Index of the set of all rows; set f < FOLDS is without fold f. */
export const ALL_ROWS = FOLDS;

/** [SETS], a number of each set of rows. */
export type OfSets = Float64Array;

/** The fold of every row and firing, and how many rows each set has. */
export interface Folds {
  /** [rows]. */
  readonly ofRow: Uint8Array;
  /** [firings], in the order of the index. */
  readonly ofFiring: Uint8Array;
  /** [SETS]. */
  readonly rows: OfSets;
}

/** Cuts each part of the rows into ten stretches as equal as can be, one for each fold. `parts` are lengths. O(rows). */
export function foldsOf(indexed: IndexedCodes, parts: readonly number[]): Folds {
  const { codes, rows: rowsOfFirings } = indexed;
  const ofRow = new Uint8Array(codes.rows);
  let start = 0;
  for (const part of parts) {
    for (let i = 0; i < part; i++) ofRow[start + i] = Math.floor((i * FOLDS) / part);
    start += part;
  }
  const rows = new Float64Array(SETS).fill(codes.rows);
  for (const fold of ofRow) addAt(rows, fold, -1);
  return { ofRow, ofFiring: Uint8Array.from(rowsOfFirings, (row) => at(ofRow, row)), rows };
}

/** Σ_k H(p_k), p_k the share of rows on which unit k fires: bits a row that say which units do. O(firings + K). */
export function indexBits(indexed: IndexedCodes, { ofFiring, rows }: Folds): OfSets {
  const bits = new Float64Array(SETS);
  for (let k = 0; k < indexed.dictionary.groups; k++) {
    const start = at(indexed.offsets, k);
    const firings = firingsOf(indexed, k);
    const counts = new Float64Array(SETS).fill(firings);
    for (let e = start; e < start + firings; e++) addAt(counts, at(ofFiring, e), -1);
    for (let set = 0; set < SETS; set++) {
      addAt(bits, set, binaryEntropy(at(counts, set) / at(rows, set)));
    }
  }
  return bits;
}

/** −p log₂ p − (1 − p) log₂ (1 − p); 0 at both ends. */
function binaryEntropy(p: number): number {
  return p > 0 && p < 1 ? -p * Math.log2(p) - (1 - p) * Math.log2(1 - p) : 0;
}

/** Mean over the rows of log₂ C(K, s_b), s_b the units that fire in row b. O(rows + K). */
export function uniformIndexBits({ codes, rows, dictionary: { groups } }: IndexedCodes): number {
  const firing = new Uint32Array(codes.rows);
  for (const row of rows) addAt(firing, row, 1);
  // C(K, s) = C(K, s − 1) · (K − s + 1) / s.
  const choices = new Float64Array(groups + 1);
  for (let s = 1; s <= groups; s++) {
    choices[s] = at(choices, s - 1) + Math.log2((groups - s + 1) / s);
  }
  return firing.reduce((sum, s) => sum + at(choices, s), 0) / codes.rows;
}

/**
 * [SETS], 1 − Σ errors / Σ power. `errors` and `power` are [n], of the rows `judged`; what fold each is of stands in `folds`.
 * NaN in a set whose rows have no variance. O(n).
 */
export function explainedOfSets(
  errors: Float64Array,
  power: Float64Array,
  judged: Uint32Array,
  { ofRow }: Folds,
): OfSets {
  const lost = new Float64Array(FOLDS);
  const whole = new Float64Array(FOLDS);
  judged.forEach((row, i) => {
    addAt(lost, at(ofRow, row), at(errors, i));
    addAt(whole, at(ofRow, row), at(power, i));
  });
  return new Float64Array(SETS).map((_, set) => {
    const others = (sums: Float64Array) =>
      sums.reduce((sum, value, fold) => (fold === set ? sum : sum + value), 0);
    return explainedShare(others(lost), others(whole)) ?? NaN;
  });
}
