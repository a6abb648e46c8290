/** Asks on how many more samples a finished run shall be trained, and says what that does to its schedules. */
import { useState, type SyntheticEvent } from 'react';
import { checkDraft } from '../../../state/experiment_draft';
import { furtherSentences, samplesAfter, trainFurther } from '../../../state/run_further';
import { goingOn, type Run } from '../../../state/run_record';
import { useRuns } from '../../../state/runs_store';
import { Modal } from '../../parts/Modal';
import { NeededFiles, useLacking } from '../../parts/NeededFiles';
import { NumberField } from '../../parts/NumberField';

interface TrainFurtherProps {
  readonly run: Run;
  readonly onClose: () => void;
}

export function TrainFurther({ run, onClose }: TrainFurtherProps) {
  const [more, setMore] = useState<number | undefined>(run.samples);
  const going = useRuns(({ runs }) => goingOn(runs)?.name);
  const { lacking, canAsk } = useLacking(run.id);
  const issue = issueOf(run, more);
  const possible = issue === null && going === undefined && (lacking.length === 0 || canAsk);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (more === undefined || !possible) return;
    onClose();
    void trainFurther(run, more);
  };
  return (
    <Modal open onOpenChange={(open) => !open && onClose()} title={`Train ${run.name} further`}>
      <form className="run-form" onSubmit={submit}>
        <label htmlFor="run-more">More samples</label>
        <NumberField
          id="run-more"
          value={more}
          onChange={setMore}
          doubling
          issue={issue ?? undefined}
          describedBy="run-more-means"
        />
        <ul id="run-more-means" className="run-means">
          {issue === null &&
            more !== undefined &&
            furtherSentences(run, more).map((sentence) => <li key={sentence}>{sentence}</li>)}
          {going !== undefined && (
            <li className="run-obstacle">{going} is going on: one run is trained at a time.</li>
          )}
        </ul>
        <NeededFiles runId={run.id} onReady={() => undefined} />
        <div className="run-form-actions">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button button-primary" disabled={!possible}>
            Train further
          </button>
        </div>
      </form>
    </Modal>
  );
}

/** What is wrong with a number of samples; null when it will do. */
function issueOf(run: Run, more: number | undefined): string | null {
  if (more === undefined) return 'A number is needed here.';
  if (!Number.isInteger(more) || more < 1) return 'Must be a whole number from 1.';
  const { settings } = run;
  const training = { ...settings.training, training_samples: samplesAfter(run, more) };
  const { issues } = checkDraft({ ...settings, training });
  const [first] = issues.values();
  return first ?? null;
}
