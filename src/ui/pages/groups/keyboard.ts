/**
 * The keys of the Groups page: j, k and the arrows walk through the table, s stars, / goes to the
 * search box, Escape leaves it. Which key means what is decided here without touching the page, so
 * that it can be tested; keys typed into a field or pressed with a modifier are left alone.
 */

export type KeyAction =
  | { readonly kind: 'move'; readonly by: number }
  | { readonly kind: 'first' }
  | { readonly kind: 'last' }
  | { readonly kind: 'star' }
  | { readonly kind: 'search' };

/** What a key event tells. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  /** True while the person types into a field, or turns a figure or menu that uses keys itself. */
  readonly busy: boolean;
}

/** Rows of one Page Up or Page Down. */
const PAGE = 15;

const actions: Readonly<Record<string, KeyAction>> = {
  j: { kind: 'move', by: 1 },
  ArrowDown: { kind: 'move', by: 1 },
  k: { kind: 'move', by: -1 },
  ArrowUp: { kind: 'move', by: -1 },
  PageDown: { kind: 'move', by: PAGE },
  PageUp: { kind: 'move', by: -PAGE },
  Home: { kind: 'first' },
  End: { kind: 'last' },
  s: { kind: 'star' },
  '/': { kind: 'search' },
};

/** What a key does on the page, null when it is none of ours. */
export function keyAction(press: KeyPress): KeyAction | null {
  if (press.busy || press.ctrlKey || press.metaKey || press.altKey) return null;
  return actions[press.key] ?? null;
}

/**
 * The group to show after a movement through `shown` (groups in table order). From a group that is
 * not in the list one enters at its beginning, or at its end when moving up. Null when nothing is shown.
 */
export function moveIn(
  shown: readonly number[],
  current: number | null,
  action: KeyAction,
): number | null {
  const last = shown.length - 1;
  if (last < 0) return null;
  const here = current === null ? -1 : shown.indexOf(current);
  let target: number;
  switch (action.kind) {
    case 'first':
      target = 0;
      break;
    case 'last':
      target = last;
      break;
    case 'move':
      if (here < 0) target = action.by > 0 ? 0 : last;
      else target = Math.min(last, Math.max(0, here + action.by));
      break;
    default:
      return current;
  }
  return shown[target] ?? null;
}

/** Whether an element takes keys itself. */
export function takesKeys(element: Element | null): boolean {
  return (
    element?.closest(
      'input, textarea, select, [contenteditable="true"], [role="menu"], [role="listbox"], [role="dialog"], [data-takes-keys]',
    ) != null
  );
}
