/** Why the run on the bench cannot be trained on this GPU: the bytes it needs, those there are, and the way out. */
import { useBenchFacts } from '../../../state/bench_facts';
import { Icon } from '../../parts/Icon';

export function FitNote() {
  // The engine says what does not fit before anything else.
  const reason = useBenchFacts(({ estimate }) =>
    estimate === null || estimate.fits ? undefined : estimate.warnings[0],
  );
  if (reason === undefined) return null;
  return (
    <div className="note note-bad run-note" role="alert">
      <Icon name="warning" />
      <span>
        <b>This run does not fit on this GPU.</b> {reason} Nothing was allocated.
      </span>
    </div>
  );
}
