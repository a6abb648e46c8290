/**
 * What the centre of the Train page shows: the current run while it is about the data in the draft, or
 * goes on whatever is being edited; else the draft itself, untrained.
 */
import { useExperiment } from '../../../state/experiment_store';
import { sameData } from '../../../state/draft_facts';
import { isActive, type Run } from '../../../state/run_record';
import { useRuns } from '../../../state/runs_store';
import { useView } from '../../../state/view_store';

/** Id of the run shown, null when the draft is. */
export function useShownRunId(): string | null {
  const id = useView((view) => view.runId);
  const draftData = useExperiment((state) => state.config?.data ?? null);
  return useRuns(({ runs }) => {
    const run = id === null ? undefined : runs[id];
    if (run === undefined) return null;
    if (isActive(run.status) || run.origin === 'recorded' || draftData === null) return run.id;
    return sameData(run.config.data, draftData) ? run.id : null;
  });
}

/** One fact of the run shown, undefined when the draft is shown. */
export function useShownRun<T>(select: (run: Run) => T): T | undefined {
  const id = useShownRunId();
  return useRuns(({ runs }) => {
    const run = id === null ? undefined : runs[id];
    return run === undefined ? undefined : select(run);
  });
}

/** Samples that the draft's next run would see; 0 while the field holds no number. */
export function usePlannedSamples(): number {
  return useExperiment(({ draft }) => {
    const { training_samples: samples } = draft.training;
    return typeof samples === 'number' && samples > 0 ? samples : 0;
  });
}

/** The run that is at work or paused, whichever is shown; null when there is none. */
export function useActiveRunId(): string | null {
  return useRuns(({ runs }) => Object.values(runs).find((run) => isActive(run.status))?.id ?? null);
}
