/** The geometry of explained variance against bits: what is inside, what the pointer finds, where keys lead. */
import { describe, expect, test } from 'vitest';
import {
  layOutRates,
  nearestRate,
  walkRates,
  type RateCurveOf,
  type RateFrame,
} from '../../../src/ui/plots/rate_frame';

const size = { width: 400, height: 240 };
const curve = (id: string, from: number): RateCurveOf => ({
  id,
  label: id,
  color: 'red',
  // Finest step first, as a report has it.
  steps: [
    { delta: 0.1, bits: from + 20, explained: 0.95 },
    { delta: 0.2, bits: from + 10, explained: 0.94 },
    { delta: 0.4, bits: from, explained: 0.6 },
  ],
  headline: { bits: from + 10.5, explained: 0.9405, interval: [from + 9, from + 12] },
});
function framed(curves: readonly RateCurveOf[]): RateFrame {
  const frame = layOutRates(curves, size);
  if (frame === null) throw new Error('nothing was laid out');
  return frame;
}
const [a, b] = [curve('a', 5), curve('b', 30)];
const frame = framed([a, b]);

describe('the layout', () => {
  test('holds whole curves and their intervals', () => {
    const { left, right, top, bottom } = frame.area;
    for (const { points, interval } of frame.curves) {
      for (const { x, y } of points) {
        expect(x).toBeGreaterThanOrEqual(left);
        expect(x).toBeLessThanOrEqual(right);
        expect(y).toBeGreaterThanOrEqual(top);
        expect(y).toBeLessThanOrEqual(bottom);
      }
      expect(interval?.x2).toBeLessThanOrEqual(right);
      expect(interval?.x1).toBeLessThan(interval?.x2 ?? 0);
    }
  });

  test('begins at no bits, and has the headline among the points in their order', () => {
    expect(frame.x.ends[0]).toBe(0);
    expect(frame.curves[0]?.points.map(({ bits }) => bits)).toEqual([5, 15, 15.5, 25]);
    // The curve itself has steps alone.
    expect(frame.curves[0]?.path.split('L')).toHaveLength(3);
  });

  test('is nothing without steps or room, and does without a headline', () => {
    expect(layOutRates([], size)).toBeNull();
    expect(layOutRates([a], { width: 0, height: 240 })).toBeNull();
    expect(framed([{ ...a, headline: null }]).curves[0]?.interval).toBeNull();
  });
});

test('the pointer finds the nearest point of any model, and none far away', () => {
  const point = frame.curves[1]?.points[0];
  expect(nearestRate(frame, (point?.x ?? 0) + 3, (point?.y ?? 0) - 3, 24)).toBe(point);
  expect(nearestRate(frame, frame.area.right, frame.area.bottom, 10)).toBeNull();
});

test('keys begin at a headline, walk along a curve up to its ends, and change the model', () => {
  const first = walkRates(frame, null, 'right');
  expect(first).toMatchObject({ curve: a, delta: null, bits: 15.5 });
  const right = walkRates(frame, first, 'right');
  expect(right).toMatchObject({ curve: a, bits: 25 });
  expect(walkRates(frame, right, 'right')).toBe(right);
  expect(walkRates(frame, first, 'left')).toMatchObject({ curve: a, bits: 15 });
  expect(walkRates(frame, first, 'down')).toMatchObject({ curve: b, delta: null, bits: 40.5 });
  expect(walkRates(frame, right, 'up')).toMatchObject({ curve: b, bits: 30 });
});
