/** A unit's colour is the same on every page and while the model trains. */
import { expect, test } from 'vitest';
import { at } from '../../../src/base/array';
import { clearPlaces, slotAt } from '../../../src/ui/plots/unit_order';
import { slotOfUnit, slotsOfProbe, slotsOfUnits, type UnitsOf } from '../../../src/ui/unit_colors';

let runs = 0;
const newRun = (): UnitsOf => ({ runId: `run ${runs++}`, model: 0, models: 2 });
const full = (unit: number) => new Uint32Array(100).fill(unit);

test('three groups that hold three shapes have three colours that every eye tells apart', () => {
  const of = newRun();
  const shapes = [full(5), full(44), full(7)];
  const slots = slotsOfProbe(of, shapes, shapes);
  const clear = Array.from({ length: clearPlaces(2) }, (_, place) => slotAt(place, 2));
  const taken = [5, 44, 7].map((unit) => slots.get(unit) ?? -1);
  expect(new Set(taken).size).toBe(3);
  for (const slot of taken) expect(clear).toContain(slot);
});

test('another page gives a unit the colour that it has on its shape', () => {
  const of = newRun();
  const slots = slotsOfProbe(of, [full(9)], [full(9)]);
  expect(slotOfUnit(of, 9)).toBe(slots.get(9));
  // A unit without a shape takes a colour of its own, and keeps it.
  const other = slotOfUnit(of, 10);
  expect(other).not.toBe(slots.get(9));
  expect(slotsOfUnits(of, [[10, 11, 9]]).get(10)).toBe(other);
  expect(slotsOfUnits(of, [[12]]).get(9)).toBe(slots.get(9));
});

test('a unit keeps its colour from probe to probe, whichever shapes are drawn', () => {
  const of = newRun();
  const all = [full(1), full(2), full(3), full(4)];
  const before = new Map(slotsOfProbe(of, all.slice(0, 2), all));
  slotsOfProbe(of, all.slice(2), all);
  const after = slotsOfProbe(of, all.slice(0, 2), all);
  expect([after.get(1), after.get(2)]).toEqual([before.get(1), before.get(2)]);
  expect(new Set([1, 2, 3, 4].map((unit) => after.get(unit))).size).toBe(4);
});

test('a unit that owns nothing any more frees its colour', () => {
  const of = newRun();
  const first = slotsOfProbe(of, [full(1)], [full(1)]).get(1);
  expect(slotsOfProbe(of, [full(2)], [full(2)]).get(2)).toBe(first);
});

test('a unit that has come to hold a shape alone moves to a clear colour, once', () => {
  const of = newRun();
  const crowd = Uint32Array.from({ length: 400 }, (_, i) => (i < 380 ? i % 19 : 30));
  const early = slotsOfProbe(of, [crowd], [crowd]).get(30);
  const clear = Array.from({ length: clearPlaces(2) }, (_, place) => slotAt(place, 2));
  expect(clear).not.toContain(early);
  const late = slotsOfProbe(of, [full(30)], [full(30)]).get(30);
  expect(late).toBe(at(clear, 0));
  expect(slotsOfProbe(of, [full(30)], [full(30), crowd]).get(30)).toBe(late);
});

test('two models of a run have books of their own', () => {
  const of = newRun();
  slotOfUnit(of, 1);
  expect(slotOfUnit({ ...of, model: 1 }, 2)).toBe(slotAt(0, 2));
});
