/**
 * What the line charts inside one `PlotSync` share: the cursor's place on the x axis and the zoomed range,
 * so that hovering one chart reads all of them. Kept outside React's state, because a cursor moves sixty
 * times a second and only the cursor layers need to follow. A chart without a provider keeps its own.
 */
import { createContext, useContext, useState, useSyncExternalStore, type ReactNode } from 'react';
import type { Ends } from './axis_scale';

interface Shared<T> {
  readonly get: () => T;
  readonly set: (value: T) => void;
  readonly subscribe: (changed: () => void) => () => void;
}

export interface PlotLink {
  /** The x value under the cursor, null when no chart is hovered. */
  readonly cursor: Shared<number | null>;
  /** The zoomed range of x, null for all. */
  readonly zoom: Shared<Ends | null>;
}

const PlotContext = createContext<PlotLink | null>(null);

/** Charts inside share cursor and zoom; their x axes must have the same unit. */
export function PlotSync({ children }: { readonly children: ReactNode }) {
  const [link] = useState(createLink);
  return <PlotContext value={link}>{children}</PlotContext>;
}

/** The link of the surrounding `PlotSync`, or one of the chart's own. */
export function usePlotLink(): PlotLink {
  const shared = useContext(PlotContext);
  const [own] = useState(createLink);
  return shared ?? own;
}

/** The present value of one half of the link; re-renders when it changes. */
export function useShared<T>(shared: Shared<T>): T {
  return useSyncExternalStore(shared.subscribe, shared.get);
}

function createLink(): PlotLink {
  return { cursor: createShared<number | null>(null), zoom: createShared<Ends | null>(null) };
}

function createShared<T>(first: T): Shared<T> {
  let value = first;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of listeners) listener();
    },
    subscribe(changed) {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
  };
}
