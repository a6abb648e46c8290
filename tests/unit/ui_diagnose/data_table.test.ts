/** Sorting of result tables: both directions, undefined values last, equal rows in the given order. */
import { describe, expect, it } from 'vitest';
import { fileTable, sortRows, type DataColumn } from '../../../src/ui/parts/DataTable';

interface Row {
  readonly name: string;
  readonly value: number | null;
}

const columns: readonly DataColumn<Row>[] = [
  { id: 'name', head: 'Name', text: { text: '' }, value: ({ name }) => name },
  { id: 'value', head: 'Value', text: { text: '' }, value: ({ value }) => value },
];
const rows: readonly Row[] = [
  { name: 'circle 10', value: 2 },
  { name: 'circle 2', value: null },
  { name: 'sphere', value: 1 },
  { name: 'line', value: 2 },
];
const names = (column: string, descending: boolean) =>
  sortRows(rows, columns, { column, descending }).map(({ name }) => name);

describe('sorting', () => {
  it('goes up and down and keeps what is undefined last', () => {
    expect(names('value', false)).toEqual(['sphere', 'circle 10', 'line', 'circle 2']);
    expect(names('value', true)).toEqual(['circle 10', 'line', 'sphere', 'circle 2']);
  });

  it('orders numbers inside names by value', () => {
    expect(names('name', false)).toEqual(['circle 2', 'circle 10', 'line', 'sphere']);
  });

  it('leaves the rows as given without an order or for an unknown column', () => {
    expect(sortRows(rows, columns, null)).toBe(rows);
    expect(sortRows(rows, columns, { column: 'other', descending: true })).toBe(rows);
  });
});

describe('the saved file', () => {
  it('has what chance gives in a column after each measured one', () => {
    const withChance = columns.map((column) =>
      column.id === 'value' ? { ...column, chance: () => 0.5 } : column,
    );
    const table = fileTable(rows, withChance);
    expect(table.columns).toEqual(['name', 'value', 'value_chance']);
    expect(table.rows[1]).toEqual(['circle 2', null, 0.5]);
    expect(fileTable(rows, columns).columns).toEqual(['name', 'value']);
  });
});
