/**
 * Explained variance against the bits that a row costs, a curve a model: the finer codes are written down, the farther
 * right. A filled dot marks the bits at which models are compared, with its interval. The pointer reads the nearest point; from
 * the keyboard ← → walk along a curve, ↑ ↓ change the model, Escape lets go.
 */
import { useMemo, useState, type KeyboardEvent, type PointerEvent } from 'react';
import { EmptyNote, FigureBox } from './FigureBox';
import { formatFixed, formatNumber } from './format';
import { AxisNames } from './Histogram';
import { HoverCard } from './HoverCard';
import { PlotAxes } from './PlotAxes';
import { dashArray } from './line_style';
import type { FigureProps } from './props';
import {
  layOutRates,
  nearestRate,
  walkRates,
  type RateCurveOf,
  type RateFrame,
  type RatePoint,
  type RateWay,
} from './rate_frame';
import { useSize } from './use_size';
import './lines.css';
import './points.css';
import './rates.css';

interface RatePlotProps extends FigureProps {
  readonly curves: readonly RateCurveOf[];
  readonly xLabel: string;
  readonly yLabel: string;
  /** What a headline is, in a few words. */
  readonly headline: string;
}

/** Pixels within which the pointer finds a point. */
const REACH = 24;

const WAYS: Readonly<Record<string, RateWay>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

export function RatePlot({ label, height, curves, xLabel, yLabel, headline }: RatePlotProps) {
  const [sizeRef, size] = useSize();
  const [found, setFound] = useState<RatePoint | null>(null);
  const frame = useMemo(() => layOutRates(curves, size), [curves, size]);
  const shown = frame === null || found === null ? null : placedIn(frame, found);

  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    if (frame === null) return;
    const box = event.currentTarget.getBoundingClientRect();
    setFound(nearestRate(frame, event.clientX - box.left, event.clientY - box.top, REACH));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const way = WAYS[event.key];
    if (way !== undefined && frame !== null) setFound(walkRates(frame, shown, way));
    else if (event.key === 'Escape' && shown !== null) setFound(null);
    else return;
    event.preventDefault();
  };

  return (
    <FigureBox height={height}>
      <div
        ref={sizeRef}
        className="plot-surface plot-chart"
        role="img"
        aria-label={`${label}. ${summary(curves)}`}
        tabIndex={0}
        onPointerMove={onPointerMove}
        onPointerLeave={() => setFound(null)}
        onKeyDown={onKeyDown}
        onBlur={() => setFound(null)}
      >
        {frame !== null && (
          <svg width={size.width} height={size.height} aria-hidden="true">
            <PlotAxes area={frame.area} x={frame.x} y={frame.y} grid="both" />
            <Curves frame={frame} />
            <AxisNames area={frame.area} size={size} x={xLabel} y={yLabel} />
          </svg>
        )}
        {shown !== null && (
          <svg width={size.width} height={size.height} aria-hidden="true" data-export="skip">
            <circle className="plot-ring" cx={shown.x} cy={shown.y} r={7} />
          </svg>
        )}
        {curves.every(({ steps }) => steps.length === 0) && (
          <EmptyNote text="No bits were measured." />
        )}
      </div>
      {shown !== null && (
        <HoverCard x={shown.x} y={shown.y} within={size}>
          <strong>{shown.curve.label}</strong>
          <span>
            {formatFixed(shown.bits, 1)} bits{intervalOf(shown)}
          </span>
          <span>explained variance {formatFixed(shown.explained, 3)}</span>
          <span>
            {shown.delta === null
              ? headline
              : `rounded to multiples of ${formatNumber(shown.delta)}`}
          </span>
        </HoverCard>
      )}
    </FigureBox>
  );
}

/** The first model lies on top: it is the one that the others are compared with. */
function Curves({ frame }: { readonly frame: RateFrame }) {
  return frame.curves.toReversed().map(({ curve, path, points, interval }) => (
    <g key={curve.id} stroke={curve.color} fill={curve.color}>
      <path className="plot-line" d={path} strokeDasharray={dashArray(curve.dash)} />
      {points.map(({ x, y, delta }, index) => (
        <circle key={index} className="rate-point" cx={x} cy={y} r={delta === null ? 5 : 2} />
      ))}
      {interval !== null && (
        <path
          className="rate-interval"
          d={`M${interval.x1} ${interval.y}H${interval.x2}M${interval.x1} ${interval.y - 5}v10M${interval.x2} ${interval.y - 5}v10`}
        />
      )}
    </g>
  ));
}

/** The point as it lies now; null for one of a curve that is gone. */
function placedIn({ curves }: RateFrame, { curve, bits, delta }: RatePoint): RatePoint | null {
  const own = curves.find((each) => each.curve.id === curve.id)?.points;
  return own?.find((point) => point.bits === bits && point.delta === delta) ?? null;
}

function intervalOf({ delta, curve }: RatePoint): string {
  const interval = delta === null ? (curve.headline?.interval ?? null) : null;
  if (interval === null) return '';
  const [low, high] = interval;
  const decimals = high - low < 0.3 ? 2 : 1;
  return `, 95 %: ${formatFixed(low, decimals)} to ${formatFixed(high, decimals)}`;
}

function summary(curves: readonly RateCurveOf[]): string {
  return curves
    .map(({ label, headline }) =>
      headline === null ? `${label}: none` : `${label}: ${formatFixed(headline.bits, 1)} bits`,
    )
    .join(', ');
}
