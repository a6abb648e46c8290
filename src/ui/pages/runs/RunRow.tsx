/** One run in the table: its name, its models with their results, and its actions. */
import { useEffect, useState } from 'react';
import { dataLabel } from '../../../lab/run/data_kinds';
import { engine } from '../../../state/engine_store';
import { deleteKeptRun, readRun } from '../../../state/kept_runs';
import { notify } from '../../../state/notices_store';
import { allChanges, isActive, trainedBefore, type Run } from '../../../state/run_record';
import { addRun, forgetRun, removeRun, renameRun, useRuns } from '../../../state/runs_store';
import { showAsDraft } from '../../../state/training';
import { useView } from '../../../state/view_store';
import { copyRunLink } from '../../link_sync';
import { Icon } from '../../parts/Icon';
import { Menu } from '../../parts/Menu';
import { formatFixed, formatInteger } from '../../plots/format';
import { modelColor } from '../../plots/palette';
import { navigate } from '../../route';
import { exportActions } from './export_actions';
import { exportRunActions } from './ExportRuns';
import { HeldOutCells, Results } from './HeldOutCells';
import { ResumeRun } from './ResumeRun';
import { changeText, durationText, modelSize, startText, statusWord } from './run_row';

export interface RunRowProps {
  readonly id: string;
  /** Row number in the whole table, for assistive technology. */
  readonly position: number;
}

export function RunRow({ id, position }: RunRowProps) {
  const run = useRuns(({ runs }) => runs[id]);
  const current = useView((view) => view.runId === id);
  const [renaming, setRenaming] = useState(false);
  // Its results are read when its row comes into view.
  useEffect(() => void readRun(engine, id), [id]);
  if (run === undefined) return null;
  return (
    <div
      className="runs-row runs-columns"
      role="row"
      aria-rowindex={position}
      aria-current={current || undefined}
      data-current={current}
    >
      <div role="cell" className="runs-name">
        {renaming ? (
          <RunName run={run} onDone={() => setRenaming(false)} />
        ) : (
          <button
            className="runs-open"
            type="button"
            title="Show this run, with its settings, on the Train page"
            onClick={() => show(run, true)}
            onDoubleClick={() => setRenaming(true)}
          >
            {run.name}
          </button>
        )}
        {current && <span className="runs-current">shown</span>}
      </div>
      <span
        role="cell"
        className="runs-status"
        data-status={run.status}
        title={run.error === null ? undefined : `${run.error.message} ${run.error.wayOut}`}
      >
        {statusWord(run)}
        {run.error !== null && (
          <span className="visually-hidden">
            : {run.error.message} {run.error.wayOut}
          </span>
        )}
        <ResumeRun run={run} />
        {run.origin === 'session' && !run.inEngine && (
          <span
            className="quiet"
            title="The engine lost the weights of this run; its curves remain."
          >
            , weights lost
          </span>
        )}
      </span>
      <span role="cell" className="cut" title={dataLabel(run.config.data)}>
        {dataLabel(run.config.data)}
      </span>
      <ul role="cell" className="runs-models">
        {run.models.map((model) => (
          <li key={model.index}>
            <span className="swatch" style={{ background: modelColor(model.index) }} />
            <span className="cut">{model.name}</span>
            <span className="quiet">{modelSize(model)}</span>
          </li>
        ))}
      </ul>
      <Results
        values={run.models.map(({ metrics }) => metrics.last('metrics/explained_variance'))}
        format={(value) => formatFixed(value, 3)}
      />
      <HeldOutCells run={run} />
      <span role="cell" className="runs-number">
        <Steps run={run} />
      </span>
      <span role="cell" className="runs-number">
        {durationText(run)}
      </span>
      <span
        role="cell"
        className="runs-number runs-start"
        title={new Date(run.createdAt).toLocaleString()}
      >
        {startText(run, new Date())}
      </span>
      <span role="cell" className="runs-actions">
        <RunMenu run={run} onRename={() => setRenaming(true)} />
      </span>
      <RunChanges run={run} />
    </div>
  );
}

