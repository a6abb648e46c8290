/**
 * Draws thousands of small discs into an image on the CPU. One panel after another of 3000 points must be
 * redrawn every frame while the GPU trains, and a canvas path per point costs an order of magnitude more
 * than writing its few pixels. Discs are anti-aliased from stamps prepared for sixteen sub-pixel
 * positions; painting order is the caller's. Reads arrays with `?? 0` instead of `at`: this is the hottest loop of the
 * page; a shared `at`, called with every kind of array, is ten times slower. Knows bytes only.
 */
/** Sub-pixel positions along one axis. */
const PHASES = 4;

/** The pixels that a disc touches and how much of each, for every sub-pixel position of its centre. */
export interface Stamp {
  /** Edge of the square around the disc, in pixels. */
  readonly size: number;
  /** [PHASES² + 1], where the pixels of each position start; by vertical, then horizontal position. */
  readonly starts: Uint16Array;
  /** [pixels], column and row inside the square. */
  readonly column: Uint8Array;
  readonly row: Uint8Array;
  /** [pixels], above 0 … 1. */
  readonly coverage: Float32Array;
}

const stamps = new Map<number, Stamp>();

/** The stamp of a disc of `radius` device pixels (kept; radii are few). */
export function discStamp(radius: number): Stamp {
  const known = stamps.get(radius);
  if (known !== undefined) return known;
  const size = Math.ceil(2 * radius) + 2;
  const column: number[] = [];
  const row: number[] = [];
  const coverage: number[] = [];
  const starts: number[] = [];
  for (let phase = 0; phase < PHASES * PHASES; phase++) {
    starts.push(coverage.length);
    const cx = radius + 1 + (phase % PHASES) / PHASES;
    const cy = radius + 1 + Math.floor(phase / PHASES) / PHASES;
    for (let cell = 0; cell < size * size; cell++) {
      const [x, y] = [cell % size, Math.floor(cell / size)];
      const covered = radius + 0.5 - Math.hypot(x + 0.5 - cx, y + 0.5 - cy);
      if (covered <= 0) continue;
      column.push(x);
      row.push(y);
      coverage.push(Math.min(1, covered));
    }
  }
  starts.push(coverage.length);
  const stamp: Stamp = {
    size,
    starts: Uint16Array.from(starts),
    column: Uint8Array.from(column),
    row: Uint8Array.from(row),
    coverage: Float32Array.from(coverage),
  };
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
  const left = x - radius - 1;
  const top = y - radius - 1;
  const x0 = Math.floor(left);
  const y0 = Math.floor(top);
  if (!(x0 > -stamp.size && y0 > -stamp.size && x0 < width && y0 < height)) return;
  const phase = Math.floor((top - y0) * PHASES) * PHASES + Math.floor((left - x0) * PHASES);
  const red = color >> 16;
  const green = (color >> 8) & 255;
  const blue = color & 255;
  const { starts, column, row, coverage } = stamp;
  const end = starts[phase + 1] ?? 0;
  for (let i = starts[phase] ?? 0; i < end; i++) {
    const px = x0 + (column[i] ?? 0);
    const py = y0 + (row[i] ?? 0);
    if (px < 0 || py < 0 || px >= width || py >= height) continue;
    const pixel = (py * width + px) * 4;
    const over = alpha * (coverage[i] ?? 0);
    const below = data[pixel + 3] ?? 0;
    if (below === 0) {
      data[pixel] = red;
      data[pixel + 1] = green;
      data[pixel + 2] = blue;
      data[pixel + 3] = 255 * over;
      continue;
    }
    const total = over + (below / 255) * (1 - over);
    const share = over / total;
    data[pixel] = red * share + (data[pixel] ?? 0) * (1 - share);
    data[pixel + 1] = green * share + (data[pixel + 1] ?? 0) * (1 - share);
    data[pixel + 2] = blue * share + (data[pixel + 2] ?? 0) * (1 - share);
    data[pixel + 3] = 255 * total;
  }
}

/** "#rrggbb" as 0xRRGGBB. */
export function packColor(hex: string): number {
  return Number.parseInt(hex.slice(1), 16);
}

/** 0xRRGGBB as "#rrggbb". */
export function hexOfPacked(color: number): string {
  return `#${color.toString(16).padStart(6, '0')}`;
}
