/**
 * Hooks to the run and model that all pages show. Choose the narrowest: a component re-renders
 * whenever what its selector returns changes, and a training run changes ten times per second.
 */
import { useRuns } from './runs_store';
import type { Run, RunModel } from './run_record';
import { useView } from './view_store';

/** One fact of the current run: `useCurrentRun((run) => run.status)`. Undefined when there is no run. */
export function useCurrentRun<T>(select: (run: Run) => T): T | undefined {
  const id = useView((view) => view.runId);
  return useRuns((state) => {
    const run = id === null ? undefined : state.runs[id];
    return run === undefined ? undefined : select(run);
  });
}

/** One fact of the current model of the current run. */
export function useCurrentModel<T>(select: (model: RunModel, run: Run) => T): T | undefined {
  const index = useView((view) => view.model);
  return useCurrentRun((run) => {
    const model = run.models[index] ?? run.models[0];
    return model === undefined ? undefined : select(model, run);
  });
}
