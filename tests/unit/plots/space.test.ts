/** Points in space and on the raster: projection, painting order, discs, and what an outline encloses. */
import { describe, expect, test } from 'vitest';
import { at } from '../../../src/base/array';
import {
  boundsOfCodes,
  colorCodes,
  enclosed,
  medianNorm,
  middleOf,
  placeCodes,
  WHOLE,
  zoomView,
  type CodeFrame,
} from '../../../src/ui/plots/code_view';
import { pointAt } from '../../../src/ui/plots/point_canvas';
import { discStamp, packColor, paintDisc } from '../../../src/ui/plots/point_raster';
import {
  backToFront,
  dragged,
  projectionOf,
  projectPoints,
  radiusOf,
} from '../../../src/ui/plots/projection';

describe('projection', () => {
  const corners = Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 0.3, -0.7, 0.2);

  test('turns without stretching: the length of (x, y, depth) is that of the point', () => {
    for (const rotation of [
      { azimuth: 0, elevation: 0 },
      { azimuth: 0.5, elevation: 0.52 },
      { azimuth: -2, elevation: -1.5 },
    ]) {
      const out = projectionOf(4);
      projectPoints(corners, 3, rotation, out);
      for (let i = 0; i < 4; i++) {
        const before = Math.hypot(
          at(corners, 3 * i),
          at(corners, 3 * i + 1),
          at(corners, 3 * i + 2),
        );
        // Float32 storage of three coordinates of order 1.
        expect(Math.hypot(at(out.x, i), at(out.y, i), at(out.depth, i))).toBeCloseTo(before, 6);
      }
    }
  });

  test('seen from the front, z points up and y away', () => {
    const out = projectionOf(4);
    projectPoints(corners, 3, { azimuth: 0, elevation: 0 }, out);
    expect(at(out.x, 0)).toBeCloseTo(1, 6);
    expect(at(out.y, 2)).toBeCloseTo(-1, 6);
    expect(at(out.depth, 1)).toBeCloseTo(-1, 6);
  });

  test('the order runs from the farthest to the nearest and holds every point once', () => {
    const depth = Float32Array.from({ length: 500 }, (_, i) => Math.sin(i * 12.9898));
    const order = backToFront(depth, 1);
    expect(new Set(order).size).toBe(500);
    // One layer of 512 over [−1, 1] is 2/511 deep.
    for (let i = 1; i < 500; i++) {
      expect(at(depth, at(order, i))).toBeGreaterThanOrEqual(at(depth, at(order, i - 1)) - 2 / 511);
    }
  });

  test('a drag cannot turn over the poles', () => {
    const turned = dragged({ azimuth: 0, elevation: 0 }, 0, 10_000);
    expect(turned.elevation).toBe(Math.PI / 2);
  });

  test('the radius is the farthest point, and 1 when there is none', () => {
    expect(radiusOf([3, 4, 0, 1, 0, 0], 3)).toBe(5);
    expect(radiusOf([], 3)).toBe(1);
  });
});

describe('discs on a raster', () => {
  const blank = () => ({ width: 16, height: 16, data: new Uint8ClampedArray(16 * 16 * 4) });
  const alphaSum = (data: Uint8ClampedArray) =>
    data.reduce((sum, value, i) => (i % 4 === 3 ? sum + value / 255 : sum), 0);

  test('cover their area wherever their centre lies', () => {
    for (const shift of [0, 0.25, 0.5, 0.75]) {
      const raster = blank();
      paintDisc(raster, discStamp(3), 3, 8 + shift, 8 + shift, 0x3456c8, 1);
      // A linear edge of one pixel around the rim: π·9 plus at most the half pixel of discretisation of the rim 2π·3/8.
      expect(Math.abs(alphaSum(raster.data) - Math.PI * 9)).toBeLessThan(2.4);
    }
  });

  test('are opaque in their colour in the middle', () => {
    const raster = blank();
    paintDisc(raster, discStamp(3), 3, 8, 8, packColor('#3456c8'), 1);
    const pixel = (8 * 16 + 8) * 4;
    expect([...raster.data.slice(pixel, pixel + 4)]).toEqual([0x34, 0x56, 0xc8, 255]);
  });

  test('blend over what is there: half red over opaque blue', () => {
    const raster = blank();
    paintDisc(raster, discStamp(3), 3, 8, 8, 0x0000ff, 1);
    paintDisc(raster, discStamp(3), 3, 8, 8, 0xff0000, 0.5);
    const pixel = (8 * 16 + 8) * 4;
    // 127.5 rounds to either neighbour.
    expect(Math.abs(at(raster.data, pixel) - 127.5)).toBeLessThanOrEqual(1);
    expect(Math.abs(at(raster.data, pixel + 2) - 127.5)).toBeLessThanOrEqual(1);
    expect(at(raster.data, pixel + 3)).toBe(255);
  });

  test('are cut off at the edge and ignored outside', () => {
    const raster = blank();
    paintDisc(raster, discStamp(3), 3, 0, 0, 0xffffff, 1);
    expect(alphaSum(raster.data)).toBeLessThan(Math.PI * 9 * 0.5);
    expect(alphaSum(raster.data)).toBeGreaterThan(0);
    const untouched = blank();
    for (const [x, y] of [
      [-20, 8],
      [8, 40],
      [Number.NaN, 8],
    ] as const) {
      paintDisc(untouched, discStamp(3), 3, x, y, 0xffffff, 1);
    }
    expect(alphaSum(untouched.data)).toBe(0);
  });

  test('the point under the pointer is the nearest visible one', () => {
    const cloud = {
      x: Float32Array.of(10, 14, 11),
      y: Float32Array.of(10, 10, 10),
      alpha: Float32Array.of(1, 1, 0),
    };
    expect(pointAt(cloud, 11, 10, 8)).toBe(0);
    expect(pointAt(cloud, 13, 10, 8)).toBe(1);
    expect(pointAt(cloud, 40, 10, 8)).toBeNull();
  });
});

