/**
 * A view direction that several figures share: turned by drag and keys, and slowly by itself when asked to and
 * the system does not ask for less motion. One clock for all panels, however many there are.
 */
import { useCallback, useEffect, useRef, useState } from 'react';
import { FIRST_VIEW } from './projection';
import type { Rotation } from './props';

/** Radians per second of the idle turn: once around in about 50 s. */
const SPIN = 0.125;
/** Seconds without touch before the idle turn goes on. */
const REST = 2.5;

/** The present rotation and its setter, to be given to all panels as `rotation` and `onRotation`. */
export function useRotation(spin = false): readonly [Rotation, (rotation: Rotation) => void] {
  const [rotation, setRotation] = useState(FIRST_VIEW);
  const touched = useRef(-Infinity);
  const turn = useCallback((next: Rotation) => {
    touched.current = performance.now();
    setRotation(next);
  }, []);
  useEffect(() => {
    if (!spin || matchMedia('(prefers-reduced-motion: reduce)').matches) return undefined;
    let previous = performance.now();
    const step = (now: number) => {
      const seconds = Math.min(0.1, (now - previous) / 1000);
      previous = now;
      if (now - touched.current > REST * 1000) {
        setRotation((old) => ({ ...old, azimuth: old.azimuth + SPIN * seconds }));
      }
      frame = requestAnimationFrame(step);
    };
    let frame = requestAnimationFrame(step);
    return () => cancelAnimationFrame(frame);
  }, [spin]);
  return [rotation, turn];
}
