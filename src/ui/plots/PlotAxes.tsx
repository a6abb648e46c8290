/**
 * The quiet frame of a chart: horizontal grid lines, few labels, the unit written once at the right end. Drawn
 * the same way in every figure that has axes. Must not know what is plotted.
 */
import { memo } from 'react';
import { at, largest } from '../../base/array';
import { axisScale, axisTicks, tickTexts, type AxisScale, type Ends } from './axis_scale';
import type { ScaleKind } from './props';

/** The rectangle inside the axes, in CSS pixels. */
export interface PlotArea {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Axis {
  readonly kind: ScaleKind;
  readonly ends: Ends;
  readonly scale: AxisScale;
  readonly ticks: readonly number[];
  readonly texts: readonly string[];
}

/** A chart's rectangle and its two axes. */
export interface PlotFrame {
  readonly area: PlotArea;
  readonly x: Axis;
  readonly y: Axis;
}

/** Width of a label in the axis font, near enough to reserve room. */
function labelWidth(text: string): number {
  return text.length * 6.3;
}

/** Ticks that fit into `length` pixels, one at most every `every`; only whole numbers where `whole`. */
export function ticksFor(
  kind: ScaleKind,
  ends: Ends,
  length: number,
  every: number,
  whole = false,
): Pick<Axis, 'ticks' | 'texts'> {
  const ticks = axisTicks(kind, ends, Math.max(1, Math.floor(length / every)), whole);
  return { ticks, texts: tickTexts(kind, ticks) };
}

/** The x axis of a chart, with a tick at most every `every` pixels. */
export function xAxisOf(ends: Ends, { left, right }: PlotArea, every: number): Axis {
  const scale = axisScale('linear', ends, [left, right]);
  return { kind: 'linear', ends, scale, ...ticksFor('linear', ends, right - left, every) };
}

/** Room left of the plot for the y labels, in steps of 8 so that it rarely moves. */
export function leftMargin(texts: readonly string[]): number {
  const widest = largest(texts.map(labelWidth), 0);
  return Math.max(32, Math.ceil((widest + 10) / 8) * 8);
}

/** Ends of a vertical line through the plot, for an SVG `line`. */
export function upright(x: number, { top, bottom }: Pick<PlotArea, 'top' | 'bottom'>) {
  return { x1: x, x2: x, y1: top, y2: bottom };
}

interface PlotAxesProps {
  readonly area: PlotArea;
  readonly x: Axis;
  readonly y: Axis;
  readonly xUnit?: string | undefined;
  /** Vertical grid lines too, for figures without a time axis. */
  readonly grid?: 'both' | undefined;
}

export const PlotAxes = memo(function PlotAxes({ area, x, y, xUnit, grid }: PlotAxesProps) {
  return (
    <g className="plot-axes" aria-hidden="true">
      {y.ticks.map((tick, i) => {
        const py = y.scale(tick);
        return (
          <g key={tick}>
            <line className="plot-grid" x1={area.left} x2={area.right} y1={py} y2={py} />
            <text className="plot-tick" x={area.left - 6} y={py} dy="0.35em" textAnchor="end">
              {at(y.texts, i)}
            </text>
          </g>
        );
      })}
      {grid === 'both' &&
        x.ticks.map((tick) => (
          <line key={tick} className="plot-grid" {...upright(x.scale(tick), area)} />
        ))}
      <XLabels area={area} axis={x} unit={xUnit} />
    </g>
  );
});

interface XLabelsProps {
  readonly area: PlotArea;
  readonly axis: Axis;
  readonly unit?: string | undefined;
}

/** Least room between two texts of an axis, CSS pixels. */
const GAP = 8;
/** Between the unit and a number, so that it is not read as part of it. */
const UNIT_GAP = 16;

/** A text below the plot: where it is anchored and what it covers, CSS pixels. */
export interface XLabel {
  readonly text: string;
  readonly x: number;
  readonly anchor: 'start' | 'middle' | 'end';
  readonly left: number;
  readonly right: number;
}

/**
 * The texts below the plot: the unit at the right end, where it is wide enough to hold it and a number, and as many
 * numbers as stand apart from it and from each other, the last ones first.
 */
export function layOutXLabels(
  area: Pick<PlotArea, 'left' | 'right'>,
  axis: Axis,
  unit?: string,
): readonly XLabel[] {
  const labels: XLabel[] = [];
  let free = Infinity;
  if (unit !== undefined) {
    const left = area.right - labelWidth(unit);
    const [first] = axis.texts;
    const needed = UNIT_GAP + (first === undefined ? 0 : labelWidth(first));
    if (left - area.left >= needed) {
      labels.push({ text: unit, x: area.right, anchor: 'end', left, right: area.right });
      free = left - UNIT_GAP + GAP;
    }
  }
  for (let i = axis.ticks.length - 1; i >= 0; i--) {
    const text = at(axis.texts, i);
    const width = labelWidth(text);
    const px = axis.scale(at(axis.ticks, i));
    const left = Math.max(area.left, Math.min(px - width / 2, area.right - width));
    if (left + width + GAP > free) continue;
    free = left;
    const anchor =
      left <= area.left ? 'start' : left >= area.right - width - 0.5 ? 'end' : 'middle';
    const x = anchor === 'start' ? area.left : anchor === 'end' ? area.right : px;
    labels.push({ text, x, anchor, left, right: left + width });
  }
  return labels;
}

/** The labels below the plot. */
export function XLabels({ area, axis, unit }: XLabelsProps) {
  return layOutXLabels(area, axis, unit).map(({ text, x, anchor }, index) => (
    <text key={index} className="plot-tick" x={x} y={area.bottom + 15} textAnchor={anchor}>
      {text}
    </text>
  ));
}
