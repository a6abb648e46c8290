/**
 * The codes of one encoded batch, from the buffers in which the forward plan leaves them to a table on the CPU.
 */
import { at } from '../../base/array';
import type { CodeTable } from '../../analysis/types';
import type { BufferSet } from '../../gpu/buffer_set';
import type { ModelLayout } from '../../sae/layout';

/** What the gate leaves in a slot that no unit won. */
const NONE = 0xffffffff;

export interface ReadCodes {
  /** Of the rows asked for, as many as found places in the list; at least one. */
  readonly codes: CodeTable;
  /** Places that the whole batch needed. */
  readonly places: number;
}

/** Codes of the first `rows` rows of the batch last encoded, in the units that the model codes in. */
export async function readCodes(
  buffers: BufferSet,
  { batch, main, rank, groups }: ModelLayout,
  rows: number,
): Promise<ReadCodes> {
  const capacity = main.ragged ? main.capacity : rows * main.slots;
  const [units, coefs] = await Promise.all([
    buffers.read('active_units', (main.ragged ? main.rowStart + batch + 1 : capacity) * 4),
    buffers.read('coefs', capacity * rank * 4),
  ]);
  const lists = { units: new Uint32Array(units), codes: new Float32Array(coefs) };
  if (main.ragged) {
    const starts = lists.units.subarray(main.rowStart);
    const codes = listedRows({ rows, rank, groups }, starts, capacity, lists);
    return { codes, places: at(starts, batch) };
  }
  return { codes: wonSlots({ rows, rank, groups }, main.slots, lists), places: capacity };
}

type Size = Pick<CodeTable, 'rows' | 'rank' | 'groups'>;

interface Lists {
  /** Units by place. */
  readonly units: Uint32Array;
  /** [places, rank] */
  readonly codes: Float32Array;
}

/** The rows whose places, from starts[b] to starts[b + 1], lie within the list's capacity. */
export function listedRows(
  { rows, rank, groups }: Size,
  starts: Uint32Array,
  capacity: number,
  { units, codes }: Lists,
): CodeTable {
  let fit = rows;
  while (fit > 0 && at(starts, fit) > capacity) fit -= 1;
  const entries = at(starts, fit);
  return {
    rows: fit,
    rank,
    groups,
    offsets: starts.slice(0, fit + 1),
    active: units.slice(0, entries),
    codes: codes.slice(0, entries * rank),
  };
}

/** The slots that a unit won: of units [rows, slots] and codes [rows, slots, rank]. */
export function wonSlots(size: Size, slots: number, { units, codes }: Lists): CodeTable {
  const { rows, rank } = size;
  const offsets = new Uint32Array(rows + 1);
  let won = 0;
  for (let row = 0; row < rows; row++) {
    for (let slot = row * slots; slot < (row + 1) * slots; slot++) {
      if (at(units, slot) !== NONE) won += 1;
    }
    offsets[row + 1] = won;
  }
  const table = {
    ...size,
    offsets,
    active: new Uint32Array(won),
    codes: new Float32Array(won * rank),
  };
  let entry = 0;
  units.forEach((unit, slot) => {
    if (unit === NONE) return;
    table.active[entry] = unit;
    table.codes.set(codes.subarray(slot * rank, (slot + 1) * rank), entry * rank);
    entry += 1;
  });
  return table;
}