/** Steps of the run, after those that its weights had behind them. */
function Steps({ run }: { readonly run: Run }) {
  const { steps, samples } = trainedBefore(run);
  if (steps === 0) {
    return (
      <>
        {formatInteger(run.step)}
        <span className="quiet"> of {formatInteger(run.totalSteps)}</span>
      </>
    );
  }
  const trained = `Its weights had ${formatInteger(steps)} steps, ${formatInteger(samples)} samples, when they were opened`;
  return (
    <span title={trained}>
      {formatInteger(steps)}
      <span className="quiet">
        {run.step === 0
          ? ' before'
          : ` + ${formatInteger(run.step)} of ${formatInteger(run.totalSteps)}`}
      </span>
    </span>
  );
}

/** Says that the settings were changed while the run went, with the list. */
function RunChanges({ run }: { readonly run: Run }) {
  const changes = allChanges(run);
  if (changes.length === 0) return null;
  return (
    <div role="cell" className="runs-changes">
      <details>
        <summary>
          {changes.length === 1 ? '1 setting change' : `${changes.length} setting changes`} while it
          trained
        </summary>
        <ol>
          {changes.map((change, index) => (
            <li key={index}>{changeText(change, run.models)}</li>
          ))}
        </ol>
      </details>
    </div>
  );
}

function RunMenu({ run, onRename }: { readonly run: Run; readonly onRename: () => void }) {
  const weightsGone = !run.inEngine;
  return (
    <>
      <Menu
        trigger={
          <button
            className="button button-quiet"
            type="button"
            disabled={weightsGone}
            title={weightsGone ? 'Its weights are not in this page' : undefined}
          >
            Export
            <Icon name="chevron" size={14} />
          </button>
        }
        actions={exportActions(run)}
      />
      <Menu
        trigger={
          <button
            className="button button-icon"
            type="button"
            aria-label={`Actions on ${run.name}`}
          >
            <Icon name="more" />
          </button>
        }
        actions={[
          { label: 'Show in Train', onSelect: () => show(run, true) },
          { label: 'Show on all pages', detail: 'stay here', onSelect: () => show(run, false) },
          { label: 'Rename', onSelect: onRename },
          { label: 'Copy link to its settings', onSelect: () => void copyRunLink(run) },
          ...exportRunActions(run),
          {
            label: 'Delete',
            onSelect: () => deleteRun(run),
            disabled: isActive(run.status) || run.kept?.elsewhere === true,
            danger: true,
            separated: true,
          },
        ]}
      />
    </>
  );
}

function RunName({ run, onDone }: { readonly run: Run; readonly onDone: () => void }) {
  const [text, setText] = useState(run.name);
  return (
    <input
      className="control text-input"
      aria-label={`New name of ${run.name}`}
      autoFocus
      value={text}
      maxLength={80}
      onFocus={(event) => event.target.select()}
      onChange={(event) => setText(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onDone();
        if (event.key === 'Enter') event.currentTarget.blur();
      }}
      onBlur={() => {
        const name = text.trim();
        if (name !== '') renameRun(run.id, name);
        onDone();
      }}
    />
  );
}

/** Makes a run the one all pages show, puts its settings in the draft, and goes to Train if wanted. */
function show(run: Run, go: boolean): void {
  showAsDraft(run);
  if (go) navigate('train');
}

/** Takes the run off the list; what is not kept, the engine frees once the undo is gone. */
function deleteRun(run: Run): void {
  if (run.kept !== null) {
    void deleteKeptRun(engine, run);
    return;
  }
  const wasShown = useView.getState().runId === run.id;
  const removed = removeRun(run.id);
  if (wasShown) useView.getState().showRun(null);
  notify({
    tone: 'info',
    title: `Deleted ${run.name}`,
    action: {
      label: 'Undo',
      run: () => {
        addRun(removed.run, removed.position);
        if (wasShown) useView.getState().showRun(run.id);
      },
    },
    onClose: (undone) => {
      if (!undone) forgetRun(engine, run);
    },
  });
}
