/**
 * Tables of sparse codes, whoever made them: put together, and asked whether an entry is a firing. Knows no
 * dictionary.
 */
import { at } from '../base/array';
import type { CodeTable } from './types';

/** Whether an entry holds a code other than zero. */
export function hasCode({ codes, rank }: CodeTable, entry: number): boolean {
  for (let i = entry * rank; i < (entry + 1) * rank; i++) {
    if (codes[i] !== 0) return true;
  }
  return false;
}

/** Tables of consecutive rows as one. */
export function joinCodes(pieces: readonly CodeTable[]): CodeTable {
  const [first] = pieces;
  if (first === undefined) throw new RangeError('no codes to join');
  if (pieces.length === 1) return first;
  const { rank, groups } = first;
  const rows = pieces.reduce((sum, piece) => sum + piece.rows, 0);
  const entries = pieces.reduce((sum, piece) => sum + piece.active.length, 0);
  const offsets = new Uint32Array(rows + 1);
  const active = new Uint32Array(entries);
  const codes = new Float32Array(entries * rank);
  let row = 0;
  let entry = 0;
  for (const piece of pieces) {
    active.set(piece.active, entry);
    codes.set(piece.codes, entry * rank);
    for (let own = 1; own <= piece.rows; own++) offsets[row + own] = entry + at(piece.offsets, own);
    row += piece.rows;
    entry += piece.active.length;
  }
  return { rows, rank, groups, offsets, active, codes };
}

/** Some rows of a table, ascending, as a table of their own. */
export function takeRows(table: CodeTable, rows: Uint32Array): CodeTable {
  const { rank, groups } = table;
  const offsets = new Uint32Array(rows.length + 1);
  rows.forEach((row, i) => {
    offsets[i + 1] = at(offsets, i) + at(table.offsets, row + 1) - at(table.offsets, row);
  });
  const active = new Uint32Array(at(offsets, rows.length));
  const codes = new Float32Array(active.length * rank);
  rows.forEach((row, i) => {
    const [from, to] = [at(table.offsets, row), at(table.offsets, row + 1)];
    active.set(table.active.subarray(from, to), at(offsets, i));
    codes.set(table.codes.subarray(from * rank, to * rank), at(offsets, i) * rank);
  });
  return { rows: rows.length, rank, groups, offsets, active, codes };
}
