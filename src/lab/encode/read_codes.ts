/**
 * The codes of one encoded batch, from the buffers in which the forward plan leaves them to a table on the CPU.
 */
import { at } from '../../base/array';
import type { CodeTable } from '../../analysis/types';
import type { BufferSet } from '../../gpu/buffer_set';
import type { ModelLayout } from '../../sae/layout';

/** What the gate leaves in a slot that no unit won. */
const NONE = 0xffffffff;

/** Codes of the first `rows` rows of the batch last encoded, in the units that the model codes in. */
export async function readCodes(
  buffers: BufferSet,
  { main, rank, groups }: ModelLayout,
  rows: number,
): Promise<CodeTable> {
  const places = rows * main.slots;
  const [units, coefs] = await Promise.all([
    buffers.read('active_units', places * 4),
    buffers.read('coefs', places * rank * 4),
  ]);
  const slots = { units: new Uint32Array(units), codes: new Float32Array(coefs) };
  return wonSlots({ rows, rank, groups }, main.slots, slots);
}

/** The slots that a unit won: of units [rows, slots] and codes [rows, slots, rank]. */
export function wonSlots(
  size: Pick<CodeTable, 'rows' | 'rank' | 'groups'>,
  slots: number,
  { units, codes }: { readonly units: Uint32Array; readonly codes: Float32Array },
): CodeTable {
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
