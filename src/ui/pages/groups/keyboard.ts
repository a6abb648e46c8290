/**
 * The keys of the Groups page: j, k and the arrows walk through the table as it is sorted and filtered,
 * s stars, / goes to the search box. When a key counts (not while typing) is the shell's business.
 */
import type { Movement } from '../../parts/list_movement';
import type { Shortcut } from '../../shortcuts';

/** Rows of one Page Up or Page Down. */
const PAGE = 15;

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
