/**
 * The counter-based generator: the published answers of Philox4x32-10, exact arithmetic, and what is
 * built on it (uniforms, normals, bounded integers), judged by bounds from their distributions.
 */
import { describe, expect, it } from 'vitest';
import {
  drawBelow,
  multiplyHigh,
  philox4x32,
  RandomDraws,
  uniformFromBits,
  type Words,
} from '../../../src/base/random';

describe('Philox4x32-10', () => {
  // kat_vectors of Random123 1.14.
  const known: readonly { counter: Words; key: [number, number]; answer: Words }[] = [
    {
      counter: [0, 0, 0, 0],
      key: [0, 0],
      answer: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    },
    {
      counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      key: [0xffffffff, 0xffffffff],
      answer: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    },
    {
      counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      key: [0xa4093822, 0x299f31d0],
      answer: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    },
  ];
  it.each(known)('gives the known answer for counter $counter', ({ counter, key, answer }) => {
    const words: Words = [...counter];
    philox4x32(words, ...key);
    expect(words).toEqual(answer);
  });

  it('multiplies exactly: the high word agrees with big integers, carries included', () => {
    const values = [
      0, 1, 2, 0xffff, 0x10000, 0x1ffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
    ];
    for (const a of values) {
      for (const b of values) {
        expect(multiplyHigh(a, b)).toBe(Number((BigInt(a) * BigInt(b)) >> 32n));
      }
    }
  });
});

describe('draws', () => {
  it('depend on every part of their address, and on nothing else', () => {
    const addresses = [
      [1, 2, 3, 4],
      [2, 2, 3, 4],
      [1, 3, 3, 4],
      [1, 2, 4, 4],
      [1, 2, 3, 5],
    ] as const;
    const first = addresses.map(([seed, stream, step, row]) =>
      new RandomDraws(seed, stream, step, row).u32(0),
    );
    expect(new Set(first).size).toBe(addresses.length);
    const forward = new RandomDraws(1, 2, 3, 4);
    const backward = new RandomDraws(1, 2, 3, 4);
    const ascending = Array.from({ length: 40 }, (_, draw) => forward.u32(draw));
    const descending = Array.from({ length: 40 }, (_, draw) => backward.u32(39 - draw)).reverse();
    expect(ascending).toEqual(descending);
  });

  it('give uniforms that float32 holds exactly, in [0, 1)', () => {
    expect(uniformFromBits(0)).toBe(0);
    expect(uniformFromBits(0xffffffff)).toBe(1 - 2 ** -24);
    const draws = new RandomDraws(5, 6);
    for (let draw = 0; draw < 1000; draw += 1) {
      const u = draws.uniform(draw);
      expect(Math.fround(u)).toBe(u);
    }
  });

  // Sample moments of n standard normals have standard errors √(1/n), √(2/n), √(15/n), √(96/n); five of
  // them make a false alarm of one in a million.
  it('give normals whose first four moments and neighbouring correlation are those of a normal', () => {
    const n = 200_000;
    const draws = new RandomDraws(7, 8);
    const moments = [0, 0, 0, 0];
    let neighbours = 0;
    let previous = 0;
    for (let draw = 0; draw < n; draw += 1) {
      const value = draws.normal(draw);
      [1, 2, 3, 4].forEach((power, i) => {
        moments[i] = (moments[i] ?? 0) + value ** power / n;
      });
      neighbours += (value * previous) / n;
      previous = value;
    }
    const [mean, square, cube, fourth] = moments;
    expect(Math.abs(mean ?? NaN)).toBeLessThan(5 * Math.sqrt(1 / n));
    expect(Math.abs((square ?? NaN) - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    expect(Math.abs(cube ?? NaN)).toBeLessThan(5 * Math.sqrt(15 / n));
    expect(Math.abs((fourth ?? NaN) - 3)).toBeLessThan(5 * Math.sqrt(96 / n));
    expect(Math.abs(neighbours)).toBeLessThan(5 * Math.sqrt(1 / n));
  });
});

describe('bounded integers', () => {
  it('reach every value equally often (chi-square within five standard deviations)', () => {
    const draws = new RandomDraws(9, 10);
    for (const bound of [1, 2, 3, 10, 64, 100]) {
      const n = 1000 * bound;
      const counts = new Array<number>(bound).fill(0);
      let next = 0;
      for (let i = 0; i < n; i += 1) {
        const { value, nextDraw } = drawBelow(draws, next, bound);
        counts[value] = (counts[value] ?? NaN) + 1;
        next = nextDraw;
      }
      const chiSquare = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
      const freedom = bound - 1;
      expect(Math.abs(chiSquare - freedom)).toBeLessThanOrEqual(5 * Math.sqrt(2 * freedom));
    }
  });

  it('draw again instead of favouring some values: with a bound of 2³¹ + 1 half of all draws', () => {
    // 2³² mod (2³¹ + 1) = 2³¹ − 1 products are unfair, so the expected number of draws is 2.
    const bound = 2 ** 31 + 1;
    const draws = new RandomDraws(11, 12);
    let next = 0;
    const n = 4000;
    for (let i = 0; i < n; i += 1) {
      const drawn = drawBelow(draws, next, bound);
      expect(drawn.value).toBeLessThan(bound);
      next = drawn.nextDraw;
    }
    // Geometric with success ½: variance 2 for each.
    expect(Math.abs(next / n - 2)).toBeLessThan(5 * Math.sqrt(2 / n));
  });
});
