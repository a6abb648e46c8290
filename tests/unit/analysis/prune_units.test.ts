/** Another choice of units: who competes, and that it finds units that were there where the gate chose others. */
import { describe, expect, it } from 'vitest';
import { candidateUnits, firingUnits, pruneUnits } from '../../../src/analysis/prune_units';
import type { CodeTable } from '../../../src/analysis/types';
import { at } from '../../../src/base/array';
import { leastSquares } from './dense_solver';
import { chance, codesOf, encodeTop, gaussian } from './worlds';

const unitsOf = ({ offsets, active }: CodeTable, row: number) => [
  ...active.subarray(at(offsets, row), at(offsets, row + 1)),
];

describe('the candidates', () => {
  it('are the units that fire, and as many more by their scores, ties to the lowest', () => {
    const own = codesOf(9, 1, [
      [
        { group: 1, code: [2] },
        { group: 3, code: [0] },
        { group: 4, code: [3] },
      ],
      [],
      [{ group: 8, code: [1] }],
    ]);
    const wide = codesOf(9, 1, [
      [5, 9, 5, 1, 4, 5].map((code, group) => ({ group, code: [code] })),
      [{ group: 0, code: [1] }],
      [{ group: 8, code: [1] }],
    ]);
    const found = candidateUnits(own, wide, wide.codes);
    expect([0, 1, 2].map((row) => unitsOf(found, row))).toEqual([[0, 1, 2, 4], [], [8]]);
    // Those of the gate keep their codes.
    expect([...found.codes]).toEqual([5, 2, 5, 3, 1]);
    expect([...firingUnits(own)]).toEqual([2, 0, 1]);
  });
});

describe('the choice', () => {
  it('finds units that the gate missed, with the codes that they had', async () => {
    const [units, width, active, rows] = [60, 40, 4, 60];
    const encoder = gaussian(units, width, 1);
    for (let k = 0; k < units; k++) {
      const atom = encoder.subarray(k * width, (k + 1) * width);
      const norm = Math.hypot(...atom);
      atom.forEach((value, c) => (atom[c] = value / norm));
    }
    const { uniform } = chance(2);
    const planted = Array.from({ length: rows }, () => {
      const chosen = new Map<number, number>();
      while (chosen.size < active) chosen.set(Math.floor(units * uniform()), 0.3 + uniform());
      return chosen;
    });
    const decoder = Float32Array.from(encoder);
    const x = new Float32Array(rows * width);
    planted.forEach((chosen, row) => {
      for (const [k, code] of chosen) {
        for (let c = 0; c < width; c++) {
          const place = row * width + c;
          x[place] = at(x, place) + code * at(decoder, k * width + c);
        }
      }
    });
    const dictionary = {
      ...{ groups: units, rank: 1, width, encoder: decoder, decoder },
      encoderBias: new Float32Array(units),
      decoderBias: new Float32Array(width),
    };
    const own = encodeTop(dictionary, x, active, true);
    const wide = encodeTop(dictionary, x, 2 * active, true);
    const codes = candidateUnits(own, wide, wide.codes);
    const found = await pruneUnits(
      { decoder, width, codes, targets: x, signed: false },
      firingUnits(own),
    );
    const right = (table: CodeTable, row: number) =>
      unitsOf(table, row).join() === [...(planted[row]?.keys() ?? [])].sort((a, b) => a - b).join();
    let [seen, chosenByGate] = [0, 0];
    planted.forEach((chosen, row) => {
      chosenByGate += Number(right(own, row));
      const candidates = unitsOf(codes, row);
      if (![...chosen.keys()].every((unit) => candidates.includes(unit))) return;
      seen += 1;
      expect(right(found, row)).toBe(true);
      unitsOf(found, row).forEach((unit, i) => {
        // Five steps come close to the codes that were there.
        expect(at(found.codes, at(found.offsets, row) + i)).toBeCloseTo(chosen.get(unit) ?? 0, 2);
      });
    });
    expect(seen).toBeGreaterThan(rows / 3);
    expect(chosenByGate).toBeLessThan(seen / 2);
  });

  it('goes by what units contribute to the row, not by the size of their codes', async () => {
    // Large codes of short rows, small codes of long rows, and one that least squares does without.
    const problem = {
      decoder: Float32Array.from([
        ...[0.01, 0, 0, 0, 0, 0.01, 0, 0],
        ...[9, 0, 9, 0, 0, 9, 0, 9],
        ...[0, 0, 3, 0, 0, 0, 0, 3],
      ]),
      width: 4,
      codes: codesOf(3, 2, [
        [0, 1, 2].map((group) => ({
          group,
          code: [group === 0 ? 50 : 0.1, group === 0 ? 60 : 0.1],
        })),
      ]),
      targets: Float32Array.of(5, 5, 5, 5),
      signed: true,
    };
    const found = await pruneUnits(problem, Uint32Array.of(1));
    expect(unitsOf(found, 0)).toEqual([1]);
    const expected = leastSquares(
      [
        [9, 0, 9, 0],
        [0, 9, 0, 9],
      ],
      [5, 5, 5, 5],
    );
    [...found.codes].forEach((code, i) => expect(code).toBeCloseTo(at(expected, i), 5));
  });

  it('keeps as many columns of the units that stay as are asked for, by what each contributes', async () => {
    // The first unit has less to give than the others; the codes of the second are small where its columns are long.
    const decoder = Float32Array.from([
      ...[1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0],
      ...[0, 0, 100, 0, 0, 0, 0, 0, 0, 1, 0, 0],
      ...[0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1],
    ]);
    const problem = {
      decoder,
      width: 6,
      codes: codesOf(3, 2, [
        [0, 1, 2].map((group) => ({ group, code: [0.5, 0.5] })),
        [0, 1].map((group) => ({ group, code: [group, 0] })),
      ]),
      targets: Float32Array.of(0.1, 0.1, 9, 2, 3, 4, 0, 0, 7, 7, 7, 7),
      signed: true,
    };
    const found = await pruneUnits(problem, Uint32Array.of(2, 2), {}, Uint32Array.of(3, 2));
    expect(unitsOf(found, 0)).toEqual([1, 2]);
    expect([...found.codes].slice(0, 4).map((code) => Number(code.toFixed(3)))).toEqual([
      0.09, 0, 3, 4,
    ]);
    // A column that was off stays off.
    expect(unitsOf(found, 1)).toEqual([1]);
    expect([...found.codes].slice(4).map((code) => Number(code.toFixed(3)))).toEqual([0.07, 0]);
  });

  it('keeps no unit that contributes nothing', async () => {
    const codes = codesOf(2, 1, [
      [
        { group: 0, code: [1] },
        { group: 1, code: [1] },
      ],
    ]);
    const decoder = Float32Array.of(1, 0, 0, 0);
    const problem = { decoder, width: 2, codes, targets: Float32Array.of(2, 2), signed: false };
    expect(unitsOf(await pruneUnits(problem, Uint32Array.of(2)), 0)).toEqual([0]);
  });
});
