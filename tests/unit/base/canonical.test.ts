/** Plain values by what they say. */
import { expect, it } from 'vitest';
import { canonicalJson, saysSame } from '../../../src/base/canonical';

it('does not tell values apart by the order of their keys, at any depth', () => {
  const one = { a: 1, b: [{ c: 2, d: null }], e: undefined };
  const other = { b: [{ d: null, c: 2 }], a: 1 };
  expect(JSON.stringify(one)).not.toBe(JSON.stringify(other));
  expect(canonicalJson(one)).toBe('{"a":1,"b":[{"c":2,"d":null}]}');
  expect(saysSame(one, other)).toBe(true);
});

it('tells apart what differs', () => {
  expect(saysSame({ a: 1 }, { a: 2 })).toBe(false);
  expect(saysSame({ a: 1 }, { a: 1, b: 1 })).toBe(false);
  expect(saysSame([1, 2], [2, 1])).toBe(false);
  expect(saysSame('1', 1)).toBe(false);
  expect(saysSame(null, 0)).toBe(false);
});
