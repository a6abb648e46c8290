/** How much of this browser's storage the kept runs take, how much is left, and whether the browser promises to keep it. */
import { useEffect } from 'react';
import { engine } from '../../../state/engine_store';
import { listKeptRuns, useStorage } from '../../../state/kept_runs';
import { askToLast, look, useLasting } from '../../../state/lasting_storage';
import { isActive } from '../../../state/run_record';
import { useRuns } from '../../../state/runs_store';
import { formatBytes } from '../../plots/format';
import { runsText } from './run_list';
import { openDialog } from './runs_view';

export function StorageUsed() {
  const available = useStorage((state) => state.available);
  const count = useRuns(({ runs }) => keptOf(runs).length);
  const bytes = useRuns(({ runs }) => keptOf(runs).reduce((sum, kept) => sum + kept.bytes, 0));
  const going = useRuns(({ runs }) => Object.values(runs).some(({ status }) => isActive(status)));
  // What they take grows while they are trained.
  useEffect(() => {
    if (count > 0) void listKeptRuns(engine);
  }, [count, going]);
  if (count === 0) return <p className="quiet">Nothing is kept in this browser yet.</p>;
  return (
    <>
      <p className="quiet">
        {runsText(count)} {count === 1 ? 'is' : 'are'} kept in this browser: {formatBytes(bytes)}
        {available !== null && `, ${formatBytes(available)} free`}
      </p>
      <button
        type="button"
        className="button button-quiet"
        onClick={() => openDialog({ kind: 'space' })}
      >
        Free up space…
      </button>
      <Promise />
    </>
  );
}

/** Whether the browser promises to keep them. */
function Promise() {
  const lasting = useLasting((state) => state.lasting);
  useEffect(() => {
    if (lasting === 'unknown') void look();
  }, [lasting]);
  if (lasting === 'promised') {
    return <p className="quiet">The browser promises not to delete them.</p>;
  }
  if (lasting !== 'not_promised') return null;
  return (
    <p className="runs-unpromised">
      This browser may delete runs when space runs short.{' '}
      <button
        type="button"
        className="link-button"
        title="Some browsers promise it once the page is bookmarked or used often"
        onClick={() => void askToLast()}
      >
        Ask it not to
      </button>
    </p>
  );
}

function keptOf(runs: ReturnType<typeof useRuns.getState>['runs']) {
  return Object.values(runs).flatMap(({ kept }) => kept ?? []);
}
