/**
 * A histogram over time as one averaged histogram per pixel column. Pure; knows no colour.
 */
import { bisectLeft } from 'd3';
import { at } from '../../base/array';
import type { Ends } from './axis_scale';
import type { Column } from './props';

/**
 * Shares [columns, ranks] of the moments `x` [times] with `counts` [times, ranks], over the range of x. A moment
 * holds until the next one, so gaps between moments are filled; columns before the first moment and after the
 * last (plus one usual step) are NaN. A moment without any group has share 0 everywhere.
 */
export function columnShares(
  x: Column,
  counts: Column,
  ranks: number,
  [from, to]: Ends,
  columns: number,
): Float32Array {
  const shares = new Float32Array(columns * ranks).fill(Number.NaN);
  const times = x.length;
  if (times === 0) return shares;
  const last = at(x, times - 1);
  const step = times > 1 ? (last - at(x, 0)) / (times - 1) : 0;
  const width = (to - from) / columns;
  for (let column = 0; column < columns; column++) {
    const [start, end] = [from + column * width, from + (column + 1) * width];
    if (end <= at(x, 0) || start > last + step) continue;
    // The moments inside the column, or the one that holds when none falls inside.
    const first = bisectLeft(x, start);
    const beyond = Math.max(first, bisectLeft(x, end));
    const begin = beyond > first ? first : Math.max(0, first - 1);
    const finish = Math.max(begin + 1, Math.min(times, beyond));
    for (let rank = 0; rank < ranks; rank++) shares[column * ranks + rank] = 0;
    for (let time = begin; time < finish; time++) {
      let total = 0;
      for (let rank = 0; rank < ranks; rank++) total += at(counts, time * ranks + rank);
      if (total === 0) continue;
      for (let rank = 0; rank < ranks; rank++) {
        const cell = column * ranks + rank;
        shares[cell] =
          at(shares, cell) + at(counts, time * ranks + rank) / total / (finish - begin);
      }
    }
  }
  return shares;
}
