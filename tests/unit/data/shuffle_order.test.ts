/** The order of the shuffle buffer: fill, mix, use half, refill that half. */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { bufferOrder, ResidentOrder, ShuffleOrder } from '../../../src/data/shuffle_order';

describe('a mixed buffer', () => {
  const order = new ShuffleOrder(24, 5);

  it('uses every row at most once and holds no row twice', () => {
    const used = new Set<number>();
    for (let mixing = 0; mixing < 40; mixing += 1) {
      const rows = order.rowsDuring(mixing);
      expect(new Set(rows).size).toBe(order.capacity);
      for (const row of order.rowsAt(mixing * order.half, order.half)) {
        expect(used.has(row)).toBe(false);
        used.add(row);
      }
    }
    expect(used.size).toBe(40 * order.half);
  });

  it('refills exactly the slots that were used, never before they were', () => {
    for (let place = 0; place < 10 * order.half; place += 1) {
      const mixing = order.mixingOf(place);
      const row = order.capacity + place;
      const before = at(order.rowsDuring(mixing), order.slotOf(row));
      expect(before).toBe(at(order.rowsAt(place, 1), 0));
      expect(at(order.rowsDuring(mixing + 1), order.slotOf(row))).toBe(row);
    }
  });

  it('lets half of the rows of a mixing stay for the next', () => {
    const now = new Set(order.rowsDuring(6));
    const stayed = [...order.rowsDuring(7)].filter((row) => now.has(row));
    expect(stayed).toHaveLength(order.half);
  });

  it('asks for what a batch needs and takes no more than has room', () => {
    expect(order.needed(0)).toBe(48);
    expect(order.needed(23)).toBe(48);
    expect(order.needed(24)).toBe(72);
    expect(order.allowed(24)).toBe(72);
    expect(order.reach(20)).toBe(4);
  });

  it('is another one for another seed', () => {
    expect(new ShuffleOrder(24, 6).rowsAt(0, 24)).not.toEqual(order.rowsAt(0, 24));
  });
});

describe('the choice of an order', () => {
  it('keeps a text that fits, and mixes what does not', () => {
    expect(bufferOrder(100, 100, 8, 0)).toBeInstanceOf(ResidentOrder);
    expect(bufferOrder(100, 101, 8, 0)).toMatchObject({ half: 48 });
    expect(bufferOrder(100, null, 64, 0)).toMatchObject({ half: 64 });
  });

  it('takes every row of a text that fits once in every pass', () => {
    const order = bufferOrder(100, 21, 4, 9);
    for (const pass of [0, 1, 5]) {
      const rows = order.rowsAt(pass * 21, 21);
      expect([...rows].sort((a, b) => a - b)).toEqual(Array.from({ length: 21 }, (_, i) => i));
    }
    expect(order.rowsAt(0, 21)).not.toEqual(order.rowsAt(21, 21));
  });
});
