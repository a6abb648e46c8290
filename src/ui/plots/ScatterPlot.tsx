/**
 * Two quantities against each other, a point each: weight rank against code rank, redundancy against size. Points are
 * rastered, so tens of thousands stay fluid; a press picks one, a drag selects a rectangle, the arrow keys walk from point to
 * point along x.
 */
import {
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
} from 'react';
import { at } from '../../base/array';
import { axisScale, extentOf, niceEnds, type Ends } from './axis_scale';
import { enclosed } from './code_view';
import { EmptyNote, FigureBox } from './FigureBox';
import { formatNumber } from './format';
import { AxisNames } from './Histogram';
import { HoverCard } from './HoverCard';
import { leftMargin, PlotAxes, ticksFor, type Axis, type PlotArea } from './PlotAxes';
import { paintClouds, pointAt, type PointCloud } from './point_canvas';
import { packColor } from './point_raster';
import type { Column, FigureProps, ScaleKind } from './props';
import { outlinePath, useLasso } from './use_lasso';
import { useSize, type Size } from './use_size';
import { resolveColor, useTheme } from './use_theme';
import './points.css';

interface ScatterPlotProps extends FigureProps {
  readonly x: Column;
  readonly y: Column;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xScale?: ScaleKind | undefined;
  readonly yScale?: ScaleKind | undefined;
  /** Fixed ends of the axes; default: the data, rounded outwards. */
  readonly xDomain?: readonly [number, number] | undefined;
  readonly yDomain?: readonly [number, number] | undefined;
  /** One colour, or a colour for each point. */
  readonly color?: string | ((index: number) => string) | undefined;
  /** Draws y = x, and gives both axes the same ends. */
  readonly diagonal?: boolean | undefined;
  readonly labelOf?: ((index: number) => string) | undefined;
  readonly selected?: ReadonlySet<number> | undefined;
  /** A point was pressed. */
  readonly onPick?: ((index: number) => void) | undefined;
  /** A rectangle was drawn. */
  readonly onSelect?: ((indices: readonly number[]) => void) | undefined;
  readonly formatX?: ((value: number) => string) | undefined;
  readonly formatY?: ((value: number) => string) | undefined;
  readonly empty?: string | undefined;
}

export function ScatterPlot(props: ScatterPlotProps) {
  const { label, height, className, x, y, xLabel, yLabel, diagonal = false } = props;
  const { xScale = 'linear', yScale = 'linear', xDomain, yDomain, color = 'var(--m1)' } = props;
  const {
    formatX = formatNumber,
    formatY = formatNumber,
    labelOf,
    selected,
    onPick,
    onSelect,
  } = props;
  const [sizeRef, size] = useSize();
  const theme = useTheme();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [hovered, setHovered] = useState<number | null>(null);

  const frame = useMemo(() => {
    const ends = endsOf({ x, y, xScale, yScale, xDomain, yDomain, diagonal });
    return ends === null || size.width === 0 ? null : frameOf(ends, xScale, yScale, size);
  }, [x, y, xScale, yScale, xDomain, yDomain, diagonal, size]);
  const cloud = useMemo(() => {
    if (frame === null) return null;
    const colorOf = typeof color === 'string' ? () => color : color;
    return cloudOf(frame, x, y, selected, (i) => packColor(resolveColor(colorOf(i), theme)));
  }, [frame, x, y, selected, color, theme]);
  useLayoutEffect(() => {
    if (canvas.current !== null) paintClouds(canvas.current, size, cloud === null ? [] : [cloud]);
  }, [cloud, size]);

  const nearest = (px: number, py: number) => (cloud === null ? null : pointAt(cloud, px, py, 10));
  const lasso = useLasso('rectangle', {
    onDone: (outline) => {
      if (cloud !== null) onSelect?.(enclosed(cloud, outline));
    },
    onPress: (px, py) => {
      const index = nearest(px, py);
      if (index !== null) onPick?.(index);
      else onSelect?.([]);
    },
  });
  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    if (lasso.onPointerMove(event)) return;
    const box = event.currentTarget.getBoundingClientRect();
    setHovered(nearest(event.clientX - box.left, event.clientY - box.top));
  };
  const byX = useMemo(
    () =>
      Array.from({ length: Math.min(x.length, y.length) }, (_, i) => i).sort(
        (a, b) => at(x, a) - at(x, b),
      ),
    [x, y],
  );
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step !== 0 && byX.length > 0) {
      const place = hovered === null ? (step > 0 ? -1 : 0) : byX.indexOf(hovered);
      setHovered(at(byX, (place + step + byX.length) % byX.length));
    } else if (event.key === 'Enter' && hovered !== null) onPick?.(hovered);
    else if (event.key === 'Escape') {
      setHovered(null);
      onSelect?.([]);
    } else return;
    event.preventDefault();
  };

  const shown = hovered !== null && hovered < byX.length ? hovered : null;
  return (
    <FigureBox height={height} className={className}>
      <div
        ref={sizeRef}
        className="plot-surface plot-chart"
        role="img"
        aria-label={`${label}. ${byX.length} points, ${xLabel} against ${yLabel}`}
        tabIndex={0}
        onPointerDown={lasso.onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={lasso.onPointerUp}
        onPointerCancel={lasso.onPointerCancel}
        onPointerLeave={() => setHovered(null)}
        onKeyDown={onKeyDown}
      >
        {frame !== null && (
          <svg width={size.width} height={size.height} aria-hidden="true">
            <PlotAxes area={frame.area} x={frame.x} y={frame.y} grid="both" />
            {diagonal && <line className="plot-diagonal" {...diagonalOf(frame)} />}
            <AxisNames area={frame.area} size={size} x={xLabel} y={yLabel} />
          </svg>
        )}
        <canvas ref={canvas} style={{ width: size.width, height: size.height }} />
        <svg width={size.width} height={size.height} aria-hidden="true" data-export="skip">
          {shown !== null && cloud !== null && (
            <circle className="plot-ring" cx={at(cloud.x, shown)} cy={at(cloud.y, shown)} r={6} />
          )}
          {lasso.outline !== null && onSelect !== undefined && (
            <path className="plot-lasso" d={outlinePath(lasso.outline)} />
          )}
        </svg>
        {byX.length === 0 && <EmptyNote text={props.empty ?? 'No points yet.'} />}
      </div>
      {shown !== null && cloud !== null && (
        <HoverCard x={at(cloud.x, shown)} y={at(cloud.y, shown)} within={size}>
          {labelOf !== undefined && <strong>{labelOf(shown)}</strong>}
          <span>
            {xLabel} {formatX(at(x, shown))}
          </span>
          <span>
            {yLabel} {formatY(at(y, shown))}
          </span>
        </HoverCard>
      )}
    </FigureBox>
  );
}

