/** The keyboard: sequences complete in time, single keys act at once, and typing is never disturbed. */
import { describe, expect, it } from 'vitest';
import { keepsKey, NOTHING_PRESSED, press, type Shortcut } from '../../../src/ui/shortcuts';

const shortcut = (keys: string): Shortcut => ({ keys, label: keys, run: () => undefined });
const map = ['g t', 'g g', 'Space', '?', 'j'].map(shortcut);

/** Presses keys one after another, `gap` milliseconds apart; the shortcuts they completed. */
function type(keys: readonly string[], gap = 100): string[] {
  let pressed = NOTHING_PRESSED;
  return keys.flatMap((key, index) => {
    const answer = press(pressed, key, map, index * gap);
    pressed = answer.pressed;
    return answer.hit === undefined ? [] : [answer.hit.keys];
  });
}

describe('pressing keys', () => {
  it('acts on a single key at once', () =>
    expect(type(['j', '?', ' '])).toEqual(['j', '?', 'Space']));

  it('acts on a sequence when its last key comes', () => {
    expect(type(['g', 't'])).toEqual(['g t']);
    expect(type(['g', 'g'])).toEqual(['g g']);
  });

  it('forgets a sequence that took too long', () => expect(type(['g', 't'], 2000)).toEqual([]));

  it('takes a key that breaks a sequence for itself', () => {
    expect(type(['g', 'j'])).toEqual(['j']);
    expect(type(['g', 'x', 't'])).toEqual([]);
  });

  it('lets a later registration win over an earlier one with the same keys', () => {
    const later = shortcut('j');
    expect(press(NOTHING_PRESSED, 'j', [...map, later], 0).hit).toBe(later);
  });
});

describe('keys that the focused control keeps', () => {
  /** An element that matches some of the selectors asked for. */
  const inside = (...selectors: string[]) => ({
    closest: (asked: string) =>
      selectors.some((selector) => asked.split(', ').includes(selector)) ? {} : null,
  });

  it('leaves every key to what is being typed into and to open menus and dialogs', () => {
    for (const place of [
      'input:not([type="checkbox"])',
      'textarea',
      '[role="menu"]',
      '[role="dialog"]',
    ]) {
      expect(keepsKey(inside(place), 'j')).toBe(true);
    }
  });

  it('leaves only space and Enter to a button', () => {
    expect(keepsKey(inside('button'), ' ')).toBe(true);
    expect(keepsKey(inside('button'), 'Enter')).toBe(true);
    expect(keepsKey(inside('button'), 'j')).toBe(false);
  });

  it('takes all keys elsewhere', () => {
    expect(keepsKey(inside(), ' ')).toBe(false);
    expect(keepsKey(null, 'j')).toBe(false);
  });
});
