/**
 * Finite sources on the CPU: which rows training, held-out and whole reads give, in both orders; a
 * person's matrix with its checks; and the one door to all sources.
 */
import { describe, expect, it } from 'vitest';
import { LabError } from '../../../src/base/lab_error';
import { openMatrixSource } from '../../../src/data/npy_source';
import { openSource, type FileAccess } from '../../../src/data/open';
import type { ReadySource, Split } from '../../../src/data/source';
import type { RowOrder } from '../../../src/data/table_source';

const WIDTH = 3;

/** Row i is (i, i + ¼, i + ½), so that a row tells where it stands. */
function open(rows: number, order: RowOrder, seed = 0): ReadySource {
  const values = Float32Array.from({ length: rows * WIDTH }, (_, i) => {
    return Math.floor(i / WIDTH) + (i % WIDTH) / 4;
  });
  return openMatrixSource({ rows, width: WIDTH, values }, 'rows.npy', order, seed);
}

/** Row numbers of a split, checked against the rows themselves. */
function rowsOf(source: ReadySource, split: Split): number[] {
  const { count, x, rowIds } = source.read(split, 0, 1_000_000);
  expect(count).toBe(source.size[split]);
  rowIds.forEach((row, i) => {
    expect([...x.subarray(i * WIDTH, (i + 1) * WIDTH)]).toEqual([row, row + 0.25, row + 0.5]);
  });
  return [...rowIds];
}

function failure(act: () => unknown): LabError {
  try {
    act();
  } catch (error) {
    if (error instanceof LabError) return error;
    throw error;
  }
  throw new Error('did not fail');
}

describe('a shuffled source', () => {
  it('trains on nine rows of ten, once in every epoch, and never on a held-out row', () => {
    const source = open(57, 'shuffled');
    const heldOut = new Set(rowsOf(source, 'held_out'));
    const training = rowsOf(source, 'train');
    expect(training.filter((row) => heldOut.has(row))).toEqual([]);
    expect(training.length + heldOut.size).toBe(57);
    expect(heldOut.size).toBeGreaterThanOrEqual(5);
    // Three epochs in batches of a length that does not divide them.
    const seen = Array.from(
      { length: 3 * training.length },
      (_, i) => source.batch(i, 1).rowIds[0],
    );
    for (let epoch = 0; epoch < 3; epoch += 1) {
      const rows = seen.slice(epoch * training.length, (epoch + 1) * training.length);
      expect(new Set(rows)).toEqual(new Set(training));
    }
    expect(seen.slice(0, training.length)).not.toEqual(
      seen.slice(training.length, 2 * training.length),
    );
  });

  it('gives the same sequence of rows whatever the size of the batch, another one for another seed', () => {
    const take = (seed: number, batchRows: number) =>
      Array.from({ length: 60 / batchRows }, (_, i) => [
        ...open(57, 'shuffled', seed).batch(i, batchRows).rowIds,
      ]).flat();
    expect(take(1, 60)).toEqual(take(1, 4));
    expect(take(1, 60)).not.toEqual(take(2, 60));
    expect(rowsOf(open(57, 'shuffled', 1), 'held_out')).toEqual(
      rowsOf(open(57, 'shuffled', 2), 'held_out'),
    );
  });

  it('of fewer than ten rows holds none out and says so', () => {
    const source = open(9, 'shuffled');
    expect(rowsOf(source, 'held_out')).toEqual(rowsOf(source, 'all'));
    expect(source.description).toMatch(/none held out/);
    expect(open(10, 'shuffled').description).toMatch(/a tenth held out/);
  });
});

describe('a sequential source', () => {
  it('takes rows in file order and wraps around', () => {
    const source = open(7, 'sequential');
    const batches = [0, 1, 2].map((i) => [...source.batch(i, 5).rowIds]);
    expect(batches).toEqual([
      [0, 1, 2, 3, 4],
      [5, 6, 0, 1, 2],
      [3, 4, 5, 6, 0],
    ]);
  });

  it('holds nothing out: every split is the whole file', () => {
    const source = open(23, 'sequential');
    const all = Array.from({ length: 23 }, (_, i) => i);
    for (const split of ['train', 'held_out', 'all'] as const) {
      expect(rowsOf(source, split)).toEqual(all);
    }
  });
});

