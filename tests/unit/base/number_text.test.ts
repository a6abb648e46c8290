/** Numbers in controls: what is shown is exact, and what people write in several ways is understood. */
import { describe, expect, it } from 'vitest';
import { readNumber, writeNumber } from '../../../src/base/number_text';

describe('writing a number into a field', () => {
  it.each([
    [64, '64'],
    [256_000, '256\u00a0000'],
    [4_000_000_000, '4\u00a0000\u00a0000\u00a0000'],
    [0.03125, '0.03125'],
    [0.002, '2.0e-3'],
    [3.3e-5, '3.3e-5'],
    [0, '0'],
    [-1500, '-1\u00a0500'],
    [1234.5, '1\u00a0234.5'],
    [1e15, '1.0e15'],
  ])('writes %d as %s', (value, text) => expect(writeNumber(value)).toBe(text));

  it('loses nothing: what is written reads back as the same number', () => {
    // Numbers over twenty decades, with digits that do not end, as a field may have to show them.
    for (let exponent = -10; exponent <= 10; exponent++) {
      for (const mantissa of [1, 1 / 3, Math.PI, 9.999_999_9, -7 / 9]) {
        const value = mantissa * 10 ** exponent;
        expect(readNumber(writeNumber(value))).toBe(value);
      }
    }
  });
});

describe('reading what a person wrote', () => {
  it.each([
    ['256k', 256_000],
    ['1.5M', 1_500_000],
    ['4 000', 4000],
    ['1\u202f536\u00a0000', 1_536_000],
    ["1'000_000", 1_000_000],
    ['1/32', 1 / 32],
    ['2e-3', 0.002],
    ['.5', 0.5],
    ['5.', 5],
    [' 7 ', 7],
    ['\u22123', -3],
  ])('reads %s', (text, value) => expect(readNumber(text)).toBe(value));

  it.each(['', 'abc', '1/0', '1/2/3', '2e', '--1', '1,5', '0x10', 'Infinity', 'NaN', '1e999', 'k'])(
    'does not take %j for a number',
    (text) => expect(readNumber(text)).toBeUndefined(),
  );
});
