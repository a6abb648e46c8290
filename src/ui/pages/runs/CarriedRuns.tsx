/**
 * The dialog of runs that go out or come in: how large they are and what goes with them, how far it is with a way to
 * give it up, and what was not taken in, with the reason.
 */
import { useState } from 'react';
import type { ImportedRun } from '../../../lab/protocol/protocol';
import {
  chooseCheckpoints,
  exportBytes,
  exportName,
  exportRuns,
  leaveCarrying,
  useCarried,
  type CarryingProgress,
  type Export,
  type Import,
} from '../../../state/carried_runs';
import { engine } from '../../../state/engine_store';
import { notifyError } from '../../../state/notices_store';
import { useView } from '../../../state/view_store';
import { ErrorNote } from '../../parts/ErrorNote';
import { Modal } from '../../parts/Modal';
import { formatBytes, formatInteger } from '../../plots/format';
import { navigate } from '../../route';
import { needsPlace, placeToSave } from './place_to_save';
import './carried_runs.css';

export default function CarriedRuns() {
  const current = useCarried((state) => state.current);
  if (current === null) return null;
  const exported = current.kind === 'export' ? (current.run?.name ?? 'all runs') : null;
  return (
    <Modal
      open
      onOpenChange={(open) => {
        // A click beside it must not give up what takes minutes.
        if (!open && current.progress === null) leaveCarrying();
      }}
      title={exported === null ? importTitle(current) : `Export ${exported}`}
    >
      {current.kind === 'export' ? <ExportForm own={current} /> : <ImportView own={current} />}
    </Modal>
  );
}

function ExportForm({ own }: { readonly own: Export }) {
  const { run, size, progress, error, checkpoints } = own;
  const bytes = exportBytes(own);
  return (
    <div className="carried">
      <p>
        One .zip with {run === null ? 'a folder for each run' : 'the folder of the run'}: settings,
        changes, curves, results, weights and notes of its models, and its latest checkpoint. It is
        the folder that <code>lab train --out</code> writes: the command line evaluates it and goes
        on with it, and so does this page elsewhere.
      </p>
      {size !== null && size.older > 0 && (
        <label className="carried-choice">
          <input
            type="checkbox"
            checked={checkpoints === 'all'}
            disabled={progress !== null}
            onChange={({ target }) => chooseCheckpoints(target.checked ? 'all' : 'latest')}
          />
          Earlier checkpoints too: {formatInteger(size.older)}, {formatBytes(size.olderBytes)} more
        </label>
      )}
      {error !== null && <ErrorNote error={error} />}
      {progress !== null && bytes !== null ? (
        <Progress progress={progress} bytes={bytes} label="Export" />
      ) : (
        <div className="carried-acts">
          <span className="quiet">
            {bytes === null || size === null
              ? 'Counting…'
              : `${size.runs === 1 ? '1 run' : `${formatInteger(size.runs)} runs`}, about ${formatBytes(bytes)}`}
          </span>
          <button type="button" className="button" onClick={leaveCarrying}>
            Cancel
          </button>
          <button
            type="button"
            className="button button-primary"
            disabled={bytes === null}
            onClick={() => void save(own, bytes ?? 0).catch(notifyError)}
          >
            {needsPlace(bytes ?? 0) ? 'Save as…' : 'Save'}
          </button>
        </div>
      )}
    </div>
  );
}

async function save(own: Export, bytes: number): Promise<void> {
  if (!needsPlace(bytes)) {
    await exportRuns(engine, null);
    return;
  }
  const place = await placeToSave(exportName(own, new Date()));
  if (place !== null) await exportRuns(engine, place);
}

function importTitle(own: Export | Import): string {
  const results = own.kind === 'import' ? own.results : null;
  if (results === null) return 'Import runs';
  const refused = results.filter(({ outcome }) => outcome === 'refused').length;
  if (refused > 0)
    return refused === results.length ? 'Nothing was imported' : 'Not all was imported';
  return 'Already here';
}

function ImportView({ own }: { readonly own: Import }) {
  const { progress, error, results, bytes } = own;
  return (
    <div className="carried">
      {progress !== null && <Progress progress={progress} bytes={bytes} label="Import" />}
      {error !== null && <ErrorNote error={error} />}
      {results !== null && (
        <ul className="carried-results">
          {results.map((result, index) => (
            <Result key={index} result={result} />
          ))}
        </ul>
      )}
      {progress === null && (
        <div className="carried-acts">
          <button type="button" className="button button-primary" onClick={leaveCarrying}>
            Close
          </button>
        </div>
      )}
    </div>
  );
}

function Result({ result }: { readonly result: ImportedRun }) {
  if (result.outcome === 'refused') {
    const { message, wayOut } = result.error;
    return (
      <li data-outcome="refused">
        <b>{result.from}</b> was refused, and nothing of it was kept.
        <span className="carried-reason">
          {message} {wayOut}
        </span>
      </li>
    );
  }
  const { runId, name, from, outcome } = result;
  const show = () => {
    useView.getState().showRun(runId);
    navigate('runs');
    leaveCarrying();
  };
  return (
    <li data-outcome={outcome}>
      <b>{name}</b>
      {outcome === 'here'
        ? ' is already here, at the same step: nothing was imported. '
        : ` was imported${name === from ? '' : ` from ${from}`}. `}
      <button type="button" className="link-button" onClick={show}>
        Show it
      </button>
    </li>
  );
}

interface ProgressProps {
  readonly progress: CarryingProgress;
  readonly bytes: number;
  readonly label: string;
}

function Progress({ progress: { fraction, run }, bytes, label }: ProgressProps) {
  const [leaving, setLeaving] = useState(false);
  const done = `${formatBytes(Math.round(fraction * bytes))} of ${formatBytes(bytes)}`;
  return (
    <div className="carried-progress">
      <div
        className="carried-bar"
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={bytes}
        aria-valuenow={Math.round(fraction * bytes)}
        aria-valuetext={done}
      >
        <i style={{ transform: `scaleX(${fraction})` }} />
      </div>
      <div className="carried-acts">
        <span className="quiet cut">
          {done}
          {run !== '' && `, ${run}`}
        </span>
        <button
          type="button"
          className="button"
          disabled={leaving}
          onClick={() => {
            setLeaving(true);
            leaveCarrying();
          }}
        >
          Cancel
        </button>
      </div>
    </div>
  );
}
