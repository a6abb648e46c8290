/** The scale of checkpoints: where ticks lie, which is meant by a place, and where keys lead. */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { nearestTick, scrubPlaces, tickOfKey } from '../../../src/ui/parts/scrub_places';

describe('places on the scale', () => {
  it('go by the logarithm of the step, from the first checkpoint to the end of the run', () => {
    const places = scrubPlaces([9, 99, 999], 9999);
    [0, 1 / 3, 2 / 3].forEach((place, i) => expect(places[i]).toBeCloseTo(place, 12));
    // The same checkpoints stay where they are while the run goes on.
    expect(scrubPlaces([9, 99, 999, 1500], 9999).slice(0, 3)).toEqual(places);
    expect(scrubPlaces([9, 9999], 9999)).toEqual([0, 1]);
  });

  it('are never so close that two are one, and none is beyond an end', () => {
    const late = Array.from({ length: 12 }, (_, i) => 100_000 + 10 * i);
    const places = scrubPlaces([10, ...late], 100_110);
    expect(places[0]).toBe(0);
    expect(places.at(-1)).toBe(1);
    places.slice(1).forEach((place, i) => expect(place - at(places, i)).toBeGreaterThan(0.029));
    const early = scrubPlaces([0, 1, 1_000_000], 1_000_000);
    expect(early[1]).toBeGreaterThan(0.029);
  });
});

it('means the nearest checkpoint by a place', () => {
  const places = [0, 0.3, 0.6, 1];
  expect([0, 0.1, 0.16, 0.46, 0.79, 0.81, 1].map((place) => nearestTick(places, place))).toEqual([
    0, 0, 1, 2, 2, 3, 3,
  ]);
});

it('goes to neighbours and ends by keys, and no further', () => {
  const keys = ['ArrowLeft', 'ArrowDown', 'ArrowRight', 'ArrowUp', 'Home', 'End', 'a'];
  expect(keys.map((key) => tickOfKey(key, 2, 5))).toEqual([1, 1, 3, 3, 0, 4, null]);
  expect(tickOfKey('ArrowLeft', 0, 5)).toBe(0);
  expect(tickOfKey('ArrowRight', 4, 5)).toBe(4);
});
