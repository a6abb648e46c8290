/**
 * Which rows of a finite source are never trained on: one of every ten consecutive rows. Which one is
 * drawn from the number of the ten, so the choice depends on nothing but the row's place in the file and
 * does not fall into step with a period in it (a context length, say). Both directions are closed forms;
 * nothing is stored. The twin of shaders/gather_rows.wgsl, bit for bit.
 */
import { drawBelow, RandomDraws, RandomStream } from '../base/random';

/** Rows that share one held-out row. */
export const HELD_OUT_EVERY = 10;

/** The held-out row of block `block`, which is rows 10·block … 10·block + 9. */
export function heldOutRow(block: number): number {
  const draws = new RandomDraws(0, RandomStream.heldOutRows, 0, block);
  return HELD_OUT_EVERY * block + drawBelow(draws, 0, HELD_OUT_EVERY).value;
}

/** How many of the first `rows` rows are held out; none when there are fewer than ten. */
export function heldOutCount(rows: number): number {
  const blocks = Math.floor(rows / HELD_OUT_EVERY);
  if (blocks === 0) return 0;
  return heldOutRow(blocks) < rows ? blocks + 1 : blocks;
}

/** The `index`-th row that is trained on, when rows are held out. */
export function trainingRow(index: number): number {
  const perBlock = HELD_OUT_EVERY - 1;
  const block = Math.floor(index / perBlock);
  const row = HELD_OUT_EVERY * block + (index % perBlock);
  return row >= heldOutRow(block) ? row + 1 : row;
}
