/**
 * The points of one feature in space, each in the colour of the unit that owns it: one colour when a group holds the
 * whole shape, a patchwork when atoms have split it. Orthographic; farther points are fainter. All panels of a page
 * turn together through `rotation`. Hovering a point names its unit and brings out all its points; a press on it
 * opens the unit where the page listens, and Enter opens the one that owns most.
 */
import {
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
} from 'react';
import { at } from '../../base/array';
import { clamp } from './color_space';
import { EmptyNote, FigureBox } from './FigureBox';
import { formatFixed, formatInteger } from './format';
import { HoverCard } from './HoverCard';
import { UNOWNED, unitColor } from './palette';
import { paintClouds, pointAt, type PointCloud } from './point_canvas';
import { hexOfPacked, packColor } from './point_raster';
import { backToFront, projectionOf, projectPoints, radiusOf } from './projection';
import type { FigureProps, Rotation, UnitSlots } from './props';
import { assignUnitSlots, countOwners, NO_OWNER, rankedOwners, soleOwner } from './unit_slots';
import { useSize, type Size } from './use_size';
import { useTheme } from './use_theme';
import { useTurn } from './use_turn';
import './points.css';

interface ShapeViewProps extends FigureProps {
  /** [points, 3], the feature's own coordinates. */
  readonly points: Float32Array;
  /** [points], index of the unit that owns each point; NO_OWNER where none fired. */
  readonly owners: Uint32Array;
  /** Colours of the units, shared by all panels of one model and kept while it trains; default: by count in this panel. */
  readonly slots?: UnitSlots | undefined;
  /** "group" or "atom": what a unit is called on hover. */
  readonly unitName?: string | undefined;
  /** Shared view direction. */
  readonly rotation: Rotation;
  readonly onRotation: (rotation: Rotation) => void;
  /** Under the points, at the left: whose shape this is. */
  readonly caption?: ReactNode;
  /** A point was pressed: the unit that owns it. */
  readonly onPick?: ((unit: number) => void) | undefined;
}

/** Room for the caption under the points, in one line or, in a narrow panel, in two; CSS pixels. */
const CAPTION = { line: 26, lines: 44, narrow: 180 };
/** A pointer that moved less between press and release meant the point and not a turn, CSS pixels. */
const STILL = 4;

export function ShapeView(props: ShapeViewProps) {
  const { label, height, points, owners, unitName = 'group', onPick, rotation } = props;
  const turn = useTurn(rotation, props.onRotation);
  const [sizeRef, size] = useSize();
  const theme = useTheme();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [hovered, setHovered] = useState<number | null>(null);

  const pressed = useRef<readonly [number, number] | null>(null);

  const ownSlots = useMemo(() => assignUnitSlots([owners]), [owners]);
  const slots = props.slots ?? ownSlots;
  const colors = useMemo(() => {
    const colorOf = (unit: number) =>
      unit === NO_OWNER ? UNOWNED[theme] : unitColor(slots.get(unit) ?? 0, theme);
    return Uint32Array.from(owners, (unit) => packColor(colorOf(unit)));
  }, [owners, slots, theme]);

  /** Half the edge of the drawn cube in data units. */
  const extent = useMemo(() => radiusOf(points, 3), [points]);
  const lit = hovered !== null && hovered < owners.length ? at(owners, hovered) : null;
  const cloud = useMemo(
    () => cloudOf(points, owners, colors, lit, rotation, extent, size),
    [points, owners, colors, lit, rotation, extent, size],
  );
  useLayoutEffect(() => {
    if (canvas.current !== null) paintClouds(canvas.current, size, [cloud]);
  }, [cloud, size]);

  const summary = useMemo(() => summarise(owners, unitName), [owners, unitName]);

  const pointUnder = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    return pointAt(cloud, event.clientX - box.left, event.clientY - box.top, 8);
  };
  const pick = (unit: number | undefined) => {
    if (unit !== undefined && unit !== NO_OWNER) onPick?.(unit);
  };
  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    if (!turn.onPointerMove(event)) setHovered(pointUnder(event));
  };
  const onPointerUp = (event: PointerEvent<HTMLElement>) => {
    turn.onPointerUp();
    const from = pressed.current;
    pressed.current = null;
    if (from === null || Math.hypot(event.clientX - from[0], event.clientY - from[1]) > STILL)
      return;
    const point = pointUnder(event);
    if (point !== null) pick(owners[point]);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') pick(rankedOwners(owners)[0]);
    else turn.onKeyDown(event);
  };

  return (
    <FigureBox height={height}>
      <div
        ref={sizeRef}
        className="plot-surface plot-turn"
        role="img"
        aria-label={`${label}. ${summary}`}
        aria-keyshortcuts={`ArrowLeft ArrowRight ArrowUp ArrowDown${onPick === undefined ? '' : ' Enter'}`}
        tabIndex={0}
        data-pick={onPick !== undefined && lit !== null && lit !== NO_OWNER}
        onPointerDown={(event) => {
          pressed.current = event.button === 0 ? [event.clientX, event.clientY] : null;
          turn.onPointerDown(event);
        }}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={turn.onPointerUp}
        onPointerLeave={() => setHovered(null)}
        onDoubleClick={turn.onDoubleClick}
        onKeyDown={onKeyDown}
      >
        <canvas ref={canvas} style={{ width: size.width, height: size.height }} />
        {points.length === 0 && <EmptyNote text="No points yet." />}
      </div>
      {props.caption !== undefined && <div className="plot-caption">{props.caption}</div>}
      {hovered !== null && lit !== null && (
        <HoverCard x={at(cloud.x, hovered)} y={at(cloud.y, hovered)} within={size}>
          <UnitCard {...{ points, owners, unitName }} point={hovered} color={colors} />
        </HoverCard>
      )}
    </FigureBox>
  );
}

