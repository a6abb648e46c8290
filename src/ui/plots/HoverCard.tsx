/**
 * The small card beside the pointer that names what is under it. Stays inside the figure; never in the way of
 * the pointer. Content is the figure's.
 */
import type { ReactNode } from 'react';
import type { Size } from './use_size';
import './hover_card.css';

interface HoverCardProps {
  /** Where it points to, CSS pixels in the figure. */
  readonly x: number;
  readonly y: number;
  readonly within: Size;
  readonly children: ReactNode;
}

/** Widest card, CSS pixels. */
const WIDEST = 280;

export function HoverCard({ x, y, within, children }: HoverCardProps) {
  const horizontal = x < within.width / 2 ? { left: x + 12 } : { right: within.width - x + 12 };
  // On the roomier side, and no wider than that: what hangs over the figure's edge may be cut off.
  const room = Math.max(x, within.width - x) - 16;
  const vertical = y < within.height / 2 ? { top: y + 8 } : { bottom: within.height - y + 8 };
  return (
    <div
      className="plot-card"
      role="status"
      style={{ ...horizontal, ...vertical, maxWidth: Math.min(WIDEST, room) }}
    >
      {children}
    </div>
  );
}
