/** Counts by hand: shares of firings, rates of a token, lifts, and the groups of a name. */
import { describe, expect, it } from 'vitest';
import {
  groupsOfNames,
  tokenOccurrences,
  tokenStatistics,
} from '../../../src/analysis/token_statistics';
import { indexedNorms, rowsOfDocuments } from './token_rows';

/** Token 0 six times, token 1 three times, token 2 once. */
const text = rowsOfDocuments([[0, 0, 0, 1, 1, 1, 0, 0, 0, 2]]);
const occurrences = tokenOccurrences(text, 4);

describe('the tokens of a group', () => {
  const indexed = indexedNorms([[2, 0, 0, 4, 5, 6, 0, 0, 4, 8]]);
  const { distinct, most, lifted } = tokenStatistics(indexed, 0, text, occurrences, 10);

  it('are counted', () => {
    expect([...occurrences]).toEqual([6, 3, 1, 0]);
    expect(distinct).toBe(3);
    expect(most.map(({ token, firings }) => [token, firings])).toEqual([
      [1, 3],
      [0, 2],
      [2, 1],
    ]);
  });

  it('have share, rate, lift and mean norm', () => {
    const [first] = most;
    expect(first?.share).toBeCloseTo(3 / 6, 12);
    expect(first?.rate).toBeCloseTo(1, 12);
    // The group fires on 6 of 10 rows, and always on token 1.
    expect(first?.lift).toBeCloseTo(1 / 0.6, 12);
    expect(first?.meanNorm).toBeCloseTo(5, 12);
    expect(most.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it('are listed by lift only with more firings than chance gives', () => {
    // Token 1 fires 3 times of 3, where 1.8 are expected: chance does that often.
    expect(lifted).toEqual([]);
    // Ten documents of the same: 30 where 18 are expected, which has a chance below 1 %.
    const many = rowsOfDocuments(Array.from({ length: 10 }, () => [0, 0, 0, 1, 1, 1, 0, 0, 0, 2]));
    const norms = Array.from({ length: 10 }, () => [2, 0, 0, 4, 5, 6, 0, 0, 4, 8]);
    const counts = tokenOccurrences(many, 4);
    const found = tokenStatistics(indexedNorms([norms.flat()]), 0, many, counts, 10).lifted;
    expect(found.map(({ token }) => token)).toEqual([1]);
  });

  it('are none for a silent group', () => {
    const silent = tokenStatistics(
      indexedNorms([new Array<number>(10).fill(0)]),
      0,
      text,
      occurrences,
      5,
    );
    expect(silent).toEqual({ distinct: 0, most: [], lifted: [] });
  });
});

describe('the groups of a name', () => {
  it('are those that fire on it more often than on any row, with the mean over all its rows', () => {
    const indexed = indexedNorms([
      [0, 0, 0, 4, 0, 5, 0, 0, 0, 0],
      [1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
      [0, 0, 0, 0, 0, 0, 0, 0, 0, 8],
    ]);
    const { offsets, groups, means } = groupsOfNames(indexed, text.tokens, 3);
    // Group 1 fires everywhere and tells nothing about any name.
    expect([...offsets]).toEqual([0, 0, 1, 2]);
    expect([...groups]).toEqual([0, 2]);
    expect(means[0]).toBeCloseTo(3, 6);
    expect(means[1]).toBeCloseTo(8, 6);
  });

  it('may be asked of names that join tokens', () => {
    const indexed = indexedNorms([[3, 0, 0, 3, 3, 3, 0, 0, 0, 0]]);
    // Tokens 1 and 2 read alike.
    const nameOf = text.tokens.map((token) => Math.min(1, token));
    const { offsets, means } = groupsOfNames(indexed, nameOf, 2);
    expect([...offsets]).toEqual([0, 0, 1]);
    expect(means[0]).toBeCloseTo(9 / 4, 6);
  });
});
