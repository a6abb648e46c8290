/**
 * Everything a person does to a figure over time: hover, drag a range, wheel, keys. Writes cursor and zoom to the
 * figure's link and draws nothing but the dragged range.
 */
import { smallest } from '../../base/array';
import {
  useCallback,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
  type RefCallback,
} from 'react';
import type { Ends } from './axis_scale';
import { clamp } from './color_space';
import { zoomRange } from './line_frame';
import type { Axis, PlotArea } from './PlotAxes';
import { useShared, type PlotLink } from './PlotSync';
import { useWheelZoom } from './use_wheel';

/** Where the values of x lie on the screen. */
interface TimePlane {
  readonly area: PlotArea;
  readonly x: Axis;
}

interface ChartSurfaceProps {
  readonly label: string;
  readonly sizeRef: RefCallback<HTMLElement>;
  /** Null while there is nothing to point at. */
  readonly plane: TimePlane | null;
  /** The whole range of x, which the zoom never leaves. */
  readonly full: Ends | null;
  readonly link: PlotLink;
  /** The values at x as a sentence, for assistive technology. */
  readonly describe: (x: number) => string;
  readonly children: ReactNode;
}

/** Everything a person does to a chart: hover, drag a range, wheel, keys. */
export function ChartSurface({
  label,
  sizeRef,
  plane,
  full,
  link,
  describe,
  children,
}: ChartSurfaceProps) {
  const element = useRef<HTMLDivElement | null>(null);
  const [drag, setDrag] = useState<Ends | null>(null);
  const [spoken, speak] = useState(false);
  const cursor = useShared(link.cursor);
  const zoomed = useShared(link.zoom) !== null;

  const attach = useCallback(
    (node: HTMLDivElement | null) => {
      element.current = node;
      return sizeRef(node);
    },
    [sizeRef],
  );

  const zoomAbout = (factor: number, px: number) => {
    if (plane === null || full === null) return;
    const { area, x } = plane;
    const centre = clamp(px, area.left, area.right);
    const from = x.scale.invert(centre - (centre - area.left) / factor);
    const to = x.scale.invert(centre + (area.right - centre) / factor);
    link.zoom.set(zoomRange([from, to], full));
  };
  useWheelZoom(element, zoomAbout);

  const pointerX = (event: PointerEvent<HTMLElement>) =>
    event.clientX - event.currentTarget.getBoundingClientRect().left;

  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    if (plane === null) return;
    const { area, x } = plane;
    const px = pointerX(event);
    speak(false);
    if (drag !== null) setDrag([drag[0], clamp(px, area.left, area.right)]);
    const inside = px >= area.left - 4 && px <= area.right + 4;
    link.cursor.set(inside ? x.scale.invert(clamp(px, area.left, area.right)) : null);
  };
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    if (plane === null || event.button !== 0 || event.pointerType === 'touch') return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const px = clamp(pointerX(event), plane.area.left, plane.area.right);
    setDrag([px, px]);
  };
  const onPointerUp = () => {
    if (drag !== null && plane !== null && full !== null && Math.abs(drag[1] - drag[0]) > 4) {
      const [a, b] = [plane.x.scale.invert(drag[0]), plane.x.scale.invert(drag[1])];
      link.zoom.set(zoomRange([Math.min(a, b), Math.max(a, b)], full));
    }
    setDrag(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (plane === null) return;
    const { area, x } = plane;
    const now = x.scale(link.cursor.get() ?? x.ends[1]);
    const moveTo = (px: number) => {
      speak(true);
      link.cursor.set(x.scale.invert(clamp(px, area.left, area.right)));
    };
    const step = event.shiftKey ? 40 : 4;
    const actions: Record<string, () => void> = {
      ArrowLeft: () => moveTo(now - step),
      ArrowRight: () => moveTo(now + step),
      Home: () => moveTo(area.left),
      End: () => moveTo(area.right),
      '+': () => zoomAbout(1.5, now),
      '=': () => zoomAbout(1.5, now),
      '-': () => zoomAbout(1 / 1.5, now),
      '0': () => link.zoom.set(null),
      Escape: () => {
        link.zoom.set(null);
        link.cursor.set(null);
      },
    };
    const action = actions[event.key];
    if (action === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
  };

  return (
    <>
      <div
        ref={attach}
        className="plot-surface plot-chart"
        role="img"
        aria-label={label}
        aria-keyshortcuts="ArrowLeft ArrowRight + - Escape"
        tabIndex={0}
        onPointerMove={onPointerMove}
        onPointerDown={onPointerDown}
        onPointerUp={onPointerUp}
        onPointerLeave={() => {
          if (drag === null) link.cursor.set(null);
        }}
        onPointerCancel={() => setDrag(null)}
        onDoubleClick={() => link.zoom.set(null)}
        onBlur={() => link.cursor.set(null)}
        onKeyDown={onKeyDown}
      >
        {children}
        {drag !== null && plane !== null && (
          <div
            className="plot-drag"
            style={{
              left: smallest(drag),
              width: Math.abs(drag[1] - drag[0]),
              top: plane.area.top,
              height: plane.area.bottom - plane.area.top,
            }}
          />
        )}
      </div>
      {zoomed && (
        <button
          type="button"
          className="plot-zoomed"
          title="A double click on the curves, or 0, does the same"
          onClick={() => link.zoom.set(null)}
        >
          Show all
        </button>
      )}
      <span className="visually-hidden" aria-live="polite">
        {spoken && cursor !== null ? describe(cursor) : ''}
      </span>
    </>
  );
}
