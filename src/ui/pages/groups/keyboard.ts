/**
 * The keys of the Groups page: j, k and the arrows walk through the table as it is sorted and filtered,
 * s stars, / goes to the search box. Where a movement ends is decided here without touching the page;
 * when a key counts (not while typing) is the shell's business.
 */
import type { Shortcut } from '../../shortcuts';

export type Movement = { readonly by: number } | 'first' | 'last';

/** Rows of one Page Up or Page Down. */
const PAGE = 15;

/**
 * The group to show after a movement through `shown` (groups in table order). A group that is not in
 * the list is entered at its beginning, or at its end when moving up. Null when nothing is shown.
 */
export function moveIn(
  shown: readonly number[],
  current: number | null,
  movement: Movement,
): number | null {
  const last = shown.length - 1;
  const here = current === null ? -1 : shown.indexOf(current);
  let target: number;
  if (movement === 'first') target = 0;
  else if (movement === 'last') target = last;
  else if (here < 0) target = movement.by > 0 ? 0 : last;
  else target = Math.min(last, Math.max(0, here + movement.by));
  return shown[target] ?? null;
}

/** What the keys of the page do. */
export interface GroupKeys {
  readonly unitName: 'group' | 'latent';
  readonly move: (movement: Movement) => void;
  readonly star: () => void;
  readonly search: () => void;
}

/** The shortcuts of the page, in the order of the list that `?` shows. */
export function groupShortcuts({ unitName, move, star, search }: GroupKeys): readonly Shortcut[] {
  const moves: readonly (readonly [string, string, Movement])[] = [
    ['j', `Next ${unitName}`, { by: 1 }],
    ['ArrowDown', `Next ${unitName}`, { by: 1 }],
    ['k', `Previous ${unitName}`, { by: -1 }],
    ['ArrowUp', `Previous ${unitName}`, { by: -1 }],
    ['PageDown', `${PAGE} further down`, { by: PAGE }],
    ['PageUp', `${PAGE} further up`, { by: -PAGE }],
    ['Home', 'First in the table', 'first'],
    ['End', 'Last in the table', 'last'],
  ];
  return [
    ...moves.map(([keys, label, movement]) => ({ keys, label, run: () => move(movement) })),
    { keys: 's', label: `Star this ${unitName}`, run: star },
    { keys: '/', label: 'Search or filter', run: search },
  ];
}
