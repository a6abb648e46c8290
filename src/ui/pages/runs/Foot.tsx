/**
 * The line below the table, always there: what this browser keeps and what is free, or, while runs are chosen, what can be
 * done with all of them.
 */
import { useMemo } from 'react';
import { engine } from '../../../state/engine_store';
import { deleteRuns } from '../../../state/deleted_runs';
import { isActive } from '../../../state/run_record';
import { useView } from '../../../state/view_store';
import { formatBytes } from '../../plots/format';
import { MOST_OVERLAYS } from '../../plots/line_style';
import { navigate } from '../../route';
import type { RunFacts } from './run_facts';
import { runsText } from './run_list';
import { choose } from './runs_view';
import { StorageUsed } from './StorageUsed';

interface FootProps {
  readonly chosen: readonly RunFacts[];
  readonly shown: readonly string[];
}

export function Foot({ chosen, shown }: FootProps) {
  return (
    <footer className="runs-foot" aria-label="Chosen runs and storage">
      {chosen.length === 0 ? <StorageUsed /> : <Chosen chosen={chosen} shown={shown} />}
    </footer>
  );
}

function Chosen({ chosen, shown }: FootProps) {
  const runs = chosen.map(({ run }) => run);
  const bytes = runs.reduce((sum, { kept }) => sum + (kept?.bytes ?? 0), 0);
  const listed = useMemo(() => new Set(shown), [shown]);
  const hidden = runs.filter(({ id }) => !listed.has(id)).length;
  const over = runs.filter(({ status }) => !isActive(status));
  const current = useView((view) => view.runId);
  const others = runs.filter(({ id }) => id !== current);
  const some = others.slice(0, MOST_OVERLAYS);
  return (
    <>
      <p className="runs-chosen" role="status">
        <b>{runsText(runs.length)} chosen</b>
        {bytes > 0 && `, ${formatBytes(bytes)}`}
        {hidden > 0 && `, ${hidden} of them not in the list`}
      </p>
      <button
        type="button"
        className="button button-quiet"
        title={
          others.length > MOST_OVERLAYS
            ? `The first ${MOST_OVERLAYS}: more could not be told apart by their dashes`
            : 'Lay their curves under those of the run that is shown'
        }
        onClick={() => {
          useView.setState({ overlays: some.map(({ id }) => id) });
          navigate('train');
        }}
      >
        Overlay on curves
      </button>
      <button
        type="button"
        className="button button-quiet button-danger"
        disabled={over.length === 0}
        onClick={() => {
          choose([]);
          void deleteRuns(engine, over);
        }}
      >
        Delete {over.length === runs.length ? '' : `${over.length} `}chosen
      </button>
      <button type="button" className="button button-quiet" onClick={() => choose([])}>
        Choose none
      </button>
    </>
  );
}
