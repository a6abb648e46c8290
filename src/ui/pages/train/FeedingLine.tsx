/**
 * What a run waits for before its first step; then, for data that a language model makes while training goes
 * on, how fast each of the two parts is and how the GPU's time is shared between them.
 */
import { formatPercent, formatSi } from '../../plots/format';
import { Hint } from '../../parts/Hint';
import type { Feeding } from '../../../lab/protocol/protocol';
import { useShownRun } from './shown_run';

export function FeedingLine() {
  const feeding = useShownRun((run) => run.feeding) ?? null;
  const samples = useShownRun((run) => run.samples) ?? 0;
  const preparing = useShownRun((run) => run.preparing) ?? null;
  if (preparing !== null) {
    return (
      <p className="quiet feeding" role="status">
        {preparing.stage}
        <Percent share={preparing.fraction} />
      </p>
    );
  }
  if (feeding === null) return null;
  return (
    <p className="quiet feeding">
      {feeding.filled < 1 ? (
        <span role="status">
          The language model fills the shuffle buffer
          <Percent share={feeding.filled} />
        </span>
      ) : (
        <>
          <Rate
            label="Language model"
            rate={rate(feeding.rowsMade, feeding.sourceSeconds)}
            text="Tokens whose residual stream the language model makes in a second of its own GPU time."
          />
          <Rate
            label="autoencoders"
            rate={rate(samples, feeding.trainingSeconds)}
            text="Tokens that all models train on in a second of their own GPU time."
          />
          <Hint text={`Share of the GPU's time. ${shares(feeding)}`}>
            <span tabIndex={0}>
              {formatPercent(share(feeding, feeding.sourceSeconds), 2)} of the time in the language
              model
            </span>
          </Hint>
        </>
      )}
    </p>
  );
}

/** For the eye: a screen reader that said every per cent would say nothing else. */
function Percent({ share }: { readonly share: number }) {
  return (
    <span aria-hidden="true">{share > 0 && share < 1 ? `: ${formatPercent(share, 2)}` : '…'}</span>
  );
}

interface RateProps {
  readonly label: string;
  /** Per second; null before the first measurement. */
  readonly rate: number | null;
  readonly text: string;
}

function Rate({ label, rate: perSecond, text }: RateProps) {
  return (
    <Hint text={text}>
      <span tabIndex={0}>
        {label} <b>{perSecond === null ? '–' : formatSi(perSecond)}</b> tokens/s
      </span>
    </Hint>
  );
}

function rate(rows: number, seconds: number): number | null {
  return seconds > 0 ? rows / seconds : null;
}

function share({ sourceSeconds, shuffleSeconds, trainingSeconds }: Feeding, part: number): number {
  const whole = sourceSeconds + shuffleSeconds + trainingSeconds;
  return whole > 0 ? part / whole : 0;
}

function shares(feeding: Feeding): string {
  const of = (seconds: number) => formatPercent(share(feeding, seconds), 2);
  return `Language model ${of(feeding.sourceSeconds)}, shuffling ${of(feeding.shuffleSeconds)}, training ${of(feeding.trainingSeconds)}.`;
}
