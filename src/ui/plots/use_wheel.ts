/**
 * Zooming with the wheel without stealing the page's scrolling: the wheel zooms while Ctrl (or ⌘, or a pinch,
 * which arrives as Ctrl) is held or while the figure has the keyboard focus. React listens passively to
 * wheels and could not keep the page still, hence a listener of our own.
 */
import { useEffect, useEffectEvent, type RefObject } from 'react';

/** Calls `onZoom(factor, x, y)`; factor above 1 brings nearer; x, y in CSS pixels from the element's corner. */
export function useWheelZoom(
  target: RefObject<HTMLElement | null>,
  onZoom: (factor: number, x: number, y: number) => void,
): void {
  const zoom = useEffectEvent(onZoom);
  useEffect(() => {
    const element = target.current;
    if (element === null) return undefined;
    const listen = (event: WheelEvent) => {
      const meant = event.ctrlKey || event.metaKey || element.contains(document.activeElement);
      if (!meant) return;
      event.preventDefault();
      const box = element.getBoundingClientRect();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      zoom(2 ** ((-event.deltaY * lines) / 240), event.clientX - box.left, event.clientY - box.top);
    };
    element.addEventListener('wheel', listen, { passive: false });
    return () => element.removeEventListener('wheel', listen);
  }, [target]);
}
