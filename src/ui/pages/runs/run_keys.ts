/**
 * The keys of the Runs page: j, k and the arrows walk through the list as it is sorted and filtered, Enter opens, x
 * chooses, s stars, / goes to the search box. When a key counts (not while typing) is the shell's business.
 */
import { moveIn, type Movement } from '../../parts/list_movement';
import type { Shortcut } from '../../shortcuts';
import { useRunsView } from './runs_view';

/** Rows of one Page Up or Page Down. */
const PAGE = 12;

export interface RunKeys {
  /** The runs of the list, in its order. */
  readonly shown: () => readonly string[];
  readonly open: (id: string) => void;
  readonly choose: (id: string) => void;
  readonly star: (id: string) => void;
  readonly search: () => void;
}

/** The shortcuts of the page, in the order of the list that `?` shows. */
export function runShortcuts({ shown, open, choose, star, search }: RunKeys): readonly Shortcut[] {
  const move = (movement: Movement) => () => {
    const { active } = useRunsView.getState();
    useRunsView.setState({ active: moveIn(shown(), active, movement) ?? active });
  };
  // What the filter hides, no key is at.
  const withActive = (act: (id: string) => void) => () => {
    const { active } = useRunsView.getState();
    if (active !== null && shown().includes(active)) act(active);
  };
  return [
    { keys: 'j', label: 'Next run', run: move({ by: 1 }) },
    { keys: 'ArrowDown', label: 'Next run', run: move({ by: 1 }) },
    { keys: 'k', label: 'Previous run', run: move({ by: -1 }) },
    { keys: 'ArrowUp', label: 'Previous run', run: move({ by: -1 }) },
    { keys: 'PageDown', label: `${PAGE} further down`, run: move({ by: PAGE }) },
    { keys: 'PageUp', label: `${PAGE} further up`, run: move({ by: -PAGE }) },
    { keys: 'Home', label: 'First in the list', run: move('first') },
    { keys: 'End', label: 'Last in the list', run: move('last') },
    { keys: 'Enter', label: 'Show this run on Train', run: withActive(open) },
    { keys: 'x', label: 'Choose this run', run: withActive(choose) },
    { keys: 's', label: 'Star this run', run: withActive(star) },
    { keys: '/', label: 'Search or filter', run: search },
  ];
}
