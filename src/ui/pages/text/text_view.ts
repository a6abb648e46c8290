/**
 * What the Text page shows: the chosen group and what colours the tokens. Both and the model stand in the
 * address; the text never does.
 */
import { useEffect } from 'react';
import { useView } from '../../../state/view_store';
import { replaceParams, useParam } from '../../route';
import { colorings, type TokenColoring } from './token_colors';

export interface TextView {
  /** Null: none is chosen. */
  readonly group: number | null;
  readonly coloring: TokenColoring;
}

/** Reads the view from the parameters of the address; what is unreadable counts as absent. */
export function readTextView(group: string | null, by: string | null): TextView {
  const chosen = group !== null && /^\d{1,7}$/.test(group) ? Number(group) : null;
  const named = colorings.find((coloring) => coloring === by);
  return { group: chosen, coloring: named ?? (chosen === null ? 'strongest' : 'group') };
}

export function useTextView(): TextView {
  return readTextView(useParam('group'), useParam('by'));
}

/** Chooses a group and colours the tokens by it. */
export function chooseGroup(group: number | null): void {
  replaceParams({ group, by: null });
}

/** Chooses what colours the tokens; the chosen group stays chosen. */
export function colorBy(coloring: TokenColoring): void {
  replaceParams({ by: coloring });
}

/** Adopts the model that an address names, and keeps the address in step with the model shown. */
export function useModelInAddress(): void {
  const named = useParam('model');
  const shown = useView((view) => view.model);
  useEffect(() => {
    if (named !== null && /^\d$/.test(named)) useView.getState().showModel(Number(named));
  }, [named]);
  useEffect(() => {
    if (named === null && shown !== 0) replaceParams({ model: shown });
  }, [named, shown]);
}

/** Shows another model; a group belongs to its model, so none is chosen then. */
export function showModel(model: number): void {
  useView.getState().showModel(model);
  replaceParams({ model: model === 0 ? null : model, group: null, by: null });
}
