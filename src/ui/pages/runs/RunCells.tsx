/** The cells of a row. What they say is in run_columns.ts; here is how it looks, and what can be pressed in it. */
import { useState } from 'react';
import { engine } from '../../../state/engine_store';
import { describeRun } from '../../../state/said_of_runs';
import { renameRun } from '../../../state/runs_store';
import type { Run } from '../../../state/run_record';
import { modelColor } from '../../plots/palette';
import { EvaluateCell } from './EvaluateCell';
import type { RunColumn } from './column_kinds';
import { resultColumns } from './run_columns';
import type { RunFacts } from './run_facts';
import { openRun } from './RunMenu';
import { ResumeRun } from './ResumeRun';
import { openDialog, useRunsView } from './runs_view';

interface CellProps {
  readonly facts: RunFacts;
  readonly column: RunColumn;
  /** Whether the chosen runs differ in it. */
  readonly differs: boolean;
}

/** Lines below each other, one a model or one in all; `decides` is the model by which the run is sorted. */
export function LinesCell({
  facts,
  column: { id, align, lines },
  differs,
  decides,
}: CellProps & { readonly decides: number | null }) {
  if (id === 'ev' && facts.models.every(({ heldOut }) => heldOut === null)) {
    return <EvaluateCell run={facts.run} models={facts.models.length} />;
  }
  const all = lines?.(facts) ?? [];
  const age = resultColumns.has(id) ? facts.age : null;
  return (
    <ul
      role="gridcell"
      className={`runs-cell runs-lines runs-${id}`}
      data-align={align}
      data-differs={differs}
      data-old={age !== null}
    >
      {all.map(({ text, title }, line) => (
        <li
          key={line}
          className="cut"
          title={age === null ? title : `${title ?? ''}, ${age}`}
          data-none={text === '–'}
          data-decides={all.length > 1 && line === decides}
        >
          {text}
        </li>
      ))}
    </ul>
  );
}

/** Its name, which opens it, with star, tags and note. */
export function NameCell({ facts: { run }, current }: CellProps & { readonly current: boolean }) {
  const renaming = useRunsView((view) => view.renaming === run.id);
  const { starred, tags, note } = run.about;
  const said = [...tags.map((tag) => `#${tag}`), note].filter((text) => text !== '').join(' ');
  return (
    <div role="gridcell" className="runs-cell runs-name">
      <button
        type="button"
        className="runs-star"
        aria-label={`Star ${run.name}`}
        aria-pressed={starred}
        title={starred ? 'Starred' : 'Star'}
        onClick={() => describeRun(engine, run.id, { starred: !starred })}
      >
        {starred ? '★' : '☆'}
      </button>
      <div className="runs-called">
        {renaming ? (
          <RunName run={run} />
        ) : (
          <button
            className="runs-open"
            type="button"
            title={`${run.name}: show this run, with its settings, on the Train page`}
            onClick={() => openRun(run)}
            onDoubleClick={() => useRunsView.setState({ renaming: run.id })}
          >
            {run.name}
          </button>
        )}
        {current && <span className="runs-current">shown</span>}
        {said !== '' && (
          <button
            type="button"
            className="runs-said"
            title={said}
            aria-label={`Tags and note of ${run.name}: ${said}`}
            onClick={() => openDialog({ kind: 'describe', id: run.id })}
          >
            {said}
          </button>
        )}
      </div>
    </div>
  );
}

function RunName({ run }: { readonly run: Run }) {
  const [text, setText] = useState(run.name);
  const done = () => useRunsView.setState({ renaming: null });
  return (
    <input
      className="control runs-rename"
      aria-label={`New name of ${run.name}`}
      autoFocus
      value={text}
      maxLength={80}
      onFocus={(event) => event.target.select()}
      onChange={(event) => setText(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') done();
        if (event.key === 'Enter') event.currentTarget.blur();
      }}
      onBlur={() => {
        const name = text.trim();
        if (name !== '' && name !== run.name) renameRun(run.id, name);
        done();
      }}
    />
  );
}

/** How it stands, why it failed, and how it goes on. */
export function StatusCell({ facts: { run, status } }: CellProps) {
  const why = run.error === null ? undefined : `${run.error.message} ${run.error.wayOut}`;
  const lost = run.origin === 'session' && !run.inEngine;
  return (
    <span role="gridcell" className="runs-cell runs-status" data-status={run.status}>
      <span
        className="cut"
        title={
          why ??
          (run.status === 'stopped' ? `Stopped at step ${run.step} of ${run.totalSteps}` : status)
        }
      >
        {status}
        {why !== undefined && <span className="visually-hidden">: {why}</span>}
        {lost && (
          <span title="The engine lost the weights of this run; its curves remain.">
            , weights lost
          </span>
        )}
      </span>
      <ResumeRun run={run} />
    </span>
  );
}

/** Architectures and sizes, in the colours that the models have on every page. */
export function ModelsCell({ facts: { models }, differs }: CellProps) {
  return (
    <ul role="gridcell" className="runs-cell runs-lines runs-models" data-differs={differs}>
      {models.map(({ index, name, size }) => (
        <li key={index} title={`${name}: ${size}`}>
          <span className="swatch" style={{ background: modelColor(index) }} />
          <span className="cut">{name}</span>
          <span className="runs-size-of">{size}</span>
        </li>
      ))}
    </ul>
  );
}
