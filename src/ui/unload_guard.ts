/**
 * Asks before the page goes while a run has weights that were trained and not saved since: runs live in this page
 * alone. Listens only while there is something to lose, since a listener keeps a page out of the browser's cache.
 */
import { hasUnsavedWeights } from '../state/run_record';
import { useRuns } from '../state/runs_store';

/** Begins to watch over the runs; returns how to stop. */
export function guardUnload(target: Pick<Window, 'addEventListener' | 'removeEventListener'>) {
  let guarded = false;
  const update = () => {
    const needed = Object.values(useRuns.getState().runs).some(hasUnsavedWeights);
    if (needed === guarded) return;
    guarded = needed;
    if (needed) target.addEventListener('beforeunload', ask);
    else target.removeEventListener('beforeunload', ask);
  };
  update();
  const stop = useRuns.subscribe(update);
  return () => {
    stop();
    target.removeEventListener('beforeunload', ask);
  };
}

/** The browser asks in its own words. */
function ask(event: Event): void {
  event.preventDefault();
}
