/**
 * Turning points in space onto the screen: orthographic, azimuth about the vertical z axis, then a tilt by
 * the elevation. Gives screen offsets, depth, and the order from back to front. Pure; draws nothing.
 */
import { at } from '../../base/array';
import type { Rotation } from './props';

/** The view of the drawings: slightly turned, seen from above. */
export const FIRST_VIEW: Rotation = { azimuth: 0.5, elevation: 0.52 };

/** Points on the screen, in data units from the centre; y points down. */
export interface Projected {
  /** [points]. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** [points], larger is nearer. */
  readonly depth: Float32Array;
}

/** Projects `count` points of `axes` coordinates each (missing coordinates are 0) into `out`. */
export function projectPoints(
  points: ArrayLike<number>,
  axes: number,
  rotation: Rotation,
  out: Projected,
): void {
  const [cosA, sinA] = [Math.cos(rotation.azimuth), Math.sin(rotation.azimuth)];
  const [cosE, sinE] = [Math.cos(rotation.elevation), Math.sin(rotation.elevation)];
  for (let i = 0; i < out.x.length; i++) {
    const px = at(points, i * axes);
    const py = axes > 1 ? at(points, i * axes + 1) : 0;
    const pz = axes > 2 ? at(points, i * axes + 2) : 0;
    const right = px * cosA - py * sinA;
    const away = px * sinA + py * cosA;
    out.x[i] = right;
    out.y[i] = -(away * sinE + pz * cosE);
    out.depth[i] = pz * sinE - away * cosE;
  }
}

/** Room for the projection of `count` points. */
export function projectionOf(count: number): Projected {
  return {
    x: new Float32Array(count),
    y: new Float32Array(count),
    depth: new Float32Array(count),
  };
}

const BUCKETS = 512;

/** Indices from the farthest to the nearest point, by counting sort into 512 layers of [−extent, extent]. */
export function backToFront(depth: Float32Array, extent: number): Uint32Array {
  const starts = new Uint32Array(BUCKETS + 1);
  const layer = new Uint16Array(depth.length);
  const scale = (BUCKETS - 1) / (2 * extent);
  for (let i = 0; i < depth.length; i++) {
    const bucket = Math.min(BUCKETS - 1, Math.max(0, Math.floor((at(depth, i) + extent) * scale)));
    layer[i] = bucket;
    starts[bucket + 1] = at(starts, bucket + 1) + 1;
  }
  for (let b = 0; b < BUCKETS; b++) starts[b + 1] = at(starts, b + 1) + at(starts, b);
  const order = new Uint32Array(depth.length);
  for (let i = 0; i < depth.length; i++) {
    const bucket = at(layer, i);
    const slot = at(starts, bucket);
    order[slot] = i;
    starts[bucket] = slot + 1;
  }
  return order;
}

/** The distance of the farthest point from the origin, over all axes up to three; 1 when there is none. */
export function radiusOf(points: ArrayLike<number>, axes: number): number {
  let most = 0;
  for (let i = 0; i + axes <= points.length; i += axes) {
    let square = 0;
    for (let a = 0; a < Math.min(3, axes); a++) square += at(points, i + a) ** 2;
    if (square > most) most = square;
  }
  return most > 0 ? Math.sqrt(most) : 1;
}

/** A rotation by a drag of (dx, dy) pixels; the tilt stops at the poles. */
export function dragged(rotation: Rotation, dx: number, dy: number): Rotation {
  const perPixel = 0.01;
  return {
    azimuth: rotation.azimuth + dx * perPixel,
    elevation: Math.min(Math.PI / 2, Math.max(-Math.PI / 2, rotation.elevation + dy * perPixel)),
  };
}
