/** Tables whose rows hold any number of entries, none at the ends and in the middle included. */
import { describe, expect, test } from 'vitest';
import { coFiringGroups, describeActivity } from '../../../src/analysis/activity';
import { indexCodes, normsOf, rowsOf, strongestRows } from '../../../src/analysis/code_index';
import { hasCode, joinCodes } from '../../../src/analysis/code_table';
import { codesOf, dictionaryOf, type Firing } from './worlds';

const firing = (group: number, ...code: number[]): Firing => ({ group, code });

describe('tables of consecutive rows', () => {
  const rows = [
    [],
    [firing(4, 1, 2)],
    [],
    [firing(0, 3, 4), firing(3, 5, 6), firing(5, 7, 8)],
    [firing(5, 9, 1)],
    [],
  ];
  const whole = codesOf(9, 2, rows);

  test('say where each row begins', () => {
    expect(whole).toEqual({
      rows: 6,
      rank: 2,
      groups: 9,
      offsets: Uint32Array.of(0, 0, 1, 1, 4, 5, 5),
      active: Uint32Array.of(4, 0, 3, 5, 5),
      codes: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 1),
    });
  });

  test('join to the table of all their rows, wherever they were cut', () => {
    for (let first = 0; first <= rows.length; first++) {
      for (let second = first; second <= rows.length; second++) {
        const cut = [rows.slice(0, first), rows.slice(first, second), rows.slice(second)];
        expect(joinCodes(cut.map((piece) => codesOf(9, 2, piece)))).toEqual(whole);
      }
    }
  });

  test('join to the table itself when there is one', () => {
    expect(joinCodes([whole])).toBe(whole);
    expect(() => joinCodes([])).toThrow(RangeError);
  });
});

describe('rows without an entry', () => {
  // Groups 0 and 1 fire together in rows 3 … 12, and 2 alone in row 1; the other rows of 53 are empty.
  const pairs = Array.from({ length: 10 }, (_, i) => [firing(0, i + 1), firing(1, 1)]);
  const rows = [[], [firing(2, 3)], [], ...pairs, ...Array.from({ length: 40 }, () => [])];
  const dictionary = dictionaryOf(3, 1, 1, [1, 1, 1]);
  const indexed = indexCodes(dictionary, codesOf(3, 1, rows));

  test('shift no other row', () => {
    expect([...rowsOf(indexed, 0)]).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect([...normsOf(indexed, 0)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect([...rowsOf(indexed, 2)]).toEqual([1]);
    expect([...normsOf(indexed, 2)]).toEqual([3]);
    expect(strongestRows(indexed, 0, 2)).toEqual([
      { row: 12, norm: 10 },
      { row: 11, norm: 9 },
    ]);
  });

  test('count as rows', () => {
    expect(describeActivity(indexed)).toMatchObject({ rows: 53, l0: 21 / 53 });
    expect(coFiringGroups(indexed, 0, 3)).toMatchObject([{ group: 1, count: 10 }]);
  });

  test('may be all there are', () => {
    expect(indexCodes(dictionary, codesOf(3, 1, [[], []])).entries).toHaveLength(0);
  });
});

test('an entry whose code is all zeros is none', () => {
  const table = codesOf(2, 2, [[], [firing(0, 0, 0), firing(1, 0, 2)]]);
  expect([hasCode(table, 0), hasCode(table, 1)]).toEqual([false, true]);
  const indexed = indexCodes(dictionaryOf(2, 2, 2, [1, 0, 0, 1, 1, 0, 0, 1]), table);
  expect([...indexed.entries]).toEqual([1]);
  expect([...indexed.rows]).toEqual([1]);
});
