/**
 * Long lines made short without changing their picture: of all points that fall into one pixel column only
 * the first, the lowest, the highest and the last are drawn (M4: Jugel et al., VLDB 2014), which rasterises
 * to the same line. Also the moving average drawn over the raw line. The loops over all points read with
 * `?? NaN`, which is a gap anyway, because a shared `at` is several times slower there. Pure; knows no page.
 */
import { bisectLeft, bisectRight } from 'd3';
import { at } from '../../base/array';
import type { Column } from './props';

/** Stands for a break of the line in a list of indices. */
export const GAP = -1;

/**
 * Indices of the points to draw between the x values `from` and `to`, with one neighbour on each side so that
 * the line runs to the frame. `column` gives a value's pixel column. GAP marks non-finite y values.
 */
export function decimate(
  x: Column,
  y: Column,
  from: number,
  to: number,
  column: (x: number) => number,
): number[] {
  const length = Math.min(x.length, y.length);
  const start = Math.max(0, bisectLeft(x, from, 0, length) - 1);
  const end = Math.min(length, bisectRight(x, to, 0, length) + 1);
  const kept: number[] = [];
  let [first, low, high, last, current] = [GAP, GAP, GAP, GAP, Number.NaN];
  let [lowest, highest] = [0, 0];

  const flush = () => {
    if (first === GAP) return;
    for (const index of [first, Math.min(low, high), Math.max(low, high), last]) {
      if (kept[kept.length - 1] !== index) kept.push(index);
    }
    first = GAP;
  };

  for (let i = start; i < end; i++) {
    const value = y[i] ?? Number.NaN;
    if (!Number.isFinite(value)) {
      flush();
      if (kept.length > 0 && kept[kept.length - 1] !== GAP) kept.push(GAP);
      continue;
    }
    const here = Math.floor(column(x[i] ?? Number.NaN));
    if (first === GAP || here !== current) {
      flush();
      [first, low, high, current] = [i, i, i, here];
      [lowest, highest] = [value, value];
    }
    if (value < lowest) {
      lowest = value;
      low = i;
    }
    if (value > highest) {
      highest = value;
      high = i;
    }
    last = i;
  }
  flush();
  return kept;
}

/**
 * Exponential moving average with weight `past` (0 … below 1) on the past, corrected for its start as Adam's
 * moments are, so the first value is the first sample. Non-finite samples stay gaps and change nothing.
 */
export function smooth(y: Column, past: number): Column {
  if (past <= 0) return y;
  const out = new Float64Array(y.length);
  let [average, mass] = [0, 0];
  for (let i = 0; i < y.length; i++) {
    const value = y[i] ?? Number.NaN;
    if (!Number.isFinite(value)) {
      out[i] = Number.NaN;
      continue;
    }
    average = past * average + (1 - past) * value;
    mass = past * mass + (1 - past);
    out[i] = average / mass;
  }
  return out;
}

/** Index of the sample whose x is nearest to `value`; −1 when there is none. */
export function nearestIndex(x: Column, value: number): number {
  if (x.length === 0) return -1;
  const right = Math.min(x.length - 1, bisectLeft(x, value));
  const left = Math.max(0, right - 1);
  return Math.abs(at(x, left) - value) <= Math.abs(at(x, right) - value) ? left : right;
}
