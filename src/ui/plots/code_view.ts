/**
 * The geometry and the colours of a code scatter: where each code lies on the screen in two or three dimensions,
 * in which colour, and what a drawn line encloses. Pure functions; draws nothing.
 */
import { polygonContains } from 'd3';
import { at } from '../../base/array';
import { extentOf } from './axis_scale';
import { clamp } from './color_space';
import { cyclicScale, UNOWNED, unitColor, valueScale, type Theme } from './palette';
import { packColor } from './point_raster';
import { backToFront, projectionOf, projectPoints } from './projection';
import type { Column, Rotation } from './props';
import type { Size } from './use_size';

/** How the points of a code scatter are coloured. */
export type CodeColoring =
  | { readonly by: 'plain'; readonly color?: string | undefined }
  /** [points] category of each point; names in the order of the category index. */
  | {
      readonly by: 'category';
      readonly categories: Column;
      readonly names: readonly string[];
      /** The category of what belongs to none: drawn in grey. */
      readonly other?: number | undefined;
    }
  /** Angle in the plane of the first two axes, computed here. */
  | { readonly by: 'angle' }
  /** [points] any quantity, drawn on the sequential scale. */
  | { readonly by: 'value'; readonly values: Column; readonly name: string };

/** Room around the codes for dots, labels and names of axes, CSS pixels. */
const MARGIN = 26;
/** Height of the scatter across the axis of a scalar code, as a share of its extent. */
const SCATTER = 0.25;

/** Zoom and shift of the flat view, in CSS pixels about the centre. */
export interface FlatView {
  readonly zoom: number;
  readonly x: number;
  readonly y: number;
}

export const WHOLE: FlatView = { zoom: 1, x: 0, y: 0 };

/** How data units become pixels. */
export interface CodeFrame {
  readonly size: Size;
  readonly axes: number;
  readonly dimension: 2 | 3;
  readonly rotation: Rotation;
  readonly view: FlatView;
  readonly bounds: CodeBounds;
  /** Height kept free below the picture for the key of the colours, CSS pixels. */
  readonly foot: number;
}

/** The box around codes and origin in the axes that are shown. */
export interface CodeBounds {
  readonly middle: readonly [number, number, number];
  /** Half of its width and height: along the first and the second axis. */
  readonly half: readonly [number, number];
  /** Distance from its middle to the farthest code. */
  readonly extent: number;
}

export interface PlacedCodes {
  /** [points], CSS pixels. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** [points], 0 (farthest) … 1 (nearest); 1 everywhere in the flat view. */
  readonly near: Float32Array;
  readonly order: Uint32Array | undefined;
}

/** Pixels per data unit. */
export function pixelsPerUnit(frame: CodeFrame): number {
  return frame.dimension === 2 ? wholeScale(frame) * frame.view.zoom : wholeScale(frame);
}

/** Pixels per data unit at which everything is seen, as large as the figure allows. */
export function wholeScale({ size, foot, bounds, dimension }: CodeFrame): number {
  const [width, height] = [size.width / 2 - MARGIN, (size.height - foot) / 2 - MARGIN];
  const [wide, high] = dimension === 2 ? bounds.half : [bounds.extent, bounds.extent];
  return Math.min(Math.max(8, width) / (wide || high), Math.max(8, height) / (high || wide));
}

/** Where the middle of the bounds lies on the screen before any shift. */
export function middleOf({
  size,
  foot,
}: Pick<CodeFrame, 'size' | 'foot'>): readonly [number, number] {
  return [size.width / 2, (size.height - foot) / 2];
}

/** Bounds of `codes` [points, axes] in the first `dimension` axes; of size 1 where all codes are 0. */
export function boundsOfCodes(codes: Column, axes: number, dimension: 2 | 3): CodeBounds {
  const shown = Math.min(axes, dimension);
  const [low, high] = [
    [0, 0, 0],
    [0, 0, 0],
  ];
  for (let i = 0; i + axes <= codes.length; i += axes) {
    for (let a = 0; a < shown; a++) {
      low[a] = Math.min(at(low, a), at(codes, i + a));
      high[a] = Math.max(at(high, a), at(codes, i + a));
    }
  }
  const middleOn = (a: number) => (at(low, a) + at(high, a)) / 2;
  const halfOn = (a: number) => (at(high, a) - at(low, a)) / 2;
  let most = 0;
  for (let i = 0; i + axes <= codes.length; i += axes) {
    let square = 0;
    for (let a = 0; a < shown; a++) square += (at(codes, i + a) - middleOn(a)) ** 2;
    most = Math.max(most, square);
  }
  const extent = most > 0 ? Math.sqrt(most) : 1;
  const half = [halfOn(0), axes > 1 ? halfOn(1) : (extent * SCATTER) / 2] as const;
  return {
    middle: [middleOn(0), middleOn(1), middleOn(2)],
    half: half[0] > 0 || half[1] > 0 ? half : [1, 1],
    extent,
  };
}

/** What of the figure the whole picture takes, without its labels: [left, top, right, bottom], CSS pixels. */
export function pictureBox(frame: CodeFrame): readonly [number, number, number, number] {
  const [x, y] = middleOf(frame);
  const { half, extent } = frame.bounds;
  const scale = wholeScale(frame);
  const [wide, high] = frame.dimension === 2 ? half : [extent, extent];
  return [
    x - wide * scale - MARGIN,
    y - high * scale - MARGIN,
    x + wide * scale + MARGIN,
    y + high * scale + MARGIN,
  ];
}

