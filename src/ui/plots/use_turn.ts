/**
 * Turning a figure in space by dragging and by the arrow keys, for every figure that shows points in 3-D.
 */
import { useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { dragged, FIRST_VIEW } from './projection';
import type { Rotation } from './props';

/** Pixels of drag that one arrow key stands for. */
const KEY_STEP = 8;

const KEYS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-KEY_STEP, 0],
  ArrowRight: [KEY_STEP, 0],
  ArrowUp: [0, -KEY_STEP],
  ArrowDown: [0, KEY_STEP],
};

/** Where a drag began: the pointer and the view at that moment. */
interface Grip {
  readonly x: number;
  readonly y: number;
  readonly from: Rotation;
}

export interface Turn {
  readonly onPointerDown: (event: PointerEvent<HTMLElement>) => void;
  /** True while turning, so that the figure can leave hovering alone. */
  readonly onPointerMove: (event: PointerEvent<HTMLElement>) => boolean;
  readonly onPointerUp: () => void;
  readonly onDoubleClick: () => void;
  /** True when the key was meant for the view. */
  readonly onKeyDown: (event: KeyboardEvent) => boolean;
}

/** Event handlers for the figure's surface. */
export function useTurn(rotation: Rotation, onRotation: (rotation: Rotation) => void): Turn {
  const grip = useRef<Grip | null>(null);
  return {
    onPointerDown: (event) => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      grip.current = { x: event.clientX, y: event.clientY, from: rotation };
    },
    onPointerMove: (event) => {
      if (grip.current === null) return false;
      const { x, y, from } = grip.current;
      onRotation(dragged(from, event.clientX - x, event.clientY - y));
      return true;
    },
    onPointerUp: () => {
      grip.current = null;
    },
    onDoubleClick: () => onRotation(FIRST_VIEW),
    onKeyDown: (event) => {
      const step = KEYS[event.key];
      if (event.ctrlKey || event.metaKey || event.altKey) return false;
      if (event.key === '0' || event.key === 'Escape') onRotation(FIRST_VIEW);
      else if (step !== undefined) onRotation(dragged(rotation, step[0], step[1]));
      else return false;
      event.preventDefault();
      return true;
    },
  };
}