describe('codes on the screen', () => {
  const frame: CodeFrame = {
    size: { width: 400, height: 300 },
    axes: 2,
    dimension: 2,
    rotation: { azimuth: 0, elevation: 0 },
    view: WHOLE,
    bounds: { middle: [0, 0, 0], half: [1, 1], extent: 1 },
    foot: 0,
  };

  test('the first axis points right, the second up, the origin lies in the middle', () => {
    const { x, y } = placeCodes([0, 0, 1, 0, 0, 1], frame);
    expect([at(x, 0), at(y, 0)]).toEqual([200, 150]);
    expect(at(x, 1)).toBeGreaterThan(200);
    expect(at(y, 2)).toBeLessThan(150);
    expect(at(x, 1) - 200).toBeCloseTo(150 - at(y, 2), 4);
  });

  test('an outline encloses the points inside it and no others', () => {
    const placed = placeCodes([0, 0, 0.5, 0, 0, 0.5, -0.9, -0.9], frame);
    const right = [
      [201, 100],
      [390, 100],
      [390, 200],
      [201, 200],
    ] as const;
    expect(enclosed(placed, right)).toEqual([1]);
  });

  test('zooming keeps the place under the pointer', () => {
    const before = placeCodes([0.4, -0.3], frame);
    const [px, py] = [at(before.x, 0), at(before.y, 0)];
    const view = zoomView(
      zoomView(WHOLE, 2, px, py, middleOf(frame)),
      1.7,
      px,
      py,
      middleOf(frame),
    );
    const after = placeCodes([0.4, -0.3], { ...frame, view });
    // Float32 positions of order 300.
    expect(at(after.x, 0)).toBeCloseTo(px, 3);
    expect(at(after.y, 0)).toBeCloseTo(py, 3);
    expect(zoomView(view, 0.01, px, py, middleOf(frame))).toEqual(WHOLE);
  });

  test('colour by angle depends on direction, not on size; opposite directions differ', () => {
    const colors = colorCodes([1, 1, 3, 3, -1, -1], 2, { by: 'angle' }, '#000000', 'light');
    expect(at(colors, 0)).toBe(at(colors, 1));
    expect(at(colors, 2)).not.toBe(at(colors, 0));
  });

  test('colour by category and by value follow the given columns', () => {
    const category = colorCodes(
      [0, 0, 0, 0],
      2,
      { by: 'category', categories: [1, 1], names: ['a', 'b'] },
      '#000000',
      'light',
    );
    expect(at(category, 0)).toBe(at(category, 1));
    const value = colorCodes(
      [0, 0, 0, 0, 0, 0],
      2,
      { by: 'value', values: [0, 5, Number.NaN], name: 'v' },
      '#000000',
      'light',
    );
    expect(new Set(value).size).toBe(3);
  });

  test('the picture fits codes that all lie on one side, and the origin that they start from', () => {
    const codes = [0.2, 4, 1, 8, 3, 6];
    const size = { width: 400, height: 300 };
    const fitted = { ...frame, size, bounds: boundsOfCodes(codes, 2, 2) };
    const { x, y } = placeCodes([...codes, 0, 0], fitted);
    const [left, right] = [Math.min(...x), Math.max(...x)];
    const [top, bottom] = [Math.min(...y), Math.max(...y)];
    // As high as the figure is but for the room of the labels, and in its middle.
    expect(bottom - top).toBeCloseTo(size.height - 52, 3);
    expect((left + right) / 2).toBeCloseTo(200, 3);
    // Drawn to one scale in both directions.
    expect((right - left) / (bottom - top)).toBeCloseTo(3 / 8, 4);
  });

  test('the key of the colours has its own room under a picture that is higher than wide', () => {
    const size = { width: 300, height: 500 };
    const tall = { ...frame, size, foot: 120, bounds: boundsOfCodes([-1, -1, 1, 1], 2, 2) };
    const { y } = placeCodes([-1, -1, 1, 1], tall);
    expect(Math.max(...y)).toBeLessThan(500 - 120);
  });

  test('a turning cloud stays inside whichever way it is turned', () => {
    const codes = Float32Array.from({ length: 300 }, (_, i) => 2 + Math.sin(i * i));
    const size = { width: 300, height: 200 };
    const bounds = boundsOfCodes(codes, 3, 3);
    for (let azimuth = 0; azimuth < 6; azimuth += 0.5) {
      const turned = { ...frame, size, axes: 3, dimension: 3 as const, bounds };
      const { x, y } = placeCodes(codes, { ...turned, rotation: { azimuth, elevation: 0.5 } });
      expect(Math.min(...x, ...y)).toBeGreaterThan(0);
      expect(Math.max(...x)).toBeLessThan(300);
      expect(Math.max(...y)).toBeLessThan(200);
    }
  });

  test('the bounds and the usual norm use only what is drawn', () => {
    expect(boundsOfCodes([3, 4, 12], 3, 2).extent).toBeCloseTo(2.5, 12);
    expect(boundsOfCodes([3, 4, 12], 3, 3).extent).toBeCloseTo(6.5, 12);
    expect(boundsOfCodes([0, 0, 0, 0], 2, 2)).toMatchObject({ half: [1, 1], extent: 1 });
    expect(medianNorm([3, 4, 0, 1, 6, 8], 2)).toBe(5);
    expect(medianNorm([], 2)).toBe(0);
  });
});