/** Screen positions of `codes` [points, axes]. */
export function placeCodes(codes: Column, frame: CodeFrame): PlacedCodes {
  const { axes, dimension, rotation, view, bounds } = frame;
  const { middle, extent } = bounds;
  const count = Math.floor(codes.length / axes);
  const { x, y, depth } = projectionOf(count);
  const scale = pixelsPerUnit(frame);
  // Projection is linear: what the middle of the bounds becomes is taken off afterwards.
  const centre = projectionOf(1);
  if (dimension === 3) {
    projectPoints(codes, axes, rotation, { x, y, depth });
    projectPoints(middle, 3, rotation, centre);
  } else {
    for (let i = 0; i < count; i++) {
      x[i] = at(codes, i * axes);
      // A scalar code has one axis; a fixed scatter across it shows the density.
      y[i] = axes > 1 ? -at(codes, i * axes + 1) : scattered(i) * extent * SCATTER;
    }
    centre.x[0] = middle[0];
    centre.y[0] = -middle[1];
  }
  const [shiftX, shiftY] = dimension === 2 ? [view.x, view.y] : [0, 0];
  const [middleX, middleY] = middleOf(frame);
  const [centreX, centreY, centreDepth] = [at(centre.x, 0), at(centre.y, 0), at(centre.depth, 0)];
  const near = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    x[i] = middleX + shiftX + (at(x, i) - centreX) * scale;
    y[i] = middleY + shiftY + (at(y, i) - centreY) * scale;
    depth[i] = at(depth, i) - centreDepth;
    near[i] = dimension === 3 ? clamp(0.5 + at(depth, i) / (2 * extent), 0, 1) : 1;
  }
  return { x, y, near, order: dimension === 3 ? backToFront(depth, extent) : undefined };
}

/** A number in −0.5 … 0.5 that depends on the index alone: the fraction of multiples of the golden ratio. */
function scattered(index: number): number {
  return ((index * 0.6180339887) % 1) - 0.5;
}

/** Zooms the flat view so that the data under (x, y) stay there; `middle` as `middleOf` gives it. */
export function zoomView(
  view: FlatView,
  factor: number,
  x: number,
  y: number,
  middle: readonly [number, number],
): FlatView {
  const zoom = clamp(view.zoom * factor, 1, 60);
  const [fromX, fromY] = [x - middle[0], y - middle[1]];
  const ratio = zoom / view.zoom;
  return zoom === 1
    ? WHOLE
    : { zoom, x: fromX - (fromX - view.x) * ratio, y: fromY - (fromY - view.y) * ratio };
}

/** [points], 0xRRGGBB by the chosen rule. `plain` is the resolved colour for `by: 'plain'`. */
export function colorCodes(
  codes: Column,
  axes: number,
  coloring: CodeColoring,
  plain: string,
  theme: Theme,
): Uint32Array {
  const count = Math.floor(codes.length / axes);
  const colors = new Uint32Array(count);
  if (coloring.by === 'plain') return colors.fill(packColor(plain));
  const colorOf = colorRule(codes, axes, coloring, theme);
  for (let i = 0; i < count; i++) colors[i] = packColor(colorOf(i));
  return colors;
}

/** Colour of a category: its own, or grey for what belongs to none. */
export function categoryColor(
  { other }: Extract<CodeColoring, { by: 'category' }>,
  category: number,
  theme: Theme,
): string {
  return category === other ? UNOWNED[theme] : unitColor(category, theme);
}

function colorRule(
  codes: Column,
  axes: number,
  coloring: Exclude<CodeColoring, { by: 'plain' }>,
  theme: Theme,
): (index: number) => string {
  switch (coloring.by) {
    case 'category':
      return (i) => categoryColor(coloring, at(coloring.categories, i), theme);
    case 'angle': {
      const scale = cyclicScale(theme);
      return (i) => {
        const y = axes > 1 ? at(codes, i * axes + 1) : 0;
        return scale(Math.atan2(y, at(codes, i * axes)) / (2 * Math.PI));
      };
    }
    case 'value': {
      const scale = valueScale(theme);
      const [low, high] = extentOf(coloring.values, 'linear') ?? [0, 1];
      return (i) => {
        const value = at(coloring.values, i);
        return Number.isFinite(value) ? scale((value - low) / (high - low || 1)) : UNOWNED[theme];
      };
    }
  }
}

/** Median distance of the codes from the origin in the first two axes; 0 when there are none. */
export function medianNorm(codes: Column, axes: number): number {
  const norms: number[] = [];
  for (let i = 0; i + axes <= codes.length; i += axes) {
    norms.push(Math.hypot(at(codes, i), axes > 1 ? at(codes, i + 1) : 0));
  }
  norms.sort((a, b) => a - b);
  return norms[norms.length >> 1] ?? 0;
}

/** Indices of the points inside a closed outline of screen positions. */
export function enclosed(
  points: Pick<PlacedCodes, 'x' | 'y'>,
  outline: readonly (readonly [number, number])[],
): number[] {
  const polygon = outline.map(([x, y]): [number, number] => [x, y]);
  const inside: number[] = [];
  for (let i = 0; i < points.x.length; i++) {
    if (polygonContains(polygon, [at(points.x, i), at(points.y, i)])) inside.push(i);
  }
  return inside;
}
