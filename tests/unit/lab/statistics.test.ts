/** What is measured of data before a run: power that is spread and not rounding. */
import { describe, expect, it } from 'vitest';
import { openTableSource } from '../../../src/data/table_source';
import { measureData } from '../../../src/lab/encode/statistics';

const width = 3;
const powerOf = async (rows: number, valueOf: (row: number, column: number) => number) => {
  const values = Float32Array.from({ length: rows * width }, (_, place) =>
    valueOf(Math.floor(place / width), place % width),
  );
  const table = { label: 'rows', description: '', width, values, order: 'sequential' as const };
  const source = openTableSource({ ...table, seed: 0 });
  return (await measureData(source, 64)).statistics.power;
};

describe('the power of data', () => {
  it('is zero for rows that are all alike, whatever their numbers', async () => {
    expect(await powerOf(1000, () => 0.1)).toBe(0);
    expect(await powerOf(1000, (_, column) => 1e6 / 3 + column)).toBe(0);
    expect(await powerOf(1000, (row) => (row % 2 === 0 ? 1 : 1 + 2 ** -23))).toBe(0);
  });

  it('is the spread, however far the mean', async () => {
    // ±1 around 4096, which float32 holds exactly.
    const around = (row: number) => 4096 + (row % 2 === 0 ? 1 : -1);
    expect(await powerOf(1024, around)).toBeCloseTo(width, 9);
  });
});
