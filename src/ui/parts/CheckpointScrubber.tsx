/**
 * Goes back and forth between the checkpoints of the current run: a tick for each at its step, and the run as it is now at
 * the end. It says of which step the page shows numbers, which is not yet the chosen one while that is read. Nothing is here
 * for a run without a past to look at.
 */
import { useEffect, useState } from 'react';
import type { LabErrorData } from '../../base/lab_error';
import { lookedAt, pastSteps } from '../../state/checkpoints';
import { useCurrentRun } from '../../state/current';
import { trainedBefore } from '../../state/run_record';
import { useView } from '../../state/view_store';
import { formatInteger } from '../plots/format';
import { Icon } from './Icon';
import { nearestTick, scrubPlaces, tickOfKey } from './scrub_places';
import './checkpoint_scrubber.css';

export interface CheckpointScrubberProps {
  /** Step of what the page shows; null while that is the run as it is now. */
  readonly shown: number | null;
  /** Whether all of it is of the checkpoint that is chosen. */
  readonly settled: boolean;
  readonly error: LabErrorData | null;
  readonly onRetry: () => void;
  /** Called before another checkpoint is chosen. */
  readonly onLeave?: () => void;
}

/** Milliseconds for which a checkpoint is shown while they are played. */
const SHOWN_MS = 700;
/** Positions of the native slider, fine enough for any screen. */
const FINE = 10_000;

export function CheckpointScrubber(props: CheckpointScrubberProps) {
  const { shown, settled, error, onRetry, onLeave } = props;
  const wanted = useView((view) => view.checkpoint);
  const past = useCurrentRun((run) => pastSteps(run).join(' ')) ?? '';
  const now = useCurrentRun((run) => run.step) ?? 0;
  const total = useCurrentRun((run) => run.totalSteps) ?? 0;
  const before = useCurrentRun((run) => trainedBefore(run).steps) ?? 0;
  const [playing, setPlaying] = useState(false);

  const steps = [...(past === '' ? [] : past.split(' ').map(Number)), now];
  const last = steps.length - 1;
  const chosen = lookedAt(steps.slice(0, last), wanted);
  const tick = chosen === null ? last : steps.indexOf(chosen);
  const go = (next: number) => {
    onLeave?.();
    useView.getState().showCheckpoint(next === last ? null : (steps[next] ?? null));
  };
  const isPlaying = playing && error === null;
  useEffect(() => {
    if (!isPlaying || !settled) return undefined;
    const timer = setTimeout(() => {
      if (tick < last) go(tick + 1);
      if (tick + 1 >= last) setPlaying(false);
    }, SHOWN_MS);
    return () => clearTimeout(timer);
  });

  if (last === 0) return null;
  const places = scrubPlaces(steps, Math.max(now, total));
  const place = places[tick] ?? 1;
  const stepText = (step: number) => `step ${formatInteger(before + step)}`;
  const ofTotal = `of ${formatInteger(before + total)}`;
  const play = () => {
    if (!isPlaying && tick === last) go(0);
    setPlaying(!isPlaying);
  };
  return (
    <div className="scrubber" role="group" aria-label="Checkpoints">
      <button
        type="button"
        className="button button-icon"
        aria-label={isPlaying ? 'Stop playing' : 'Play the checkpoints'}
        title={isPlaying ? 'Stop playing' : 'Play the checkpoints, the first to the latest'}
        onClick={play}
      >
        <Icon name={isPlaying ? 'pause' : 'play'} />
      </button>
      <div className="scrubber-track" style={{ '--place': place }}>
        {places.map((each, index) => (
          <i key={index} data-passed={index < tick} style={{ '--place': each }} />
        ))}
        <input
          type="range"
          aria-label="Checkpoint that is looked at"
          aria-valuetext={`${stepText(steps[tick] ?? now)} ${ofTotal}${tick === last ? ', the latest' : ''}`}
          min={0}
          max={FINE}
          step={1}
          value={Math.round(FINE * place)}
          onChange={(event) => {
            setPlaying(false);
            go(nearestTick(places, Number(event.target.value) / FINE));
          }}
          onKeyDown={(event) => {
            const next = tickOfKey(event.key, tick, steps.length);
            if (next === null || event.ctrlKey || event.metaKey || event.altKey) return;
            event.preventDefault();
            setPlaying(false);
            go(next);
          }}
        />
      </div>
      <span className="scrubber-state" data-past={shown !== null}>
        {shown === null ? `now, ${stepText(now)}` : `at ${stepText(shown)}`} {ofTotal}
      </span>
      <span className="scrubber-note">
        {error !== null ? (
          <span role="alert" title={error.wayOut}>
            {error.message}{' '}
            <button type="button" className="link-button" onClick={onRetry}>
              Try again
            </button>
          </span>
        ) : !settled ? (
          <span className="scrubber-reading quiet">reading {stepText(steps[tick] ?? now)}…</span>
        ) : shown !== null && wanted !== null && shown !== wanted ? (
          <span className="quiet" title="Older checkpoints make room for newer ones.">
            {stepText(wanted)} is not there any more; this is the nearest
          </span>
        ) : null}
      </span>
      <button
        type="button"
        className="link-button scrubber-latest"
        data-off={tick === last}
        onClick={() => {
          setPlaying(false);
          go(last);
        }}
      >
        Latest
      </button>
    </div>
  );
}
