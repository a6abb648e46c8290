/**
 * Keys of the Groups page: which key does what, that fields and modifiers are left alone, and where a
 * movement ends at the borders of the list or from a group that the filter hides.
 */
import { describe, expect, it } from 'vitest';
import { keyAction, moveIn, type KeyPress } from '../../../src/ui/pages/groups/keyboard';

const press = (key: string, changes: Partial<KeyPress> = {}): KeyPress => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  busy: false,
  ...changes,
});

describe('keys', () => {
  it('walk, star and search', () => {
    expect(keyAction(press('j'))).toEqual({ kind: 'move', by: 1 });
    expect(keyAction(press('ArrowDown'))).toEqual({ kind: 'move', by: 1 });
    expect(keyAction(press('k'))).toEqual({ kind: 'move', by: -1 });
    expect(keyAction(press('ArrowUp'))).toEqual({ kind: 'move', by: -1 });
    expect(keyAction(press('s'))).toEqual({ kind: 'star' });
    expect(keyAction(press('/'))).toEqual({ kind: 'search' });
    expect(keyAction(press('q'))).toBeNull();
  });

  it('are left alone in fields and with modifiers', () => {
    for (const busy of [{ busy: true }, { ctrlKey: true }, { metaKey: true }, { altKey: true }]) {
      expect(keyAction(press('j', busy))).toBeNull();
    }
  });
});

describe('movement', () => {
  const shown = [40, 10, 30];
  const down = { kind: 'move', by: 1 } as const;
  const up = { kind: 'move', by: -1 } as const;

  it('follows the order of the table, not of the indices', () => {
    expect(moveIn(shown, 40, down)).toBe(10);
    expect(moveIn(shown, 30, up)).toBe(10);
  });

  it('stops at both ends', () => {
    expect(moveIn(shown, 30, down)).toBe(30);
    expect(moveIn(shown, 40, up)).toBe(40);
    expect(moveIn(shown, 40, { kind: 'move', by: 15 })).toBe(30);
    expect(moveIn(shown, 10, { kind: 'last' })).toBe(30);
    expect(moveIn(shown, 10, { kind: 'first' })).toBe(40);
  });

  it('enters the list from outside it', () => {
    expect(moveIn(shown, null, down)).toBe(40);
    expect(moveIn(shown, 99, down)).toBe(40);
    expect(moveIn(shown, 99, up)).toBe(30);
    expect(moveIn([], 40, down)).toBeNull();
  });
});
