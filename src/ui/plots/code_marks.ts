/**
 * What a picture of codes is made of besides its axes: the cloud of points, a point in numbers, and where the keys lead.
 */
import { at } from '../../base/array';
import type { PlacedCodes } from './code_view';
import { formatFixed } from './format';
import type { PointCloud } from './point_canvas';

/** The points; while some are selected the others stand back. */
export function codeCloud(
  placed: PlacedCodes,
  color: Uint32Array,
  selected: ReadonlySet<number>,
): PointCloud {
  const { x, y, near, order } = placed;
  const dense = x.length > 3000;
  const alpha = near.map((depth, i) => {
    const seen = (dense ? 0.45 : 0.65) * (0.45 + 0.55 * depth);
    return selected.size === 0 ? seen : selected.has(i) ? 0.95 : seen * 0.25;
  });
  return { x, y, color, alpha, order, radius: dense ? 1.6 : 2.2 };
}

/** The drawn axes of a point: "(0.12, −1.40)". */
export function coordinates(
  codes: Float32Array,
  axes: number,
  index: number,
  dimension: 2 | 3,
): string {
  const shown = Array.from({ length: Math.min(axes, dimension) }, (_, axis) =>
    formatFixed(at(codes, index * axes + axis), 2),
  );
  return `(${shown.join(', ')})`;
}

/** Pixels by which an arrow key shifts the view, or turns it; null for other keys. */
export function keyStep(key: string): readonly [number, number] | null {
  if (key === 'ArrowLeft') return [-24, 0];
  if (key === 'ArrowRight') return [24, 0];
  if (key === 'ArrowUp') return [0, -24];
  return key === 'ArrowDown' ? [0, 24] : null;
}

/** The next or previous of the prominent points, around the end. */
export function walked(
  indices: readonly number[],
  from: number | null,
  step: 1 | -1,
): number | null {
  if (indices.length === 0) return null;
  const place = from === null ? -1 : indices.indexOf(from);
  const next = place < 0 ? (step > 0 ? 0 : indices.length - 1) : place + step;
  return at(indices, (next + indices.length) % indices.length);
}
