/** The kept runs by what they take, the largest first, to delete those that are not needed. */
import { useState } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { engine } from '../../../state/engine_store';
import { deleteRuns } from '../../../state/deleted_runs';
import { useStorage } from '../../../state/kept_runs';
import { isActive } from '../../../state/run_record';
import { useRuns } from '../../../state/runs_store';
import { Modal } from '../../parts/Modal';
import { formatBytes } from '../../plots/format';
import { runsText } from './run_list';

interface FreeSpaceProps {
  readonly onClose: () => void;
}

export function FreeSpace({ onClose }: FreeSpaceProps) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const available = useStorage((state) => state.available);
  const runs = useRuns(
    useShallow((state) =>
      Object.values(state.runs)
        .filter(({ kept }) => kept !== null)
        .toSorted((a, b) => (b.kept?.bytes ?? 0) - (a.kept?.bytes ?? 0)),
    ),
  );
  const doomed = runs.filter(({ id, status }) => chosen.has(id) && !isActive(status));
  const sum = (list: typeof runs) => list.reduce((all, { kept }) => all + (kept?.bytes ?? 0), 0);
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  return (
    <Modal
      open
      onOpenChange={(open) => !open && onClose()}
      title="Free up space"
      description={`${runsText(runs.length)} take ${formatBytes(sum(runs))}${available === null ? '' : `; ${formatBytes(available)} are free`}. What is deleted can be had back for a minute, and is free after it.`}
    >
      <ul className="space-list" aria-label="Kept runs, the largest first">
        {runs.map(({ id, name, status, about, kept }) => (
          <li key={id}>
            <label>
              <input
                type="checkbox"
                checked={chosen.has(id)}
                disabled={isActive(status)}
                onChange={() => toggle(id)}
              />
              <span className="cut">
                {about.starred && <span title="Starred">★ </span>}
                {name}
              </span>
              <span className="quiet">{isActive(status) ? 'is going on' : status}</span>
              <span className="space-size">{formatBytes(kept?.bytes ?? 0)}</span>
            </label>
          </li>
        ))}
      </ul>
      <div className="run-form-actions">
        <p className="quiet" role="status">
          {doomed.length === 0
            ? 'Nothing is chosen.'
            : `${runsText(doomed.length)} chosen: ${formatBytes(sum(doomed))}`}
        </p>
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button
          type="button"
          className="button button-danger"
          disabled={doomed.length === 0}
          onClick={() => {
            onClose();
            void deleteRuns(engine, doomed);
          }}
        >
          Delete {doomed.length === 0 ? '' : runsText(doomed.length)}
        </button>
      </div>
    </Modal>
  );
}
