/**
 * Which colour slot a unit takes. The unit that owns the most points gets slot 0, and a unit keeps its
 * slot for as long as it owns anything, so that colours do not jump about while a model trains.
 */
import { at } from '../../base/array';

/** Marks a point that no unit owns. */
export const NO_OWNER = 0xffffffff;

/** [points] owners counted: unit → points. */
export function countOwners(owners: ArrayLike<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (let i = 0; i < owners.length; i++) {
    const owner = at(owners, i);
    if (owner !== NO_OWNER) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  }
  return counts;
}

export interface SlotChoice {
  /** The order in which slots are taken: place (0 …) → slot; default: as they come. */
  readonly slotOf?: (place: number) => number;
  /** Slots that units elsewhere hold. */
  readonly reserved?: Iterable<number>;
}

/**
 * Slots for all units that occur in `owners` (several panels of one model together). Units known from
 * `previous` keep their slot; the others take the first free ones, largest count first, then lowest index.
 */
export function assignUnitSlots(
  owners: readonly ArrayLike<number>[],
  previous?: ReadonlyMap<number, number>,
  { slotOf = (place) => place, reserved = [] }: SlotChoice = {},
): Map<number, number> {
  const counts = new Map<number, number>();
  for (const panel of owners) {
    for (const [unit, count] of countOwners(panel)) {
      counts.set(unit, (counts.get(unit) ?? 0) + count);
    }
  }
  const slots = new Map<number, number>();
  const taken = new Set<number>(reserved);
  const fresh: (readonly [number, number])[] = [];
  for (const [unit, count] of counts) {
    const slot = previous?.get(unit);
    if (slot === undefined) {
      fresh.push([unit, count]);
    } else {
      slots.set(unit, slot);
      taken.add(slot);
    }
  }
  fresh.sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  let place = 0;
  for (const [unit] of fresh) {
    while (taken.has(slotOf(place))) place++;
    slots.set(unit, slotOf(place));
    taken.add(slotOf(place));
  }
  return slots;
}

/** Units by the points they own, most first, then by index. */
export function rankedOwners(owners: ArrayLike<number>): readonly number[] {
  return [...countOwners(owners)].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([unit]) => unit);
}

/** Share of the owned points from which a unit counts as their only owner. */
const SOLE = 0.98;

/** The unit that owns nearly all of the owned points, if there is one. */
export function soleOwner(owners: ArrayLike<number>): number | null {
  let owned = 0;
  let best: readonly [number, number] | null = null;
  for (const entry of countOwners(owners)) {
    owned += entry[1];
    if (best === null || entry[1] > best[1]) best = entry;
  }
  return best !== null && best[1] >= SOLE * owned ? best[0] : null;
}
