/**
 * The table of runs: only the rows in sight exist, as high as their runs have models. A head sorts; the box before a name
 * chooses. Head and rows scroll sideways together where the chosen columns are wider than the window.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useId, useMemo, useRef, type CSSProperties } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { useRuns } from '../../../state/runs_store';
import { Hint } from '../../parts/Hint';
import { differingColumns } from './differences';
import type { RunColumn } from './column_kinds';
import { runColumn } from './run_columns';
import { linesOf } from './run_row';
import { RunRow } from './RunRow';
import { choose, sortBy, useRunsView, type RunOrder } from './runs_view';
import { useFactsOf } from './use_run_list';
import './run_table.css';

/** Pixels of a line and around them. */
const LINE = 19;
const PADDING = 13;
/** Pixels of the columns at both ends, and of the gaps. */
const [CHOICE, ACTIONS, GAP] = [16, 74, 8];

export interface RunTableProps {
  readonly shown: readonly string[];
}

export function RunTable({ shown }: RunTableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const id = useId();
  const {
    columns: ids,
    order,
    chosen,
    active,
  } = useRunsView(
    useShallow(({ columns, order, chosen, active }) => ({ columns, order, chosen, active })),
  );
  const columns = useMemo(() => ids.map(runColumn), [ids]);
  const lines = useRuns(
    useShallow(({ runs }) =>
      shown.map((each) => (runs[each] === undefined ? 1 : linesOf(runs[each]))),
    ),
  );
  const facts = useFactsOf(chosen);
  const differing = useMemo(() => differingColumns(facts, columns), [facts, columns]);
  const grid = useMemo((): CSSProperties => {
    const least = columns.reduce((sum, column) => sum + column.least + GAP, CHOICE + GAP + ACTIONS);
    const tracks = columns.map(({ width }) => width).join(' ');
    return {
      gridTemplateColumns: `${CHOICE}px ${tracks} ${ACTIONS}px`,
      columnGap: GAP,
      minWidth: least + 24,
    };
  }, [columns]);
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => (lines[index] ?? 1) * LINE + PADDING,
    getItemKey: (index) => shown[index] ?? index,
    overscan: 10,
    // Rows begin below the head, which covers the top.
    scrollPaddingStart: 34,
  });
  useEffect(() => virtual.measure(), [lines, virtual]);

  const position = active === null ? -1 : shown.indexOf(active);
  useEffect(() => {
    if (position >= 0) virtual.scrollToIndex(position, { align: 'auto' });
  }, [position, virtual]);

  return (
    <div
      className="runs-scroll"
      ref={scroller}
      role="grid"
      aria-label="Runs"
      aria-rowcount={shown.length + 1}
      aria-colcount={columns.length + 2}
      aria-multiselectable
      aria-activedescendant={position >= 0 ? `${id}-${active}` : undefined}
      tabIndex={0}
    >
      <div className="runs-row runs-head" role="row" aria-rowindex={1} style={grid}>
        <span role="columnheader" className="runs-choice">
          <ChooseAll shown={shown} chosen={chosen} />
        </span>
        {columns.map((column) => (
          <HeadCell key={column.id} column={column} order={order} />
        ))}
        <span role="columnheader">
          <span className="visually-hidden">Actions</span>
        </span>
      </div>
      <div role="presentation" className="runs-body" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start, size }) => {
          const run = shown[index];
          return (
            run !== undefined && (
              <RunRow
                key={run}
                id={run}
                rowId={`${id}-${run}`}
                position={index + 2}
                top={start}
                height={size}
                grid={grid}
                columns={columns}
                sorted={order.column}
                chosen={chosen.has(run)}
                differing={differing}
                active={run === active}
                shown={shown}
              />
            )
          );
        })}
      </div>
    </div>
  );
}

/** Chooses all that are listed, or none. */
function ChooseAll({ shown, chosen }: RunTableProps & { readonly chosen: ReadonlySet<string> }) {
  const count = shown.filter((id) => chosen.has(id)).length;
  const all = shown.length > 0 && count === shown.length;
  return (
    <input
      type="checkbox"
      aria-label="Choose all runs of the list"
      checked={all}
      ref={(box) => {
        if (box !== null) box.indeterminate = count > 0 && !all;
      }}
      onChange={() => choose(all ? [] : shown)}
    />
  );
}

function HeadCell({ column, order }: { readonly column: RunColumn; readonly order: RunOrder }) {
  const { id, head, text, align } = column;
  const direction = order.column === id ? (order.descending ? 'descending' : 'ascending') : 'none';
  return (
    <span
      role="columnheader"
      className={`runs-cell runs-${id}`}
      data-align={align}
      aria-sort={direction}
    >
      <Hint {...text}>
        <button type="button" className="runs-sort" onClick={() => sortBy(id, align === 'start')}>
          {head}
          {direction !== 'none' && (
            <span aria-hidden="true">{direction === 'ascending' ? '↑' : '↓'}</span>
          )}
        </button>
      </Hint>
    </span>
  );
}
