/**
 * Two quantities against each other, a point each: weight rank against code rank, redundancy against size. Points are
 * rastered, so tens of thousands stay fluid; a press picks one, the arrow keys walk from point to point along x.
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
import { EmptyNote, FigureBox } from './FigureBox';
import { formatNumber } from './format';
import { AxisNames } from './Histogram';
import { HoverCard } from './HoverCard';
import { leftMargin, PlotAxes, ticksFor, xAxisOf, type PlotArea, type PlotFrame } from './PlotAxes';
import { paintClouds, pointAt, type PointCloud } from './point_canvas';
import { packColor } from './point_raster';
import type { Column, FigureProps } from './props';
import { useLasso } from './use_lasso';
import { useSize, type Size } from './use_size';
import { resolveColor, useTheme } from './use_theme';
import './points.css';

interface ScatterPlotProps extends FigureProps {
  readonly x: Column;
  readonly y: Column;
  readonly xLabel: string;
  readonly yLabel: string;
  /** Ends of both axes; default: the data, rounded outwards. */
  readonly domain?: Ends | undefined;
  readonly color: string;
  readonly labelOf: (index: number) => string;
  /** A point was pressed. */
  readonly onPick: (index: number) => void;
  /** Text of a value on either axis. */
  readonly format?: ((value: number) => string) | undefined;
  readonly empty?: string | undefined;
}

export function ScatterPlot(props: ScatterPlotProps) {
  const { label, height, x, y, xLabel, yLabel, domain, color } = props;
  const { format = formatNumber, labelOf, onPick } = props;
  const [sizeRef, size] = useSize();
  const theme = useTheme();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [hovered, setHovered] = useState<number | null>(null);

  const frame = useMemo(() => {
    const ends = endsOf(x, y, domain);
    return ends === null || size.width === 0 ? null : frameOf(ends, size);
  }, [x, y, domain, size]);
  const cloud = useMemo(() => {
    if (frame === null) return null;
    return cloudOf(frame, x, y, packColor(resolveColor(color, theme)));
  }, [frame, x, y, color, theme]);
  useLayoutEffect(() => {
    if (canvas.current !== null) paintClouds(canvas.current, size, cloud === null ? [] : [cloud]);
  }, [cloud, size]);

  const nearest = (px: number, py: number) => (cloud === null ? null : pointAt(cloud, px, py, 10));
  const lasso = useLasso('rectangle', {
    onDone: () => undefined,
    onPress: (px, py) => {
      const index = nearest(px, py);
      if (index !== null) onPick(index);
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
    } else if (event.key === 'Enter' && hovered !== null) onPick(hovered);
    else if (event.key === 'Escape') setHovered(null);
    else return;
    event.preventDefault();
  };

  const shown = hovered !== null && hovered < byX.length ? hovered : null;
  return (
    <FigureBox height={height}>
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
            <line className="plot-diagonal" {...diagonalOf(frame)} />
            <AxisNames area={frame.area} size={size} x={xLabel} y={yLabel} />
          </svg>
        )}
        <canvas ref={canvas} style={{ width: size.width, height: size.height }} />
        <svg width={size.width} height={size.height} aria-hidden="true" data-export="skip">
          {shown !== null && cloud !== null && (
            <circle className="plot-ring" cx={at(cloud.x, shown)} cy={at(cloud.y, shown)} r={6} />
          )}
        </svg>
        {byX.length === 0 && <EmptyNote text={props.empty ?? 'No points yet.'} />}
      </div>
      {shown !== null && cloud !== null && (
        <HoverCard x={at(cloud.x, shown)} y={at(cloud.y, shown)} within={size}>
          <strong>{labelOf(shown)}</strong>
          <span>
            {xLabel} {format(at(x, shown))}
          </span>
          <span>
            {yLabel} {format(at(y, shown))}
          </span>
        </HoverCard>
      )}
    </FigureBox>
  );
}

/** The ends of both axes; null while there is no point. */
function endsOf(x: Column, y: Column, domain: Ends | undefined): Ends | null {
  const [dataX, dataY] = [extentOf(x, 'linear'), extentOf(y, 'linear')];
  if (dataX === null || dataY === null) return null;
  const both: Ends = [Math.min(dataX[0], dataY[0]), Math.max(dataX[1], dataY[1])];
  return domain ?? niceEnds('linear', both);
}

function frameOf(ends: Ends, size: Size): PlotFrame {
  const [top, bottom] = [20, Math.max(28, size.height - 38)];
  const yTicks = ticksFor('linear', ends, bottom - top, 40);
  const area: PlotArea = {
    left: leftMargin(yTicks.texts),
    right: Math.max(48, size.width - 8),
    top,
    bottom,
  };
  return {
    area,
    x: xAxisOf(ends, area, 60),
    y: { kind: 'linear', ends, scale: axisScale('linear', ends, [bottom, top]), ...yTicks },
  };
}

function cloudOf(frame: PlotFrame, x: Column, y: Column, color: number): PointCloud {
  const count = Math.min(x.length, y.length);
  const cloud = {
    x: new Float32Array(count),
    y: new Float32Array(count),
    color: new Uint32Array(count).fill(color),
    alpha: new Float32Array(count),
    radius: count > 3000 ? 1.5 : count > 500 ? 1.9 : 2.4,
  };
  for (let i = 0; i < count; i++) {
    const [px, py] = [frame.x.scale(at(x, i)), frame.y.scale(at(y, i))];
    if (!Number.isFinite(px) || !Number.isFinite(py)) continue;
    cloud.x[i] = px;
    cloud.y[i] = py;
    cloud.alpha[i] = count > 500 ? 0.55 : 0.75;
  }
  return cloud;
}

/** The line y = x. */
function diagonalOf({ x, y }: PlotFrame) {
  const [low, high] = x.ends;
  return { x1: x.scale(low), y1: y.scale(low), x2: x.scale(high), y2: y.scale(high) };
}
