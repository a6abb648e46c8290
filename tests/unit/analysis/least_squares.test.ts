/** Least squares codes against the normal equations, solved densely, on rows of every number of columns. */
import { describe, expect, it } from 'vitest';
import { leastSquaresCodes, type CodesProblem } from '../../../src/analysis/least_squares';
import type { CodeTable } from '../../../src/analysis/types';
import { at } from '../../../src/base/array';
import { orthonormalRows } from '../../../src/base/linear_algebra';
import { leastSquares, squaredError } from './dense_solver';
import { chance, codesOf, gaussian } from './worlds';

/** Enough for the minimum, whatever the number of columns. */
const MANY = 400;

/** Random rows with so many units each, of random codes; every fifth code is zero. */
function problemOf(counts: readonly number[], rank: number, width: number): CodesProblem {
  const groups = Math.max(1, ...counts) + 3;
  const { normal } = chance(5);
  const rows = counts.map((count, row) =>
    Array.from({ length: count }, (_, i) => ({
      group: i + (row % 3),
      code: Array.from({ length: rank }, (_code, j) => ((i + j) % 5 === 4 ? 0 : normal())),
    })),
  );
  return {
    decoder: Float32Array.from(gaussian(groups * rank, width, 6)),
    width,
    codes: codesOf(groups, rank, rows),
    targets: Float32Array.from(gaussian(counts.length, width, 7)),
    signed: true,
  };
}

/** Columns of a row whose codes are not zero in `table`: place of the code, and the atom. */
function columnsOf({ decoder, width }: CodesProblem, table: CodeTable, row: number) {
  const { rank, offsets, active, codes } = table;
  const found: { place: number; atom: number[] }[] = [];
  for (let place = at(offsets, row) * rank; place < at(offsets, row + 1) * rank; place++) {
    if (at(codes, place) === 0) continue;
    const column = at(active, Math.floor(place / rank)) * rank + (place % rank);
    found.push({ place, atom: [...decoder.subarray(column * width, (column + 1) * width)] });
  }
  return found;
}

const targetOf = ({ targets, width }: CodesProblem, row: number) => [
  ...targets.subarray(row * width, (row + 1) * width),
];

function errorOf(problem: CodesProblem, table: CodeTable, row: number): number {
  const columns = columnsOf(problem, problem.codes, row);
  return squaredError(
    columns.map(({ atom }) => atom),
    columns.map(({ place }) => at(table.codes, place)),
    targetOf(problem, row),
  );
}

const sizes = [
  { counts: [0, 1, 5, 0, 3, 90], rank: 1, width: 100 },
  { counts: [4, 1, 0, 7], rank: 3, width: 23 },
  { counts: [2, 1], rank: 2, width: 4 },
];

