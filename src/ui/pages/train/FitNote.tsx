/** Why the run in the draft cannot be trained on this GPU: the bytes it needs, those there are, and the way out. */
import { useDraftFacts } from '../../../state/draft_facts';
import { Icon } from '../../parts/Icon';

export function FitNote() {
  // The engine says what does not fit before anything else.
  const reason = useDraftFacts(({ estimate }) =>
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
