/**
 * The keyboard: a page names its shortcuts while it is open, one listener runs them, and the list (`?`)
 * shows exactly what is registered. A shortcut is a key or a sequence of keys (`g t`); it never fires while
 * something is being typed, nor takes a key that the focused control itself uses.
 */
import { useEffect, useRef, useSyncExternalStore } from 'react';

export interface Shortcut {
  /** Keys as KeyboardEvent.key names them, parted by blanks: `j`, `g t`, `Space`, `?`. */
  readonly keys: string;
  readonly label: string;
  readonly run: () => void;
}

export interface ShortcutGroup {
  readonly title: string;
  readonly shortcuts: readonly Shortcut[];
}

/** Milliseconds in which the next key of a sequence must follow. */
const SEQUENCE_TIMEOUT = 1200;

/** Keys pressed so far of a sequence, and until when they count. */
export interface Pressed {
  readonly keys: readonly string[];
  readonly until: number;
}

export const NOTHING_PRESSED: Pressed = { keys: [], until: 0 };

/**
 * What a key means after those before it: the shortcut it completes, if any, and what is pending then.
 * A later shortcut wins over an earlier one with the same keys. `now` is in milliseconds.
 */
export function press(
  pressed: Pressed,
  key: string,
  shortcuts: readonly Shortcut[],
  now: number,
): { readonly pressed: Pressed; readonly hit: Shortcut | undefined } {
  const name = key === ' ' ? 'Space' : key;
  const before = now <= pressed.until ? pressed.keys : [];
  for (const keys of before.length > 0 ? [[...before, name], [name]] : [[name]]) {
    const text = keys.join(' ');
    const hit = shortcuts.findLast((shortcut) => shortcut.keys === text);
    if (hit !== undefined) return { pressed: NOTHING_PRESSED, hit };
    if (shortcuts.some((shortcut) => shortcut.keys.startsWith(`${text} `))) {
      return { pressed: { keys, until: now + SEQUENCE_TIMEOUT }, hit: undefined };
    }
  }
  return { pressed: NOTHING_PRESSED, hit: undefined };
}

const TYPING =
  'input:not([type="checkbox"]), textarea, select, [contenteditable], [role="listbox"], [role="menu"]';
const MODAL = '[role="dialog"], [role="alertdialog"]';
/** Controls that use the space bar and the arrows themselves. */
const PRESSABLE = 'button, a[href], summary, [role="button"], [role="switch"], [role="tab"]';

/** Whether something is being typed or chosen in the element. */
export function isTyping(target: { closest: (selectors: string) => unknown }): boolean {
  return target.closest(TYPING) !== null;
}

/** Whether the focused element keeps this key for itself. */
export function keepsKey(
  target: { closest: (selectors: string) => unknown } | null,
  key: string,
): boolean {
  if (target === null) return false;
  if (isTyping(target) || target.closest(MODAL) !== null) return true;
  return (key === ' ' || key === 'Enter') && target.closest(PRESSABLE) !== null;
}

let groups: readonly ShortcutGroup[] = [];
const listeners = new Set<() => void>();

function setGroups(next: readonly ShortcutGroup[]): void {
  groups = next;
  for (const listener of listeners) listener();
}

/** Registers shortcuts while the component is on the page. `shortcuts` may change freely. */
export function useShortcuts(title: string, shortcuts: readonly Shortcut[]): void {
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  const signature = shortcuts.map(({ keys, label }) => `${keys}\n${label}`).join('\n\n');
  useEffect(() => {
    const group: ShortcutGroup = {
      title,
      shortcuts: latest.current.map(({ keys, label }) => ({
        keys,
        label,
        run: () => latest.current.find((shortcut) => shortcut.keys === keys)?.run(),
      })),
    };
    setGroups([...groups, group]);
    return () => setGroups(groups.filter((other) => other !== group));
  }, [title, signature]);
}

/** All shortcuts that work now, for the list. */
export function useShortcutGroups(): readonly ShortcutGroup[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => groups,
  );
}

/** Listens to the keyboard; mount it once. */
export function useShortcutListener(): void {
  useEffect(() => {
    let pressed = NOTHING_PRESSED;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (event.key === 'Shift') return;
      const target = event.target instanceof Element ? event.target : null;
      if (keepsKey(target, event.key)) return;
      const all = groups.flatMap((group) => group.shortcuts);
      const answer = press(pressed, event.key, all, event.timeStamp);
      pressed = answer.pressed;
      if (answer.hit === undefined) return;
      event.preventDefault();
      if (!event.repeat || answer.hit.keys.length === 1) answer.hit.run();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}
