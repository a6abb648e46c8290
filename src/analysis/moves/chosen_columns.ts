/**
 * The second level of a gate of two: of the columns of the groups that a row lets through, those with the largest
 * |p_ki|·‖d_ki‖ stay on, and a group without one does not fire. A group is still looked at by all of its codes: those of
 * a circle would seem to exclude each other where one of two columns is left out.
 */
import { addAt, at } from '../../base/array';
import type { Blocks } from './group_axes';
import { innerProduct } from './products';
import type { FiringCodes } from './row_codes';

/** ‖d‖ of every column of a model, [K·r]. */
export function columnNorms({ groups, rank, width, decoder }: Blocks): Float64Array {
  return Float64Array.from({ length: groups * rank }, (_, column) =>
    Math.sqrt(innerProduct(decoder, column * width, decoder, column * width, width)),
  );
}

/**
 * Codes [n, r] of the groups of a row, ascending, with those of all but `columns` columns set to 0: those of largest
 * |p|·‖d‖ stay, ties to the lowest column. O(n·r · log).
 */
export function chosenCodes(
  codes: Float64Array,
  groups: ArrayLike<number>,
  norms: Float64Array,
  columns: number,
): Float64Array {
  const rank = codes.length / groups.length;
  const keys = codes.map((code, i) => {
    const group = at(groups, Math.floor(i / rank));
    return Math.abs(code) * at(norms, group * rank + (i % rank));
  });
  const order = Array.from(keys.keys()).sort(
    (one, other) => at(keys, other) - at(keys, one) || one - other,
  );
  const kept = new Float64Array(codes.length);
  for (const i of order.slice(0, columns)) kept[i] = at(codes, i);
  return kept;
}

/** Firings of the groups that keep a column, from those of all groups that the first level lets through. */
export function withChosenColumns(
  all: FiringCodes,
  norms: Float64Array,
  columns: number,
): FiringCodes {
  const rows = all.rowStart.length - 1;
  const rank = all.groups.length === 0 ? 0 : all.codes.length / all.groups.length;
  const used = new Float64Array(all.codes.length);
  for (let row = 0; row < rows; row++) {
    const [from, to] = [at(all.rowStart, row), at(all.rowStart, row + 1)];
    if (from === to) continue;
    const own = all.codes.subarray(from * rank, to * rank);
    used.set(chosenCodes(own, all.groups.subarray(from, to), norms, columns), from * rank);
  }
  const fires = (entry: number) =>
    used.subarray(entry * rank, (entry + 1) * rank).some((code) => code !== 0);
  const entries = Uint32Array.from(all.groups.keys()).filter(fires);
  const codesOfEntries = (of: Float64Array) => {
    const codes = new Float64Array(entries.length * rank);
    entries.forEach((entry, i) =>
      codes.set(of.subarray(entry * rank, (entry + 1) * rank), i * rank),
    );
    return codes;
  };
  const rowStart = new Uint32Array(rows + 1);
  const groupStart = new Uint32Array(all.groupStart.length);
  for (const entry of entries) {
    addAt(rowStart, at(all.rows, entry) + 1, 1);
    addAt(groupStart, at(all.groups, entry) + 1, 1);
  }
  for (const starts of [rowStart, groupStart]) {
    for (let i = 1; i < starts.length; i++) addAt(starts, i, at(starts, i - 1));
  }
  const next = groupStart.slice();
  const byGroup = new Uint32Array(entries.length);
  entries.forEach((entry, i) => {
    const group = at(all.groups, entry);
    byGroup[at(next, group)] = i;
    addAt(next, group, 1);
  });
  return {
    rowStart,
    groups: Uint32Array.from(entries, (entry) => at(all.groups, entry)),
    codes: codesOfEntries(all.codes),
    used: codesOfEntries(used),
    groupStart,
    byGroup,
    rows: Uint32Array.from(entries, (entry) => at(all.rows, entry)),
    decoder: all.decoder,
  };
}
