/**
 * The geometry of a line chart for a given size and data: which range is shown, the two axes and the path of
 * every line. Pure, so that it can be tested without a page and memoised by the chart.
 */
import { bisectLeft, bisectRight } from 'd3';
import { at } from '../../base/array';
import { axisScale, extentOf, niceEnds, type AxisScale, type Ends } from './axis_scale';
import { decimate, GAP, smooth } from './decimate';
import {
  leftMargin,
  ticksFor,
  xAxisOf,
  type Axis,
  type PlotArea,
  type PlotFrame,
} from './PlotAxes';
import type { Column, FigureProps, Marker, ScaleKind, Series } from './props';
import type { Size } from './use_size';

export interface LineChartProps extends FigureProps {
  readonly series: readonly Series[];
  /** Unit of x, written once on the axis: "samples", "steps", "s". */
  readonly xUnit?: string | undefined;
  readonly yScale?: ScaleKind | undefined;
  /**
   * Ends of the x axis. The start defaults to 0. Give the planned end so that lines grow
   * into a fixed frame; data beyond it widens the frame.
   */
  readonly xStart?: number | undefined;
  readonly xEnd?: number | undefined;
  /**
   * Ends of the y axis while all of x is shown; an omitted end follows the visible data, rounded outwards. Zoomed in,
   * both follow what is seen.
   */
  readonly yMin?: number | undefined;
  readonly yMax?: number | undefined;
  /**
   * Where the values of interest lie: the axis fits the data but goes no farther, as long as every line is inside at
   * its right end. For a share that starts far below 0 for a moment.
   */
  readonly yWithin?: readonly [number, number] | undefined;
  /** Values are counts of things: no ticks between whole numbers. */
  readonly yWhole?: boolean | undefined;
  /** Weight of the past in an exponential moving average, 0 (raw, default) to below 1. The raw line stays, faint. */
  readonly smoothing?: number | undefined;
  readonly markers?: readonly Marker[] | undefined;
  /** Where the run is now: a quiet dashed line. */
  readonly now?: number | undefined;
  /** Ids of series that are not drawn. */
  readonly hidden?: ReadonlySet<string> | undefined;
  /** Shown while there is nothing to draw: what to do next. */
  readonly empty?: string | undefined;
}

/** One series ready to be drawn. */
interface DrawnLine {
  readonly series: Series;
  /** [points], smoothed when the chart smooths, else the raw values. */
  readonly values: Column;
  /** SVG path of `values`. */
  readonly path: string;
  /** SVG path of the raw values under a smoothed line. */
  readonly rawPath: string | null;
  /** SVG path of a dot on every value where there are few, so that a line between two probes is not read as a measurement. */
  readonly dots: string | null;
}

/** Most values of a line that get dots. */
const FEW = 12;

export interface LineFrame extends PlotFrame {
  readonly lines: readonly DrawnLine[];
}

type FrameSettings = Pick<
  LineChartProps,
  'yScale' | 'xStart' | 'xEnd' | 'yMin' | 'yMax' | 'yWithin' | 'yWhole' | 'smoothing'
> & {
  /** Room above the plot for the pennants of changed settings, where no line runs. */
  readonly pennants?: boolean;
  /** Whether only a part of x is shown: the ends of y then follow what is seen. */
  readonly zoomed?: boolean;
};

/**
 * The whole range of x: from the given start (else 0) to the planned end or the last sample, whichever is later;
 * null when there is neither data nor plan.
 */
export function fullRange(
  series: readonly Pick<Series, 'x'>[],
  settings: Pick<FrameSettings, 'xStart' | 'xEnd'>,
): Ends | null {
  let [low, high] = [settings.xStart ?? Infinity, settings.xEnd ?? -Infinity];
  for (const { x } of series) {
    const extent = extentOf(x, 'linear');
    if (extent === null) continue;
    if (settings.xStart === undefined) low = Math.min(low, extent[0]);
    high = Math.max(high, extent[1]);
  }
  if (settings.xStart === undefined) low = Math.min(low, 0);
  if (!(low <= high)) return null;
  return low < high ? [low, high] : [low, low + (low === 0 ? 1 : Math.abs(low))];
}

