/**
 * What the run in the draft would need of the GPU, and what speaks against it. That it does not fit is said
 * beside the Train button, where it is looked for.
 */
import { useDraftFacts } from '../../../state/draft_facts';
import { useEngine } from '../../../state/engine_store';
import { ErrorNote } from '../../parts/ErrorNote';
import { Hint } from '../../parts/Hint';
import { Icon } from '../../parts/Icon';
import { formatBytes, formatCount } from '../../plots/format';

export function EstimateFooter() {
  const estimate = useDraftFacts((facts) => facts.estimate);
  const error = useDraftFacts((facts) => facts.estimateError);
  const limit = useEngine(({ connection }) =>
    connection.kind === 'ready'
      ? Math.min(connection.adapter.maxBufferSize, connection.adapter.maxStorageBufferBindingSize)
      : null,
  );
  return (
    <footer className="estimate">
      {error !== null && <ErrorNote error={error} />}
      {estimate?.warnings.slice(estimate.fits ? 0 : 1).map((warning) => (
        <div className="note note-warn" key={warning}>
          <Icon name="warning" />
          <span>{warning}</span>
        </div>
      ))}
      {estimate !== null && limit !== null && (
        <Hint
          side="top"
          text={`The largest single buffer takes ${formatBytes(estimate.largestBuffer)}; this GPU allows ${formatBytes(limit)}. The dense matrix products of one step take about ${formatCount(estimate.flopPerStep)} operations.`}
        >
          <p className="quiet estimate-line" data-fits={estimate.fits} tabIndex={0}>
            Needs {formatBytes(estimate.bytes)} on this GPU{estimate.fits ? '' : ', too much'}
          </p>
        </Hint>
      )}
    </footer>
  );
}
