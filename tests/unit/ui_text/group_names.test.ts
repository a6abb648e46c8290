/** What a unit is called on the Text page: first what the person calls it, then what it is strongest on. */
import { expect, it } from 'vitest';
import { NO_ANNOTATION } from '../../../src/lab/run/annotations';
import { groupLabel, groupOptions, namedRows } from '../../../src/ui/pages/text/group_names';
import { searchGroups } from '../../../src/ui/pages/text/group_search';
import { groupRow } from '../ui_groups/rows';

const rows = [0, 1].map((group) => groupRow({ group, firings: 1, labels: [' Monday', ' May'] }));

it('is its name and then its tokens, and is found by its name', () => {
  const named = namedRows(rows, { 1: { ...NO_ANNOTATION, name: 'the week' } });
  expect(groupLabel(named, 1)).toBe('the week, Monday, May');
  expect(groupLabel(named, 0)).toBe('Monday, May');
  const found = searchGroups(groupOptions(named, null, 2), 'week');
  expect(found.map(({ group }) => group)).toEqual([1]);
});

it('is the same table where nothing is named', () => {
  expect(namedRows(rows, {})).toBe(rows);
  expect(namedRows(null, { 1: { ...NO_ANNOTATION, name: 'the week' } })).toBeNull();
});
