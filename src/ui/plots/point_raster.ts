/**
 * Draws thousands of small discs into an image on the CPU. One panel after another of 3000 points must be
 * redrawn every frame while the GPU trains, and a canvas path per point costs an order of magnitude more
 * than writing its few pixels. Discs are anti-aliased from stamps prepared for sixteen sub-pixel
 * positions; painting order is the caller's. Knows bytes only.
 */
import { at } from '../../base/array';

/** Sub-pixel positions along one axis. */
const PHASES = 4;

/** Coverage (0 … 1) of a disc on a square of pixels, for every sub-pixel position. */
export interface Stamp {
  /** Edge of the square in pixels. */
  readonly size: number;
  /** [PHASES, PHASES, size, size]: by vertical, then horizontal position. */
  readonly coverage: Float32Array;
}

const stamps = new Map<number, Stamp>();

/** The stamp of a disc of `radius` device pixels (kept; radii are few). */
export function discStamp(radius: number): Stamp {
  const known = stamps.get(radius);
  if (known !== undefined) return known;
  const size = Math.ceil(2 * radius) + 2;
  const coverage = new Float32Array(PHASES * PHASES * size * size);
  let next = 0;
  for (let py = 0; py < PHASES; py++) {
    for (let px = 0; px < PHASES; px++) {
      const [cx, cy] = [radius + 1 + px / PHASES, radius + 1 + py / PHASES];
      for (let y = 0; y < size; y++) {
        for (let x = 0; x < size; x++) {
          const distance = Math.hypot(x + 0.5 - cx, y + 0.5 - cy);
          coverage[next++] = Math.min(1, Math.max(0, radius + 0.5 - distance));
        }
      }
    }
  }
  const stamp = { size, coverage };
  stamps.set(radius, stamp);
  return stamp;
}

/** An RGBA image (not premultiplied), as ImageData holds it. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/**
 * Blends one disc over the image: centre in pixels, colour as 0xRRGGBB, alpha 0 … 1. Discs that leave the
 * image are cut off at its edge.
 */
export function paintDisc(
  raster: Raster,
  stamp: Stamp,
  radius: number,
  x: number,
  y: number,
  color: number,
  alpha: number,
): void {
  const { width, height, data } = raster;
  const [left, top] = [x - radius - 1, y - radius - 1];
  const [x0, y0] = [Math.floor(left), Math.floor(top)];
  if (!(x0 > -stamp.size && y0 > -stamp.size && x0 < width && y0 < height)) return;
  const phase = Math.floor((top - y0) * PHASES) * PHASES + Math.floor((left - x0) * PHASES);
  const { size, coverage } = stamp;
  const offset = phase * size * size;
  const [red, green, blue] = [color >> 16, (color >> 8) & 255, color & 255];
  const yEnd = Math.min(size, height - y0);
  const xEnd = Math.min(size, width - x0);
  for (let row = Math.max(0, -y0); row < yEnd; row++) {
    let pixel = ((y0 + row) * width + x0 + Math.max(0, -x0)) * 4;
    for (let column = Math.max(0, -x0); column < xEnd; column++, pixel += 4) {
      const over = alpha * at(coverage, offset + row * size + column);
      if (over <= 0) continue;
      const under = (at(data, pixel + 3) / 255) * (1 - over);
      const total = over + under;
      const [a, b] = [over / total, under / total];
      data[pixel] = red * a + at(data, pixel) * b;
      data[pixel + 1] = green * a + at(data, pixel + 1) * b;
      data[pixel + 2] = blue * a + at(data, pixel + 2) * b;
      data[pixel + 3] = 255 * total;
    }
  }
}

/** "#rrggbb" as 0xRRGGBB. */
export function packColor(hex: string): number {
  return Number.parseInt(hex.slice(1), 16);
}
