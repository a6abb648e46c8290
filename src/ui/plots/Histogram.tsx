/**
 * How often each value occurs, in bins of equal width, with reference lines and a range to pick by dragging or
 * with the arrow keys. The height of an empty bin is nothing; of a rare one at least a hairline.
 */
import { useMemo, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { at } from '../../base/array';
import { axisScale, extentOf, niceEnds, type Ends } from './axis_scale';
import { clamp } from './color_space';
import { EmptyNote, FigureBox } from './FigureBox';
import { formatInteger, formatNumber } from './format';
import { HoverCard } from './HoverCard';
import { leftMargin, PlotAxes, ticksFor, type Axis, type PlotArea } from './PlotAxes';
import type { Column, FigureProps, ScaleKind } from './props';
import { textWidth } from './text_width';
import { useSize, type Size } from './use_size';
import './lines.css';

/** A vertical reference line. */
interface HistogramMark {
  readonly x: number;
  readonly text: string;
  /** Whether the text stands at its left, where a second line follows closely. */
  readonly before?: boolean | undefined;
}

interface HistogramProps extends FigureProps {
  /** [bins]. */
  readonly counts: Column;
  /** Ends of the histogram; bins are of equal width. */
  readonly from: number;
  readonly to: number;
  readonly xLabel?: string | undefined;
  readonly yLabel?: string | undefined;
  readonly yScale?: ScaleKind | undefined;
  readonly color?: string | undefined;
  /** Vertical reference lines (threshold, mean). */
  readonly marks?: readonly HistogramMark[] | undefined;
  readonly formatX?: ((value: number) => string) | undefined;
  /** Where x is labelled, with `formatX`; default: round numbers as they are. */
  readonly xTicks?: readonly number[] | undefined;
  /** A range of x was dragged; null when cleared. */
  readonly onRange?: ((range: readonly [number, number] | null) => void) | undefined;
  readonly empty?: string | undefined;
}

/** Pixels above the bars for the texts of reference lines, which no bar may cover. */
const NOTE_LINE = 16;

export function Histogram(props: HistogramProps) {
  const { label, height, className, counts, from, to, marks, onRange } = props;
  const { yScale = 'linear', formatX = formatNumber, xTicks } = props;
  const [sizeRef, size] = useSize();
  const [bin, setBin] = useState<number | null>(null);
  const [grip, setGrip] = useState<number | null>(null);
  const [range, setRange] = useState<Ends | null>(null);

  const layout = useMemo(
    () =>
      frameOf(counts, from, to, yScale, size, props.xLabel !== undefined, (marks?.length ?? 0) > 0),
    [counts, from, to, yScale, size, props.xLabel, marks],
  );
  const frame =
    layout === null || xTicks === undefined
      ? layout
      : { ...layout, x: { ...layout.x, ticks: xTicks, texts: xTicks.map(formatX) } };
  const bins = counts.length;
  const edge = (index: number) => from + ((to - from) * index) / bins;
  const empty = frame === null || !(to > from) || bins === 0;

  const binUnder = (event: PointerEvent<HTMLElement>): number | null => {
    if (frame === null || bins === 0) return null;
    const px = event.clientX - event.currentTarget.getBoundingClientRect().left;
    const index = Math.floor(((frame.x.scale.invert(px) - from) / (to - from)) * bins);
    return clamp(index, 0, bins - 1);
  };
  const pick = (next: Ends | null) => {
    setRange(next);
    onRange?.(next === null ? null : [edge(next[0]), edge(next[1] + 1)]);
  };
  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    const under = binUnder(event);
    setBin(under);
    if (grip !== null && under !== null) {
      setRange([Math.min(grip, under), Math.max(grip, under)]);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step !== 0) setBin(clamp((bin ?? (step > 0 ? -1 : bins)) + step, 0, bins - 1));
    else if (event.key === 'Enter' && bin !== null) pick([bin, bin]);
    else if (event.key === 'Escape') pick(null);
    else return;
    event.preventDefault();
  };

  const cells = frame === null ? [] : barsOf(frame, counts, from, to);
  return (
    <FigureBox height={height} className={className}>
      <div
        ref={sizeRef}
        className="plot-surface plot-chart"
        role="img"
        aria-label={`${label}. ${formatInteger(total(counts))} values from ${formatX(from)} to ${formatX(to)}`}
        tabIndex={0}
        onPointerMove={onPointerMove}
        onPointerLeave={() => setBin(null)}
        onPointerDown={(event) => {
          if (onRange === undefined || event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          setGrip(binUnder(event));
        }}
        onPointerUp={() => {
          if (grip !== null && range !== null) pick(range);
          setGrip(null);
        }}
        onDoubleClick={() => {
          if (onRange !== undefined) pick(null);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => setBin(null)}
      >
        {frame !== null && (
          <svg width={size.width} height={size.height} aria-hidden="true">
            <PlotAxes area={frame.area} x={frame.x} y={frame.y} />
            {cells.map(({ x, y, width, height: rise }, i) => (
              <rect
                key={i}
                {...{ x, y, width }}
                height={rise}
                fill={props.color ?? 'var(--m1)'}
                opacity={
                  range !== null && (i < range[0] || i > range[1]) ? 0.3 : bin === i ? 0.75 : 1
                }
              />
            ))}
            {marks?.map((mark, i) => (
              <g key={i} className="plot-marker">
                <line {...upright(frame.x.scale(mark.x), frame.area)} stroke="var(--ink3)" />
                <text
                  className="plot-note"
                  {...beside(frame.x.scale(mark.x), mark, frame.area)}
                  y={frame.area.top - NOTE_LINE / 2}
                  dy="0.35em"
                >
                  {mark.text}
                </text>
              </g>
            ))}
            <AxisNames area={frame.area} size={size} x={props.xLabel} y={props.yLabel} />
          </svg>
        )}
        {empty && <EmptyNote text={props.empty ?? 'No values yet.'} />}
      </div>
      {bin !== null && frame !== null && bin < bins && (
        <HoverCard x={frame.x.scale(edge(bin + 0.5))} y={frame.area.top} within={size}>
          <strong>{formatInteger(at(counts, bin))}</strong>
          <span>
            {formatX(edge(bin))} to {formatX(edge(bin + 1))}
          </span>
        </HoverCard>
      )}
    </FigureBox>
  );
}

/** Names of the axes: x centred below, y above the top left corner. */
export function AxisNames({
  area,
  size,
  x,
  y,
}: {
  readonly area: PlotArea;
  readonly size: Size;
  readonly x?: string | undefined;
  readonly y?: string | undefined;
}) {
  return (
    <g aria-hidden="true">
      {x !== undefined && (
        <text
          className="plot-name"
          x={(area.left + area.right) / 2}
          y={size.height - 4}
          textAnchor="middle"
        >
          {x}
        </text>
      )}
      {y !== undefined && (
        <text className="plot-name" x={0} y={9}>
          {y}
        </text>
      )}
    </g>
  );
}

interface HistogramFrame {
  readonly area: PlotArea;
  readonly x: Axis;
  readonly y: Axis;
}

function frameOf(
  counts: ArrayLike<number>,
  from: number,
  to: number,
  yKind: ScaleKind,
  size: Size,
  named: boolean,
  noted: boolean,
): HistogramFrame | null {
  if (size.width === 0 || !(to > from)) return null;
  const most = extentOf(counts, 'linear')?.[1] ?? 1;
  const ends: Ends =
    yKind === 'log'
      ? [0.5, niceEnds('log', [0.5, Math.max(1, most)])[1]]
      : niceEnds('linear', [0, Math.max(1, most)]);
  const top = noted ? 12 + NOTE_LINE : 18;
  const bottom = Math.max(top + 8, size.height - (named ? 38 : 22));
  const ticks = ticksFor(yKind, ends, bottom - top, 34, undefined, true);
  const area: PlotArea = { left: leftMargin(ticks.texts), right: size.width - 6, top, bottom };
  return {
    area,
    x: {
      kind: 'linear',
      ends: [from, to],
      scale: axisScale('linear', [from, to], [area.left, area.right]),
      ...ticksFor('linear', [from, to], area.right - area.left, 70),
    },
    y: { kind: yKind, ends, scale: axisScale(yKind, ends, [bottom, top]), ...ticks },
  };
}

function barsOf(
  { area, x, y }: HistogramFrame,
  counts: ArrayLike<number>,
  from: number,
  to: number,
) {
  const bins = counts.length;
  return Array.from(counts, (count, i) => {
    const left = x.scale(from + ((to - from) * i) / bins);
    const right = x.scale(from + ((to - from) * (i + 1)) / bins);
    const top = count > 0 ? Math.min(area.bottom - 1, y.scale(count)) : area.bottom;
    const gap = right - left > 4 ? 1 : 0;
    return { x: left, y: top, width: Math.max(0.5, right - left - gap), height: area.bottom - top };
  });
}

/** Where the text of a reference line stands: at its right, or at its left where it is told to or would be cut off. */
function beside(x: number, { text, before = false }: HistogramMark, { left, right }: PlotArea) {
  const width = textWidth(text) + 5;
  return x + width > right || (before && x - width > left)
    ? { x: x - 5, textAnchor: 'end' as const }
    : { x: x + 5, textAnchor: 'start' as const };
}

/** A reference line, up to the middle of its text. */
function upright(x: number, { top, bottom }: PlotArea) {
  return { x1: x, x2: x, y1: top - NOTE_LINE / 2, y2: bottom };
}

function total(counts: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) sum += at(counts, i);
  return sum;
}
