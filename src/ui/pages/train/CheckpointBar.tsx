/** The scale of checkpoints below the picture of the models, which it shows as they were at one of them. */
import { useEffect } from 'react';
import { giveUpProbe, probeCheckpoint } from '../../../state/checkpoints';
import { engine } from '../../../state/engine_store';
import { checkpointKey, forget } from '../../../state/questions';
import { useQuestion } from '../../../state/use_question';
import { CheckpointScrubber } from '../../parts/CheckpointScrubber';
import { useShownCheckpoint, useShownProbe } from './shown_checkpoint';
import { useShownRunId } from './shown_run';

export function CheckpointBar() {
  const runId = useShownRunId();
  const checkpoint = useShownCheckpoint();
  const key = runId === null || checkpoint === null ? '' : checkpointKey(runId, checkpoint);
  const { answer, error } = useQuestion('probe_checkpoint', key);
  const shown = useShownProbe();
  const missing = answer === null && error === null;
  useEffect(() => {
    if (!missing || runId === null || checkpoint === null) return undefined;
    void probeCheckpoint(engine, { runId, checkpoint });
    return () => giveUpProbe({ runId, checkpoint });
  }, [missing, runId, checkpoint]);
  if (runId === null) return null;
  return (
    <CheckpointScrubber
      shown={shown?.step ?? null}
      settled={checkpoint === null || answer !== null}
      error={checkpoint === null ? null : error}
      onRetry={() => forget('probe_checkpoint', (known) => known === key)}
    />
  );
}
