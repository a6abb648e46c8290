/**
 * The page's present theme for figures that draw on a canvas, where CSS variables mean nothing: which of
 * the two it is, and what a token's colour is in it. SVG figures use the tokens directly.
 */
import { color as parseColor } from 'd3';
import { useSyncExternalStore } from 'react';
import type { Theme } from './palette';

/** 'light' or 'dark'; re-renders when <html data-theme> or the system's preference changes. */
export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, presentTheme);
}

const resolved = new Map<string, string>();

/** A CSS colour (also `var(--m1)`) as "#rrggbb" in this theme; black when it is no colour. */
export function resolveColor(css: string, theme: Theme): string {
  if (css.startsWith('#') && css.length === 7) return css;
  const key = `${theme} ${css}`;
  const known = resolved.get(key);
  if (known !== undefined) return known;
  const probe = document.createElement('span');
  probe.style.color = css;
  document.body.append(probe);
  const hex = parseColor(getComputedStyle(probe).color)?.formatHex() ?? '#000000';
  probe.remove();
  resolved.set(key, hex);
  return hex;
}

function presentTheme(): Theme {
  const chosen = document.documentElement.dataset['theme'];
  if (chosen === 'light' || chosen === 'dark') return chosen;
  return systemPrefersDark().matches ? 'dark' : 'light';
}

function subscribe(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  const system = systemPrefersDark();
  system.addEventListener('change', changed);
  return () => {
    observer.disconnect();
    system.removeEventListener('change', changed);
  };
}

function systemPrefersDark(): MediaQueryList {
  return matchMedia('(prefers-color-scheme: dark)');
}
