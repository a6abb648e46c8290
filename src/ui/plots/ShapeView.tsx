/**
 * The points of one feature in space, each in the colour of the unit that owns it: one colour when a group holds the
 * whole shape, a patchwork when atoms have split it. Orthographic; farther points are fainter. All panels of a page
 * turn together through `rotation`. Hovering a point names its unit and brings out all its points.
 */
import { useLayoutEffect, useMemo, useRef, useState, type PointerEvent } from 'react';
import { at } from '../../base/array';
import { clamp } from './color_space';
import { EmptyNote, FigureBox } from './FigureBox';
import { formatFixed, formatInteger } from './format';
import { HoverCard } from './HoverCard';
import { UNOWNED, unitColor } from './palette';
import { paintClouds, pointAt, type PointCloud } from './point_canvas';
import { hexOfPacked, packColor } from './point_raster';
import { backToFront, projectionOf, projectPoints, radiusOf } from './projection';
import type { ShapeViewProps } from './point_props';
import type { Rotation } from './props';
import { assignUnitSlots, countOwners, NO_OWNER, soleOwner } from './unit_slots';
import { useRotation } from './use_rotation';
import { useSize, type Size } from './use_size';
import { resolveColor, useTheme } from './use_theme';
import { useTurn } from './use_turn';
import './points.css';

/** Room for the caption under the points. */
const CAPTION = 18;

export function ShapeView(props: ShapeViewProps) {
  const { label, height, className, points, owners, modelColor, unitName = 'group' } = props;
  const [ownRotation, setOwnRotation] = useRotation(props.rotation === undefined && props.spin);
  const rotation = props.rotation ?? ownRotation;
  const turn = useTurn(rotation, props.onRotation ?? setOwnRotation);
  const [sizeRef, size] = useSize();
  const theme = useTheme();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [hovered, setHovered] = useState<number | null>(null);

  const sole = useMemo(() => soleOwner(owners), [owners]);
  const ownSlots = useMemo(() => assignUnitSlots([owners]), [owners]);
  const slots = props.slots ?? ownSlots;
  const colors = useMemo(() => {
    const colorOf = (unit: number) =>
      unit === NO_OWNER
        ? UNOWNED[theme]
        : unit === sole
          ? resolveColor(modelColor, theme)
          : unitColor(slots.get(unit) ?? 0, theme);
    return Uint32Array.from(owners, (unit) => packColor(colorOf(unit)));
  }, [owners, sole, slots, modelColor, theme]);

  const extent = useMemo(() => props.extent ?? radiusOf(points, 3), [props.extent, points]);
  const lit = hovered !== null && hovered < owners.length ? at(owners, hovered) : null;
  const cloud = useMemo(
    () => cloudOf(points, owners, colors, lit, rotation, extent, size),
    [points, owners, colors, lit, rotation, extent, size],
  );
  useLayoutEffect(() => {
    if (canvas.current !== null) paintClouds(canvas.current, size, [cloud]);
  }, [cloud, size]);

  const summary = useMemo(() => summarise(owners, unitName, sole), [owners, unitName, sole]);

  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    if (turn.onPointerMove(event)) return;
    const box = event.currentTarget.getBoundingClientRect();
    setHovered(pointAt(cloud, event.clientX - box.left, event.clientY - box.top, 8));
  };

  return (
    <FigureBox height={height} className={className}>
      <div
        ref={sizeRef}
        className="plot-surface plot-turn"
        role="img"
        aria-label={`${label}. ${summary}`}
        aria-keyshortcuts="ArrowLeft ArrowRight ArrowUp ArrowDown"
        tabIndex={0}
        onPointerDown={turn.onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={turn.onPointerUp}
        onPointerCancel={turn.onPointerUp}
        onPointerLeave={() => setHovered(null)}
        onDoubleClick={turn.onDoubleClick}
        onKeyDown={turn.onKeyDown}
      >
        <canvas ref={canvas} style={{ width: size.width, height: size.height }} />
        {props.caption !== undefined && (
          <svg width={size.width} height={size.height} aria-hidden="true">
            <text className="plot-caption" x={12} y={size.height - 12}>
              {props.caption}
              {props.captionDetail !== undefined && (
                <tspan className="plot-caption-detail" dx={6}>
                  {props.captionDetail}
                </tspan>
              )}
            </text>
          </svg>
        )}
        {points.length === 0 && <EmptyNote text={props.empty ?? 'No points yet.'} />}
      </div>
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
  const scale = (0.44 * Math.min(size.width, size.height - CAPTION)) / extent;
  const alpha = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    x[i] = size.width / 2 + at(x, i) * scale;
    y[i] = (size.height - CAPTION / 2) / 2 + at(y, i) * scale;
    const near = clamp(0.65 + (0.3 * at(depth, i)) / extent, 0.35, 0.95);
    alpha[i] = lit === null || at(owners, i) === lit ? near : near * 0.18;
  }
  const radius = count > 4000 ? 1.2 : count > 400 ? 1.5 : 2.1;
  return { x, y, alpha, color, order, radius };
}

function summarise(owners: Uint32Array, unitName: string, sole: number | null): string {
  if (owners.length === 0) return 'No points yet';
  if (sole !== null) return `${unitName} ${sole} owns the whole shape`;
  return `${countOwners(owners).size} ${unitName}s share ${owners.length} points`;
}
