/**
 * A histogram over time: each column is a moment, each row a rank, and the strength of the colour the share of groups
 * that had this rank then. Cells are averaged over pixel columns, so any number of moments draws the same.
 */
import { useEffect, useMemo, useRef } from 'react';
import { at } from '../../base/array';
import { ChartSurface } from './ChartSurface';
import { nearestIndex } from './decimate';
import { EmptyNote, FigureBox } from './FigureBox';
import { formatCount, formatInteger, formatPercent, THIN } from './format';
import { fullRange, insideOf } from './line_frame';
import { sequentialScale } from './palette';
import { upright, xAxisOf, XLabels, type Axis, type PlotArea } from './PlotAxes';
import { usePlotLink, useShared } from './PlotSync';
import { packColor } from './point_raster';
import { columnShares } from './rank_columns';
import { widest } from './text_width';
import { useSize, type Size } from './use_size';
import { resolveColor, useTheme } from './use_theme';
import type { Column, FigureProps } from './props';
import './lines.css';

interface RankHeatmapProps extends FigureProps {
  /** [times], ascending. */
  readonly x: Column;
  /** [times, ranks] row-major: how many groups had each rank at that time. Shares are taken per time. */
  readonly counts: Column;
  /** Number of rank values; the lowest row is rank 1. */
  readonly ranks: number;
  /** Hue of share 1. */
  readonly color: string;
  readonly xUnit?: string | undefined;
  readonly xEnd?: number | undefined;
  readonly now?: number | undefined;
  readonly empty: string;
}

export function RankHeatmap(props: RankHeatmapProps) {
  const { label, height, x, counts, ranks, xUnit, xEnd, now } = props;
  const [sizeRef, size] = useSize();
  const theme = useTheme();
  const link = usePlotLink();
  const zoom = useShared(link.zoom);
  const canvas = useRef<HTMLCanvasElement>(null);

  const full = useMemo(() => fullRange([{ x }], { xStart: 0, xEnd }), [x, xEnd]);
  const range = useMemo(() => (full === null ? null : insideOf(zoom, full)), [zoom, full]);
  const area = areaOf(size);
  const columns = Math.max(0, Math.round(area.right - area.left));
  const shares = useMemo(
    () => (range === null ? null : columnShares(x, counts, ranks, range, columns)),
    [x, counts, ranks, range, columns],
  );

  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context || shares === null || columns === 0) return;
    const scale = sequentialScale(resolveColor(props.color, theme), theme);
    context.canvas.width = columns;
    context.canvas.height = ranks;
    const image = context.createImageData(columns, ranks);
    for (let i = 0; i < columns * ranks; i++) {
      const [column, rank] = [i % columns, ranks - 1 - Math.floor(i / columns)];
      const share = at(shares, column * ranks + rank);
      if (Number.isNaN(share)) continue;
      const color = packColor(scale(share));
      image.data.set([color >> 16, (color >> 8) & 255, color & 255, 255], i * 4);
    }
    context.putImageData(image, 0, 0);
  }, [shares, columns, ranks, props.color, theme]);

  const axis = range === null ? null : xAxisOf(range, area, 56);
  const rowHeight = (area.bottom - area.top) / ranks;
  const labelled = labelledRows(ranks, rowHeight);
  const empty = x.length === 0 || axis === null;
  return (
    <FigureBox height={height}>
      <ChartSurface
        label={`${label}. ${x.length === 0 ? 'No ranks yet' : describeMoment(props, x.length - 1)}`}
        sizeRef={sizeRef}
        plane={empty ? null : { area, x: axis }}
        full={full}
        link={link}
        describe={(value) => describeMoment(props, nearestIndex(x, value))}
      >
        <canvas
          ref={canvas}
          className="plot-cells"
          hidden={empty}
          style={{
            left: area.left,
            top: area.top,
            width: columns,
            height: Math.max(0, area.bottom - area.top),
          }}
        />
        {size.width > 0 && (
          <svg width={size.width} height={size.height} aria-hidden="true">
            {Array.from({ length: ranks + 1 }, (_, i) => {
              const y = area.bottom - i * rowHeight;
              return (
                <line key={i} className="plot-grid" x1={area.left} x2={area.right} y1={y} y2={y} />
              );
            })}
            {labelled.map((row) => (
              <text
                key={row}
                className="plot-tick"
                x={area.left - 6}
                y={area.bottom - (row + 0.5) * rowHeight}
                dy="0.35em"
                textAnchor="end"
              >
                {row + 1}
              </text>
            ))}
            {axis !== null && <XLabels area={area} axis={axis} unit={xUnit} />}
            {axis !== null && now !== undefined && (
              <line className="plot-now" {...upright(axis.scale(now), area)} />
            )}
            {axis !== null && !empty && <HeatmapCursor {...props} axis={axis} area={area} />}
          </svg>
        )}
        {empty && <EmptyNote text={props.empty} />}
      </ChartSurface>
    </FigureBox>
  );
}

interface HeatmapCursorProps extends RankHeatmapProps {
  readonly axis: Axis;
  readonly area: PlotArea;
}

/** The share of every rank at the cursor, written beside its row. */
function HeatmapCursor({ x, counts, ranks, axis, area, xUnit }: HeatmapCursorProps) {
  const cursor = useShared(usePlotLink().cursor);
  if (cursor === null || cursor < axis.ends[0] || cursor > axis.ends[1]) return null;
  const time = nearestIndex(x, cursor);
  if (time < 0 || cursor > at(x, x.length - 1) + (axis.ends[1] - axis.ends[0]) * 0.02) return null;
  const rows = Array.from({ length: ranks }, (_, rank) => at(counts, time * ranks + rank));
  const total = rows.reduce((sum, count) => sum + count, 0);
  const px = axis.scale(cursor);
  const rowHeight = (area.bottom - area.top) / ranks;
  const texts = rows.map((count) =>
    total === 0 ? '' : `${formatPercent(count / total, 2)}  (${formatInteger(count)})`,
  );
  const width = widest(texts);
  const left = px + 10 + width <= area.right ? px + 8 : px - 8 - width;
  return (
    <g className="plot-cursor" data-export="skip">
      <title>{`${formatCount(cursor)}${THIN}${xUnit ?? ''}`}</title>
      <line {...upright(px, area)} />
      {rowHeight >= 12 &&
        texts.map((text, rank) => (
          <text
            key={rank}
            className="plot-note plot-strong"
            x={left}
            y={area.bottom - (rank + 0.5) * rowHeight}
            dy="0.35em"
          >
            {at(rows, rank) > 0 ? text : ''}
          </text>
        ))}
    </g>
  );
}

function areaOf(size: Size): PlotArea {
  return {
    left: 32,
    right: Math.max(32, size.width - 6),
    top: 8,
    bottom: Math.max(8, size.height - 22),
  };
}

/** Rows with a label: all when they are high enough, else the first, the last and a few between. */
function labelledRows(ranks: number, rowHeight: number): number[] {
  const every = Math.max(1, Math.ceil(13 / Math.max(1, rowHeight)));
  return Array.from({ length: ranks }, (_, i) => i).filter((i) => i % every === 0);
}

function describeMoment({ x, counts, ranks }: RankHeatmapProps, moment: number): string {
  const parts = Array.from({ length: ranks }, (_, rank) => ({
    rank: rank + 1,
    count: at(counts, moment * ranks + rank),
  }));
  const present = parts.filter(({ count }) => count > 0);
  const texts = present.map(({ rank, count }) => `${formatInteger(count)} of rank ${rank}`);
  return `At ${formatCount(at(x, moment))}: ${texts.join(', ')}`;
}
