/** Where the names of the axes of a code scatter stand. */
import { describe, expect, test, vi } from 'vitest';
import { at } from '../../../src/base/array';
import { placeAxes } from '../../../src/ui/plots/CodeOverlay';
import { WHOLE, type CodeFrame } from '../../../src/ui/plots/code_view';

// Text is measured by a canvas, which Node has none of.
vi.mock('../../../src/ui/plots/text_width', () => ({
  textWidth: (text: string) => text.length * 6,
}));

const frame = (width: number, height: number): CodeFrame => ({
  size: { width, height },
  axes: 2,
  dimension: 2,
  rotation: { azimuth: 0, elevation: 0 },
  view: WHOLE,
  bounds: { middle: [0, 0, 0], half: [1, 1], extent: 1 },
  foot: 0,
});

describe('the names of the axes', () => {
  test('stand beyond the ends of the axes where there is room', () => {
    const [first, second] = placeAxes(frame(600, 400), ['axis 1, 50 %', 'axis 2, 23 %']);
    expect(first?.box.left).toBeGreaterThan(at(first?.to ?? [], 0));
    expect(second?.box.left).toBeGreaterThan(at(second?.to ?? [], 0));
  });

  test.each([320, 380, 440, 500])('stay inside a figure of %i pixels', (width) => {
    for (const { box } of placeAxes(frame(width, 400), ['axis 1, 50 %', 'axis 2, 23 %'])) {
      expect(box.left).toBeGreaterThanOrEqual(0);
      expect(box.right).toBeLessThanOrEqual(width);
    }
  });
});
