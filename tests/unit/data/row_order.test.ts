/**
 * The order of a finite source: permutations computed without storing them, and the rows that are held
 * out of them.
 */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { heldOutCount, heldOutRow, trainingRow } from '../../../src/data/held_out_rows';
import { domainBits, epochPermutation, permuted } from '../../../src/data/row_order';

function order(size: number, seed: number, epoch: number): number[] {
  const permutation = epochPermutation(size, seed, epoch);
  return Array.from({ length: size }, (_, position) => permuted(permutation, position));
}

/** Whether these are the numbers 0 … length − 1, in any order. */
function isPermutation(rows: readonly number[]): boolean {
  return Uint32Array.from(rows)
    .sort()
    .every((row, i) => row === i);
}

const ascending = (size: number): number[] => Array.from({ length: size }, (_, i) => i);

describe('the order of an epoch', () => {
  it.each([1, 2, 3, 4, 5, 17, 64, 65, 100, 20000])('of %d rows has every row once', (size) => {
    for (const epoch of [0, 1, 0xffffffff]) {
      expect(isPermutation(order(size, 42, epoch))).toBe(true);
    }
  });

  it('works in a domain of less than twice the rows', () => {
    for (const size of [5, 8, 9, 1000, 20000, 4_000_000_000]) {
      expect(2 ** domainBits(size)).toBeGreaterThanOrEqual(size);
      expect(2 ** domainBits(size)).toBeLessThan(2 * size);
    }
  });

  it('changes with the epoch and the seed, and with nothing else', () => {
    expect(order(100, 1, 2)).toEqual(order(100, 1, 2));
    expect(order(100, 1, 2)).not.toEqual(order(100, 1, 3));
    expect(order(100, 1, 2)).not.toEqual(order(100, 2, 2));
  });

  // Over many epochs every row is as often in every place: chi-square with (n − 1)² degrees of freedom.
  it.each([2, 3, 5, 8, 17])('puts %d rows in every place equally often', (size) => {
    const epochs = 3000;
    const counts = new Float64Array(size * size);
    for (let epoch = 0; epoch < epochs; epoch += 1) {
      order(size, 7, epoch).forEach((row, position) => {
        counts[position * size + row] = at(counts, position * size + row) + 1;
      });
    }
    const expected = epochs / size;
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    const freedom = (size - 1) ** 2;
    expect(Math.abs(chiSquare - freedom)).toBeLessThan(5 * Math.sqrt(2 * freedom));
  });

  it('does not keep neighbours together: as many as in a random permutation', () => {
    // In a random permutation row i is followed by i + 1 once on average, nearly Poisson.
    const epochs = 100;
    let followed = 0;
    for (let epoch = 0; epoch < epochs; epoch += 1) {
      const rows = order(1000, 3, epoch);
      followed += rows.filter((row, i) => rows[i + 1] === row + 1).length;
    }
    expect(Math.abs(followed - epochs)).toBeLessThan(5 * Math.sqrt(epochs));
  });
});

describe('held-out rows', () => {
  it.each([1, 9, 10, 11, 19, 20, 99, 1000, 20000])(
    'and training rows of %d share all rows between them',
    (rows) => {
      const heldOut = ascending(heldOutCount(rows)).map(heldOutRow);
      const count = rows - heldOut.length;
      const training = heldOut.length === 0 ? ascending(count) : ascending(count).map(trainingRow);
      expect(isPermutation([...heldOut, ...training])).toBe(true);
      expect(heldOut.length + training.length).toBe(rows);
      expect(training.every((row, i) => i === 0 || row > at(training, i - 1))).toBe(true);
    },
  );

  it('are one of every ten, none of fewer than ten, and the same however long the file is', () => {
    expect(heldOutCount(9)).toBe(0);
    expect(heldOutCount(20000)).toBe(2000);
    for (let block = 0; block < 100; block += 1) {
      expect(Math.floor(heldOutRow(block) / 10)).toBe(block);
    }
  });

  it('do not fall into step with a period of ten', () => {
    const counts = new Float64Array(10);
    for (let block = 0; block < 5000; block += 1) {
      const place = heldOutRow(block) % 10;
      counts[place] = at(counts, place) + 1;
    }
    const chiSquare = counts.reduce((sum, count) => sum + (count - 500) ** 2 / 500, 0);
    expect(Math.abs(chiSquare - 9)).toBeLessThan(5 * Math.sqrt(18));
  });
});
