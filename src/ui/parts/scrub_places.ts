/** Where the checkpoints of a run lie on their scale, and which of them is meant. Pure; draws nothing. */
import { at } from '../../base/array';

/** Least distance between two ticks, as a share of the scale. */
const GAP = 0.03;

/**
 * Places of rising steps on a scale from 0 to 1 that ends at `end`: by the logarithm of the step, as checkpoints are
 * made, but never so close that two ticks are one.
 */
export function scrubPlaces(steps: readonly number[], end: number): readonly number[] {
  const first = Math.log(1 + (steps[0] ?? 0));
  const width = Math.log(1 + end) - first || 1;
  const places = steps.map((step) => Math.min(1, (Math.log(1 + step) - first) / width));
  const gap = Math.min(GAP, 1 / Math.max(1, steps.length));
  for (let i = 1; i < places.length; i++)
    places[i] = Math.max(at(places, i), at(places, i - 1) + gap);
  let most = 1;
  for (let i = places.length - 1; i >= 0; i--) {
    places[i] = Math.min(at(places, i), most);
    most = at(places, i) - gap;
  }
  return places;
}

/** The tick nearest to a place. */
export function nearestTick(places: readonly number[], place: number): number {
  let nearest = 0;
  places.forEach((each, tick) => {
    if (Math.abs(each - place) < Math.abs(at(places, nearest) - place)) nearest = tick;
  });
  return nearest;
}

/** The tick that a key leads to from another; null for keys of no meaning here. */
export function tickOfKey(key: string, tick: number, ticks: number): number | null {
  const last = ticks - 1;
  if (key === 'ArrowLeft' || key === 'ArrowDown') return Math.max(0, tick - 1);
  if (key === 'ArrowRight' || key === 'ArrowUp') return Math.min(last, tick + 1);
  if (key === 'Home') return 0;
  return key === 'End' ? last : null;
}
