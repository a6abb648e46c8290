/**
 * The code table turned round: for every group the entries in which it fires, in row order, with the norm
 * ‖D_kᵀp_k‖ of each contribution. Every other diagnostic starts from this index. A group fires in a row
 * when it is listed there with a non-zero code (a TopK latent whose ReLU is 0 does not fire).
 */
import { addAt, at } from '../base/array';
import { lowerFactor } from '../base/linear_algebra';
import { hasCode } from './code_table';
import type { StrongRow } from './report_types';
import { blockOf } from './spectra';
import type { CodeTable, Dictionary } from './types';

/** A code table indexed by group, together with the dictionary that made it. */
export interface IndexedCodes {
  readonly dictionary: Dictionary;
  readonly codes: CodeTable;
  /** [K + 1], group k owns entries offsets[k] … offsets[k + 1]. */
  readonly offsets: Uint32Array;
  /** [firings], entry of each firing in the table, ascending within a group. */
  readonly entries: Uint32Array;
  /** [firings], row of each firing. */
  readonly rows: Uint32Array;
  /** [firings], ‖D_kᵀp_k‖ of each entry, in the data's units. */
  readonly norms: Float64Array;
  /** [K, r, r], L_k with L_k·L_kᵀ = D_k·D_kᵀ: y = p·L_k are orthonormal coordinates of the contribution. */
  readonly factors: Float64Array;
  /** Whether units are directions with a sign: of rank 1, with codes that are never negative, as a ReLU leaves them. */
  readonly oriented: boolean;
}

/**
 * Builds the index: one counting pass, one scattering pass, one LQ factorisation a group.
 * O(firings·r² + K·r²·d) time; 16 bytes a firing and 8·K·r² bytes.
 */
export function indexCodes(dictionary: Dictionary, codes: CodeTable): IndexedCodes {
  const { groups, rank } = dictionary;
  const offsets = new Uint32Array(groups + 1);
  const fires = (entry: number) => at(codes.active, entry) < groups && hasCode(codes, entry);
  for (let entry = 0; entry < codes.active.length; entry++) {
    if (fires(entry)) addAt(offsets, at(codes.active, entry) + 1, 1);
  }
  for (let k = 0; k < groups; k++) offsets[k + 1] = at(offsets, k + 1) + at(offsets, k);
  const next = offsets.slice();
  const entries = new Uint32Array(at(offsets, groups));
  const rows = new Uint32Array(entries.length);
  for (let row = 0; row < codes.rows; row++) {
    for (let entry = at(codes.offsets, row); entry < at(codes.offsets, row + 1); entry++) {
      if (!fires(entry)) continue;
      const group = at(codes.active, entry);
      const position = at(next, group);
      entries[position] = entry;
      rows[position] = row;
      next[group] = position + 1;
    }
  }
  const factors = new Float64Array(groups * rank * rank);
  for (let k = 0; k < groups; k++) {
    const block = blockOf(dictionary.decoder, dictionary, k);
    factors.set(lowerFactor(block, rank, dictionary.width).lower, k * rank * rank);
  }
  const oriented = rank === 1 && !codes.codes.some((code) => code < 0);
  const norms = new Float64Array(0);
  const indexed = { dictionary, codes, offsets, entries, rows, norms, factors, oriented };
  return { ...indexed, norms: contributionNorms(indexed) };
}

function contributionNorms(indexed: IndexedCodes): Float64Array {
  const { offsets, entries, dictionary } = indexed;
  const { rank } = dictionary;
  const norms = new Float64Array(entries.length);
  const y = new Float64Array(rank);
  for (let k = 0; k < dictionary.groups; k++) {
    for (let e = at(offsets, k); e < at(offsets, k + 1); e++) {
      contributionCoordinates(indexed, k, e, y, 0);
      let sum = 0;
      for (let i = 0; i < rank; i++) sum += (y[i] ?? 0) ** 2;
      norms[e] = Math.sqrt(sum);
    }
  }
  return norms;
}

/**
 * Writes y = p·L_k of entry `entry` of group `group` to `out[start … start + r)`: coordinates of the
 * contribution D_kᵀp_k in an orthonormal basis of the decoder's rows, so ‖y‖ is its norm. O(r²).
 */
