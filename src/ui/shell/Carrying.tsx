/** Runs on their way out or in, over whatever page is shown: files may be dropped on each. Loaded when there are some. */
import { lazy, Suspense } from 'react';
import { useCarried } from '../../state/carried_runs';

const CarriedRuns = lazy(() => import('../pages/runs/CarriedRuns'));

export function Carrying() {
  const some = useCarried(({ current }) => current !== null);
  if (!some) return null;
  return (
    <Suspense fallback={null}>
      <CarriedRuns />
    </Suspense>
  );
}
