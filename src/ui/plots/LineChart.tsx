/**
 * Curves over samples, steps or seconds: live, overlaid, zoomable, with a cursor that all charts of a
 * `PlotSync` share. Drag selects a range, the wheel (with focus or Ctrl) zooms, a double click shows all again; from the
 * keyboard ← → move the cursor, + − zoom, Escape resets. Redraws only when its data or range change; the
 * cursor is a layer of its own.
 */
import { useId, useMemo } from 'react';
import { at } from '../../base/array';
import { ChartSurface } from './ChartSurface';
import { CursorLayer, describeAt } from './CursorLayer';
import { EmptyNote, FigureBox } from './FigureBox';
import { formatNumber } from './format';
import {
  fullRange,
  insideOf,
  layOutLines,
  type LineChartProps,
  type LineFrame,
} from './line_frame';
import { dashArray } from './line_style';
import { PlotAxes, upright } from './PlotAxes';
import { Markers } from './Markers';
import { usePlotLink, useShared } from './PlotSync';
import { useSize } from './use_size';
import './lines.css';

const NONE: ReadonlySet<string> = new Set();

export function LineChart(props: LineChartProps) {
  const { label, height, series, xUnit, hidden = NONE } = props;
  const { empty: nothing = 'No values yet.' } = props;
  const { yScale, xStart, xEnd, smoothing, yMin, yMax, yWithin, yWhole } = props;
  const pennants = (props.markers ?? []).length > 0;
  const [sizeRef, size] = useSize();
  const link = usePlotLink();
  const zoom = useShared(link.zoom);
  const zoomed = zoom !== null;

  const shown = useMemo(() => series.filter(({ id }) => !hidden.has(id)), [series, hidden]);
  const settings = useMemo(
    () => ({
      ...{ yScale, xStart, xEnd, yMin, yMax, yWithin, yWhole, smoothing },
      ...{ pennants, zoomed },
    }),
    [yScale, xStart, xEnd, yMin, yMax, yWithin, yWhole, smoothing, pennants, zoomed],
  );
  const full = useMemo(() => fullRange(series, settings), [series, settings]);
  const range = useMemo(() => (full === null ? null : insideOf(zoom, full)), [zoom, full]);
  const frame = useMemo(
    () => (range === null || size.width === 0 ? null : layOutLines(shown, range, size, settings)),
    [shown, range, size, settings],
  );
  const drawn = frame !== null && frame.lines.some(({ path }) => path !== '');

  return (
    <FigureBox height={height}>
      <ChartSurface
        label={`${label}. ${drawn ? summary(frame) : nothing}`}
        sizeRef={sizeRef}
        plane={drawn ? frame : null}
        full={full}
        link={link}
        describe={(x) => (frame === null ? '' : describeAt(frame, x))}
      >
        {frame !== null && (
          <svg width={size.width} height={size.height} aria-hidden="true">
            <Picture frame={frame} {...props} />
            {drawn && <CursorLayer frame={frame} link={link} xUnit={xUnit} />}
          </svg>
        )}
        {!drawn && <EmptyNote text={nothing} />}
      </ChartSurface>
    </FigureBox>
  );
}

function Picture({ frame, xUnit, markers, now }: LineChartProps & { readonly frame: LineFrame }) {
  const clip = useId();
  const { area, x } = frame;
  const width = area.right - area.left;
  // The first series lies on top: it is the one that the others are compared with.
  const lines = frame.lines.toReversed();
  return (
    <>
      <clipPath id={clip}>
        <rect
          x={area.left - 3}
          y={area.top - 3}
          width={width + 6}
          height={area.bottom - area.top + 6}
        />
      </clipPath>
      <PlotAxes area={area} x={frame.x} y={frame.y} xUnit={xUnit} />
      <g clipPath={`url(#${clip})`}>
        {now !== undefined && <line className="plot-now" {...upright(x.scale(now), area)} />}
        {lines.map(({ series, rawPath }) =>
          rawPath === null ? null : (
            <path key={series.id} className="plot-raw" d={rawPath} stroke={series.color} />
          ),
        )}
        {lines.map(({ series, path }) => (
          <path
            key={series.id}
            className="plot-line"
            d={path}
            stroke={series.color}
            strokeDasharray={dashArray(series.dash)}
          />
        ))}
        {lines.map(({ series, dots }) =>
          dots === null ? null : (
            <path key={series.id} className="plot-dots" d={dots} stroke={series.color} />
          ),
        )}
      </g>
      <Markers frame={frame} markers={markers ?? []} />
    </>
  );
}

function summary(frame: LineFrame): string {
  return frame.lines
    .map(({ series, values }) => {
      const last = values.length > 0 ? at(values, values.length - 1) : Number.NaN;
      return `${series.label}: ${formatNumber(last)}`;
    })
    .join(', ');
}
