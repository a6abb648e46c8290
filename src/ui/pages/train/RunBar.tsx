/** Train, Step, Stop, and how far the run is. Texts keep their width while their numbers change. */
import { needsRestart, sameRun } from '../../../lab/run/live_settings';
import { useDraftFacts } from '../../../state/draft_facts';
import { useEngine } from '../../../state/engine_store';
import { fileNeeded } from '../../../lab/run/data_kinds';
import { useExperiment } from '../../../state/experiment_store';
import { isAtHand, useLanguageModels } from '../../../state/language_models_store';
import { languageDataOf } from '../../../state/language_run';
import { isActive, trainedBefore, type Run } from '../../../state/run_record';
import { useRuns } from '../../../state/runs_store';
import {
  restartTraining,
  stepRefusal,
  stopTraining,
  takeStep,
  toggleTraining,
} from '../../../state/training';
import { useView } from '../../../state/view_store';
import { ErrorNote } from '../../parts/ErrorNote';
import { formatCount, formatDuration, formatInteger, formatSi } from '../../plots/format';
import { useActiveRunId, usePlannedSamples, useShownRun, useShownRunId } from './shown_run';

export function RunBar() {
  const shownId = useShownRunId();
  const activeId = useActiveRunId();
  const status = useShownRun((run) => run.status);
  const blocked = useBlocked();
  const over = useShownRun(stepRefusal) ?? null;
  const elsewhere = activeId !== null && activeId !== shownId;
  const active = status !== undefined && isActive(status);
  const label = !active ? 'Train' : status === 'paused' ? 'Resume' : 'Pause';
  return (
    <div className="run-bar">
      <button
        className="button button-primary"
        type="button"
        disabled={elsewhere || status === 'preparing' || (!active && blocked !== null)}
        title={active ? undefined : (blocked ?? undefined)}
        aria-keyshortcuts="Space"
        onClick={() => void toggleTraining()}
      >
        {label}
      </button>
      <button
        className="button"
        type="button"
        title={over ?? 'Take one step'}
        disabled={elsewhere || over !== null || (active ? status !== 'paused' : blocked !== null)}
        onClick={() => void takeStep()}
      >
        Step
      </button>
      <button
        className="button"
        type="button"
        title={
          status === 'preparing'
            ? 'Cancel the preparation; no step was taken'
            : 'End the run here; its weights stay'
        }
        disabled={elsewhere || !active}
        onClick={stopTraining}
      >
        {status === 'preparing' ? 'Cancel' : 'Stop'}
      </button>
      <Progress />
    </div>
  );
}

/** Why nothing can be trained now, null when it can. */
function useBlocked(): string | null {
  const connection = useEngine((state) => state.connection.kind);
  const invalid = useExperiment((state) => state.issues.size);
  const fits = useDraftFacts((facts) => facts.estimate?.fits ?? true);
  const missingFile = useExperiment(
    (state) => fileNeeded(state.draft.data) !== null && state.file === null,
  );
  const data = useExperiment((state) => state.config?.data ?? null);
  const language = data === null ? null : languageDataOf(data);
  const absent = useLanguageModels(
    (state) => language !== null && !isAtHand(state, language.model),
  );
  const unreadable = useDraftFacts((facts) => facts.previewError !== null);
  if (connection !== 'ready') return 'The GPU is not ready yet.';
  if (invalid > 0) return 'Some settings are marked in red.';
  if (absent) return 'The language model is not in this browser yet.';
  if (missingFile) return 'The data file is not open in this page.';
  if (unreadable) return 'The data cannot be read.';
  return fits ? null : 'This run does not fit on this GPU.';
}

function Progress() {
  const shownId = useShownRunId();
  const samples = useShownRun((run) => run.samples) ?? 0;
  const total = useShownRun(plannedSamples);
  const planned = usePlannedSamples();
  const text = useShownRun(statusText) ?? null;
  const rate = useShownRun((run) => run.samplesPerSecond) ?? null;
  const end = total ?? planned;
  const share = shownId === null || end === 0 ? 0 : Math.min(1, samples / end);
  const left = text !== null || rate === null || rate <= 0 ? null : (end - samples) / rate;
  return (
    <>
      <div
        className="progress"
        role="progressbar"
        aria-label="Training"
        aria-valuemin={0}
        aria-valuemax={end}
        aria-valuenow={samples}
        aria-valuetext={`${formatCount(samples)} of ${formatCount(end)} samples`}
      >
        <i style={{ transform: `scaleX(${share})` }} />
      </div>
      <span className="progress-samples">
        <b>{formatCount(samples)}</b> of {formatCount(end)} samples
      </span>
      <span className="progress-rate quiet">
        {shownId === null ? '' : (text ?? (rate === null ? '–' : `${formatSi(rate)}/s`))}
      </span>
      <span className="progress-left quiet">
        {left === null ? '' : `${formatDuration(Math.max(0, left))} left`}
      </span>
    </>
  );
}

function plannedSamples(run: Run): number {
  return run.totalSteps * run.config.training.train_batch_size_samples;
}

/** A word on a run that is not moving. */
function statusText(run: Run): string | null {
  switch (run.status) {
    case 'preparing':
      return 'preparing…';
    case 'running':
      // The first step waits for kernels to compile and for the first picture.
      return run.samples === 0 ? 'starting…' : null;
    case 'paused':
      if (run.opened && run.step === 0) return openedText(run);
      return `paused at step ${formatInteger(run.step)}`;
    case 'finished':
      return `finished in ${formatDuration(run.seconds)}`;
    case 'stopped':
      return `stopped at step ${formatInteger(run.step)}`;
    case 'failed':
      return `failed at step ${formatInteger(run.step)}`;
  }
}

function openedText(run: Run): string {
  const { steps } = trainedBefore(run);
  const trained = steps === 0 ? '' : ` of step ${formatInteger(steps)}`;
  return `weights${trained} opened, not trained on`;
}

/** What stands between the draft and the run shown: a failure, a run elsewhere, settings that differ. */
export function RunNotes() {
  const shownId = useShownRunId();
  const activeId = useActiveRunId();
  const error = useShownRun((run) => run.error);
  const name = useShownRun((run) => run.name);
  const elsewhere = useRuns(({ runs }) => (activeId === null ? undefined : runs[activeId]?.name));
  const showRun = useView((view) => view.showRun);
  const changed = useSettingsChanged();
  if (error !== null && error !== undefined) {
    return (
      <ErrorNote error={error} className="run-note">
        <b>{name} failed.</b>
      </ErrorNote>
    );
  }
  if (activeId !== null && activeId !== shownId) {
    return (
      <div className="note note-info run-note">
        <span>{elsewhere} is training in the background.</span>
        <button className="link-button" type="button" onClick={() => showRun(activeId)}>
          Show it
        </button>
      </div>
    );
  }
  if (!changed) return null;
  return activeId === null ? (
    <div className="note note-info run-note">
      <span>
        The settings were changed since {name}, which is shown here. Train starts a new run with
        them.
      </span>
    </div>
  ) : (
    <div className="note note-info run-note">
      <span>These changes need a new run; {name} goes on without them.</span>
      <button className="link-button" type="button" onClick={() => void restartTraining()}>
        Stop it and train anew
      </button>
    </div>
  );
}

function useSettingsChanged(): boolean {
  const draft = useExperiment((state) => state.config);
  const settings = useShownRun((run) => run.settings);
  const active = useShownRun((run) => isActive(run.status));
  if (draft === null || settings === undefined) return false;
  return active === true ? needsRestart(settings, draft) : !sameRun(settings, draft);
}
