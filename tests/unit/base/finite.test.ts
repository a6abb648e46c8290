/**
 * Numbers that are none are named with their place, in arrays and by key, and never become null in JSON.
 */
import { describe, expect, it } from 'vitest';
import { refuseNotFinite, refuseNotFiniteMetrics } from '../../../src/base/finite';
import { strictJson } from '../../../src/base/strict_json';
import { complaint } from '../io/complaint';

describe('an array', () => {
  const refusal = (shape: readonly number[], ...values: number[]) =>
    complaint(() =>
      refuseNotFinite(Float32Array.from(values), shape, {
        code: 'not_finite',
        subject: 'It',
        wayOut: 'Go.',
      }),
    );

  it('is refused with how many of its numbers are none, and where the first is', () => {
    expect(refusal([2, 3], 0, 1, 2, -Infinity, NaN, Infinity)).toBe(
      'not_finite: It holds 1 NaN and 2 infinite values; the first is in row 1, column 0 (counted from 0).',
    );
    expect(refusal([3], 0, 1, NaN)).toContain('the first is at position 2 (counted from 0)');
  });

  it('passes with numbers of any size, and without any', () => {
    expect(refusal([2, 2], -3.4e38, 3.4e38, 1e-45, -0)).toBe('no complaint');
    expect(refusal([0, 4])).toBe('no complaint');
  });
});

it('metrics are refused by name, with the moment', () => {
  const said = complaint(() => refuseNotFiniteMetrics({ a: 1, b: -Infinity }, 'M', 'Go.', ' now'));
  expect(said).toBe('not_finite: M: b is -Infinity now.');
});

describe('JSON of results', () => {
  it.each([
    [{ a: 1, list: [{ b: 2 }, { b: NaN }] }, '"list.1.b" is NaN'],
    [{ values: Float64Array.of(1, Infinity) }, '"values.1" is Infinity'],
  ])('names the key of a number that is none: %j', (value, words) => {
    expect(complaint(() => strictJson(value))).toContain(`not_finite: ${words}`);
  });

  it('is that of JSON.stringify for everything else, a null that is meant included', () => {
    const value = { a: null, b: [1, 'NaN', true, undefined], c: undefined, d: { e: -0 } };
    expect(strictJson(value)).toBe(JSON.stringify(value));
    expect(strictJson(value, 2)).toBe(JSON.stringify(value, null, 2));
  });
});
