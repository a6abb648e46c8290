/**
 * How often each value occurs, in bins of equal width, with reference lines; the pointer and the arrow keys read a bin.
 * The height of an empty bin is nothing; of a rare one at least a hairline.
 */
import { useMemo, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { at } from '../../base/array';
import { axisScale, extentOf, niceEnds } from './axis_scale';
import { clamp } from './color_space';
import { EmptyNote, FigureBox } from './FigureBox';
import { formatInteger, formatNumber } from './format';
import { HoverCard } from './HoverCard';
import {
  leftMargin,
  PlotAxes,
  ticksFor,
  upright,
  xAxisOf,
  type PlotArea,
  type PlotFrame,
} from './PlotAxes';
import type { Column, FigureProps } from './props';
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
  readonly xLabel: string;
  readonly color: string;
  /** Vertical reference lines (threshold, mean). */
  readonly marks?: readonly HistogramMark[] | undefined;
  readonly formatX?: ((value: number) => string) | undefined;
  /** Where x is labelled, with `formatX`; default: round numbers as they are. */
  readonly xTicks?: readonly number[] | undefined;
}

/** Pixels above the bars for the texts of reference lines, which no bar may cover. */
const NOTE_LINE = 16;

export function Histogram(props: HistogramProps) {
  const { label, height, counts, from, to, marks, formatX = formatNumber, xTicks } = props;
  const [sizeRef, size] = useSize();
  const [bin, setBin] = useState<number | null>(null);

  const layout = useMemo(
    () => frameOf(counts, from, to, size, (marks?.length ?? 0) > 0),
    [counts, from, to, size, marks],
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
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    setBin(clamp((bin ?? (step > 0 ? -1 : bins)) + step, 0, bins - 1));
    event.preventDefault();
  };

  const cells = frame === null ? [] : barsOf(frame, counts, from, to);
  return (
    <FigureBox height={height}>
      <div
        ref={sizeRef}
        className="plot-surface plot-chart"
        role="img"
        aria-label={`${label}. ${formatInteger(total(counts))} values from ${formatX(from)} to ${formatX(to)}`}
        tabIndex={0}
        onPointerMove={(event) => setBin(binUnder(event))}
        onPointerLeave={() => setBin(null)}
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
                fill={props.color}
                opacity={bin === i ? 0.75 : 1}
              />
            ))}
            {marks?.map((mark, i) => (
              <g key={i} className="plot-marker">
                {/* Up to the middle of its text. */}
                <line
                  {...upright(frame.x.scale(mark.x), frame.area)}
                  y1={frame.area.top - NOTE_LINE / 2}
                  stroke="var(--ink3)"
                />
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
            <AxisNames area={frame.area} size={size} x={props.xLabel} />
          </svg>
        )}
        {empty && <EmptyNote text="No values yet." />}
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
  readonly x: string;
  readonly y?: string | undefined;
}) {
  return (
    <g aria-hidden="true">
      <text
        className="plot-name"
        x={(area.left + area.right) / 2}
        y={size.height - 4}
        textAnchor="middle"
      >
        {x}
      </text>
      {y !== undefined && (
        <text className="plot-name" x={0} y={9}>
          {y}
        </text>
      )}
    </g>
  );
}

function frameOf(
  counts: ArrayLike<number>,
  from: number,
  to: number,
  size: Size,
  noted: boolean,
): PlotFrame | null {
  if (size.width === 0 || !(to > from)) return null;
  const most = extentOf(counts, 'linear')?.[1] ?? 1;
  const ends = niceEnds('linear', [0, Math.max(1, most)]);
  const top = noted ? 12 + NOTE_LINE : 18;
  const bottom = Math.max(top + 8, size.height - 38);
  const ticks = ticksFor('linear', ends, bottom - top, 34, true);
  const area: PlotArea = { left: leftMargin(ticks.texts), right: size.width - 6, top, bottom };
  return {
    area,
    x: xAxisOf([from, to], area, 70),
    y: { kind: 'linear', ends, scale: axisScale('linear', ends, [bottom, top]), ...ticks },
  };
}

function barsOf({ area, x, y }: PlotFrame, counts: ArrayLike<number>, from: number, to: number) {
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

function total(counts: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) sum += at(counts, i);
  return sum;
}
