/**
 * What lies over the points of a code scatter: the axes, the dashed circle of the usual norm, the prominent points
 * with their labels, and the key of the colours. SVG, so that it stays sharp and is saved with the figure.
 */
import { at } from '../../base/array';
import { extentOf } from './axis_scale';
import {
  categoryColor,
  middleOf,
  pixelsPerUnit,
  placeCodes,
  wholeScale,
  type CodeColoring,
  type CodeFrame,
  type PlacedCodes,
} from './code_view';
import { formatNumber } from './format';
import { placeLabels, type Box } from './label_placement';
import { hexOfPacked } from './point_raster';
import { valueScale, type Theme } from './palette';
import { textWidth } from './text_width';
import type { Size } from './use_size';

const DOT = 4.5;
const MOST_NAMES = 10;
/** Height of a name in the key, and of the bar of values with its texts, CSS pixels. */
const NAME = 16;
const BAR = 34;
/** How far an axis goes beyond the codes, CSS pixels. */
const BEYOND = 12;

/** One axis on the screen, with its name and where the name stands. */
export interface PlacedAxis {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly name: string;
  readonly box: Box;
}

/** The axes through the origin; their names stand beyond the positive ends, where few codes lie. */
export function placeAxes(frame: CodeFrame, names: readonly string[]): PlacedAxis[] {
  const { axes, dimension, bounds, size } = frame;
  const shown = Math.min(axes, dimension);
  const ends = new Float32Array(2 * shown * axes);
  const beyond = BEYOND / wholeScale(frame);
  for (let a = 0; a < shown; a++) {
    const half = dimension === 2 ? at(bounds.half, a) : bounds.extent;
    ends[2 * a * axes + a] = at(bounds.middle, a) - half - beyond;
    ends[(2 * a + 1) * axes + a] = at(bounds.middle, a) + half + beyond;
  }
  const { x, y } = placeCodes(ends, frame);
  // A scalar code is scattered across its axis; the axis itself is not.
  const heightOf = (i: number) => (axes > 1 ? at(y, i) : middleOf(frame)[1] + frame.view.y);
  return Array.from({ length: shown }, (_, a): PlacedAxis => {
    const to = [at(x, 2 * a + 1), heightOf(2 * a + 1)] as const;
    const name = names[a] ?? '';
    const width = textWidth(name);
    const left =
      a === 0
        ? Math.max(to[0] - 2 - width, Math.min(to[0] + 6, size.width - 2 - width))
        : to[0] + 5;
    const past = a === 0 && left >= to[0];
    const top = past ? to[1] - 7 : a === 0 ? to[1] - 15 : to[1] - 1;
    const box = { left, top, right: left + width, bottom: top + 13 };
    return { from: [at(x, 2 * a), heightOf(2 * a)], to, name, box };
  });
}

/** The axes and the circle, in the plane of the first two axes. */
export function CodeAxes({
  frame,
  circle,
  placedAxes,
}: {
  readonly frame: CodeFrame;
  readonly circle: number;
  readonly placedAxes: readonly PlacedAxis[];
}) {
  return (
    <g aria-hidden="true">
      {placedAxes.map(({ from, to }, a) => (
        <line key={a} className="plot-axis" x1={from[0]} y1={from[1]} x2={to[0]} y2={to[1]} />
      ))}
      {circle > 0 && frame.axes > 1 && (
        <path className="plot-circle" d={circlePath(frame, circle)} />
      )}
    </g>
  );
}

/** The names of the axes, over the points. */
export function AxisEnds({ placedAxes }: { readonly placedAxes: readonly PlacedAxis[] }) {
  return (
    <g aria-hidden="true">
      {placedAxes.map(({ name, box }, a) => (
        <text key={a} className="plot-note" x={box.left} y={box.bottom - 3}>
          {name}
        </text>
      ))}
    </g>
  );
}

