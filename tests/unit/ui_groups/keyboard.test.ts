/**
 * Keys of the Groups page: which key does what, and where a movement ends at the borders of the list or
 * from a group that the filter hides.
 */
import { describe, expect, it, vi } from 'vitest';
import { groupShortcuts } from '../../../src/ui/pages/groups/keyboard';
import { moveIn } from '../../../src/ui/parts/list_movement';
import { NOTHING_PRESSED, press } from '../../../src/ui/shortcuts';

describe('keys', () => {
  it.each([
    ['j', 'move', { by: 1 }],
    ['ArrowDown', 'move', { by: 1 }],
    ['k', 'move', { by: -1 }],
    ['ArrowUp', 'move', { by: -1 }],
    ['End', 'move', 'last'],
    ['s', 'star', undefined],
    ['/', 'search', undefined],
  ])('%s', (key, what, movement) => {
    const keys = { move: vi.fn(), star: vi.fn(), search: vi.fn() };
    const shortcuts = groupShortcuts({ unitName: 'group', ...keys });
    press(NOTHING_PRESSED, key, shortcuts, 0).hit?.run();
    expect(keys.move.mock.calls).toEqual(what === 'move' ? [[movement]] : []);
    expect(keys.star).toHaveBeenCalledTimes(what === 'star' ? 1 : 0);
    expect(keys.search).toHaveBeenCalledTimes(what === 'search' ? 1 : 0);
  });
});

describe('movement', () => {
  const shown = [40, 10, 30];

  it('follows the order of the table, not of the indices', () => {
    expect(moveIn(shown, 40, { by: 1 })).toBe(10);
    expect(moveIn(shown, 30, { by: -1 })).toBe(10);
  });

  it('stops at both ends', () => {
    expect(moveIn(shown, 30, { by: 1 })).toBe(30);
    expect(moveIn(shown, 40, { by: -1 })).toBe(40);
    expect(moveIn(shown, 40, { by: 15 })).toBe(30);
    expect(moveIn(shown, 10, 'last')).toBe(30);
    expect(moveIn(shown, 10, 'first')).toBe(40);
  });

  it('enters the list from outside it', () => {
    expect(moveIn(shown, null, { by: 1 })).toBe(40);
    expect(moveIn(shown, 99, { by: 1 })).toBe(40);
    expect(moveIn(shown, 99, { by: -1 })).toBe(30);
    expect(moveIn([], 40, { by: 1 })).toBeNull();
    expect(moveIn([], 40, 'last')).toBeNull();
  });
});
