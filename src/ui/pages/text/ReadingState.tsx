/** How the reading of the text stands, in one line: progress, trouble, age, and what came of it. */
import type { TextReading } from '../../../lab/protocol/lm_protocol';
import { ErrorNote } from '../../parts/ErrorNote';
import { formatFixed, formatInteger, formatNumber } from '../../plots/format';
import { meanSurprisal } from './reading_rows';
import type { FollowedReading } from './use_reading';

export function ReadingState(reading: FollowedReading) {
  const { error } = reading.question;
  if (error === null) {
    return (
      <p className="quiet text-state" role="status">
        <Standing {...reading} />
      </p>
    );
  }
  return <ErrorNote error={error} className="text-state" onRetry={reading.read} />;
}

function Standing({ question, outdated, changed, age, training, cancel }: FollowedReading) {
  const { answer, progress } = question;
  if (progress !== null) {
    return (
      <>
        {progress.stage}… {progress.fraction > 0 && `${Math.round(100 * progress.fraction)} % `}
        <button type="button" className="link-button" onClick={cancel}>
          Cancel
        </button>
      </>
    );
  }
  if (answer === null) {
    return training
      ? 'The model is training. Read now reads with its current weights.'
      : 'Not read yet.';
  }
  const since = age?.since ?? null;
  const made = age === null ? null : `read at ${age.trained}`;
  if (!outdated) {
    return (
      <>
        <Facts reading={answer} />
        {made !== null && ` · ${made}`}
        {since !== null && `; ${since}`}
      </>
    );
  }
  const moved = [...(changed ? ['the text has changed since'] : []), since].filter(Boolean);
  return `Read at ${age?.trained ?? 'another step'}; ${moved.join('; ')}.`;
}

function Facts({ reading }: { readonly reading: TextReading }) {
  const mean = meanSurprisal(reading);
  return (
    <>
      {formatInteger(reading.tokens.length)} tokens
      {reading.windows > 1 && (
        <span title="No token sees further back than the beginning of its own window">
          , more than the context: read in {formatInteger(reading.windows)} windows, each on its own
        </span>
      )}
      {mean !== null && (
        <span title="Mean of −log p of each token given those before it; perplexity is its exponential">
          {' · '}mean surprise {formatFixed(mean, 2)} nats, perplexity{' '}
          {formatNumber(Math.exp(mean))}
        </span>
      )}
    </>
  );
}
