/** Labels beside points: readable, inside, most important first. */
import { describe, expect, test } from 'vitest';
import { at } from '../../../src/base/array';
import { placeLabels, type LabelAnchor } from '../../../src/ui/plots/label_placement';

const label = (x: number, y: number): LabelAnchor => ({ x, y, width: 40, height: 15, radius: 5 });
const centre = [150, 150] as const;

function boxes(anchors: readonly LabelAnchor[], width = 300, height = 300) {
  return placeLabels(anchors, width, height, centre).map(({ index, x, y }) => {
    const anchor = at(anchors, index);
    return {
      index,
      left: x,
      right: x + anchor.width,
      top: y - anchor.height / 2,
      bottom: y + anchor.height / 2,
    };
  });
}

describe('label placement', () => {
  test('labels on a circle point outwards', () => {
    const [east, west] = boxes([label(250, 150), label(50, 150)]);
    expect(east?.left).toBeGreaterThan(250);
    expect(west?.right).toBeLessThan(50);
  });

  test('no two labels overlap, none covers a foreign point, none leaves the figure', () => {
    // A fixed cloud with crowds and points at the very edge.
    const anchors = Array.from({ length: 60 }, (_, i) => label((i * 97) % 300, (i * i * 31) % 300));
    const placed = boxes(anchors);
    expect(placed.length).toBeGreaterThan(10);
    placed.forEach((a, i) => {
      expect(a.left).toBeGreaterThanOrEqual(0);
      expect(a.right).toBeLessThanOrEqual(300);
      expect(a.top).toBeGreaterThanOrEqual(0);
      expect(a.bottom).toBeLessThanOrEqual(300);
      for (const b of placed.slice(0, i)) {
        const apart =
          a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
        expect(apart, `labels ${a.index} and ${b.index}`).toBe(true);
      }
      anchors.forEach((dot, j) => {
        if (j === a.index) return;
        const clear =
          a.right <= dot.x - dot.radius ||
          a.left >= dot.x + dot.radius ||
          a.bottom <= dot.y - dot.radius ||
          a.top >= dot.y + dot.radius;
        expect(clear, `label ${a.index} and point ${j}`).toBe(true);
      });
    });
  });

  test('the first of two labels that fight for a place wins', () => {
    const tight = placeLabels([label(20, 8), label(24, 8)], 72, 16, [36, 8]);
    expect(tight.map(({ index }) => index)).toEqual([0]);
  });

  test('a label keeps clear of other texts', () => {
    const free = placeLabels([label(250, 150)], 300, 300, centre);
    const blocked = placeLabels([label(250, 150)], 300, 300, centre, [
      { left: 255, top: 140, right: 300, bottom: 160 },
    ]);
    expect(blocked).toHaveLength(1);
    expect(blocked[0]).not.toEqual(free[0]);
  });
});
