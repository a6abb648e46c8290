/**
 * The colour slots of a run's units, kept for the session, so that a group has one colour on every page. The shapes
 * on the Train page give slots to their owners and free those of units that own nothing any more; other pages take
 * the next free ones for units that have none. Knows units by their index and nothing of what they hold.
 */
import type { UnitSlots } from './plots/props';
import { clearPlaces, slotAt } from './plots/unit_order';
import { assignUnitSlots, countOwners, soleOwner } from './plots/unit_slots';

/** Whose units: a model of a run, and how many models the run has, whose colours are avoided. */
export interface UnitsOf {
  readonly runId: string;
  readonly model: number;
  readonly models: number;
}

type Owners = readonly ArrayLike<number>[];

const book = new Map<string, UnitSlots>();

/**
 * Slots of the units that own the points of the `drawn` panels, after a probe of `all` panels of the model. A unit
 * keeps its slot for as long as it owns anything in any of them. Only when it has come to hold a drawn panel alone,
 * and its colour is none of those that every eye tells apart, does it move to the first free one.
 */
export function slotsOfProbe(of: UnitsOf, drawn: Owners, all: Owners): UnitSlots {
  const owning = new Set(all.flatMap((owners) => [...countOwners(owners).keys()]));
  const sole = new Set(drawn.map((owners) => soleOwner(owners)));
  const clear = new Set(
    Array.from({ length: clearPlaces(of.models) }, (_, place) => slotAt(place, of.models)),
  );
  const kept = [...known(of)].filter(
    ([unit, slot]) => owning.has(unit) && (clear.has(slot) || !sole.has(unit)),
  );
  return extended(of, new Map(kept), drawn);
}

/** Slots of all units that occur in `owners`, and of those that had one before. */
export function slotsOfUnits(of: UnitsOf, owners: Owners): UnitSlots {
  return extended(of, known(of), owners);
}

/** The slot of one unit. */
export function slotOfUnit(of: UnitsOf, unit: number): number {
  return slotsOfUnits(of, [[unit]]).get(unit) ?? 0;
}

function extended(of: UnitsOf, kept: UnitSlots, owners: Owners): UnitSlots {
  const taken = assignUnitSlots(owners, kept, {
    slotOf: (place) => slotAt(place, of.models),
    reserved: kept.values(),
  });
  const slots = new Map([...kept, ...taken]);
  book.set(keyOf(of), slots);
  return slots;
}

const NONE: UnitSlots = new Map();

function known(of: UnitsOf): UnitSlots {
  return book.get(keyOf(of)) ?? NONE;
}

function keyOf({ runId, model }: UnitsOf): string {
  return `${runId}:${model}`;
}
