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
import { backToFront, projectionOf, projectPoints, radiusOf } from './projection';
import type { CodeColoring } from './point_props';
import type { Column, Rotation } from './props';
import type { Size } from './use_size';

/** Share of the figure's half that the farthest code reaches, leaving room for labels. */
const REACH = 0.8;

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
  /** Largest norm shown. */
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
export function pixelsPerUnit({ size, extent, dimension, view }: CodeFrame): number {
  const base = (REACH * Math.min(size.width, size.height)) / 2 / extent;
  return dimension === 2 ? base * view.zoom : base;
}

/** The extent that shows all codes in the first `dimension` axes. */
export function extentOfCodes(codes: Column, axes: number, dimension: 2 | 3): number {
  if (axes <= dimension) return radiusOf(codes, axes);
  let most = 0;
  for (let i = 0; i + axes <= codes.length; i += axes) {
    let square = 0;
    for (let a = 0; a < dimension; a++) square += at(codes, i + a) ** 2;
    most = Math.max(most, square);
  }
  return most > 0 ? Math.sqrt(most) : 1;
}

/** Screen positions of `codes` [points, axes]. */
export function placeCodes(codes: Column, frame: CodeFrame): PlacedCodes {
  const { size, axes, dimension, rotation, view, extent } = frame;
  const count = Math.floor(codes.length / axes);
  const { x, y, depth } = projectionOf(count);
  const scale = pixelsPerUnit(frame);
  if (dimension === 3) {
    projectPoints(codes, axes, rotation, { x, y, depth });
  } else {
    for (let i = 0; i < count; i++) {
      x[i] = at(codes, i * axes);
      // A scalar code has one axis; a fixed scatter across it shows the density.
      y[i] = axes > 1 ? -at(codes, i * axes + 1) : scattered(i) * extent * 0.25;
    }
  }
  const [shiftX, shiftY] = dimension === 2 ? [view.x, view.y] : [0, 0];
  const near = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    x[i] = size.width / 2 + shiftX + at(x, i) * scale;
    y[i] = size.height / 2 + shiftY + at(y, i) * scale;
    near[i] = dimension === 3 ? clamp(0.5 + at(depth, i) / (2 * extent), 0, 1) : 1;
  }
  return { x, y, near, order: dimension === 3 ? backToFront(depth, extent) : undefined };
}

/** A number in −0.5 … 0.5 that depends on the index alone: the fraction of multiples of the golden ratio. */
function scattered(index: number): number {
  return ((index * 0.6180339887) % 1) - 0.5;
}

/** Zooms the flat view so that the data under (x, y) stay there. */
export function zoomView(
  view: FlatView,
  factor: number,
  x: number,
  y: number,
  size: Size,
): FlatView {
  const zoom = clamp(view.zoom * factor, 1, 60);
  const [fromX, fromY] = [x - size.width / 2, y - size.height / 2];
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
