/**
 * The size of a figure's container, in CSS pixels. Measured before the first paint and again whenever the
 * container changes, so that a figure is never drawn at a wrong size and stretched. 0 × 0 until mounted.
 */
import { useCallback, useState, type RefCallback } from 'react';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A ref for the container, and its present size. */
export function useSize(): readonly [RefCallback<HTMLElement>, Size] {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  const ref = useCallback((element: HTMLElement | null) => {
    if (element === null) return undefined;
    const measure = () => {
      const [width, height] = [element.clientWidth, element.clientHeight];
      setSize((old) => (old.width === width && old.height === height ? old : { width, height }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, size];
}
