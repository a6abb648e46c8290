/**
 * What the Train button and its neighbours do: start what is in the draft, pause and resume it, take one
 * step, stop. Errors come as notices; nothing here throws.
 */
import type { Dictionary } from '../analysis/types';
import { LabError } from '../base/lab_error';
import { liveChanges, needsRestart } from '../lab/run/live_settings';
import type { TrainedBefore } from '../lab/run/run_history';
import { sameData } from './draft_facts';
import { engine } from './engine_store';
import { fileNeeded } from '../lab/run/data_kinds';
import { openExperiment, readyConfig, takeName, useExperiment } from './experiment_store';
import { notify, notifyError } from './notices_store';
import { goingOn, isActive, type Run } from './run_record';
import { changeLive, freeRunName, removeRun, runOf, startRun, useRuns } from './runs_store';
import { useView } from './view_store';

/** The run that is at work or paused, whichever is shown; undefined when none is. */
function activeRun(): Run | undefined {
  return goingOn(useRuns.getState().runs);
}

/** Starts the draft as a new run and shows it; `paused` for one that waits for Step. */
export async function train(options: { readonly paused?: boolean } = {}): Promise<string | null> {
  try {
    return await startDraft({ paused: options.paused === true });
  } catch (error) {
    notifyError(error);
    return null;
  }
}

/**
 * Starts what is in the draft, on the file that its data name, and shows it; `weights` are what its models start
 * from, which have `before` behind them. Returns the run's id; throws LabError `bad_config`, `not_found` for a file that is not open.
 */
export async function startDraft(options: {
  readonly weights?: readonly Dictionary[];
  readonly before?: readonly TrainedBefore[];
  readonly paused: boolean;
}): Promise<string> {
  const config = readyConfig();
  const { file } = useExperiment.getState();
  const needed = fileNeeded(config.data);
  if (needed !== null && file === null) {
    throw new LabError(
      'not_found',
      `The file ${needed} is not open in this page.`,
      'Drop it on the Data section again; a link never holds data.',
    );
  }
  if (file !== null) await requireReadable(file);
  const own = file === null ? {} : { file };
  const id = startRun(engine, config, { ...options, ...own, name: takeName() ?? undefined });
  useView.getState().showRun(id);
  return id;
}

/** Throws LabError `bad_file` for a file that is gone, before a run begins that could only fail. */
async function requireReadable(file: File): Promise<void> {
  try {
    await file.slice(0, 1).arrayBuffer();
  } catch (cause) {
    throw new LabError(
      'bad_file',
      `${file.name} cannot be read any more: it was changed or moved.`,
      'Choose it again.',
      { cause },
    );
  }
}

/** Train, Pause or Resume: whatever the big button says now. */
export async function toggleTraining(): Promise<void> {
  const run = activeRun();
  if (run === undefined) await train();
  else if (run.status === 'paused') engine.send({ kind: 'resume', runId: run.id });
  else if (run.status === 'running') engine.send({ kind: 'pause', runId: run.id });
}

/**
 * Why Step takes no step: the run that is shown is over, and a new one would take its place on every page. Null when
 * it may.
 */
export function stepRefusal(shown: Run | undefined): string | null {
  if (shown === undefined || isActive(shown.status) || shown.origin === 'recorded') return null;
  return `${shown.name} is over: Step takes no more steps of it. Train starts a new run.`;
}

/** The run that the Train page shows: the current one, unless it is over and the draft has other data. */
function shownRun(): Run | undefined {
  const run = runOf(useView.getState().runId);
  const { config } = useExperiment.getState();
  if (run === undefined || config === null || isActive(run.status)) return run;
  return sameData(run.config.data, config.data) ? run : undefined;
}

/** One step of the paused run; starts one when none is shown, and says why not when the one that is shown is over. */
export async function takeStep(): Promise<void> {
  const run = activeRun();
  if (run !== undefined && run.status !== 'paused') return;
  const refusal = run === undefined ? stepRefusal(shownRun()) : null;
  if (refusal !== null) {
    notify({ tone: 'info', title: refusal });
    return;
  }
  const id = run?.id ?? (await train({ paused: true }));
  if (id !== null && (await isPrepared(id))) engine.send({ kind: 'step', runId: id });
}

/** Waits until the engine has the run ready; false when it failed instead. */
export function isPrepared(id: string): Promise<boolean> {
  return new Promise((resolve) => {
    const decided = () => {
      const status = useRuns.getState().runs[id]?.status;
      if (status === 'preparing') return false;
      resolve(status === 'paused');
      return true;
    };
    if (decided()) return;
    const stop = useRuns.subscribe(() => {
      if (decided()) stop();
    });
  });
}

/** Ends the run where it stands; its weights stay. One that has not begun is given up and leaves nothing. */
export function stopTraining(): void {
  const run = activeRun();
  if (run === undefined) return;
  if (run.status === 'preparing') {
    // It may have begun by the time the engine hears of it.
    engine.send({ kind: 'forget', runId: run.id });
    removeRun(run.id);
  } else {
    engine.send({ kind: 'stop', runId: run.id });
  }
}

/** Stops the run and starts what is in the draft. */
export async function restartTraining(): Promise<void> {
  stopTraining();
  await train();
}

/**
 * Sends what is changed in the draft and may change while the run goes; returns how to stop. The draft is that of the
 * run that is shown: while another one is looked at, nothing is sent. Nor is a change that needs a new run.
 */
export function followLiveSettings(): () => void {
  // What is changed while the run is being prepared is sent when it can be heard.
  let early = false;
  const send = () => {
    const run = activeRun();
    const { config } = useExperiment.getState();
    if (run === undefined || config === null || run.id !== useView.getState().runId) return;
    early = run.status === 'preparing';
    if (early || needsRestart(run.settings, config)) return;
    for (const settings of liveChanges(run.asked, config)) changeLive(engine, run.id, settings);
  };
  const stopDraft = useExperiment.subscribe(({ config }, before) => {
    if (config !== null && config !== before.config) send();
  });
  const stopRuns = useRuns.subscribe(() => {
    if (early && activeRun()?.status !== 'preparing') {
      early = false;
      send();
    }
  });
  return () => {
    stopDraft();
    stopRuns();
  };
}

/** Makes a run the one all pages show, and puts its settings as they are now in the draft, with its file. */
export function showAsDraft(run: Run): void {
  // First, so that they are not taken for changes of the run that was shown.
  useView.getState().showRun(run.id);
  openExperiment(run.settings, run.file);
}

/** Puts the settings of a run in the draft as an experiment of its own, of which nothing is trained yet; returns its name. */
export function duplicateRun(run: Run): string {
  const name = freeRunName(`${run.name} copy`);
  useView.getState().showRun(null);
  openExperiment(run.settings, run.file, name);
  return name;
}