describe('reading a split', () => {
  it('gives fewer rows at its end, and none beyond', () => {
    const source = open(40, 'shuffled');
    expect(source.read('all', 38, 10)).toMatchObject({ count: 2 });
    expect(source.read('all', 40, 10).x).toHaveLength(0);
    expect(source.read('all', 99, 10)).toMatchObject({ count: 0 });
    expect([...source.read('all', 5, 2).rowIds]).toEqual([5, 6]);
  });
});

describe("a person's matrix", () => {
  it('with NaN or infinite values is refused, with their number and the first place', () => {
    const values = new Float32Array(12).fill(1);
    values[7] = NaN;
    values[8] = Infinity;
    values[11] = -Infinity;
    const error = failure(() =>
      openMatrixSource({ rows: 4, width: 3, values }, 'bad.npy', 'shuffled', 0),
    );
    expect(error.code).toBe('bad_data');
    expect(error.message).toContain('bad.npy');
    expect(error.message).toContain('1 NaN and 2 infinite');
    expect(error.message).toContain('row 2, column 1');
  });

  it.each([
    [
      'too large',
      1e19,
      'values up to 1.00e+19; the squares of a row of 3 numbers exceed float32 beyond 5.33e+18.',
    ],
    ['too small', -1e-25, 'no value above 1.00e-25; the squares of numbers below 4.44e-16 vanish'],
  ])('whose squares exceed float32 is refused with its largest value: %s', (_, value, words) => {
    const values = new Float32Array(12);
    values[4] = value;
    const error = failure(() =>
      openMatrixSource({ rows: 4, width: 3, values }, 'far.npy', 'shuffled', 0),
    );
    expect(error.code).toBe('bad_data');
    expect(error.message).toContain(`far.npy holds ${words}`);
    expect(error.wayOut).toMatch(/all rows by the same number/);
  });

  it('is taken up to the edge of what float32 can square, and where all of it is zero', () => {
    for (const value of [5e18, 5e-16, 0]) {
      const values = new Float32Array(12).fill(value);
      const matrix = { rows: 4, width: 3, values };
      expect(openMatrixSource(matrix, 'edge.npy', 'shuffled', 0).width).toBe(3);
      // What is refused is what float32 cannot sum, here with the distance from the mean that is twice the value.
      const square = Math.fround((2 * value) ** 2);
      expect(Number.isFinite(Math.fround(3 * square))).toBe(true);
      expect(square === 0).toBe(value === 0);
    }
  });

  it('with no rows, or with labels for other rows, is refused', () => {
    const empty = { rows: 0, width: 3, values: new Float32Array(0) };
    expect(failure(() => openMatrixSource(empty, 'e.npy', 'sequential', 0)).message).toMatch(
      /no rows/,
    );
    const labelled = { rows: 2, width: 1, values: new Float32Array(2), labels: ['a'] };
    expect(failure(() => openMatrixSource(labelled, 'l.npy', 'sequential', 0)).message).toMatch(
      /2 rows, but 1 labels/,
    );
  });

  it('names its rows by their labels', () => {
    const values = new Float32Array(2);
    const source = openMatrixSource(
      { rows: 2, width: 1, values, labels: ['first', 'second'] },
      'l.npy',
      'sequential',
      0,
    );
    expect(source.labelOf?.(1)).toBe('second');
    expect('labelOf' in open(3, 'sequential')).toBe(false);
  });
});

describe('the door to all sources', () => {
  const access: FileAccess = {
    shipped: (path) => Promise.reject(new Error(`nobody needs ${path}`)),
    matrix: (path) =>
      path === 'data/rows.npy'
        ? Promise.resolve({ rows: 2, width: 1, values: Float32Array.of(1, 2) })
        : Promise.reject(new Error(path)),
  };

  it('opens presets with their seed', async () => {
    const config = { kind: 'synthetic', preset: 'zoo', seed: 3 } as const;
    const source = await openSource(config, access, 0);
    const again = await openSource(config, access, 1);
    const other = await openSource({ ...config, seed: 4 }, access, 0);
    expect(source.width).toBe(128);
    expect(again.batch(5, 4).x).toEqual(source.batch(5, 4).x);
    expect(other.batch(5, 4).x).not.toEqual(source.batch(5, 4).x);
  });

  it('opens a matrix by its path, under the name of its file', async () => {
    const config = { kind: 'npy', path: 'data/rows.npy', order: 'sequential' } as const;
    const source = await openSource(config, access, 0);
    expect(source.label).toBe('rows.npy');
    expect([...source.read('all', 0, 9).x]).toEqual([1, 2]);
  });
});
