/**
 * The geometry of a picture of explained variance against bits for a given size and data: axes, the path of every curve, its
 * headline with the interval, and which point is where. Pure, so that it can be tested without a page.
 */
import { line } from 'd3';
import { at, largest, smallest } from '../../base/array';
import { axisScale, niceEnds } from './axis_scale';
import { leftMargin, ticksFor, xAxisOf, type PlotArea, type PlotFrame } from './PlotAxes';
import type { Series } from './props';
import type { Size } from './use_size';

/** One step of the quantiser. */
interface RateStep {
  readonly delta: number;
  readonly bits: number;
  readonly explained: number;
}

/** Bits at the loss that models are compared at. */
interface RateHeadline {
  readonly bits: number;
  readonly explained: number;
  /** Null where it is not known how far it would vary. */
  readonly interval: readonly [low: number, high: number] | null;
}

/** What one model costs, however finely its codes are written down. */
export interface RateCurveOf {
  readonly id: string;
  readonly label: string;
  readonly color: string;
  readonly dash?: Series['dash'];
  /** In any order. */
  readonly steps: readonly RateStep[];
  /** Null where the curve does not reach that loss. */
  readonly headline: RateHeadline | null;
}

/** A point of the picture, which the pointer and the keys find. */
export interface RatePoint {
  readonly curve: RateCurveOf;
  readonly bits: number;
  readonly explained: number;
  /** The step; null for the headline. */
  readonly delta: number | null;
  /** CSS pixels. */
  readonly x: number;
  readonly y: number;
}

interface DrawnRate {
  readonly curve: RateCurveOf;
  readonly path: string;
  /** Bits rising, the headline at its place among them. */
  readonly points: readonly RatePoint[];
  /** Ends of the interval, CSS pixels. */
  readonly interval: { readonly x1: number; readonly x2: number; readonly y: number } | null;
}

export interface RateFrame extends PlotFrame {
  readonly curves: readonly DrawnRate[];
}

/** Lays the picture out: bits from 0, whole curves inside. Null while there is nothing to draw. */
export function layOutRates(curves: readonly RateCurveOf[], size: Size): RateFrame | null {
  const steps = curves.flatMap((curve) => curve.steps);
  if (steps.length === 0 || size.width === 0) return null;
  const ends = curves.flatMap(({ headline }) => headline?.interval?.[1] ?? []);
  const most = Math.max(largest(ends, 0), largest(steps.map(({ bits }) => bits)));
  const explained = steps.map((step) => step.explained);
  const yEnds = niceEnds('linear', [Math.min(smallest(explained), 1), largest(explained)]);
  const [top, bottom] = [20, Math.max(28, size.height - 38)];
  const yTicks = ticksFor('linear', yEnds, bottom - top, 36);
  const area: PlotArea = {
    left: leftMargin(yTicks.texts),
    right: Math.max(48, size.width - 10),
    top,
    bottom,
  };
  const x = xAxisOf(niceEnds('linear', [0, Math.max(most, 1)]), area, 60);
  const scale = axisScale('linear', yEnds, [bottom, top]);
  const y = { kind: 'linear' as const, ends: yEnds, scale, ...yTicks };
  const pathOf = line<RatePoint>(
    (point) => point.x,
    (point) => point.y,
  ).digits(1);
  return {
    area,
    x,
    y,
    curves: curves.map((curve): DrawnRate => {
      const { headline } = curve;
      const own = headline === null ? curve.steps : [...curve.steps, { ...headline, delta: null }];
      const points = own
        .toSorted((a, b) => a.bits - b.bits)
        .map(({ bits, explained: share, delta }): RatePoint => {
          return { curve, bits, explained: share, delta, x: x.scale(bits), y: y.scale(share) };
        });
      const steady = points.filter(({ delta }) => delta !== null);
      const interval = headline?.interval ?? null;
      return {
        curve,
        path: pathOf(steady) ?? '',
        points,
        interval:
          headline === null || interval === null
            ? null
            : {
                x1: x.scale(Math.max(0, interval[0])),
                x2: x.scale(interval[1]),
                y: y.scale(headline.explained),
              },
      };
    }),
  };
}

/** The point within `reach` pixels that is nearest; null where there is none. */
export function nearestRate(
  { curves }: RateFrame,
  px: number,
  py: number,
  reach: number,
): RatePoint | null {
  let best: RatePoint | null = null;
  let least = reach ** 2;
  for (const { points } of curves) {
    for (const point of points) {
      const distance = (point.x - px) ** 2 + (point.y - py) ** 2;
      if (distance > least) continue;
      best = point;
      least = distance;
    }
  }
  return best;
}

/** Where a key leads. */
export type RateWay = 'left' | 'right' | 'up' | 'down';

/**
 * The point that a key leads to: its neighbour on the curve, or the one of the next model that costs most nearly as much.
 * The first press finds a headline.
 */
export function walkRates(
  { curves }: RateFrame,
  from: RatePoint | null,
  way: RateWay,
): RatePoint | null {
  const drawn = curves.filter(({ points }) => points.length > 0);
  const first = drawn[0];
  if (first === undefined) return null;
  if (from === null) return first.points.find(({ delta }) => delta === null) ?? at(first.points, 0);
  const place = drawn.findIndex(({ curve }) => curve.id === from.curve.id);
  const own = at(drawn, place).points;
  if (way === 'left' || way === 'right') {
    const index = own.findIndex(({ x, delta }) => x === from.x && delta === from.delta);
    const next = index + (way === 'right' ? 1 : -1);
    return at(own, Math.max(0, Math.min(own.length - 1, next)));
  }
  const other = (place + (way === 'down' ? 1 : drawn.length - 1)) % drawn.length;
  const { points } = at(drawn, other);
  if (from.delta === null) {
    const headline = points.find(({ delta }) => delta === null);
    if (headline !== undefined) return headline;
  }
  const away = (point: RatePoint) => Math.abs(point.bits - from.bits);
  return points.reduce((best, point) => (away(point) < away(best) ? point : best));
}
