/**
 * The left part of the page, whose width the person sets by dragging its edge, or with the arrow keys on
 * it. Wider, the table shows more columns.
 */
import { useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';

export interface ListFrameProps {
  readonly label: string;
  readonly children: ReactNode;
}

/** Bounds of the width, in pixels, and the step of an arrow key. */
const LEAST = 360;
const MOST = 1200;
const STEP = 24;

export function ListFrame({ label, children }: ListFrameProps) {
  /** Null: a share of the page, from the style sheet. */
  const [width, setWidth] = useState<number | null>(null);
  const resize = (next: number) => setWidth(Math.round(Math.min(MOST, Math.max(LEAST, next))));

  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    event.preventDefault();
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    const edge = event.currentTarget;
    if (!edge.hasPointerCapture(event.pointerId)) return;
    resize(event.clientX - (edge.parentElement?.getBoundingClientRect().left ?? 0));
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const by = event.key === 'ArrowLeft' ? -STEP : event.key === 'ArrowRight' ? STEP : 0;
    const now = event.currentTarget.parentElement?.offsetWidth ?? LEAST;
    if (by !== 0) resize(now + by);
  };
  return (
    <section
      className="groups-list"
      aria-label={label}
      style={width === null ? undefined : { width }}
    >
      {children}
      <div
        className="groups-edge"
        role="separator"
        aria-orientation="vertical"
        aria-label="Width of the table"
        aria-valuemin={LEAST}
        aria-valuemax={MOST}
        aria-valuenow={width ?? undefined}
        tabIndex={0}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onKeyDown={onKeyDown}
        onDoubleClick={() => setWidth(null)}
      />
    </section>
  );
}
