/**
 * Codes of a set of rows in float64: squared norms of all groups, and the codes of those that fire. Codes of all groups
 * at once would be [rows, K·r], and nothing here needs them together.
 */
import { addAt, at } from '../../base/array';
import type { Pauses } from '../../base/work';
import type { Blocks } from './group_axes';
import { columnNorms, withChosenColumns } from './chosen_columns';
import { addProducts, innerProduct } from './products';
import type { CountOptions, MoveRows } from './types';

/** Most rows of a block of work, and multiplications of one. */
const MOST_ROWS = 64;
const MOST_PRODUCTS = 4_000_000;

/** Rows [from, from + count) of a [·, d] matrix in float64. */
export function blockOfRows(
  matrix: Float32Array,
  width: number,
  from: number,
  count: number,
): Float64Array {
  return Float64Array.from(matrix.subarray(from * width, (from + count) * width));
}

/** Writes ‖p_k‖² of all rows into `scores` [rows, K], for `groups`. O(rows·groups·r·d). */
export async function scoreGroups(
  model: Blocks,
  rows: MoveRows,
  groups: readonly number[],
  scores: Float64Array,
  pauses: Pauses,
): Promise<void> {
  if (groups.length === 0) return;
  const { rank, width } = model;
  const columns = groups.length * rank;
  const encoder = new Float64Array(columns * width);
  const bias = new Float64Array(columns);
  groups.forEach((group, place) => {
    const first = group * rank;
    encoder.set(
      model.encoder.subarray(first * width, (first + rank) * width),
      place * rank * width,
    );
    bias.set(model.encoderBias.subarray(first, first + rank), place * rank);
  });
  const fitting = 4 * Math.max(1, Math.floor(MOST_PRODUCTS / (4 * columns * width)));
  const block = Math.min(MOST_ROWS, fitting);
  const codes = new Float64Array(block * columns);
  for (let from = 0; from < rows.count; from += block) {
    const count = Math.min(block, rows.count - from);
    const input = blockOfRows(rows.input, width, from, count);
    for (let row = 0; row < count; row++) codes.set(bias, row * columns);
    addProducts(input, 0, count, encoder, 0, columns, width, codes, 0, columns);
    for (let row = 0; row < count; row++) {
      for (let place = 0; place < groups.length; place++) {
        let score = 0;
        const first = row * columns + place * rank;
        for (let i = 0; i < rank; i++) score += (codes[first + i] ?? 0) ** 2;
        scores[(from + row) * model.groups + (groups[place] ?? 0)] = score;
      }
    }
    if (pauses.due()) await pauses.take();
  }
}

/** p_k of one row, written into `codes` from `start`. */
export function encodeRow(
  { rank, width, encoder, encoderBias }: Blocks,
  { input }: MoveRows,
  row: number,
  group: number,
  codes: Float64Array,
  start: number,
): void {
  for (let i = 0; i < rank; i++) {
    const column = group * rank + i;
    const product = innerProduct(encoder, column * width, input, row * width, width);
    codes[start + i] = product + (encoderBias[column] ?? 0);
  }
}

/** Codes of the groups that fire, by row and by group. */
export interface FiringCodes {
  /** [rows + 1], entries of a row. */
  readonly rowStart: Uint32Array;
  /** [entries], ascending within a row. */
  readonly groups: Uint32Array;
  /** [entries, r], of all columns of a group. */
  readonly codes: Float64Array;
  /** [entries, r], those that rebuild the row: 0 in columns that are off; `codes` where all columns are on. */
  readonly used: Float64Array;
  /** [K + 1], where the entries of a group stand in `byGroup`. */
  readonly groupStart: Uint32Array;
  /** [entries], entries ordered by group, then by row. */
  readonly byGroup: Uint32Array;
  /** [entries], the row of an entry. */
  readonly rows: Uint32Array;
  /** [K·r, d], the decoder as it was when the codes were made: what they multiply. */
  readonly decoder: Float32Array;
}

/** Codes of the groups that fire by the gate, from `scores` [rows, K]. O(rows·K + entries·r·d). */
export async function firingCodes(
  model: Blocks,
  rows: MoveRows,
  scores: Float64Array,
  { gate, columns }: Pick<CountOptions, 'gate' | 'columns'>,
  pauses: Pauses,
): Promise<FiringCodes> {
  const fires = gate(scores, rows.count);
  if (pauses.due()) await pauses.take();
  const firing = await codesOfFires(model, rows, fires, pauses);
  return columns === undefined ? firing : withChosenColumns(firing, columnNorms(model), columns);
}

async function codesOfFires(
  model: Blocks,
  rows: MoveRows,
  fires: Uint8Array,
  pauses: Pauses,
): Promise<FiringCodes> {
  const { groups: K, rank } = model;
  const groupStart = new Uint32Array(K + 1);
  let entries = 0;
  for (let place = 0; place < fires.length; place++) {
    if (fires[place] === 0) continue;
    entries += 1;
    addAt(groupStart, (place % K) + 1, 1);
  }
  for (let k = 0; k < K; k++) addAt(groupStart, k + 1, at(groupStart, k));
  const next = groupStart.slice();
  const rowStart = new Uint32Array(rows.count + 1);
  const groups = new Uint32Array(entries);
  const rowOf = new Uint32Array(entries);
  const byGroup = new Uint32Array(entries);
  const codes = new Float64Array(entries * rank);
  let entry = 0;
  for (let row = 0; row < rows.count; row++) {
    for (let k = 0; k < K; k++) {
      if (fires[row * K + k] === 0) continue;
      groups[entry] = k;
      rowOf[entry] = row;
      byGroup[at(next, k)] = entry;
      addAt(next, k, 1);
      encodeRow(model, rows, row, k, codes, entry * rank);
      entry += 1;
    }
    rowStart[row + 1] = entry;
    if (pauses.due()) await pauses.take();
  }
  const decoder = model.decoder.slice();
  return { rowStart, groups, codes, used: codes, groupStart, byGroup, rows: rowOf, decoder };
}

/** How many rows a group fires on. */
export function firingsOf({ groupStart }: FiringCodes, group: number): number {
  return at(groupStart, group + 1) - at(groupStart, group);
}

/** Codes [firings, r] of a group on the rows where it fires. */
export function codesOf(firing: FiringCodes, rank: number, group: number): Float64Array {
  const first = at(firing.groupStart, group);
  const count = firingsOf(firing, group);
  const codes = new Float64Array(count * rank);
  for (let n = 0; n < count; n++) {
    const entry = at(firing.byGroup, first + n) * rank;
    codes.set(firing.codes.subarray(entry, entry + rank), n * rank);
  }
  return codes;
}

/** Rows on which one of two groups fires, ascending. */
export function rowsOfEither(firing: FiringCodes, one: number, other: number): Uint32Array {
  const rows = new Set<number>();
  for (const group of [one, other]) {
    for (let n = at(firing.groupStart, group); n < at(firing.groupStart, group + 1); n++) {
      rows.add(at(firing.rows, at(firing.byGroup, n)));
    }
  }
  return Uint32Array.from(rows).sort();
}
