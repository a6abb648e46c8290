/**
 * Which theme the page wears: the one chosen in the header, else the system's. The choice is written as
 * `data-theme` on the root element, from which theme.css derives every colour.
 */
import { useEffect, useSyncExternalStore } from 'react';
import { useView } from '../state/view_store';

const DARK = '(prefers-color-scheme: dark)';

function subscribe(listener: () => void): () => void {
  const query = window.matchMedia(DARK);
  query.addEventListener('change', listener);
  return () => query.removeEventListener('change', listener);
}

/** Keeps the root element's theme in step; mount it once. Returns the theme that is worn. */
export function useThemeOnRoot(): 'light' | 'dark' {
  const chosen = useView((view) => view.theme);
  const systemDark = useSyncExternalStore(subscribe, () => window.matchMedia(DARK).matches);
  const worn = chosen === 'system' ? (systemDark ? 'dark' : 'light') : chosen;
  useEffect(() => {
    document.documentElement.dataset.theme = worn;
    const bar = worn === 'dark' ? '#1a1c1f' : '#ffffff';
    document.querySelector('meta[name="theme-color"]')?.setAttribute('content', bar);
  }, [worn]);
  return worn;
}
