/** The texts below a chart never touch, the unit least of all. */
import { describe, expect, test } from 'vitest';
import { axisScale, type Ends } from '../../../src/ui/plots/axis_scale';
import { layOutXLabels, ticksFor, type Axis } from '../../../src/ui/plots/PlotAxes';

const WIDTHS = Array.from({ length: 120 }, (_, i) => 20 + 10 * i);

function axis(ends: Ends, width: number): Axis {
  const scale = axisScale('linear', ends, [40, 40 + width]);
  return { kind: 'linear', ends, scale, ...ticksFor('linear', ends, width, 56) };
}

describe.each([256_000, 200_000, 1_536_000, 7, 1e9])('an axis to %i', (end) => {
  test('keeps the unit apart from every number, and numbers from each other, at any width', () => {
    for (const width of WIDTHS) {
      const area = { left: 40, right: 40 + width };
      const labels = layOutXLabels(area, axis([0, end], width), 'samples');
      const sorted = labels.toSorted((a, b) => a.left - b.left);
      sorted.forEach((label, index) => {
        const next = sorted[index + 1];
        expect(label.left).toBeGreaterThanOrEqual(area.left);
        if (next === undefined) return;
        const least = next.text === 'samples' ? 16 : 8;
        expect(
          next.left - label.right,
          `${width} px: ${label.text} ${next.text}`,
        ).toBeGreaterThanOrEqual(least);
      });
    }
  });

  test('says the unit once, at the right end, as soon as it fits beside a number', () => {
    for (const width of WIDTHS.filter((each) => each >= 100)) {
      const labels = layOutXLabels(
        { left: 40, right: 40 + width },
        axis([0, end], width),
        'samples',
      );
      const units = labels.filter(({ text }) => text.includes('samples'));
      expect(units).toMatchObject([{ text: 'samples', anchor: 'end', x: 40 + width }]);
      expect(labels.length).toBeGreaterThan(1);
    }
  });
});
