/**
 * The table of groups on the page: only the rows in sight exist, a head sorts, a press on a row shows
 * its card. It knows neither filter nor keys; what it is told to show, it scrolls to.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useId, useMemo, useRef, type CSSProperties } from 'react';
import { Hint } from '../../parts/Hint';
import { useSize } from '../../plots/use_size';
import { columnsFor, type Column } from './columns';
import { isDead, type ColumnId, type TableRow } from './group_table';
import { useGroupsView } from './groups_view';
import { directionOf } from './sorting';
import type { Searched, Sorting } from './use_group_table';
import './group_table.css';

/** Height of a row in pixels, with words in one line or in two. */
const ROW = { one: 33, two: 43 } as const;
/** Labels from which one line is not enough. */
const MANY_LABELS = 4;

export interface GroupTableViewProps {
  /** All rows, which decide what there is to show. */
  readonly all: readonly TableRow[];
  /** Those that pass the filter. */
  readonly rows: readonly TableRow[];
  readonly rank: number;
  readonly unitName: 'group' | 'latent';
  readonly selected: number | null;
  readonly sorting: Sorting;
  readonly searched: Searched | null;
  readonly onSelect: (group: number) => void;
  readonly onSort: (column: ColumnId) => void;
}

export function GroupTableView(props: GroupTableViewProps) {
  const { all, rows, rank, unitName, selected, sorting, searched, onSelect, onSort } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [frame, size] = useSize();
  const id = useId();
  const columns = useMemo(
    () => columnsFor(rank, unitName, size.width, all),
    [rank, unitName, size.width, all],
  );
  const rowHeight = useMemo(
    () => (all.some(({ row }) => row.labels.length > MANY_LABELS) ? ROW.two : ROW.one),
    [all],
  );
  const grid: CSSProperties = {
    gridTemplateColumns: columns.map(({ width }) => width).join(' '),
  };
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  });

  useEffect(() => virtual.measure(), [rowHeight, virtual]);

  const position = rows.findIndex(({ row }) => row.group === selected);
  useEffect(() => {
    if (position >= 0) virtual.scrollToIndex(position, { align: 'auto' });
  }, [position, virtual]);

  return (
    <div
      ref={frame}
      className="groups-table"
      role="grid"
      aria-label={`All ${unitName}s`}
      aria-rowcount={rows.length + 1}
      aria-activedescendant={position >= 0 ? `${id}-${selected}` : undefined}
      tabIndex={0}
    >
      <div className="groups-row groups-head" role="row" aria-rowindex={1} style={grid}>
        {columns.map((column) => (
          <HeadCell key={column.id} column={column} sorting={sorting} onSort={onSort} />
        ))}
      </div>
      <div className="groups-scroll" ref={scroller} role="presentation">
        <div role="presentation" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const row = rows[index];
            return (
              row !== undefined && (
                <div
                  key={row.row.group}
                  id={`${id}-${row.row.group}`}
                  className="groups-row"
                  role="row"
                  aria-rowindex={index + 2}
                  aria-selected={row.row.group === selected}
                  data-dead={isDead(row.row)}
                  data-lines={rowHeight === ROW.two ? 2 : 1}
                  style={{ ...grid, height: rowHeight, transform: `translateY(${start}px)` }}
                  onClick={() => onSelect(row.row.group)}
                >
                  {columns.map((column) => (
                    <span
                      key={column.id}
                      role="gridcell"
                      className={`groups-cell groups-${column.id}`}
                      data-align={column.align}
                    >
                      {column.cell(row, searched)}
                    </span>
                  ))}
                </div>
              )
            );
          })}
        </div>
        {rows.length === 0 && (
          <p className="groups-nothing">
            No {unitName} matches this filter.
            <button
              type="button"
              className="button"
              onClick={() => useGroupsView.setState({ filter: '' })}
            >
              Show all
            </button>
          </p>
        )}
      </div>
    </div>
  );
}

interface HeadCellProps {
  readonly column: Column;
  readonly sorting: Sorting;
  readonly onSort: (column: ColumnId) => void;
}

function HeadCell({ column: { id, head, text, align }, sorting, onSort }: HeadCellProps) {
  const direction = id === 'spark' ? undefined : directionOf(sorting, id);
  return (
    <span
      role="columnheader"
      className="groups-cell"
      data-align={align}
      aria-sort={id === 'spark' ? undefined : (direction ?? 'none')}
    >
      <Hint {...text}>
        {id === 'spark' ? (
          <span tabIndex={0}>{head}</span>
        ) : (
          <button type="button" className="groups-sort" onClick={() => onSort(id)}>
            {head}
            {direction !== undefined && (
              <span aria-hidden="true">{direction === 'ascending' ? '↑' : '↓'}</span>
            )}
          </button>
        )}
      </Hint>
    </span>
  );
}
