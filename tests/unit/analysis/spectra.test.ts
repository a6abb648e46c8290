import { describe, expect, test } from 'vitest';
import { multiply, multiplyTransposed } from '../../../src/base/linear_algebra';
import {
  countForShare,
  decoderSingularValues,
  groupMap,
  mapSingularValues,
  summarizeRanks,
} from '../../../src/analysis/spectra';
import { singularValues } from '../../../src/base/singular_values';
import { at } from '../../../src/base/array';
import { dictionaryOf, gaussian, randomFrame } from './worlds';

describe('ranks of a spectrum', () => {
  test('of n equal values are n, whatever their size', () => {
    for (const size of [1e-200, 1, 1e200]) {
      const ranks = summarizeRanks([size, size, size, 0]);
      expect(ranks.rank90).toBe(3);
      expect(ranks.stableRank).toBeCloseTo(3, 12);
      expect(ranks.participationRatio).toBeCloseTo(3, 12);
      expect(ranks.entropyRank).toBeCloseTo(3, 12);
    }
  });

  test('of (2, 1) by hand: Σσ² = 5, stable rank 5/4, participation 25/17, entropy of (2/3, 1/3)', () => {
    const ranks = summarizeRanks([1, 2]);
    expect(ranks.rank90).toBe(2);
    expect(ranks.stableRank).toBeCloseTo(1.25, 14);
    expect(ranks.participationRatio).toBeCloseTo(25 / 17, 14);
    expect(ranks.entropyRank).toBeCloseTo(3 / 2 ** (2 / 3), 14);
  });

  test('rank90 takes no value more when the share is met exactly: (3, 1) holds 9 of 10', () => {
    expect(summarizeRanks([3, 1]).rank90).toBe(1);
    expect(summarizeRanks([2.99, 1]).rank90).toBe(2);
  });

  test('of zero and of empty spectra are 0', () => {
    for (const spectrum of [[0, 0], []]) {
      expect(Object.values(summarizeRanks(spectrum))).toEqual([0, 0, 0, 0]);
    }
    expect(countForShare([0, 0], 0.9)).toBe(0);
  });
});

describe('spectrum of a map', () => {
  const rank = 3;
  const width = 7;
  const decoder = gaussian(rank, width, 1);
  const encoder = gaussian(rank, width, 2);
  const dictionary = dictionaryOf(1, rank, width, decoder, encoder);

  test('through r × r matrices equals that of the d × d product', () => {
    const full = new Float64Array(width * width);
    for (let i = 0; i < rank; i++) {
      for (let a = 0; a < width; a++) {
        for (let b = 0; b < width; b++) {
          full[a * width + b] =
            at(full, a * width + b) +
            at(dictionary.decoder, i * width + a) * at(dictionary.encoder, i * width + b);
        }
      }
    }
    const direct = singularValues(full, width, width);
    mapSingularValues(dictionary, 0).forEach((value, i) => {
      expect(value).toBeCloseTo(at(direct, i), 12);
    });
  });

  test('does not see a change of basis inside the block', () => {
    // D → A D, E → A⁻ᵀ E leaves DᵀE alone; with A orthogonal A⁻ᵀ = A.
    const turn = randomFrame(rank, rank, 3);
    const turned = dictionaryOf(
      1,
      rank,
      width,
      multiply(turn, decoder, rank, rank, width),
      multiply(turn, encoder, rank, rank, width),
    );
    mapSingularValues(turned, 0).forEach((value, i) => {
      // The turned blocks are rounded to float32 once more: relative 2⁻²⁴ an entry.
      expect(value).toBeCloseTo(at(mapSingularValues(dictionary, 0), i), 5);
    });
  });

  test('an atom that the encoder never drives is not part of the row space', () => {
    const lazy = dictionaryOf(1, 2, 3, [1, 0, 0, 0, 1, 0], [1, 0, 0, 0, 0, 0]);
    const { ranks, basis, singularValues: values } = groupMap(lazy, 0);
    expect(ranks.rank90).toBe(1);
    expect([...values]).toEqual([1, 0]);
    expect([...basis].map(Math.abs)).toEqual([1, 0, 0]);
    expect([...decoderSingularValues(lazy, 0)]).toEqual([1, 1]);
  });

  test('the row space is orthonormal and as wide as rank90; a zero group has none', () => {
    const { basis, ranks } = groupMap(dictionary, 0);
    const products = multiplyTransposed(basis, basis, ranks.rank90, width, ranks.rank90);
    products.forEach((value, i) => {
      expect(value).toBeCloseTo(i % (ranks.rank90 + 1) === 0 ? 1 : 0, 13);
    });
    const zero = groupMap(dictionaryOf(1, 2, 3, new Array<number>(6).fill(0)), 0);
    expect(zero.ranks.rank90).toBe(0);
    expect(zero.basis.length).toBe(0);
  });

  test('a scalar latent has one singular value, ‖d‖·‖e‖', () => {
    const latent = dictionaryOf(1, 1, 2, [3, 4], [0, 2]);
    expect(at(mapSingularValues(latent, 0), 0)).toBeCloseTo(10, 12);
  });
});