export function contributionCoordinates(
  { codes, entries, factors, dictionary: { rank } }: IndexedCodes,
  group: number,
  entry: number,
  out: Float64Array,
  start: number,
): void {
  const code = (entries[entry] ?? 0) * rank;
  const factor = group * rank * rank;
  for (let j = 0; j < rank; j++) {
    let sum = 0;
    for (let i = j; i < rank; i++) {
      sum += (codes.codes[code + i] ?? 0) * (factors[factor + i * rank + j] ?? 0);
    }
    out[start + j] = sum;
  }
}

/** Rows in which a group fires, ascending, [firings]; a view into the index. */
export function rowsOf({ offsets, rows }: IndexedCodes, group: number): Uint32Array {
  return rows.subarray(at(offsets, group), at(offsets, group + 1));
}

/** ‖D_kᵀp_k‖ of the rows of `rowsOf`, [firings]; a view into the index. */
export function normsOf(indexed: IndexedCodes, group: number): Float64Array {
  const { offsets, norms } = indexed;
  return norms.subarray(at(offsets, group), at(offsets, group + 1));
}

/** Number of rows in which a group fires. */
export function firingsOf({ offsets }: IndexedCodes, group: number): number {
  return at(offsets, group + 1) - at(offsets, group);
}

/** Groups that fire at least once, ascending. */
export function liveGroups(indexed: IndexedCodes): number[] {
  const live: number[] = [];
  for (let k = 0; k < indexed.dictionary.groups; k++) {
    if (firingsOf(indexed, k) > 0) live.push(k);
  }
  return live;
}

/** The `count` rows with the largest norms, strongest first; ties go to the lower row. O(n·count). */
export function strongestRows(indexed: IndexedCodes, group: number, count: number): StrongRow[] {
  const { offsets, norms, rows } = indexed;
  const best: number[] = [];
  for (let e = at(offsets, group); e < at(offsets, group + 1); e++) {
    const norm = norms[e] ?? 0;
    const last = best[best.length - 1];
    if (best.length >= count && (last === undefined || norm <= (norms[last] ?? 0))) continue;
    let place = best.length;
    while (place > 0 && (norms[best[place - 1] ?? 0] ?? 0) < norm) place--;
    best.splice(place, 0, e);
    if (best.length > count) best.pop();
  }
  return best.map((e) => ({ row: at(rows, e), norm: at(norms, e) }));
}

/** Examples around one quantile of a group's norms. */
export interface QuantileExamples {
  /** 0 (weakest) … 1 (strongest). */
  readonly quantile: number;
  readonly examples: readonly StrongRow[];
}

/** For each quantile the `count` rows whose norms lie nearest to it in rank. O(n log n). */
export function quantileExamples(
  indexed: IndexedCodes,
  group: number,
  quantiles: readonly number[],
  count: number,
): QuantileExamples[] {
  const rows = rowsOf(indexed, group);
  const norms = normsOf(indexed, group);
  const order = Array.from(rows, (_, i) => i).sort((i, j) => at(norms, i) - at(norms, j));
  return quantiles.map((quantile) => {
    const middle = quantile * Math.max(0, order.length - 1);
    const first = Math.round(middle - (count - 1) / 2);
    const start = Math.min(Math.max(0, first), Math.max(0, order.length - count));
    const examples = order
      .slice(start, start + count)
      .map((i) => ({ row: at(rows, i), norm: at(norms, i) }));
    return { quantile, examples: examples.reverse() };
  });
}

/** A histogram of non-negative values in equal bins from 0 to `max`. */
export interface Histogram {
  readonly counts: number[];
  readonly max: number;
}

/** Histogram of a group's norms; all-zero counts for a dead group. O(n). */
export function normHistogram(indexed: IndexedCodes, group: number, bins: number): Histogram {
  const norms = normsOf(indexed, group);
  let max = 0;
  for (const norm of norms) max = Math.max(max, norm);
  const counts = new Array<number>(bins).fill(0);
  for (const norm of norms) {
    const bin = max > 0 ? Math.min(bins - 1, Math.floor((norm / max) * bins)) : 0;
    counts[bin] = at(counts, bin) + 1;
  }
  return { counts, max };
}
