/** How the table of groups says in which order it stands, and what a press on a column's head makes of that. */
import { headOf } from './columns';
import { nextOrder, type ColumnId, type Direction } from './group_table';
import type { GroupsView } from './groups_view';
import type { Sorting } from './use_group_table';

/** The column under whose head the norms of a search stand. */
const SEARCHED: ColumnId = 'labels';

/** The direction in which a column sorts the table; undefined for one that does not. */
export function directionOf(
  { order, strongestFirst }: Sorting,
  column: ColumnId,
): Direction | undefined {
  if (strongestFirst) return column === SEARCHED ? 'descending' : undefined;
  return order.column === column ? order.direction : undefined;
}

/** The view after a press on a column's head. While a search is sorted otherwise, the head of its norms goes back to them. */
export function sortedBy(
  { order, strongestFirst, search }: Sorting,
  column: ColumnId,
): Pick<GroupsView, 'order' | 'orderedFor'> {
  if (search !== null && !strongestFirst && column === SEARCHED) {
    return { order, orderedFor: null };
  }
  return { order: nextOrder(order, column), orderedFor: search };
}

/** ", the strongest on “german” first", or by which column what was found stands. */
export function orderSentence({ order, strongestFirst }: Sorting, what: string): string {
  if (strongestFirst) return `the strongest on ${what} first`;
  const end = order.direction === 'descending' ? 'largest' : 'smallest';
  const first = order.column === 'labels' ? 'by name' : `${end} first`;
  return `by “${headOf(order.column)}”, ${first}`;
}
