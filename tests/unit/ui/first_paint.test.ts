// @vitest-environment happy-dom
/**
 * What the page does before its first paint: the theme, from a file, since a page that allows no inline script would
 * leave one in the HTML out.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');
const html = readFileSync(resolve(root, 'index.html'), 'utf8');
const script = readFileSync(resolve(root, 'public/theme.js'), 'utf8');

/** What the page is painted in when the system is dark or not. */
function painted(isSystemDark: boolean): { theme: string | undefined; bar: string | null } {
  vi.stubGlobal('matchMedia', () => ({ matches: isSystemDark }));
  // A script of a page, whose text is that of the file.
  (0, eval)(script);
  const bar = document.querySelector('meta[name="theme-color"]');
  return {
    theme: document.documentElement.dataset['theme'],
    bar: bar?.getAttribute('content') ?? null,
  };
}

beforeEach(() => {
  document.head.innerHTML = '<meta name="theme-color" content="#ffffff" />';
});
afterEach(() => {
  localStorage.clear();
  vi.unstubAllGlobals();
});

it('has neither a script nor a style nor a handler in the HTML', () => {
  const page = new DOMParser().parseFromString(html, 'text/html');
  const scripts = [...page.querySelectorAll('script')];
  expect(scripts.length).toBeGreaterThan(1);
  for (const each of scripts) {
    expect(each.getAttribute('src')).toBeTruthy();
    expect(each.textContent).toBe('');
  }
  expect(page.querySelectorAll('style, [style]')).toHaveLength(0);
  const attributes = [...page.querySelectorAll('*')].flatMap((each) => each.getAttributeNames());
  expect(attributes.filter((name) => name.startsWith('on'))).toEqual([]);
});

it('is painted in the theme that was chosen, else in that of the system', () => {
  expect(painted(false)).toEqual({ theme: 'light', bar: '#ffffff' });
  expect(painted(true)).toEqual({ theme: 'dark', bar: '#1a1c1f' });
  localStorage.setItem('sasa-lab.theme', 'dark');
  expect(painted(false).theme).toBe('dark');
  localStorage.setItem('sasa-lab.theme', 'light');
  expect(painted(true).theme).toBe('light');
  localStorage.setItem('sasa-lab.theme', 'sepia');
  expect(painted(true).theme).toBe('dark');
});

it('is painted where storage is forbidden', () => {
  vi.stubGlobal('localStorage', {
    getItem: () => {
      throw new Error('forbidden');
    },
    clear: () => undefined,
  });
  expect(painted(true).theme).toBe('dark');
});
