/**
 * Another choice of as many units ("prune2"): from the units that fire in a row and as many again that scored next, least
 * squares finds codes for all, the units that contribute most are kept, and least squares fits those alone. It knows no
 * gate: who calls it says what units score. Source: docs/method/metrics.md, "Codes by least squares".
 */
import { addAt, at } from '../base/array';
import { innerProduct } from './moves/products';
import type { Work } from '../base/work';
import { hasCode } from './code_table';
import { leastSquaresCodes, type CodesProblem } from './least_squares';
import type { CodeTable } from './types';

/** [rows], units that fire in each row. O(entries·r). */
export function firingUnits(table: CodeTable): Uint32Array {
  const counts = new Uint32Array(table.rows);
  for (let row = 0; row < table.rows; row++) {
    for (let entry = at(table.offsets, row); entry < at(table.offsets, row + 1); entry++) {
      if (hasCode(table, entry)) addAt(counts, row, 1);
    }
  }
  return counts;
}

/** [rows], codes of each row that are not zero. O(entries·r). */
export function nonZeroCodes({ rows, rank, offsets, codes }: CodeTable): Uint32Array {
  return Uint32Array.from({ length: rows }, (_, row) => {
    const own = codes.subarray(at(offsets, row) * rank, at(offsets, row + 1) * rank);
    return own.reduce((sum, code) => sum + (code === 0 ? 0 : 1), 0);
  });
}

/** An entry of one of two tables. */
interface Entry {
  readonly table: CodeTable;
  readonly entry: number;
  readonly unit: number;
}

/**
 * Of every row the units that fire in `own`, with the codes they have there, and as many more of `wide` whose `scores`
 * [entries of `wide`] are highest, ties to the lowest unit; all there are where there are fewer. O(entries · log).
 */
export function candidateUnits(
  own: CodeTable,
  wide: CodeTable,
  scores: ArrayLike<number>,
): CodeTable {
  const rows: (readonly Entry[])[] = [];
  for (let row = 0; row < own.rows; row++) {
    const firing = firingEntries(own, row);
    const known = new Set(firing.map(({ unit }) => unit));
    const others = firingEntries(wide, row)
      .filter(({ unit }) => !known.has(unit))
      .sort((one, other) => at(scores, other.entry) - at(scores, one.entry))
      .slice(0, firing.length);
    rows.push([...firing, ...others].sort((one, other) => one.unit - other.unit));
  }
  return tableOf(own, rows);
}

/**
 * Codes of the units that are left of each row's candidates when `keep` [rows] of them stay, those of largest
 * ‖D_kᵀv_k‖² by least squares over all candidates. A unit without a contribution does not stay. Where columns are chosen
 * one by one, `columns` [rows] says how many of those of the units that stay do, by |v_i|·‖d_i‖. O(iterations · entries·r·d);
 * lets others have the thread, and throws LabError `cancelled` when the work is given up.
 */
export async function pruneUnits(
  candidates: CodesProblem,
  keep: Uint32Array,
  work: Work = {},
  columns?: Uint32Array,
): Promise<CodeTable> {
  const part = (from: number): Work => ({
    ...work,
    onProgress: (share, stage) => work.onProgress?.(from + share / 2, stage),
  });
  const { codes } = candidates;
  const fitted = await leastSquaresCodes(candidates, part(0));
  const { decoder, width } = candidates;
  const energies = contributionEnergies(decoder, fitted, width);
  const rows = Array.from(keep, (count, row) =>
    firingEntries(codes, row)
      .filter(({ entry }) => at(energies, entry) > 0)
      .sort((one, other) => at(energies, other.entry) - at(energies, one.entry))
      .slice(0, count)
      .sort((one, other) => one.unit - other.unit),
  );
  const left = tableOf(codes, rows);
  if (columns !== undefined) {
    const ofFitted = rows.map((row) => row.map((own) => ({ ...own, table: fitted })));
    keepColumns(left, tableOf(codes, ofFitted), candidates, columns);
  }
  return leastSquaresCodes({ ...candidates, codes: left }, part(0.5));
}

/** Sets the codes of every row to 0 but for as many as `columns` says: those of largest |v_i|·‖d_i‖ with `fitted` v. */
function keepColumns(
  table: CodeTable,
  fitted: CodeTable,
  { decoder, width }: CodesProblem,
  columns: Uint32Array,
): void {
  const { rows, rank, offsets, active, codes } = table;
  const contribution = (place: number): number => {
    const atom = (at(active, Math.floor(place / rank)) * rank + (place % rank)) * width;
    return at(fitted.codes, place) ** 2 * innerProduct(decoder, atom, decoder, atom, width);
  };
  for (let row = 0; row < rows; row++) {
    const first = at(offsets, row) * rank;
    const size = at(offsets, row + 1) * rank - first;
    Array.from({ length: size }, (_, i) => ({ place: first + i, size: contribution(first + i) }))
      .sort((one, other) => other.size - one.size)
      .slice(at(columns, row))
      .forEach(({ place }) => (codes[place] = 0));
  }
}

/** ‖D_kᵀv_k‖² of every entry, `decoder` [K·r, d]. O(entries·r·d). */
export function contributionEnergies(
  decoder: Float32Array,
  { active, codes, rank }: CodeTable,
  width: number,
): Float64Array {
  const contribution = new Float64Array(width);
  return Float64Array.from(active, (unit, entry) => {
    contribution.fill(0);
    for (let i = 0; i < rank; i++) {
      const code = at(codes, entry * rank + i);
      const atom = (unit * rank + i) * width;
      for (let c = 0; c < width; c++) {
        contribution[c] = (contribution[c] ?? 0) + code * (decoder[atom + c] ?? 0);
      }
    }
    let sum = 0;
    for (const value of contribution) sum += value * value;
    return sum;
  });
}

function firingEntries(table: CodeTable, row: number): Entry[] {
  const found: Entry[] = [];
  for (let entry = at(table.offsets, row); entry < at(table.offsets, row + 1); entry++) {
    if (hasCode(table, entry)) found.push({ table, entry, unit: at(table.active, entry) });
  }
  return found;
}

/** Entries of every row, ascending by unit, as a table of models of that size. */
function tableOf(
  { rank, groups }: Pick<CodeTable, 'rank' | 'groups'>,
  rows: readonly (readonly Entry[])[],
): CodeTable {
  const offsets = new Uint32Array(rows.length + 1);
  rows.forEach((own, row) => (offsets[row + 1] = at(offsets, row) + own.length));
  const active = new Uint32Array(at(offsets, rows.length));
  const codes = new Float32Array(active.length * rank);
  rows.forEach((own, row) => {
    own.forEach(({ table, entry, unit }, i) => {
      const place = at(offsets, row) + i;
      active[place] = unit;
      codes.set(table.codes.subarray(entry * rank, (entry + 1) * rank), place * rank);
    });
  });
  return { rows: rows.length, rank, groups, offsets, active, codes };
}
