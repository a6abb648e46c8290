/** One run in the table: a box that chooses it, its cells, its actions. It follows its own run alone. */
import { memo, useEffect, type CSSProperties, type MouseEvent } from 'react';
import { engine } from '../../../state/engine_store';
import { isToBeRead, readRun } from '../../../state/kept_runs';
import { useRuns } from '../../../state/runs_store';
import { useView } from '../../../state/view_store';
import type { ColumnId, RunColumn } from './column_kinds';
import { sortValue } from './run_list';
import { LinesCell, ModelsCell, NameCell, StatusCell } from './RunCells';
import { linesOf } from './run_row';
import { RunMenu } from './RunMenu';
import { chooseUpTo, toggleChosen, useRunsView } from './runs_view';
import { useRunFacts } from './use_run_list';

export interface RunRowProps {
  readonly id: string;
  /** Of the element, by which the table says where the keys are. */
  readonly rowId: string;
  /** Row number in the whole table, for assistive technology. */
  readonly position: number;
  /** Pixels. */
  readonly top: number;
  readonly height: number;
  readonly grid: CSSProperties;
  readonly columns: readonly RunColumn[];
  readonly sorted: ColumnId;
  readonly chosen: boolean;
  /** Columns in which the chosen runs differ. */
  readonly differing: ReadonlySet<ColumnId>;
  readonly active: boolean;
  /** The runs of the list, in which a range is chosen. */
  readonly shown: readonly string[];
}

export const RunRow = memo(function RunRow(props: RunRowProps) {
  const { id, position, top, height, grid, columns, sorted, chosen, differing, active } = props;
  const facts = useRunFacts(id);
  const current = useView((view) => view.runId === id);
  const unread = useRuns(({ runs }) => runs[id] !== undefined && isToBeRead(runs[id]));
  useEffect(() => {
    if (unread) void readRun(engine, id);
  }, [id, unread]);
  if (facts === undefined) return null;
  const { run } = facts;
  const onChoose = ({ shiftKey }: MouseEvent) => {
    if (shiftKey) chooseUpTo(id, props.shown);
    else toggleChosen(id);
  };
  return (
    <div
      id={props.rowId}
      className="runs-row"
      role="row"
      aria-rowindex={position}
      aria-selected={chosen}
      aria-current={current || undefined}
      data-current={current}
      data-active={active}
      data-chosen={chosen}
      data-single={linesOf(run) === 1}
      style={{ ...grid, height, transform: `translateY(${top}px)` }}
      onClick={({ target }) => {
        // What can be pressed in a row acts for itself.
        if (target instanceof Element && target.closest('button, input, a') === null) {
          useRunsView.setState({ active: id });
        }
      }}
    >
      <span role="gridcell" className="runs-choice">
        <input
          type="checkbox"
          aria-label={`Choose ${run.name}`}
          checked={chosen}
          onClick={onChoose}
          onChange={() => undefined}
        />
      </span>
      {columns.map((column) => {
        const differs = chosen && differing.has(column.id);
        const cell = { facts, column, differs };
        switch (column.id) {
          case 'name':
            return <NameCell key={column.id} {...cell} current={current} />;
          case 'status':
            return <StatusCell key={column.id} {...cell} />;
          case 'models':
            return <ModelsCell key={column.id} {...cell} />;
          default: {
            const first = column.id === sorted ? sortValue(column.sort, facts).model : null;
            return <LinesCell key={column.id} {...cell} decides={first} />;
          }
        }
      })}
      <span role="gridcell" className="runs-actions">
        <RunMenu run={run} />
      </span>
    </div>
  );
});
