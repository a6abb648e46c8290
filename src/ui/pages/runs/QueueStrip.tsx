/** Runs that wait for their turn: which, why the next one does not begin, and how to let it or to give them up. */
import { useEffect } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { engine } from '../../../state/engine_store';
import { notify } from '../../../state/notices_store';
import { goingOn } from '../../../state/run_record';
import { emptyQueue, followQueue, holdQueue, unqueue, useQueue } from '../../../state/run_queue';
import { useRuns } from '../../../state/runs_store';
import { Icon } from '../../parts/Icon';
import { runsText } from './run_list';

/** Most names that are written out. */
const NAMED = 6;

export function QueueStrip() {
  useEffect(() => followQueue(engine), []);
  const { waiting, held } = useQueue(
    useShallow((queue) => ({ waiting: queue.waiting, held: queue.held })),
  );
  const going = useRuns(({ runs }) => goingOn(runs)?.name);
  if (waiting.length === 0) return null;
  const now =
    held === null
      ? going === undefined
        ? 'The next begins in a moment.'
        : `${going} is going on.`
      : held;
  const clear = () => {
    const putBack = emptyQueue();
    notify({
      tone: 'info',
      title: `Took ${runsText(waiting.length)} out of the queue`,
      action: { label: 'Undo', run: putBack },
    });
  };
  return (
    <section className="runs-queue" aria-label="Queue of runs" data-held={held !== null}>
      <p role="status">
        <b>
          {runsText(waiting.length)} {waiting.length === 1 ? 'waits' : 'wait'}
        </b>
        <span>{now}</span>
      </p>
      <ol>
        {waiting.slice(0, NAMED).map(({ id, name }) => (
          <li key={id}>
            <span className="cut" title={name}>
              {name}
            </span>
            <button
              type="button"
              className="button button-icon"
              aria-label={`Take ${name} out of the queue`}
              onClick={() => unqueue(id)}
            >
              <Icon name="close" size={12} />
            </button>
          </li>
        ))}
        {waiting.length > NAMED && <li className="quiet">and {waiting.length - NAMED} more</li>}
      </ol>
      <div className="runs-queue-actions">
        {held === null ? (
          <button type="button" className="button button-quiet" onClick={() => holdQueue(true)}>
            Hold
          </button>
        ) : (
          <button type="button" className="button button-quiet" onClick={() => holdQueue(false)}>
            Go on
          </button>
        )}
        <button type="button" className="button button-quiet button-danger" onClick={clear}>
          Cancel all
        </button>
      </div>
    </section>
  );
}
