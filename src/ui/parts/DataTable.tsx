/**
 * A table of results: heads with formula and source on hover that sort, numbers rounded with every digit on
 * hover, and a button that saves all of it as CSV. For tables of up to some thousand rows in a frame that
 * scrolls; it knows nothing of what is in them.
 */
import { useMemo, useState, type ReactNode } from 'react';
import { csvText, saveFile } from '../../io/figure_export';
import { sourcedTable } from '../plots/figure_source';
import { useFigureSource } from '../plots/FiguresOf';
import { formatExact, formatInteger } from '../plots/format';
import './data_table.css';
import { plainText } from './explain';
import { Hint } from './Hint';
import type { MeasureText } from './Measure';
import { Panel } from './Panel';

/** What a cell holds, for sorting and for the file; null where nothing was measured. */
export type CellValue = number | string | null;

/** A column of the saved file. */
export interface FileColumn<Row> {
  readonly id: string;
  readonly value: (row: Row) => CellValue;
}

export interface DataColumn<Row> {
  /** Name in the file. */
  readonly id: string;
  readonly head: string;
  readonly text: MeasureText;
  readonly value: (row: Row) => CellValue;
  /** Text of a number; default: as an integer. */
  readonly format?: ((value: number) => string) | undefined;
  /** What chance alone gives: faint behind the value, and a column of its own, `ID_chance`, in the file. */
  readonly chance?: ((row: Row) => number | null) | undefined;
  /** More columns of the file only, after this one: bounds of chance, rows that it was read on. */
  readonly also?: readonly FileColumn<Row>[] | undefined;
  /** What is shown instead of the formatted value. */
  readonly cell?: ((row: Row) => ReactNode) | undefined;
  /** Colour of the model that the column belongs to, drawn above its head. */
  readonly color?: string | undefined;
  /** Draws a line at its left: a new model begins. */
  readonly divided?: boolean | undefined;
}

export interface DataTableProps<Row> {
  readonly title: string;
  readonly hint: MeasureText;
  readonly columns: readonly DataColumn<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string | number;
  /** Name of the saved file without extension. */
  readonly fileName: string;
  readonly empty: string;
  /** Rows from which the table scrolls in its frame; default 12. */
  readonly tall?: number | undefined;
}

interface Order {
  readonly column: string;
  readonly descending: boolean;
}

/** Height of a row in pixels. */
const ROW = 29;
/** Most rows that are drawn; the file has all of them. */
const DRAWN = 500;

