/**
 * What the Groups page shows: the chosen group, filter and order, and how its codes are drawn. It stands in the address, so
 * that any view can be linked, but lives here: walking through a table with a held key changes it thirty
 * times a second, and browsers refuse that many changes of the address. The address follows when the
 * hand rests; an address that is opened is adopted at once.
 */
import { create } from 'zustand';
import { useView } from '../../../state/view_store';
import {
  changeParams,
  currentRoute,
  replaceParams,
  subscribeRoute,
  type ParamChanges,
} from '../../route';
import { coloringIds, type ColoringId } from './coloring';
import { inForce } from '../../parts/filter_parser';
import { parseFilter, searchedWord } from './filter';
import { DEFAULT_ORDER, formatOrder, parseOrder, type SortOrder } from './group_table';

export interface GroupsView {
  /** Null: the first of the table. */
  readonly group: number | null;
  readonly filter: string;
  readonly order: SortOrder;
  /**
   * The search (`searchKey`) for which the order was chosen; null for none. Any other search begins with what fires
   * on it.
   */
  readonly orderedFor: string | null;
  /** How the scatter of codes is coloured; null leaves it to the card. */
  readonly coloring: ColoringId | null;
  /** Axes of the scatter. */
  readonly dimension: 2 | 3;
}

export const OPENING_VIEW: GroupsView = {
  group: null,
  filter: '',
  order: DEFAULT_ORDER,
  orderedFor: null,
  coloring: null,
  dimension: 2,
};

export const useGroupsView = create<GroupsView>()(() => OPENING_VIEW);

/** Names the search for a word that a filter is; null for any other filter. */
export function searchKey(filter: string): string | null {
  return searchedWord(inForce(parseFilter(filter))) === null ? null : filter;
}

/** Longest filter that an address may bring, in characters. */
const FILTER_LIMIT = 500;

/** Reads the view from the address; what is absent or unreadable keeps its opening value. */
export function readView(params: URLSearchParams): GroupsView {
  const group = params.get('group');
  const filter = (params.get('filter') ?? '').slice(0, FILTER_LIMIT);
  const order = parseOrder(params.get('sort'));
  return {
    group: group !== null && /^\d{1,7}$/.test(group) ? Number(group) : null,
    filter,
    order,
    orderedFor: params.get('sort') === formatOrder(order) ? searchKey(filter) : null,
    coloring: coloringIds.find((id) => id === params.get('color')) ?? null,
    dimension: params.get('axes') === '3' ? 3 : 2,
  };
}

/** Writes the view, the model and the step of the checkpoint for the address; opening values stay out of it. */
export function writeView(
  view: GroupsView,
  model: number,
  checkpoint: number | null = null,
): ParamChanges {
  const { group, filter, order, orderedFor, coloring, dimension } = view;
  const sort = formatOrder(order);
  const search = searchKey(filter);
  // Among the groups of a search the opening order is a choice like any other.
  const chosen = search === null ? sort !== formatOrder(DEFAULT_ORDER) : orderedFor === search;
  return {
    model: model === 0 ? null : model,
    group,
    filter: filter === '' ? null : filter,
    sort: chosen ? sort : null,
    color: coloring,
    axes: dimension === 2 ? null : dimension,
    step: checkpoint,
  };
}

const names = ['model', 'group', 'filter', 'sort', 'color', 'axes', 'step'] as const;
/** Milliseconds of rest before the address follows. */
const REST = 250;

function signature(params: URLSearchParams): string {
  return JSON.stringify(names.map((name) => params.get(name)));
}

/**
 * Keeps view and address in step while the page is open; returns how to stop. A bare address
 * (`#/groups`, as in the header) keeps what was shown before.
 */
export function followAddress(): () => void {
  let known = '';
  let timer: ReturnType<typeof setTimeout> | undefined;

  const write = () => {
    clearTimeout(timer);
    timer = undefined;
    const { page, params } = currentRoute();
    if (page !== 'groups') return;
    const { model, checkpoint } = useView.getState();
    const changes = writeView(useGroupsView.getState(), model, checkpoint);
    known = signature(changeParams(params, changes));
    replaceParams(changes);
  };
  const adopt = () => {
    const { page, params } = currentRoute();
    const arrived = signature(params);
    if (page !== 'groups' || arrived === known) return;
    known = arrived;
    if (names.every((name) => params.get(name) === null)) {
      write();
      return;
    }
    clearTimeout(timer);
    const model = params.get('model') ?? '0';
    if (/^\d$/.test(model)) useView.getState().showModel(Number(model));
    const step = params.get('step') ?? '';
    useView.getState().showCheckpoint(/^\d{1,9}$/.test(step) ? Number(step) : null);
    useGroupsView.setState(readView(params));
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(write, REST);
  };

  adopt();
  const stops = [
    subscribeRoute(adopt),
    useGroupsView.subscribe(later),
    useView.subscribe((view, before) => {
      if (view.model !== before.model || view.checkpoint !== before.checkpoint) later();
    }),
  ];
  return () => {
    clearTimeout(timer);
    for (const stop of stops) stop();
  };
}
