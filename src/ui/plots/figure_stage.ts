/**
 * Filling the window with one figure: which of the figures on the page a key means, and what holds while one is
 * large. The figure stays where it is in the document, so that its zoom, its turn and its focus stay too; everything
 * beside it rests. Knows elements and no figure.
 */
import { createContext, useContext, useEffect, type RefObject } from 'react';
import { isTyping } from '../shortcuts';

/** One figure that can be made large. */
interface Stand {
  readonly element: HTMLElement;
  readonly enlarge: () => void;
}

const stands = new Set<Stand>();

/** Announces a figure while it is on the page; returns how to take it back. */
export function announceFigure(stand: Stand): () => void {
  stands.add(stand);
  return () => stands.delete(stand);
}

/** Makes the figure large that has the focus, else the one under the pointer, else the first that can be seen. */
export function enlargeFigure(): void {
  const all = [...stands].sort((a, b) =>
    a.element.compareDocumentPosition(b.element) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1,
  );
  // An inner figure follows the one around it in the document.
  const chosen =
    all.findLast(({ element }) => element.contains(document.activeElement)) ??
    all.findLast(({ element }) => element.matches(':hover')) ??
    all.find(({ element }) => isInView(element.getBoundingClientRect()));
  chosen?.enlarge();
}

function isInView({ top, bottom, height }: DOMRect): boolean {
  return height > 0 && bottom > 0 && top < innerHeight;
}

/** Whether the figure around is large: what is drawn then takes all the room there is. */
export const LargeContext = createContext(false);

export function useLarge(): boolean {
  return useContext(LargeContext);
}

/**
 * While `large`: Escape and f call `leave`, the focus is in the figure, and nothing else on the page can be reached
 * except notices. Afterwards the focus returns.
 */
export function useStage(
  frame: RefObject<HTMLElement | null>,
  large: boolean,
  leave: () => void,
): void {
  useEffect(() => {
    const element = frame.current;
    if (!large || element === null) return undefined;
    const before = document.activeElement;
    if (!element.contains(before)) element.focus();
    const rested = restBeside(element);
    const onKeyDown = (event: KeyboardEvent) => {
      const { key, target } = event;
      if ((key !== 'Escape' && key !== 'f') || event.ctrlKey || event.metaKey || event.altKey)
        return;
      if (!(target instanceof Element) || isTyping(target)) return;
      // A menu that was opened from the figure lies outside it and closes itself first.
      if (target !== document.body && !element.contains(target)) return;
      event.preventDefault();
      event.stopPropagation();
      leave();
    };
    window.addEventListener('keydown', onKeyDown, true);
    return () => {
      window.removeEventListener('keydown', onKeyDown, true);
      for (const other of rested) other.inert = false;
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [frame, large, leave]);
}

/** Makes everything beside the element and its ancestors inert; returns what was not before. */
function restBeside(element: HTMLElement): readonly HTMLElement[] {
  const rested: HTMLElement[] = [];
  for (let node: Element = element; node !== document.body;) {
    const parent = node.parentElement;
    if (parent === null) break;
    for (const sibling of parent.children) {
      if (sibling === node || !(sibling instanceof HTMLElement)) continue;
      if (sibling.inert || sibling.hasAttribute('aria-live')) continue;
      sibling.inert = true;
      rested.push(sibling);
    }
    node = parent;
  }
  return rested;
}
