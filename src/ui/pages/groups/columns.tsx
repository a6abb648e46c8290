/**
 * How the columns of the group table look: head, meaning on hover, width and cell. What they hold and
 * how they sort is in group_table.ts.
 */
import type { ReactNode } from 'react';
import type { MeasureText } from '../../parts/Measure';
import { formatExact, formatFixed, formatNumber, formatPercent } from '../../plots/format';
import { Spark } from '../../plots/Spark';
import { isDead, type ColumnId, type TableRow } from './group_table';
import { joinLabels } from '../../parts/join_labels';
import { groupTexts } from './texts';
import type { Searched } from './use_group_table';

export interface Column {
  readonly id: ColumnId | 'spark';
  readonly head: string;
  readonly text: MeasureText;
  /** Track of the CSS grid. */
  readonly width: string;
  readonly align: 'start' | 'end';
  /** Least width of the list, in pixels, at which the column is shown. */
  readonly from: number;
  readonly cell: (row: TableRow, searched: Searched | null) => ReactNode;
}

function number(value: number | null, format: (value: number) => string): ReactNode {
  return value === null ? (
    <span className="groups-none">–</span>
  ) : (
    <span title={formatExact(value)}>{format(value)}</span>
  );
}

const oneDecimal = (value: number) => formatFixed(value, 1);
const twoDecimals = (value: number) => formatFixed(value, 2);

function labelsCell({ row, name, starred }: TableRow, searched: Searched | null): ReactNode {
  const labels = joinLabels(row.labels);
  const norm = searched?.normOf(row.group) ?? null;
  return (
    <>
      {starred && (
        <span className="groups-star" title="Starred">
          ★{' '}
        </span>
      )}
      {name !== '' && (
        <b className="groups-name" title="Your name for it">
          {name}{' '}
        </b>
      )}
      {searched !== null && norm !== null && (
        <mark
          className="groups-hit"
          title={`Fires on ${searched.what} with norm ${formatExact(norm)}`}
        >
          {formatNumber(norm)}
        </mark>
      )}
      {isDead(row) ? (
        <i>never fires</i>
      ) : labels === '' ? (
        <span className="groups-none">–</span>
      ) : (
        <span title={labels}>{labels}</span>
      )}
    </>
  );
}

/** Faint where chance explains it, with its null on hover. */
function irreducibilityCell({ row }: TableRow): ReactNode {
  const { irreducibility, irreducibilityChance95: chance, irreducibilityPoints: points } = row;
  if (irreducibility === null || chance === null || points === null)
    return number(null, twoDecimals);
  const within = irreducibility <= chance;
  return (
    <span
      className={within ? 'groups-none' : undefined}
      title={`${formatExact(irreducibility)} bits on ${points} points; by chance within ±${formatNumber(chance, 2)}`}
    >
      {twoDecimals(irreducibility)}
    </span>
  );
}

const index: Column = {
  id: 'group',
  head: 'Group',
  text: groupTexts.group,
  width: '46px',
  align: 'start',
  from: 0,
  cell: ({ row }) => row.group,
};

const columns: readonly Column[] = [
  index,
  {
    id: 'labels',
    head: 'Strongest on',
    text: groupTexts.labels,
    width: 'minmax(0, 1fr)',
    align: 'start',
    from: 0,
    cell: labelsCell,
  },
  {
    id: 'freq',
    head: 'Fires',
    text: groupTexts.freq,
    width: '52px',
    align: 'end',
    from: 0,
    cell: ({ row }) => number(row.frequency, formatPercent),
  },
  {
    id: 'norm',
    head: 'Norm',
    text: groupTexts.norm,
    width: '40px',
    align: 'end',
    from: 700,
    cell: ({ subject }) => number(subject.numbers.norm, formatNumber),
  },
  {
    id: 'wrank',
    head: 'Map s.rank',
    text: groupTexts.wrank,
    width: '42px',
    align: 'end',
    from: 640,
    cell: ({ subject }) => number(subject.numbers.wrank, oneDecimal),
  },
  {
    id: 'rank',
    head: 'Code s.rank',
    text: groupTexts.rank,
    width: '42px',
    align: 'end',
    from: 0,
    cell: ({ subject }) => number(subject.numbers.rank, oneDecimal),
  },
  {
    id: 'irred',
    head: 'Irred.',
    text: groupTexts.irred,
    width: '38px',
    align: 'end',
    from: 0,
    cell: irreducibilityCell,
  },
  {
    id: 'cluster',
    head: 'Cluster',
    text: groupTexts.cluster,
    width: '46px',
    align: 'end',
    from: 760,
    cell: ({ row }) => number(row.cluster, String),
  },
  {
    id: 'spark',
    head: 'Norms',
    text: groupTexts.spark,
    width: '52px',
    align: 'start',
    from: 440,
    cell: ({ row }) =>
      isDead(row) ? null : <Spark counts={row.histogram} width={52} height={16} />,
  },
];

/** What stands at the head of a column. */
export function headOf(id: ColumnId): string {
  return columns.find((column) => column.id === id)?.head ?? id;
}

function isEmpty(id: Column['id'], rows: readonly TableRow[]): boolean {
  if (id === 'labels' || id === 'spark') return false;
  return rows.every(({ subject }) => subject.numbers[id] === null);
}

/** Columns that say nothing about a model of rank 1. */
const blocksOnly: ReadonlySet<Column['id']> = new Set(['wrank', 'rank', 'irred']);

/**
 * Columns that a list of this width (pixels) shows for a model of this rank. One that holds no number in any of the rows
 * is left out: the words take its room.
 */
export function columnsFor(
  rank: number,
  unitName: 'group' | 'latent',
  width: number,
  rows: readonly TableRow[],
): readonly Column[] {
  return columns
    .filter(({ id, from }) => (rank > 1 ? width >= from : !blocksOnly.has(id)))
    .filter(({ id }) => rows.length === 0 || !isEmpty(id, rows))
    .map((column) =>
      column.id === 'group' && unitName === 'latent' ? { ...column, head: 'Latent' } : column,
    );
}