describe('codes by least squares', () => {
  it.each(sizes)('solve the normal equations: $counts units of rank $rank', async (size) => {
    const problem = problemOf(size.counts, size.rank, size.width);
    const solved = await leastSquaresCodes(problem, {}, MANY);
    for (const row of size.counts.keys()) {
      const columns = columnsOf(problem, problem.codes, row);
      const expected = leastSquares(
        columns.map(({ atom }) => atom),
        targetOf(problem, row),
      );
      columns.forEach(({ place }, i) => {
        // Codes are kept in float32.
        expect(Math.abs(at(solved.codes, place) - at(expected, i))).toBeLessThan(
          1e-6 * Math.max(1, Math.abs(at(expected, i))),
        );
      });
    }
  });

  it('take five steps, each to the best code in reach of as many gradients', async () => {
    const problem = problemOf([9], 2, 30);
    const columns = columnsOf(problem, problem.codes, 0);
    const target = targetOf(problem, 0);
    const gram = (v: readonly number[]) =>
      columns.map(({ atom }) =>
        columns.reduce(
          (sum, { atom: other }, j) =>
            sum + at(v, j) * atom.reduce((dot, value, c) => dot + value * at(other, c), 0),
          0,
        ),
      );
    const start = columns.map(({ place }) => at(problem.codes.codes, place));
    const left = target.map(
      (value, c) =>
        value - columns.reduce((sum, { atom }, i) => sum + at(start, i) * at(atom, c), 0),
    );
    const krylov: number[][] = [
      columns.map(({ atom }) => atom.reduce((sum, value, c) => sum + value * at(left, c), 0)),
    ];
    while (krylov.length < 5) krylov.push(gram(at(krylov, krylov.length - 1)));
    const { basis } = orthonormalRows(Float64Array.from(krylov.flat()), 5, columns.length);
    const reach = krylov.map((_, k) => [
      ...basis.subarray(k * columns.length, (k + 1) * columns.length),
    ]);
    const images = reach.map((v) =>
      target.map((_, c) => columns.reduce((sum, { atom }, i) => sum + at(v, i) * at(atom, c), 0)),
    );
    const steps = leastSquares(images, left);
    const solved = await leastSquaresCodes(problem);
    columns.forEach(({ place }, i) => {
      const expected = at(start, i) + reach.reduce((sum, v, k) => sum + at(steps, k) * at(v, i), 0);
      expect(at(solved.codes, place)).toBeCloseTo(expected, 5);
    });
  });

  it('never rebuild a row worse, on the same support, with any number of steps', async () => {
    const problem = problemOf([0, 6, 2, 9, 30], 2, 12);
    let before = problem.codes;
    for (const steps of [1, 2, 5, 20]) {
      const solved = await leastSquaresCodes(problem, {}, steps);
      expect([...solved.active]).toEqual([...problem.codes.active]);
      expect([...solved.offsets]).toEqual([...problem.codes.offsets]);
      solved.codes.forEach((code, i) => {
        if (problem.codes.codes[i] === 0) expect(code).toBe(0);
      });
      for (let row = 0; row < 5; row++) {
        expect(errorOf(problem, solved, row)).toBeLessThanOrEqual(
          errorOf(problem, before, row) * (1 + 1e-6),
        );
      }
      before = solved;
    }
    expect(errorOf(problem, before, 1)).toBeLessThan(0.5 * errorOf(problem, problem.codes, 1));
  });

  it('leave codes that are the best as they are, and columns without an atom', async () => {
    const problem: CodesProblem = {
      decoder: Float32Array.of(3, 4, 0, 0),
      width: 2,
      codes: codesOf(2, 1, [
        [
          { group: 0, code: [2] },
          { group: 1, code: [0.5] },
        ],
        [{ group: 1, code: [7] }],
      ]),
      targets: Float32Array.of(6, 8, 1, 1),
      signed: true,
    };
    expect([...(await leastSquaresCodes(problem)).codes]).toEqual([2, 0.5, 7]);
  });
});

describe('codes that may not be negative', () => {
  const problem = (target: readonly number[], own: readonly number[], angle: number) => ({
    decoder: Float32Array.of(1, 0, Math.cos(angle), Math.sin(angle)),
    width: 2,
    codes: codesOf(2, 1, [own.map((code, group) => ({ group, code: [code] }))]),
    targets: Float32Array.from(target),
    signed: false,
  });

  it('are cut off at zero', async () => {
    const given = problem([1, -0.2], [0.5, 0.3], 2);
    const { codes } = await leastSquaresCodes({ ...given, signed: true });
    expect(at(codes, 1)).toBeLessThan(0);
    const cut = await leastSquaresCodes(given);
    expect([...cut.codes]).toEqual([at(codes, 0), 0]);
    expect(errorOf(given, cut, 0)).toBeLessThan(errorOf(given, given.codes, 0));
  });

  it('stay as they were in a row that this would leave worse', async () => {
    // The best codes are 6 and −5, of two atoms that are nearly the same.
    const given = problem([1, -0.5], [1, 0.01], 0.1);
    expect([...(await leastSquaresCodes(given)).codes]).toEqual([...given.codes.codes]);
  });
});

it('can be given up', async () => {
  const problem = problemOf(
    Array.from({ length: 3000 }, () => 30),
    1,
    60,
  );
  const controller = new AbortController();
  const work = { signal: controller.signal, onProgress: () => controller.abort() };
  await expect(leastSquaresCodes(problem, work)).rejects.toMatchObject({ code: 'cancelled' });
});