interface UnitCardProps {
  readonly points: Float32Array;
  readonly owners: Uint32Array;
  readonly color: Uint32Array;
  readonly unitName: string;
  readonly point: number;
}

function UnitCard({ points, owners, color, unitName, point }: UnitCardProps) {
  const unit = at(owners, point);
  const share = useMemo(() => countOwners(owners).get(unit) ?? 0, [owners, unit]);
  const coordinates = [0, 1, 2].map((axis) => formatFixed(at(points, point * 3 + axis), 2));
  return (
    <>
      <strong>
        <i className="plot-swatch" style={{ background: hexOfPacked(at(color, point)) }} />
        {unit === NO_OWNER ? `no ${unitName}` : `${unitName} ${unit}`}
      </strong>
      {unit !== NO_OWNER && (
        <span>
          {formatInteger(share)} of {formatInteger(owners.length)} points
        </span>
      )}
      <span className="plot-mono">({coordinates.join(', ')})</span>
    </>
  );
}

/** The points on the panel; those of other units recede while one is lit. */
function cloudOf(
  points: Float32Array,
  owners: Uint32Array,
  color: Uint32Array,
  lit: number | null,
  rotation: Rotation,
  extent: number,
  size: Size,
): PointCloud {
  const count = Math.floor(points.length / 3);
  const { x, y, depth } = projectionOf(count);
  projectPoints(points, 3, rotation, { x, y, depth });
  const order = backToFront(depth, extent);
  const foot = size.width < CAPTION.narrow ? CAPTION.lines : CAPTION.line;
  const scale = (0.44 * Math.min(size.width, size.height - foot)) / extent;
  const alpha = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    x[i] = size.width / 2 + at(x, i) * scale;
    y[i] = (size.height - foot) / 2 + at(y, i) * scale;
    const near = clamp(0.65 + (0.3 * at(depth, i)) / extent, 0.35, 0.95);
    alpha[i] = lit === null || at(owners, i) === lit ? near : near * 0.18;
  }
  const radius = count > 4000 ? 1.2 : count > 400 ? 1.5 : 2.1;
  return { x, y, alpha, color, order, radius };
}

function summarise(owners: Uint32Array, unitName: string): string {
  if (owners.length === 0) return 'No points yet';
  const units = countOwners(owners).size;
  if (units === 0) return `${owners.length} points that no ${unitName} owns`;
  const sole = soleOwner(owners);
  if (sole !== null) return `${unitName} ${sole} owns the whole shape`;
  return `${units} ${unitName}s share ${owners.length} points`;
}
