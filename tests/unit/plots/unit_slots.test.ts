/** Which unit gets which colour, and that it keeps it. */
import { describe, expect, test } from 'vitest';
import {
  assignUnitSlots,
  countOwners,
  NO_OWNER,
  soleOwner,
} from '../../../src/ui/plots/unit_slots';

describe('colour slots of units', () => {
  test('the unit with most points gets the first colour, over all panels together', () => {
    const slots = assignUnitSlots([Uint32Array.of(5, 5, 9), Uint32Array.of(9, 9, 2)]);
    expect([...slots].sort((a, b) => a[1] - b[1])).toEqual([
      [9, 0],
      [5, 1],
      [2, 2],
    ]);
  });

  test('equal counts are ordered by index, so that a redraw gives the same picture', () => {
    expect(assignUnitSlots([[7, 3, 7, 3]]).get(3)).toBe(0);
  });

  test('units keep their slots while counts change, newcomers take the lowest free ones', () => {
    const first = assignUnitSlots([[1, 1, 1, 2, 2, 3]]);
    const later = assignUnitSlots([[3, 3, 3, 3, 1, 8, 9, 9]], first);
    expect(later.get(1)).toBe(0);
    expect(later.get(3)).toBe(2);
    expect(later.get(9)).toBe(1);
    expect(later.get(8)).toBe(3);
    expect(later.has(2)).toBe(false);
  });

  test('no two units ever share a slot', () => {
    let slots: ReadonlyMap<number, number> | undefined;
    for (let round = 0; round < 50; round++) {
      const owners = Array.from({ length: 90 }, (_, i) => (i * i * (round + 3)) % (7 + round));
      slots = assignUnitSlots([owners], slots);
      expect(new Set(slots.values()).size).toBe(slots.size);
    }
  });

  test('points without an owner take no slot and no count', () => {
    expect(assignUnitSlots([[NO_OWNER, 4]]).size).toBe(1);
    expect(countOwners([NO_OWNER, NO_OWNER]).size).toBe(0);
  });
});

describe('a unit that owns a whole shape', () => {
  test('is found although a few points stray', () => {
    expect(soleOwner([...new Array<number>(99).fill(3), 5])).toBe(3);
    expect(soleOwner([...new Array<number>(97).fill(3), 5, 5, 5])).toBeNull();
  });

  test('does not exist when nothing is owned', () => {
    expect(soleOwner([])).toBeNull();
    expect(soleOwner([NO_OWNER])).toBeNull();
  });
});
