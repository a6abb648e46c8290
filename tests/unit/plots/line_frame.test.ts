/** The geometry of a line chart: its ranges and its paths. */
import { describe, expect, test } from 'vitest';
import { fullRange, insideOf, layOutLines, zoomRange } from '../../../src/ui/plots/line_frame';
import type { Series } from '../../../src/ui/plots/props';

const line = (x: number[], y: number[]): Series => ({ id: 'a', label: 'a', color: 'red', x, y });
const size = { width: 300, height: 150 };

describe('the range of x', () => {
  test('starts at 0 and ends at the plan, so that lines grow into a fixed frame', () => {
    expect(fullRange([line([512, 1024], [1, 1])], { xEnd: 10_000 })).toEqual([0, 10_000]);
  });

  test('never cuts data off that goes beyond the plan', () => {
    expect(fullRange([line([0, 12_000], [1, 1])], { xEnd: 10_000 })).toEqual([0, 12_000]);
  });

  test('is known from the plan alone before the first value', () => {
    expect(fullRange([], { xEnd: 10_000 })).toEqual([0, 10_000]);
    expect(fullRange([], {})).toBeNull();
  });
});

describe('zooming', () => {
  test('stays inside the whole range', () => {
    expect(insideOf([-5, 20], [0, 10])).toEqual([0, 10]);
    expect(insideOf([2, 20], [0, 10])).toEqual([2, 10]);
  });

  test('to everything is no zoom', () => {
    expect(zoomRange([-1, 11], [0, 10])).toBeNull();
    expect(zoomRange([1, 3], [0, 10])).toEqual([1, 3]);
  });

  test('onto a point keeps a range wide enough to compute with', () => {
    const range = zoomRange([5, 5 + 1e-12], [0, 10]);
    expect(range).not.toBeNull();
    if (range !== null) expect(range[1] - range[0]).toBeGreaterThanOrEqual(1e-4 * (1 - 1e-6));
  });
});

describe('the layout', () => {
  test('rescales y to what the zoom shows', () => {
    const series = [line([0, 1, 2, 3, 4, 5], [100, 50, 3, 2, 2, 2])];
    expect(layOutLines(series, [0, 5], size, {}).y.ends[1]).toBeGreaterThanOrEqual(100);
    // The neighbour outside the range is drawn too and counts.
    expect(layOutLines(series, [3, 5], size, {}).y.ends[1]).toBeLessThanOrEqual(4);
  });

  test('holds fixed ends of y', () => {
    const frame = layOutLines([line([0, 1], [0.2, 0.7])], [0, 1], size, { yMin: 0, yMax: 1 });
    expect(frame.y.ends).toEqual([0, 1]);
  });

  test('lets go of fixed ends of y when zoomed, so that a flat stretch fills the figure', () => {
    const x = Array.from({ length: 101 }, (_, i) => i);
    const series = [
      line(
        x,
        x.map((at) => 0.97 + at / 1e5),
      ),
    ];
    const { ends } = layOutLines(series, [50, 100], size, { yMin: 0, yMax: 1, zoomed: true }).y;
    expect(ends[0]).toBeGreaterThanOrEqual(0.97);
    expect(ends[1]).toBeLessThanOrEqual(0.972);
  });

  test('fits what is seen inside the values of interest', () => {
    const within = { yWithin: [0, 1] } as const;
    const ends = (...y: number[]) =>
      layOutLines([line([0, 1, 2, 3], y)], [0, 3], size, within).y.ends;
    // The first moments far below 0 do not flatten the rest; a plateau is not drawn from 0.
    expect(ends(-7, 0.4, 0.9, 0.97)).toEqual([0, 1]);
    expect(ends(0.9, 0.92, 0.94, 0.96)[0]).toBeGreaterThanOrEqual(0.9);
    // A run that ends outside is shown where it is.
    expect(ends(0.5, 0, -3, -7)[0]).toBeLessThanOrEqual(-7);
  });

  test('marks the values of a line that has few, and of no other', () => {
    const dots = (count: number) => {
      const values = Array.from({ length: count }, (_, index) => index + 1);
      const frame = layOutLines([line(values, values)], [0, count], size, { yScale: 'log' });
      return frame.lines[0]?.dots?.match(/h0/g)?.length ?? 0;
    };
    expect([1, 3, 12, 13].map(dots)).toEqual([1, 3, 12, 0]);
    const gap = layOutLines([line([0, 1, 2], [1, Number.NaN, 3])], [0, 2], size, {});
    expect(gap.lines[0]?.dots?.match(/h0/g)).toHaveLength(2);
  });

  test('draws a path through the points in pixels', () => {
    const frame = layOutLines([line([0, 1], [0, 1])], [0, 1], size, { yMin: 0, yMax: 1 });
    const { left, right, top, bottom } = frame.area;
    expect(frame.lines[0]?.path).toBe(`M${left} ${bottom}L${right} ${top}`);
  });

  test('lifts the pen where a log axis has no place for a value', () => {
    const frame = layOutLines([line([0, 1, 2], [1, 0, 10])], [0, 2], size, { yScale: 'log' });
    expect(frame.lines[0]?.path.match(/M/g)).toHaveLength(2);
    expect(frame.lines[0]?.path).not.toContain('NaN');
  });

  test('makes a dot of a value between two gaps, and of a first one', () => {
    const gaps = [line([0, 1, 2, 3, 4], [NaN, 3, NaN, 1, 2])];
    expect(layOutLines(gaps, [0, 4], size, {}).lines[0]?.path.match(/h0/g)).toHaveLength(1);
    expect(layOutLines([line([1], [2])], [0, 4], size, {}).lines[0]?.path).toMatch(/^M.*h0$/);
  });

  test('keeps the raw line under a smoothed one', () => {
    const series = [line([0, 1, 2, 3], [0, 1, 0, 1])];
    expect(layOutLines(series, [0, 3], size, {}).lines[0]?.rawPath).toBeNull();
    const smoothed = layOutLines(series, [0, 3], size, { smoothing: 0.9 }).lines[0];
    expect(smoothed?.rawPath).not.toBeNull();
    expect(smoothed?.rawPath).not.toBe(smoothed?.path);
  });

  test('survives series without points and boxes without room', () => {
    expect(layOutLines([line([], [])], [0, 1], size, {}).lines[0]?.path).toBe('');
    const tiny = layOutLines([line([0, 1], [0, 1])], [0, 1], { width: 10, height: 10 }, {});
    expect(tiny.lines[0]?.path).not.toContain('NaN');
  });
});