function circlePath(frame: CodeFrame, radius: number): string {
  const { axes } = frame;
  if (frame.dimension === 2) {
    const r = radius * pixelsPerUnit(frame);
    const origin = placeCodes(new Float32Array(axes), frame);
    const [cx, cy] = [at(origin.x, 0), at(origin.y, 0)];
    return `M${cx - r} ${cy}a${r} ${r} 0 1 1 ${2 * r} 0a${r} ${r} 0 1 1 ${-2 * r} 0Z`;
  }
  const steps = 72;
  const ring = new Float32Array(steps * axes);
  for (let i = 0; i < steps; i++) {
    ring[i * axes] = radius * Math.cos((i / steps) * 2 * Math.PI);
    ring[i * axes + 1] = radius * Math.sin((i / steps) * 2 * Math.PI);
  }
  const { x, y } = placeCodes(ring, frame);
  return `M${Array.from(x, (px, i) => `${px.toFixed(1)} ${at(y, i).toFixed(1)}`).join('L')}Z`;
}

/** Larger dots with their labels; labels that would overlap are left out. */
export function ProminentCodes({
  placed,
  indices,
  labelOf,
  colors,
  size,
  obstacles,
  dimmed,
}: {
  readonly placed: PlacedCodes;
  readonly indices: readonly number[];
  readonly labelOf: (index: number) => string;
  readonly colors: Uint32Array;
  readonly size: Size;
  readonly obstacles: readonly Box[];
  readonly dimmed: (index: number) => boolean;
}) {
  const present = indices.filter((index) => index < placed.x.length);
  const anchors = present.map((index) => ({
    x: at(placed.x, index),
    y: at(placed.y, index),
    width: textWidth(labelOf(index), 12),
    height: 15,
    radius: DOT + 1,
  }));
  const centre = [size.width / 2, size.height / 2] as const;
  const labels = placeLabels(anchors, size.width, size.height, centre, obstacles);
  return (
    <g aria-hidden="true">
      {present.map((index) => (
        <circle
          key={index}
          className="plot-dot"
          cx={at(placed.x, index)}
          cy={at(placed.y, index)}
          r={DOT}
          fill={hexOfPacked(at(colors, index))}
          opacity={dimmed(index) ? 0.25 : 1}
        />
      ))}
      {labels.map(({ index, x, y }) => (
        <text
          key={at(present, index)}
          className="plot-label"
          x={x}
          y={y}
          dy="0.35em"
          opacity={dimmed(at(present, index)) ? 0.35 : 1}
        >
          {labelOf(at(present, index))}
        </text>
      ))}
    </g>
  );
}

/** Height of the key of the colours, CSS pixels; 0 where it needs none. */
export function colorKeyHeight(coloring: CodeColoring): number {
  if (coloring.by === 'category') return NAME * Math.min(coloring.names.length, MOST_NAMES + 1);
  return coloring.by === 'value' ? BAR : 0;
}

/** What the colours mean: the names of the categories, or a bar of the values. Stands with its foot at `bottom`. */
export function ColorKey({
  coloring,
  theme,
  bottom,
}: {
  readonly coloring: CodeColoring;
  readonly theme: Theme;
  readonly bottom: number;
}) {
  const top = bottom - colorKeyHeight(coloring);
  if (coloring.by === 'category') {
    const names = coloring.names.slice(0, MOST_NAMES);
    const more = coloring.names.length - names.length;
    return (
      <g aria-hidden="true" transform={`translate(4 ${top})`}>
        {names.map((name, i) => (
          <g key={i} transform={`translate(0 ${i * NAME})`}>
            <rect width={8} height={8} y={4} rx={2} fill={categoryColor(coloring, i, theme)} />
            <text className="plot-name" x={14} y={12}>
              {name}
            </text>
          </g>
        ))}
        {more > 0 && (
          <text className="plot-tick" x={14} y={names.length * NAME + 12}>
            and {more} more
          </text>
        )}
      </g>
    );
  }
  if (coloring.by === 'value') {
    const scale = valueScale(theme);
    const [low, high] = extentOf(coloring.values, 'linear') ?? [0, 1];
    return (
      <g aria-hidden="true" transform={`translate(4 ${top})`}>
        <text className="plot-tick" y={8}>
          {coloring.name}
        </text>
        {Array.from({ length: 48 }, (_, i) => (
          <rect key={i} x={i * 2} y={13} width={2.2} height={7} fill={scale(i / 47)} />
        ))}
        <text className="plot-tick" y={32}>
          {formatNumber(low)}
        </text>
        <text className="plot-tick" x={96} y={32} textAnchor="end">
          {formatNumber(high)}
        </text>
      </g>
    );
  }
  return null;
}