/** Lays the chart out; `range` is the shown part of x, `series` what is not hidden. */
export function layOutLines(
  series: readonly Series[],
  range: Ends,
  size: Size,
  settings: FrameSettings,
): LineFrame {
  const yKind = settings.yScale ?? 'linear';
  const smoothed = series.map((one) => ({ one, values: smooth(one.y, settings.smoothing ?? 0) }));

  const top = settings.pennants === true ? 22 : 8;
  const bottom = Math.max(top + 16, size.height - 22);
  const yEnds = shownEnds(smoothed, range, settings);
  const yTicks = ticksFor(yKind, yEnds, bottom - top, 36, settings.yWhole);
  const left = leftMargin(yTicks.texts);
  const area: PlotArea = { left, right: Math.max(left + 16, size.width - 6), top, bottom };

  const x = xAxisOf(range, area, 56);
  const y: Axis = {
    kind: yKind,
    ends: yEnds,
    scale: axisScale(yKind, yEnds, [area.bottom, area.top]),
    ...yTicks,
  };
  const lines = smoothed.map(({ one, values }): DrawnLine => ({
    series: one,
    values,
    path: pathOf(one.x, values, range, x.scale, y),
    rawPath: values === one.y ? null : pathOf(one.x, one.y, range, x.scale, y),
    dots: dotsOf(one.x, values, range, x.scale, y),
  }));
  return { area, x, y, lines };
}

function shownEnds(
  smoothed: readonly { readonly one: Series; readonly values: Column }[],
  range: Ends,
  { yScale = 'linear', yWithin, zoomed = false, ...settings }: FrameSettings,
): Ends {
  const [yMin, yMax] = zoomed ? [] : [settings.yMin, settings.yMax];
  let [low, high] = [Infinity, -Infinity];
  let inside = yWithin !== undefined;
  for (const { one, values } of smoothed) {
    const start = Math.max(0, bisectLeft(one.x, range[0]) - 1);
    const end = Math.min(values.length, bisectRight(one.x, range[1]) + 1);
    const extent = extentOf(values, yScale, start, end);
    if (extent === null) continue;
    low = Math.min(low, extent[0]);
    high = Math.max(high, extent[1]);
    const last = lastFinite(values, start, end);
    inside &&= yWithin !== undefined && last >= yWithin[0] && last <= yWithin[1];
  }
  if (low > high) [low, high] = yScale === 'log' ? [0.1, 1] : [0, 1];
  const within = inside && yWithin !== undefined ? yWithin : ([-Infinity, Infinity] as const);
  const fitted = niceEnds(yScale, [
    Math.max(within[0], Math.min(yMin ?? low, yMax ?? low)),
    Math.min(within[1], Math.max(yMax ?? high, yMin ?? high)),
  ]);
  const nice: Ends = [Math.max(within[0], fitted[0]), Math.min(within[1], fitted[1])];
  const ends: Ends = [yMin ?? nice[0], yMax ?? nice[1]];
  return ends[0] < ends[1] ? ends : nice;
}

/** The last finite value of `y` at indices [start, end), which must hold one. */
function lastFinite(y: Column, start: number, end: number): number {
  let index = end - 1;
  while (index > start && !Number.isFinite(y[index])) index--;
  return at(y, index);
}

/**
 * SVG path through the decimated points; values a log axis cannot show are gaps. A point between two gaps
 * is a line of no length, which round caps make a dot.
 */
function pathOf(x: Column, y: Column, range: Ends, toX: AxisScale, axis: Axis): string {
  const kept = decimate(x, y, range[0], range[1], toX);
  let path = '';
  let pen = 'M';
  let alone = false;
  for (const index of kept) {
    const value = index === GAP ? Number.NaN : at(y, index);
    const drawable = index !== GAP && (axis.kind === 'linear' || value > 0);
    if (!drawable) {
      if (alone) path += 'h0';
      pen = 'M';
      alone = false;
      continue;
    }
    path += `${pen}${tenth(toX(at(x, index)))} ${tenth(axis.scale(value))}`;
    alone = pen === 'M';
    pen = 'L';
  }
  return alone ? `${path}h0` : path;
}

function dotsOf(x: Column, y: Column, range: Ends, toX: AxisScale, axis: Axis): string | null {
  const kept = decimate(x, y, range[0], range[1], toX).filter(
    (index) => index !== GAP && (axis.kind === 'linear' || at(y, index) > 0),
  );
  if (kept.length > FEW) return null;
  return kept
    .map((index) => `M${tenth(toX(at(x, index)))} ${tenth(axis.scale(at(y, index)))}h0`)
    .join('');
}

/** The zoom inside the full range; null zoom, or one wholly outside, is the full range. */
export function insideOf(zoom: Ends | null, full: Ends): Ends {
  if (zoom === null) return full;
  const range: Ends = [Math.max(zoom[0], full[0]), Math.min(zoom[1], full[1])];
  return range[0] < range[1] ? range : full;
}

/** A new zoom: null when it shows everything; never so near that numbers run out. */
export function zoomRange(range: Ends, full: Ends): Ends | null {
  const [from, to] = insideOf(range, full);
  if (from <= full[0] && to >= full[1]) return null;
  const least = (full[1] - full[0]) * 1e-5;
  return to - from < least ? [from, from + least] : [from, to];
}

/** A tenth of a pixel is finer than the eye; toFixed would cost more than the rest of the path. */
function tenth(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
