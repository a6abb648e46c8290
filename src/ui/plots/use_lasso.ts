/**
 * Drawing an outline around points with the pointer: freehand or as a rectangle. Gives the outline while it is
 * drawn and once more when it is finished; a press without a drag is reported as such.
 */
import { largest } from '../../base/array';
import { useState, type PointerEvent } from 'react';

export type LassoTool = 'lasso' | 'rectangle';

export type Outline = readonly (readonly [number, number])[];

export interface Lasso {
  /** Null while nothing is drawn. */
  readonly outline: Outline | null;
  readonly onPointerDown: (event: PointerEvent<HTMLElement>) => void;
  /** True while drawing. */
  readonly onPointerMove: (event: PointerEvent<HTMLElement>) => boolean;
  readonly onPointerUp: () => void;
  readonly onPointerCancel: () => void;
}

interface LassoEvents {
  readonly onDone: (outline: Outline) => void;
  /** Pressed and released at one place. */
  readonly onPress: (x: number, y: number) => void;
}

export function useLasso(tool: LassoTool, { onDone, onPress }: LassoEvents): Lasso {
  const [trace, setTrace] = useState<Outline | null>(null);
  const outline = trace === null ? null : tool === 'rectangle' ? rectangleOf(trace) : trace;
  return {
    outline,
    onPointerDown: (event) => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      setTrace([placeOf(event)]);
    },
    onPointerMove: (event) => {
      if (trace === null) return false;
      const here = placeOf(event);
      const [x, y] = trace[trace.length - 1] ?? here;
      if (Math.hypot(here[0] - x, here[1] - y) >= 2) setTrace([...trace, here]);
      return true;
    },
    onPointerUp: () => {
      if (trace === null || outline === null) return;
      const [first] = trace;
      const reach = largest(
        trace.map(([x, y]) => (first ? Math.hypot(x - first[0], y - first[1]) : 0)),
      );
      if (reach >= 4) onDone(outline);
      else if (first) onPress(first[0], first[1]);
      setTrace(null);
    },
    onPointerCancel: () => setTrace(null),
  };
}

function placeOf(event: PointerEvent<HTMLElement>): readonly [number, number] {
  const box = event.currentTarget.getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}

function rectangleOf(trace: Outline): Outline {
  const [first, last] = [trace[0], trace[trace.length - 1]];
  if (first === undefined || last === undefined) return trace;
  return [first, [last[0], first[1]], last, [first[0], last[1]]];
}

/** An outline as SVG path data. */
export function outlinePath(outline: Outline): string {
  return `M${outline.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}Z`;
}
