/**
 * Where the page is: `#/groups?group=12`. The part after the hash never leaves the browser, and a
 * plain static host needs no rewriting rules. A page reads its own parameters from here; the settings
 * of the experiment are one of them (`run`), kept on every page so that any address can be shared.
 */
import { useSyncExternalStore } from 'react';

export interface Route {
  /** Page id as written in the address; may name no page. */
  readonly page: string;
  readonly params: URLSearchParams;
}

/** Changes of parameters: null removes one. */
export type ParamChanges = Readonly<Record<string, string | number | null>>;

/** Reads `#/page?params`; an empty hash is page ''. */
export function parseHash(hash: string): Route {
  const [path, query] = splitOnce(hash.replace(/^#\/?/, ''), '?');
  return { page: path.replace(/\/+$/, ''), params: new URLSearchParams(query) };
}

/** Writes a route as the hash of an address. */
export function formatHash(route: Route): string {
  const query = route.params.toString();
  return `#/${route.page}${query === '' ? '' : `?${query}`}`;
}

/** Parameters with changes applied; the given ones stay as they are. */
export function changeParams(params: URLSearchParams, changes: ParamChanges): URLSearchParams {
  const next = new URLSearchParams(params);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) next.delete(name);
    else next.set(name, String(value));
  }
  return next;
}

let cachedHash: string | null = null;
let cachedRoute: Route = parseHash('');

/** The current route; the same object while the address stays the same. */
export function currentRoute(): Route {
  if (cachedHash !== window.location.hash) {
    cachedHash = window.location.hash;
    cachedRoute = parseHash(cachedHash);
  }
  return cachedRoute;
}

const listeners = new Set<() => void>();

function announce(): void {
  for (const listener of listeners) listener();
}

/** Calls `listener` whenever the address changed; returns how to stop that. */
export function subscribeRoute(listener: () => void): () => void {
  if (listeners.size === 0) {
    window.addEventListener('hashchange', announce);
    window.addEventListener('popstate', announce);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    window.removeEventListener('hashchange', announce);
    window.removeEventListener('popstate', announce);
  };
}

/** The address of another page, with the experiment kept: for links. */
export function hrefOf(page: string, changes: ParamChanges = {}): string {
  const kept = new URLSearchParams();
  const run = currentRoute().params.get('run');
  if (run !== null) kept.set('run', run);
  return formatHash({ page, params: changeParams(kept, changes) });
}

/** Goes to a page as a new entry of the history. */
export function navigate(page: string, changes: ParamChanges = {}): void {
  window.history.pushState(null, '', hrefOf(page, changes));
  announce();
}

/** Changes parameters of the current page in place (no new history entry). */
export function replaceParams(changes: ParamChanges): void {
  const route = currentRoute();
  const next = formatHash({ page: route.page, params: changeParams(route.params, changes) });
  if (next === window.location.hash) return;
  window.history.replaceState(null, '', next);
  announce();
}

/** The current route, for components. */
export function useRoute(): Route {
  return useSyncExternalStore(subscribeRoute, currentRoute);
}

/** One parameter of the address, null when absent. */
export function useParam(name: string): string | null {
  return useRoute().params.get(name);
}

function splitOnce(text: string, separator: string): [string, string] {
  const index = text.indexOf(separator);
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + separator.length)];
}
