/**
 * Puts a cloud of points onto a canvas: the raster of point_raster.ts at the screen's resolution, in the
 * given painting order. The image of each canvas is kept between frames. Knows pixels, not data.
 */
import { at } from '../../base/array';
import { REPAINT_EVENT } from '../../io/figure_export';
import { discStamp, paintDisc, type Raster } from './point_raster';
import type { Size } from './use_size';

export interface PointCloud {
  /** [points], CSS pixels from the canvas's top left corner. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** [points], 0xRRGGBB. */
  readonly color: Uint32Array;
  /** [points], 0 … 1; a point of alpha 0 is skipped. */
  readonly alpha: Float32Array;
  /** Indices from the first to the last painted; omitted: as they come. */
  readonly order?: Uint32Array | undefined;
  /** Radius in CSS pixels. */
  readonly radius: number;
}

/** What a canvas shows, kept to paint it again and to reuse its image. */
interface Shown {
  image: ImageData;
  size: Size;
  clouds: readonly PointCloud[];
}

const shown = new WeakMap<HTMLCanvasElement, Shown>();

/**
 * Paints the clouds one over the other at the screen's resolution; what the canvas held before is gone. When the
 * figure is saved, the exporter asks for the same picture at a higher one (REPAINT_EVENT).
 */
export function paintClouds(
  canvas: HTMLCanvasElement,
  size: Size,
  clouds: readonly PointCloud[],
): void {
  if (size.width === 0 || size.height === 0) return;
  if (!shown.has(canvas)) {
    canvas.addEventListener(REPAINT_EVENT, (event) => {
      const last = shown.get(canvas);
      if (last === undefined) return;
      const scale = event instanceof CustomEvent ? Number(event.detail) : Number.NaN;
      paintAt(canvas, last.size, last.clouds, scale > 0 ? scale : screenRatio());
    });
  }
  paintAt(canvas, size, clouds, screenRatio());
}

function screenRatio(): number {
  return Math.min(3, devicePixelRatio);
}

function paintAt(
  canvas: HTMLCanvasElement,
  size: Size,
  clouds: readonly PointCloud[],
  ratio: number,
): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const width = Math.round(size.width * ratio);
  const height = Math.round(size.height * ratio);
  let image = shown.get(canvas)?.image;
  if (image?.width !== width || image.height !== height) {
    canvas.width = width;
    canvas.height = height;
    image = context.createImageData(width, height);
  }
  shown.set(canvas, { image, size, clouds });
  image.data.fill(0);
  for (const cloud of clouds) paintCloud(image, cloud, ratio);
  context.putImageData(image, 0, 0);
}

/**
 * Paints one cloud into an image of `ratio` device pixels per CSS pixel. Reads arrays with `?? 0`, as
 * point_raster.ts does and for its reason: with `at` this was half of the page's longest task.
 */
function paintCloud(raster: Raster, cloud: PointCloud, ratio: number): void {
  const { x, y, color, alpha, order } = cloud;
  const radius = cloud.radius * ratio;
  const stamp = discStamp(radius);
  for (let i = 0; i < x.length; i++) {
    const point = order === undefined ? i : (order[i] ?? 0);
    const opacity = alpha[point] ?? 0;
    if (opacity <= 0) continue;
    const px = (x[point] ?? 0) * ratio;
    const py = (y[point] ?? 0) * ratio;
    paintDisc(raster, stamp, radius, px, py, color[point] ?? 0, opacity);
  }
}

/** Index of the point nearest to (x, y) within `reach` CSS pixels, the later painted one on a tie; else null. */
export function pointAt(
  cloud: Pick<PointCloud, 'x' | 'y' | 'alpha'>,
  x: number,
  y: number,
  reach: number,
): number | null {
  let best: number | null = null;
  let nearest = reach * reach;
  for (let i = 0; i < cloud.x.length; i++) {
    if (at(cloud.alpha, i) <= 0) continue;
    const distance = (at(cloud.x, i) - x) ** 2 + (at(cloud.y, i) - y) ** 2;
    if (distance <= nearest) {
      nearest = distance;
      best = i;
    }
  }
  return best;
}
