/**
 * How the lines of several runs in one chart differ: models by colour, runs by dash, in charts, legends, cursors and
 * saved figures alike. Lines have flat ends where they are dashed: round ones would close the gaps.
 */
import { at } from '../../base/array';
import type { Series } from './props';

/** Dashes and gaps in CSS pixels, each told from the others at a glance and at 1.5 px. */
const DASHES = {
  solid: undefined,
  dashed: '7 4',
  dotted: '1.5 3',
  'dash-dotted': '9 3 1.5 3',
  'long-dashed': '14 5',
  'dash-double-dotted': '9 3 1.5 3 1.5 3',
} as const;

export type Dash = keyof typeof DASHES;

const ORDER: readonly Dash[] = [
  'solid',
  'dashed',
  'dotted',
  'dash-dotted',
  'long-dashed',
  'dash-double-dotted',
];

/** Runs that can be told apart in one chart. */
export const MOST_DASHES = ORDER.length;

/** Runs under the one shown that still have a dash of their own. */
export const MOST_OVERLAYS = MOST_DASHES - 1;

/** The dash of the run at `order` (0: the one shown, then those laid under it). */
export function dashOf(order: number): Dash {
  return at(ORDER, order % MOST_DASHES);
}

/** The stroke-dasharray of a series; undefined for a solid line. */
export function dashArray(dash: Series['dash']): string | undefined {
  return DASHES[dash ?? 'solid'];
}
