/**
 * Everything a person does to a line chart: hover, drag a range, wheel, keys. Writes cursor and zoom to the
 * chart's link and draws nothing but the dragged range.
 */
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
import { useCursorText } from './CursorLayer';
import { zoomRange, type LineFrame } from './line_frame';
import type { PlotLink } from './PlotSync';
import { useWheelZoom } from './use_wheel';

interface ChartSurfaceProps {
  readonly label: string;
  readonly sizeRef: RefCallback<HTMLElement>;
  readonly frame: LineFrame | null;
  readonly full: Ends | null;
  readonly link: PlotLink;
  readonly zoomed: boolean;
  readonly children: ReactNode;
}

/** Everything a person does to a chart: hover, drag a range, wheel, keys. */
export function ChartSurface({
  label,
  sizeRef,
  frame,
  full,
  link,
  zoomed,
  children,
}: ChartSurfaceProps) {
  const element = useRef<HTMLDivElement | null>(null);
  const [drag, setDrag] = useState<Ends | null>(null);
  const [spoken, speak] = useState(false);
  const cursorText = useCursorText(frame, link, spoken);

  const attach = useCallback(
    (node: HTMLDivElement | null) => {
      element.current = node;
      return sizeRef(node);
    },
    [sizeRef],
  );

  const zoomAbout = (factor: number, px: number) => {
    if (frame === null || full === null) return;
    const { area, x } = frame;
    const centre = clamp(px, area.left, area.right);
    const from = x.scale.invert(centre - (centre - area.left) / factor);
    const to = x.scale.invert(centre + (area.right - centre) / factor);
    link.zoom.set(zoomRange([from, to], full));
  };
  useWheelZoom(element, zoomAbout);

  const pointerX = (event: PointerEvent<HTMLElement>) =>
    event.clientX - event.currentTarget.getBoundingClientRect().left;

  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    if (frame === null) return;
    const { area, x } = frame;
    const px = pointerX(event);
    speak(false);
    if (drag !== null) setDrag([drag[0], clamp(px, area.left, area.right)]);
    const inside = px >= area.left - 4 && px <= area.right + 4;
    link.cursor.set(inside ? x.scale.invert(clamp(px, area.left, area.right)) : null);
  };
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    if (frame === null || event.button !== 0 || event.pointerType === 'touch') return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const px = clamp(pointerX(event), frame.area.left, frame.area.right);
    setDrag([px, px]);
  };
  const onPointerUp = () => {
    if (drag !== null && frame !== null && full !== null && Math.abs(drag[1] - drag[0]) > 4) {
      const [a, b] = [frame.x.scale.invert(drag[0]), frame.x.scale.invert(drag[1])];
      link.zoom.set(zoomRange([Math.min(a, b), Math.max(a, b)], full));
    }
    setDrag(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (frame === null) return;
    const { area, x } = frame;
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
        {drag !== null && frame !== null && (
          <div
            className="plot-drag"
            style={{
              left: Math.min(...drag),
              width: Math.abs(drag[1] - drag[0]),
              top: frame.area.top,
              height: frame.area.bottom - frame.area.top,
            }}
          />
        )}
        {zoomed && <span className="plot-zoomed">zoomed, double-click for all</span>}
      </div>
      <span className="visually-hidden" aria-live="polite">
        {cursorText}
      </span>
    </>
  );
}