interface ScatterFrame {
  readonly area: PlotArea;
  readonly x: Axis;
  readonly y: Axis;
}

type EndsInput = Pick<ScatterPlotProps, 'x' | 'y' | 'xDomain' | 'yDomain' | 'diagonal'> & {
  readonly xScale: ScaleKind;
  readonly yScale: ScaleKind;
};

function endsOf(input: EndsInput): { readonly x: Ends; readonly y: Ends } | null {
  const dataX = extentOf(input.x, input.xScale);
  const dataY = extentOf(input.y, input.yScale);
  if (dataX === null || dataY === null) return null;
  if (input.diagonal === true && input.xDomain === undefined && input.yDomain === undefined) {
    const both: Ends = [Math.min(dataX[0], dataY[0]), Math.max(dataX[1], dataY[1])];
    const ends = niceEnds(input.xScale, both);
    return { x: ends, y: ends };
  }
  return {
    x: input.xDomain ?? niceEnds(input.xScale, dataX),
    y: input.yDomain ?? niceEnds(input.yScale, dataY),
  };
}

function frameOf(
  ends: { readonly x: Ends; readonly y: Ends },
  xKind: ScaleKind,
  yKind: ScaleKind,
  size: Size,
): ScatterFrame {
  const [top, bottom] = [20, Math.max(28, size.height - 38)];
  const yTicks = ticksFor(yKind, ends.y, bottom - top, 40);
  const area: PlotArea = {
    left: leftMargin(yTicks.texts),
    right: Math.max(48, size.width - 8),
    top,
    bottom,
  };
  return {
    area,
    x: {
      kind: xKind,
      ends: ends.x,
      scale: axisScale(xKind, ends.x, [area.left, area.right]),
      ...ticksFor(xKind, ends.x, area.right - area.left, 60),
    },
    y: { kind: yKind, ends: ends.y, scale: axisScale(yKind, ends.y, [bottom, top]), ...yTicks },
  };
}

function cloudOf(
  frame: ScatterFrame,
  x: Column,
  y: Column,
  selected: ReadonlySet<number> | undefined,
  colorOf: (index: number) => number,
): PointCloud {
  const count = Math.min(x.length, y.length);
  const cloud = {
    x: new Float32Array(count),
    y: new Float32Array(count),
    color: new Uint32Array(count),
    alpha: new Float32Array(count),
    radius: count > 3000 ? 1.5 : count > 500 ? 1.9 : 2.4,
  };
  const chosen = selected !== undefined && selected.size > 0;
  for (let i = 0; i < count; i++) {
    const [px, py] = [frame.x.scale(at(x, i)), frame.y.scale(at(y, i))];
    if (!Number.isFinite(px) || !Number.isFinite(py)) continue;
    cloud.x[i] = px;
    cloud.y[i] = py;
    cloud.color[i] = colorOf(i);
    cloud.alpha[i] = chosen ? (selected.has(i) ? 0.95 : 0.2) : count > 500 ? 0.55 : 0.75;
  }
  return cloud;
}

/** The part of y = x inside both axes. */
function diagonalOf({ x, y }: ScatterFrame) {
  const low = Math.max(x.ends[0], y.ends[0]);
  const high = Math.min(x.ends[1], y.ends[1]);
  return { x1: x.scale(low), y1: y.scale(low), x2: x.scale(high), y2: y.scale(high) };
}
