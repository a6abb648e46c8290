/**
 * The view of the Groups page in the address: every view survives being written and read, and junk in an
 * address gives the opening view instead of an error.
 */
import { describe, expect, it } from 'vitest';
import { columnIds } from '../../../src/ui/pages/groups/group_table';
import {
  OPENING_VIEW,
  readView,
  writeView,
  type GroupsView,
} from '../../../src/ui/pages/groups/groups_view';
import { changeParams } from '../../../src/ui/route';

describe('the address', () => {
  it('gives back every view', () => {
    for (const column of columnIds) {
      for (const direction of ['ascending', 'descending'] as const) {
        for (const group of [null, 0, 444]) {
          const view: GroupsView = {
            group,
            filter: 'rank > 1 & "a b" #x %',
            order: { column, direction },
            orderedFor: null,
            coloring: group === null ? null : 'norm',
            dimension: group === 0 ? 3 : 2,
          };
          const params = changeParams(new URLSearchParams(), writeView(view, 1));
          expect(readView(new URLSearchParams(params.toString()))).toEqual(view);
        }
      }
    }
  });

  it('keeps an order that was chosen among what a search found, and no other', () => {
    const written = (orderedFor: string | null, column: 'irred' | 'freq') => {
      const order = { column, direction: 'descending' } as const;
      const view = { ...OPENING_VIEW, filter: 'german', order, orderedFor };
      return changeParams(new URLSearchParams(), writeView(view, 0)).toString();
    };
    expect(written(null, 'irred')).toBe('filter=german');
    expect(written('germ', 'irred')).toBe('filter=german');
    expect(written('german', 'irred')).toBe('filter=german&sort=-irred');
    expect(written('german', 'freq')).toBe('filter=german&sort=-freq');
    // A link of before names the order that was in force.
    const read = readView(new URLSearchParams('filter=german&sort=-irred'));
    expect(read).toMatchObject({ orderedFor: 'german', order: { column: 'irred' } });
    expect(readView(new URLSearchParams('filter=german')).orderedFor).toBeNull();
  });

  it('stays clean for the opening view', () => {
    const params = changeParams(new URLSearchParams('run=abc'), writeView(OPENING_VIEW, 0));
    expect(params.toString()).toBe('run=abc');
  });

  it('ignores junk', () => {
    const junk = 'group=-1&sort=;drop&model=99&color=red&axes=4';
    expect(readView(new URLSearchParams(junk))).toEqual(OPENING_VIEW);
    expect(readView(new URLSearchParams(`filter=${'x'.repeat(9999)}`)).filter).toHaveLength(500);
  });
});
