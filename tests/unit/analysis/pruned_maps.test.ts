/** Directions that maps hardly use, left out of l0 and of the reconstruction. */
import { describe, expect, it } from 'vitest';
import { indexCodes } from '../../../src/analysis/code_index';
import { contributionErrors, prunedL0, pruneDictionary } from '../../../src/analysis/pruned_maps';
import type { CodeTable, Dictionary } from '../../../src/analysis/types';
import { at } from '../../../src/base/array';
import { dictionaryOf } from './worlds';

/** One entry a row: its unit and codes. */
function table(
  groups: number,
  rows: readonly (readonly [unit: number, ...code: number[]])[],
): CodeTable {
  const rank = (rows[0]?.length ?? 2) - 1;
  return {
    rows: rows.length,
    rank,
    groups,
    offsets: Uint32Array.from({ length: rows.length + 1 }, (_, i) => i),
    active: Uint32Array.from(rows, ([unit]) => unit),
    codes: Float32Array.from(rows.flatMap(([, ...code]) => code)),
  };
}

describe('pruning', () => {
  // D_kᵀE_k is diagonal in the first two dimensions with these gains; the second group writes to the third and fourth.
  const gains = (second: number): Dictionary =>
    dictionaryOf(
      2,
      2,
      4,
      [1, 0, 0, 0, 0, second, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
      [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0.5],
    );

  it('drops a direction below a tenth of the largest singular value, and none from a tenth on', () => {
    expect([...pruneDictionary(gains(0.0999)).kept]).toEqual([1, 2]);
    const { kept, decoder } = pruneDictionary(gains(0.101));
    expect([...kept]).toEqual([2, 2]);
    expect(decoder).toBeNull();
    expect([...pruneDictionary(gains(0)).kept]).toEqual([1, 2]);
  });

  it('counts the directions that are kept of groups that fire, and leaves out what the others add', () => {
    const dictionary = gains(0.05);
    const codes = table(2, [
      [0, 3, 4],
      [1, 1, 2],
      [0, 1, 0],
      [0, 0, 0],
    ]);
    const pruned = pruneDictionary(dictionary);
    // Two firings of one direction, one of two, and a group that was listed and did not fire, over four rows.
    expect(prunedL0(indexCodes(dictionary, codes), pruned)).toBe(1);
    const x = Float32Array.of(3, 0.2, 0, 0, 0, 0, 1, 2, 1, 0, 0, 7, 0, 0, 0, 0);
    const errors = contributionErrors(dictionary.decoder, codes, x, 4);
    expect(errors[0]).toBeCloseTo(0, 12);
    // 4 · 0.05 along the second dimension is missing now.
    const left = contributionErrors(pruned.decoder ?? new Float32Array(), codes, x, 4);
    expect(left[0]).toBeCloseTo(0.04, 7);
    expect([...left.slice(1)]).toEqual([...errors.slice(1)]);
    expect(at(errors, 2)).toBe(49);
  });

  it('looks at the map and not at the basis of its block', () => {
    const plain = gains(0.05);
    // D → AᵀD, E → A⁻¹E with A = [[2, 1], [0, 1]] leaves DᵀE what it is.
    const mixed = dictionaryOf(1, 2, 4, [2, 0, 0, 0, 1, 0.05, 0, 0], [0.5, -0.5, 0, 0, 0, 1, 0, 0]);
    const first = {
      ...plain,
      groups: 1,
      decoder: plain.decoder.slice(0, 8),
      encoder: plain.encoder.slice(0, 8),
    };
    expect([...pruneDictionary(mixed).kept]).toEqual([1]);
    const x = Float32Array.of(3, 4, 0, 0);
    // p' = A⁻¹p decodes to the same.
    const errorsOf = (dictionary: Dictionary, code: [number, number]) =>
      contributionErrors(pruneDictionary(dictionary).decoder ?? x, table(1, [[0, ...code]]), x, 4);
    expect(at(errorsOf(mixed, [-0.5, 4]), 0)).toBeCloseTo(at(errorsOf(first, [3, 4]), 0), 5);
  });

  it('is l0 for latents, also for one whose map is zero', () => {
    const latents = dictionaryOf(2, 1, 2, [1, 0, 0, 0], [1, 0, 0, 0]);
    const pruned = pruneDictionary(latents);
    expect(pruned.decoder).toBeNull();
    expect(
      prunedL0(
        indexCodes(
          latents,
          table(2, [
            [0, 1],
            [1, 2],
            [1, 0],
          ]),
        ),
        pruned,
      ),
    ).toBeCloseTo(2 / 3, 14);
    const zero = pruneDictionary(dictionaryOf(1, 2, 2, [1, 0, 0, 1], [0, 0, 0, 0]));
    expect([...zero.kept]).toEqual([2]);
  });
});
