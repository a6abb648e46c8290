/**
 * What a line chart shows at the shared cursor: a hairline, a dot on every line and a small table of values on
 * the side with more room. Drawn in SVG over the chart, and redrawn alone when the cursor moves.
 */
import { at } from '../../base/array';
import { nearestIndex } from './decimate';
import { formatCount, formatNumber, THIN } from './format';
import type { LineFrame } from './line_frame';
import { dashArray } from './line_style';
import { upright } from './PlotAxes';
import { useShared, type PlotLink } from './PlotSync';
import type { Series } from './props';
import { textWidth, widest } from './text_width';

interface Reading {
  readonly series: Series;
  readonly x: number;
  readonly value: number;
}

interface CursorLayerProps {
  readonly frame: LineFrame;
  readonly link: PlotLink;
  readonly xUnit?: string | undefined;
}

const ROW = 15;
const PAD = 7;
/** Length of the piece of line before a name. */
const SAMPLE = 18;

export function CursorLayer({ frame, link, xUnit }: CursorLayerProps) {
  const cursor = useShared(link.cursor);
  if (cursor === null || cursor < frame.x.ends[0] || cursor > frame.x.ends[1]) return null;
  const { area } = frame;
  const px = frame.x.scale(cursor);
  const readings = readingsAt(frame, cursor);

  const head = `${formatX(cursor)}${xUnit === undefined ? '' : THIN + xUnit}`;
  const values = readings.map(({ value }) => formatNumber(value));
  const nameWidth = widest(readings.map(({ series }) => series.label));
  const valueWidth = widest(values);
  const width = Math.max(textWidth(head), SAMPLE + 6 + nameWidth + 12 + valueWidth) + 2 * PAD;
  const height = (readings.length + 1) * ROW + PAD;
  const rightSide = px < (area.left + area.right) / 2;
  const boxX = rightSide ? Math.min(px + 10, area.right - width) : Math.max(px - 10 - width, 0);
  const boxY = Math.max(1, Math.min(area.top + 2, area.bottom - height));

  return (
    <g className="plot-cursor" data-export="skip">
      <line {...upright(px, area)} />
      {readings.map(({ series, x, value }) => (
        <circle
          key={series.id}
          cx={frame.x.scale(x)}
          cy={frame.y.scale(value)}
          r={3}
          fill={series.color}
        />
      ))}
      <g transform={`translate(${boxX.toFixed(0)} ${boxY.toFixed(0)})`}>
        <rect className="plot-readout" width={width} height={height} rx={5} />
        <text className="plot-tick" x={PAD} y={ROW - 3}>
          {head}
        </text>
        {readings.map(({ series }, i) => (
          <g key={series.id} transform={`translate(${PAD} ${(i + 2) * ROW - 3})`}>
            <line
              className="plot-sample"
              x2={SAMPLE}
              y1={-3.5}
              y2={-3.5}
              stroke={series.color}
              strokeDasharray={dashArray(series.dash)}
            />
            <text className="plot-name" x={SAMPLE + 6}>
              {series.label}
            </text>
            <text className="plot-value" x={width - 2 * PAD} textAnchor="end">
              {at(values, i)}
            </text>
          </g>
        ))}
      </g>
    </g>
  );
}

/** The readings at `x` as a sentence. */
export function describeAt(frame: LineFrame, x: number): string {
  const values = readingsAt(frame, x).map(
    ({ series, value }) => `${series.label} ${formatNumber(value)}`,
  );
  return `At ${formatX(x)}: ${values.join(', ')}`;
}

/** The nearest drawable sample of every line that reaches as far as the cursor, highest value first. */
function readingsAt(frame: LineFrame, cursor: number): Reading[] {
  const slack = (frame.x.ends[1] - frame.x.ends[0]) * 0.02;
  const readings: Reading[] = [];
  for (const { series, values } of frame.lines) {
    const index = nearestIndex(series.x, cursor);
    if (index < 0) continue;
    const [x, value] = [at(series.x, index), at(values, index)];
    const beyond = cursor > at(series.x, series.x.length - 1) + slack;
    const drawable = Number.isFinite(value) && (frame.y.kind === 'linear' || value > 0);
    if (drawable && !beyond) readings.push({ series, x, value });
  }
  return readings.sort((a, b) => b.value - a.value);
}

function formatX(value: number): string {
  return value >= 100 ? formatCount(value) : formatNumber(value);
}
