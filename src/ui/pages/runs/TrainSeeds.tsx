/** Asks with how many other seeds a run shall be trained again; they go into the queue. */
import { useState, type SyntheticEvent } from 'react';
import { nextSeeds, queueSeeds } from '../../../state/run_queue';
import { allChanges, type Run } from '../../../state/run_record';
import { Modal } from '../../parts/Modal';
import { NumberField } from '../../parts/NumberField';
import { formatInteger } from '../../plots/format';

/** Most runs at a time. */
const MOST = 20;

interface TrainSeedsProps {
  readonly run: Run;
  readonly onClose: () => void;
}

export function TrainSeeds({ run, onClose }: TrainSeedsProps) {
  const [count, setCount] = useState<number | undefined>(3);
  const valid = count !== undefined && Number.isInteger(count) && count >= 1 && count <= MOST;
  const seeds = valid ? nextSeeds(run, count) : [];
  const changed = allChanges(run).length > 0;
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!valid) return;
    queueSeeds(run, seeds);
    onClose();
  };
  return (
    <Modal
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Train ${run.name} with more seeds`}
    >
      <form className="run-form" onSubmit={submit}>
        <label htmlFor="run-seeds">How many runs</label>
        <NumberField
          id="run-seeds"
          value={count}
          onChange={setCount}
          issue={valid ? undefined : `Must be a whole number from 1 to ${MOST}.`}
          describedBy="run-seeds-mean"
        />
        <ul id="run-seeds-mean" className="run-means">
          {valid && (
            <li>
              {count === 1 ? 'Seed' : 'Seeds'} {seeds.map(formatInteger).join(', ')}: other weights
              at the start and another order of rows, on the same data.
            </li>
          )}
          <li>They are trained one after the other; their names say the seed.</li>
          {changed && (
            <li>
              They begin with the settings that {run.name} began with; what was changed while it ran
              is not changed again.
            </li>
          )}
          {run.opened && (
            <li>
              {run.name} began with weights that were trained before; these begin with fresh ones.
            </li>
          )}
        </ul>
        <div className="run-form-actions">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button button-primary" disabled={!valid}>
            {count === 1 ? 'Queue 1 run' : `Queue ${valid ? count : ''} runs`}
          </button>
        </div>
      </form>
    </Modal>
  );
}