export function DataTable<Row>(props: DataTableProps<Row>) {
  const { title, hint, columns, rows, rowKey, fileName, empty, tall = 12 } = props;
  const [order, setOrder] = useState<Order | null>(null);
  const sorted = useMemo(() => sortRows(rows, columns, order), [rows, columns, order]);
  const source = useFigureSource();
  const save = () => {
    const table = sourcedTable(fileTable(sorted, columns), source);
    saveFile(csvText(table), `${fileName}.csv`, 'text/csv;charset=utf-8');
  };
  return (
    <Panel
      flush
      className="data-table"
      level={3}
      title={title}
      hint={hint}
      actions={
        rows.length > 0 && (
          <button type="button" className="button button-quiet" onClick={save}>
            Save CSV
          </button>
        )
      }
    >
      {rows.length === 0 ? (
        <p className="data-none">{empty}</p>
      ) : (
        <div
          className="data-scroll"
          style={{ maxHeight: (tall + 1.5) * ROW }}
          role="region"
          aria-label={title}
          tabIndex={rows.length > tall ? 0 : undefined}
        >
          <table>
            <thead>
              <tr>
                {columns.map((column) => (
                  <Head
                    key={column.id}
                    column={column}
                    isText={rows.some((row) => typeof column.value(row) === 'string')}
                    order={order}
                    onOrder={setOrder}
                  />
                ))}
              </tr>
            </thead>
            <tbody>
              {sorted.slice(0, DRAWN).map((row) => (
                <tr key={rowKey(row)}>
                  {columns.map((column) => (
                    <Cell key={column.id} column={column} row={row} />
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
          {sorted.length > DRAWN && (
            <p className="data-none">
              and {formatInteger(sorted.length - DRAWN)} more, all in the saved file
            </p>
          )}
        </div>
      )}
    </Panel>
  );
}

interface HeadProps<Row> {
  readonly column: DataColumn<Row>;
  readonly isText: boolean;
  readonly order: Order | null;
  readonly onOrder: (order: Order) => void;
}

function Head<Row>({ column, isText, order, onOrder }: HeadProps<Row>) {
  const { id, head, text, color, divided } = column;
  const mine = order?.column === id ? order : null;
  return (
    <th
      scope="col"
      data-divided={divided}
      data-text={isText}
      style={color === undefined ? undefined : { boxShadow: `inset 0 2px 0 ${color}` }}
      aria-sort={mine === null ? 'none' : mine.descending ? 'descending' : 'ascending'}
    >
      <Hint {...text}>
        <button
          type="button"
          onClick={() =>
            onOrder({ column: id, descending: mine === null ? true : !mine.descending })
          }
        >
          {head}
          {mine !== null && <span aria-hidden="true">{mine.descending ? '↓' : '↑'}</span>}
        </button>
      </Hint>
    </th>
  );
}

function Cell<Row>({ column, row }: { readonly column: DataColumn<Row>; readonly row: Row }) {
  const { text, value, format = formatInteger, chance, cell, divided } = column;
  const held = value(row);
  const expected = chance?.(row) ?? null;
  const content = cell?.(row) ?? (typeof held === 'number' ? format(held) : (held ?? '–'));
  const title =
    typeof held === 'number' ? `${formatExact(held)}\n${plainText(text)}` : (held ?? 'Not defined');
  return (
    <td data-number={typeof held !== 'string'} data-divided={divided} title={title}>
      {content}
      {held !== null && expected !== null && (
        <span className="data-chance" title={`by chance ${formatExact(expected)}`}>
          {format(expected)}
        </span>
      )}
    </td>
  );
}

/** Columns of the file with the bounds between which 95 of 100 draws of chance lie, around `middle` (0 by default). */
export function chanceBounds<Row>(
  id: string,
  halfWidth: (row: Row) => number | null,
  middle: (row: Row) => number | null = () => 0,
): readonly FileColumn<Row>[] {
  const bound = (sign: number) => (row: Row) => {
    const [at, width] = [middle(row), halfWidth(row)];
    return at === null || width === null ? null : at + sign * width;
  };
  return [
    { id: `${id}_chance_low`, value: bound(-1) },
    { id: `${id}_chance_high`, value: bound(1) },
  ];
}

/** What is saved: every value as it is, and what chance gives and whatever else belongs to it in the columns after it. */
export function fileTable<Row>(
  rows: readonly Row[],
  columns: readonly DataColumn<Row>[],
): { readonly columns: readonly string[]; readonly rows: readonly (readonly CellValue[])[] } {
  const all = columns.flatMap(({ id, value, chance, also = [] }): readonly FileColumn<Row>[] => [
    { id, value },
    ...(chance === undefined ? [] : [{ id: `${id}_chance`, value: chance }]),
    ...also,
  ]);
  return {
    columns: all.map(({ id }) => id),
    rows: rows.map((row) => all.map(({ value }) => value(row))),
  };
}

const collator = new Intl.Collator('en', { numeric: true });

/** Rows by one column; equal rows keep their order, what was not measured stands last in either direction. */
export function sortRows<Row>(
  rows: readonly Row[],
  columns: readonly DataColumn<Row>[],
  order: Order | null,
): readonly Row[] {
  const column = columns.find(({ id }) => id === order?.column);
  if (column === undefined || order === null) return rows;
  const sign = order.descending ? -1 : 1;
  return rows.toSorted((left, right) => {
    const [a, b] = [column.value(left), column.value(right)];
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
    if (typeof a === 'number' && typeof b === 'number') return sign * (a - b);
    return sign * collator.compare(String(a), String(b));
  });
}
