/** Loads the picture of bits once bits were measured: the first paint has none. */
import { lazy, Suspense } from 'react';
import { useHeldOut } from '../../parts/held_out';
import { useShownRun, useShownRunId } from './shown_run';

const RateSection = lazy(() => import('./RateSection'));

export function Rates() {
  const view = useHeldOut(useShownRunId());
  const models = useShownRun((run) => run.models);
  const measured = view.answers.some((answer) => (answer?.report.rate_curve ?? []).length > 0);
  if (models === undefined || !measured) return null;
  return (
    <Suspense>
      <RateSection names={models.map(({ name }) => name)} view={view} />
    </Suspense>
  );
}
