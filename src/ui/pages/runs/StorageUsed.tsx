/** How much of this browser's storage the kept runs take, and how much is left. */
import { useEffect } from 'react';
import { engine } from '../../../state/engine_store';
import { listKeptRuns, useStorage } from '../../../state/kept_runs';
import { useRuns } from '../../../state/runs_store';
import { formatBytes } from '../../plots/format';

export function StorageUsed() {
  const available = useStorage((state) => state.available);
  const count = useRuns(({ runs }) => keptOf(runs).length);
  const bytes = useRuns(({ runs }) => keptOf(runs).reduce((sum, kept) => sum + kept.bytes, 0));
  // What they take grows while they are trained.
  useEffect(() => {
    if (count > 0) void listKeptRuns(engine);
  }, [count]);
  if (count === 0) return null;
  return (
    <p className="runs-storage quiet">
      {count === 1 ? '1 run is' : `${count} runs are`} kept in this browser: {formatBytes(bytes)}
      {available !== null && `, ${formatBytes(available)} free`}
    </p>
  );
}

function keptOf(runs: ReturnType<typeof useRuns.getState>['runs']) {
  return Object.values(runs).flatMap(({ kept }) => kept ?? []);
}
