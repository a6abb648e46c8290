/**
 * One-to-one matching with the largest total score (the assignment problem), by shortest augmenting paths
 * with potentials (Kuhn–Munkres in the form of Jonker & Volgenant 1987). Knows nothing but a matrix.
 */
import { at } from '../base/array';

/**
 * For each row of `scores` [rows, columns] the column assigned to it, or −1 where columns ran out.
 * Every row is matched when rows ≤ columns, every column otherwise. Deterministic.
 * O(min² · max) time, O(rows + columns) beyond the matrix.
 */
export function assignMaximum(scores: Float64Array, rows: number, columns: number): Int32Array {
  if (rows <= columns) return assignRows(rows, columns, (i, j) => -at(scores, i * columns + j));
  const rowOfColumn = assignRows(columns, rows, (j, i) => -at(scores, i * columns + j));
  const result = new Int32Array(rows).fill(-1);
  rowOfColumn.forEach((row, column) => {
    result[row] = column;
  });
  return result;
}

/** Minimum-cost assignment of every one of n rows to one of m ≥ n columns. */
function assignRows(
  n: number,
  m: number,
  cost: (row: number, column: number) => number,
): Int32Array {
  const rowPotential = new Float64Array(n);
  const columnPotential = new Float64Array(m);
  const rowOf = new Int32Array(m).fill(-1);
  for (let start = 0; start < n; start++) {
    // Dijkstra over columns from an unmatched row, in reduced costs (never negative).
    const distance = new Float64Array(m).fill(Number.POSITIVE_INFINITY);
    const previous = new Int32Array(m).fill(-1);
    const done = new Uint8Array(m);
    let row = start;
    let reached = 0;
    let arrivedBy = -1;
    let last = -1;
    while (last < 0) {
      let nearest = -1;
      for (let j = 0; j < m; j++) {
        if (done[j] === 1) continue;
        const length = reached + cost(row, j) - at(rowPotential, row) - at(columnPotential, j);
        if (length < at(distance, j)) {
          distance[j] = length;
          previous[j] = arrivedBy;
        }
        if (nearest < 0 || at(distance, j) < at(distance, nearest)) nearest = j;
      }
      done[nearest] = 1;
      reached = at(distance, nearest);
      arrivedBy = nearest;
      if (at(rowOf, nearest) < 0) last = nearest;
      else row = at(rowOf, nearest);
    }
    rowPotential[start] = at(rowPotential, start) + reached;
    for (let j = 0; j < m; j++) {
      if (done[j] !== 1) continue;
      const slack = reached - at(distance, j);
      columnPotential[j] = at(columnPotential, j) - slack;
      const owner = at(rowOf, j);
      if (owner >= 0) rowPotential[owner] = at(rowPotential, owner) + slack;
    }
    for (let j = last; j >= 0;) {
      const before = at(previous, j);
      rowOf[j] = before < 0 ? start : at(rowOf, before);
      j = before;
    }
  }
  const result = new Int32Array(n).fill(-1);
  rowOf.forEach((row, column) => {
    if (row >= 0) result[row] = column;
  });
  return result;
}
