/** The checkpoint that the Train page shows the run at, and what its models say there. */
import { useMemo } from 'react';
import type { RunProbe } from '../../../lab/protocol/protocol';
import { lookedAt, modelsAt, pastSteps, runAt } from '../../../state/checkpoints';
import { checkpointKey, questionOf, useQuestions } from '../../../state/questions';
import type { Run, RunModel } from '../../../state/run_record';
import { useRuns } from '../../../state/runs_store';
import { useLatest } from '../../../state/use_question';
import { useView } from '../../../state/view_store';
import { useShownRun, useShownRunId } from './shown_run';

/** Step of the checkpoint that is chosen; null for the run as it is now. */
export function useShownCheckpoint(): number | null {
  const wanted = useView((view) => view.checkpoint);
  return useShownRun((run) => lookedAt(pastSteps(run), wanted)) ?? null;
}

/** What the models say at it, or while that is read at the one before; null for the run as it is now. */
export function useShownProbe(): RunProbe | null {
  const runId = useShownRunId();
  const checkpoint = useShownCheckpoint();
  const probe = useQuestions((state) =>
    runId === null || checkpoint === null
      ? null
      : questionOf(state, 'probe_checkpoint', checkpointKey(runId, checkpoint)).answer,
  );
  const shown = useLatest<RunProbe | 'now'>(checkpoint === null ? 'now' : probe, runId ?? '');
  return shown === 'now' ? null : shown;
}

/** Models of the run shown, at that checkpoint; undefined when the draft is shown. */
export function useModelsShown(): readonly RunModel[] | undefined {
  const models = useShownRun((run) => run.models);
  const batch = useShownRun((run) => run.config.training.train_batch_size_samples) ?? 0;
  const probe = useShownProbe();
  return useMemo(
    () => (models === undefined || probe === null ? models : modelsAt(models, probe, batch)),
    [models, probe, batch],
  );
}

/** The run shown, at that checkpoint; undefined when the draft is shown. */
export function useRunShown(): Run | undefined {
  const id = useShownRunId();
  const run = useRuns(({ runs }) => (id === null ? undefined : runs[id]));
  const probe = useShownProbe();
  return useMemo(
    () => (run === undefined || probe === null ? run : runAt(run, probe)),
    [run, probe],
  );
}
