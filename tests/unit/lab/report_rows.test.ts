/** Which rows the final evaluation reads: page, report.json and `lab eval` ask here. */
import { expect, it } from 'vitest';
import { openMatrixSource } from '../../../src/data/npy_source';
import { reportRows, splitRows } from '../../../src/lab/run/report_rows';

const sized = (train: number | null, held_out: number | null, all: number | null) => ({
  size: { train, held_out, all },
});

it('are those held out, of which a part is enough where there are many, and all where none are', () => {
  expect(reportRows(sized(18_000, 2000, 20_000))).toEqual({ split: 'held_out', rows: 2000 });
  expect(reportRows(sized(null, null, null))).toEqual({ split: 'held_out', rows: 16_384 });
  expect(reportRows(sized(900_000, 100_000, 1_000_000))).toEqual({
    split: 'held_out',
    rows: 65_536,
  });
  expect(splitRows(sized(900_000, 100_000, 1_000_000), 'held_out')).toBe(100_000);
});

it('are said to be all rows where the data hold none out', () => {
  const matrix = (rows: number) => ({ rows, width: 2, values: new Float32Array(rows * 2) });
  const rowsOf = (rows: number, order: 'shuffled' | 'sequential') =>
    reportRows(openMatrixSource(matrix(rows), 'rows.npy', order, 0));
  expect(rowsOf(40, 'sequential')).toEqual({ split: 'all', rows: 40 });
  expect(rowsOf(8, 'shuffled')).toEqual({ split: 'all', rows: 8 });
  expect(rowsOf(40, 'shuffled')).toEqual({ split: 'held_out', rows: 4 });
});
