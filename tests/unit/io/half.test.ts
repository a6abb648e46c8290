/**
 * 16-bit floats against their definitions, over all 65 536 patterns: float16 by value (sign, exponent and
 * fraction evaluated in float64), bfloat16 as the upper half of a float32.
 */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { bfloat16ToFloat32, float16ToFloat32, float32ToFloat16 } from '../../../src/io/half';

const allPatterns = Uint16Array.from({ length: 0x10000 }, (_, i) => i);

describe('float16', () => {
  const values = float16ToFloat32(allPatterns);

  it('gives the known values', () => {
    const known: [number, number][] = [
      [0x0000, 0],
      [0x3c00, 1],
      [0xc000, -2],
      [0x3555, 0.333251953125],
      [0x7bff, 65504],
      [0x0400, 2 ** -14],
      [0x0001, 2 ** -24],
      [0x03ff, 1023 * 2 ** -24],
      [0x7c00, Infinity],
      [0xfc00, -Infinity],
    ];
    for (const [bits, value] of known) expect(at(values, bits)).toBe(value);
    expect(Object.is(at(values, 0x8000), -0)).toBe(true);
    expect(at(values, 0x7c01)).toBeNaN();
  });

  it('rises with the pattern through all finite positive numbers', () => {
    const finite = values.subarray(0, 0x7c01);
    expect(finite.findIndex((value, i) => i > 0 && !(value > at(finite, i - 1)))).toBe(-1);
  });
});

describe('float32 to float16', () => {
  const values = float16ToFloat32(allPatterns);

  it('gives every half float back', () => {
    const wrong = float32ToFloat16(values).findIndex(
      (bits, i) => bits !== i && !Number.isNaN(at(values, i)),
    );
    expect(wrong).toBe(-1);
    expect(float16ToFloat32(float32ToFloat16(Float32Array.of(Number.NaN)))[0]).toBeNaN();
  });

  it('rounds to the nearest, ties to even', () => {
    // Between neighbours: the middle goes to the even one, a float32 step off the middle to the nearer.
    for (const low of [0x0000, 0x0001, 0x03ff, 0x0400, 0x2e66, 0x3bff, 0x3c00, 0x7bfe]) {
      const middle = (at(values, low) + at(values, low + 1)) / 2;
      const step = middle * 2 ** -22;
      const [down, tie, up] = float32ToFloat16(
        Float32Array.of(middle - step, middle, middle + step),
      );
      expect([down, tie, up]).toEqual([low, low % 2 === 0 ? low : low + 1, low + 1]);
    }
    expect([...float32ToFloat16(Float32Array.of(65519, 65520, -1e9, 2 ** -26))]).toEqual([
      0x7bff, 0x7c00, 0xfc00, 0,
    ]);
  });
});

describe('bfloat16', () => {
  it('is the upper half of a float32', () => {
    const bits = new Uint32Array(bfloat16ToFloat32(allPatterns).buffer);
    expect(bits.findIndex((value, i) => value !== i * 0x10000)).toBe(-1);
  });
});
