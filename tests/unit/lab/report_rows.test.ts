/** Which rows the final evaluation reads: page, report.json and `lab eval` ask here. */
import { expect, it } from 'vitest';
import { reportRows, splitRows } from '../../../src/lab/report_rows';

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
  expect(reportRows(sized(8, 0, 8))).toEqual({ split: 'all', rows: 8 });
  expect(splitRows(sized(900_000, 100_000, 1_000_000), 'held_out')).toBe(100_000);
});
