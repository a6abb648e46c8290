/**
 * The runs that this browser keeps, in the page: listed when the engine is there, read when they are looked at, gone on with,
 * renamed and deleted. What of it cannot be done comes as a notice; nothing here throws. Knows no React.
 */
import { create } from 'zustand';
import { at } from '../base/array';
import { describeError } from '../base/lab_error';
import type { Event, ListedRun } from '../lab/protocol/protocol';
import type { RunConfig } from '../lab/run/run_config';
import { forgetCheckpoint } from './checkpoints';
import type { EngineClient } from './engine_client';
import { notify, notifyError } from './notices_store';
import { isEngineLost, keepAnswer, modelKey } from './questions';
import { bringFiles } from './run_files';
import { createRun, isActive, withPast, type Run } from './run_record';
import { addEarlierRuns, addRun, removeRun, runOf, updateRun, useRuns } from './runs_store';
import { useView } from './view_store';

type Reopened = Extract<Event, { kind: 'reopened' }>;

/** Bytes that this browser may still keep; null while nobody knows. */
export const useStorage = create<{ readonly available: number | null }>()(() => ({
  available: null,
}));

/** Names by which the engine knows runs: first the one that each had when it was heard of. */
const told = new Map<string, string>();
/** Times that this page has given a name; a list that was asked for before has the one before. */
let renames = 0;

/** Keeps the list and this page in step; returns how to stop. */
export function followKeptRuns(engine: EngineClient): () => void {
  const stopEvents = engine.subscribe((event) => {
    if (event.kind === 'connected' || event.kind === 'kept_changed') void listKeptRuns(engine);
    if (event.kind === 'reopened') tellTorn(event);
    if (event.kind === 'kept') forgetCheckpoint(event.runId, event.step);
    if (event.kind !== 'not_kept') return;
    const name = runOf(event.runId)?.name ?? 'This run';
    const { message, wayOut } = event.error;
    notify({ tone: 'error', title: `${name} is not kept. ${message}`, detail: wayOut });
  });
  const stopView = useView.subscribe(({ runId, overlays }) => {
    for (const id of runId === null ? overlays : [runId, ...overlays]) {
      void readRun(engine, id).then(() => (id === runId ? probeRun(engine, id) : undefined));
    }
  });
  const stopRuns = useRuns.subscribe(({ runs }) => {
    for (const { id, name, kept } of Object.values(runs)) {
      const known = told.get(id) ?? name;
      if (kept !== null && known !== name) {
        renames += 1;
        engine.ask('rename_kept_run', { runId: id, name }).catch(notifyError);
      }
      if (kept !== null || !told.has(id)) told.set(id, kept === null ? known : name);
    }
  });
  return () => {
    stopEvents();
    stopView();
    stopRuns();
  };
}

/**
 * Asks what is kept, and brings this page in step with it: runs that it does not know, what other tabs did to those that it
 * knows, and what all of them take.
 */
export async function listKeptRuns(engine: EngineClient): Promise<void> {
  try {
    const before = renames;
    const { runs, deleted, available } = await engine.ask('list_kept_runs', null);
    useStorage.setState({ available });
    addEarlierRuns(runs.filter(({ id }) => runOf(id) === undefined).map(runListed));
    for (const listed of runs) followListed(engine, listed, renames === before);
    const ids = new Set(runs.map(({ id }) => id));
    const gone = Object.values(useRuns.getState().runs).filter(
      ({ id, kept, status }) => kept !== null && !isActive(status) && !ids.has(id),
    );
    const cleared = gone.filter(({ id }) => !deleted.includes(id));
    for (const { id, kept } of gone) {
      // Of one that was only listed nothing is left; another may still be in memory.
      if (deleted.includes(id) || kept?.read === false) dropRun(id);
      else updateRun(id, (run) => ({ ...run, kept: null }));
    }
    if (cleared.length > 0) notify(clearedNotice(cleared));
  } catch (error) {
    // The next engine is asked again.
    if (!isEngineLost(error)) notifyError(error);
  }
}

/** Notes what the index says of a run that this page knows. */
function followListed(engine: EngineClient, listed: ListedRun, named: boolean): void {
  const { id, checkpoints, bytes, elsewhere } = listed;
  const run = runOf(id);
  if (run?.kept == null) return;
  const name = named ? listed.name : run.name;
  if (named) told.set(id, name);
  const { kept } = run;
  const known = { ...kept, checkpoints, bytes, elsewhere };
  if (isActive(run.status) || kept.step === listed.step) {
    updateRun(id, (same) => ({ ...same, name, kept: { ...known, step: listed.step } }));
    return;
  }
  // Another tab trained it on: what this page and its engine read of it is of an earlier step.
  engine.send({ kind: 'forget', runId: id });
  updateRun(id, (same) => ({
    ...same,
    ...standing(listed),
    name,
    kept: { ...known, step: listed.step, read: false },
  }));
  if (kept.read) void readRun(engine, id);
}

function dropRun(id: string): void {
  if (useView.getState().runId === id) useView.getState().showRun(null);
  removeRun(id);
}

function clearedNotice(runs: readonly Run[]) {
  const what = runs.length === 1 ? at(runs, 0).name : `${runs.length} runs`;
  return {
    tone: 'error' as const,
    title: `What this browser kept of ${what} is gone.`,
    detail:
      'The data of this site were cleared, or the browser was short of space. What is still in this page can be exported.',
  };
}

/** Ids of the runs that are being read. */
const reading = new Set<string>();

/** Reads curves, changes and results of a kept run, once. */
export async function readRun(engine: EngineClient, id: string): Promise<void> {
  if (runOf(id)?.kept?.read !== false || reading.has(id)) return;
  reading.add(id);
  try {
    const past = await engine.ask('kept_past', { runId: id });
    updateRun(id, (run) => (isActive(run.status) ? run : withPast(run, past, run.settings)));
    past.reports.forEach((report, model) => {
      if (report === null) return;
      const answer = { model, step: past.step, report };
      keepAnswer('evaluate', modelKey(id, model), { runId: id, model }, answer);
    });
  } catch (error) {
    if (!isEngineLost(error)) notifyError(error);
  } finally {
    reading.delete(id);
  }
}

/** Says that a run is not where it was: a checkpoint cannot be read. */
function tellTorn({ runId, past: { step }, promised }: Reopened): void {
  if (step >= promised) return;
  const name = runOf(runId)?.name ?? 'This run';
  notify({
    tone: 'error',
    title:
      step === 0
        ? `${name} begins anew: none of its checkpoints can be read.`
        : `${name} is at step ${step} again: its checkpoint of step ${promised} cannot be read.`,
    detail: 'Its files were damaged. Training on gives the same as if they had not been.',
  });
}

/** Ids of runs that were asked what their models make of the data, in this visit. */
const probed = new Set<string>();

/** Has a kept run of an earlier visit, which is shown, say what its models make of the data; only where these open by themselves, soon. */
async function probeRun(engine: EngineClient, id: string): Promise<void> {
  const run = runOf(id);
  if (run?.kept == null || run.kept.data !== null || isActive(run.status) || run.step === 0) return;
  const { config, models } = run;
  if (config.data.kind === 'lm' || probed.has(id)) return;
  if (models.some(({ shapes, labels }) => shapes !== null || labels !== null)) return;
  probed.add(id);
  // It is a picture more; what is wrong with the run is said by whoever asks for something.
  await engine.ask('probe_run', { runId: id }).catch(() => undefined);
}

/** Whether a run can go on from its latest checkpoint. */
export function canResume({ kept, status, error, step, totalSteps }: Run): boolean {
  if (kept === null || kept.elsewhere || isActive(status) || status === 'finished') return false;
  // From the same state it would come to the same end.
  return error?.code !== 'not_finite' && (step < totalSteps || status === 'failed');
}

/**
 * Goes on with a kept run on its own data. With `press`, which the person has just done, the browser may ask for
 * permission to read its files.
 */
export async function resumeRun(
  engine: EngineClient,
  run: Run,
  { press = false }: { readonly press?: boolean } = {},
): Promise<void> {
  // An engine that was given up on gets another chance.
  engine.revive();
  useView.getState().showRun(run.id);
  await reopenRun(engine, run, { press });
}

/** Has the engine go on with a kept run on its own data; what is not `press` says more of how it stood. */
export async function reopenRun(
  engine: EngineClient,
  run: Run,
  {
    press = false,
    ...how
  }: {
    readonly press?: boolean;
    readonly paused?: boolean;
    readonly settings?: RunConfig;
  } = {},
): Promise<void> {
  const { id: runId } = run;
  try {
    updateRun(runId, (known) => ({ ...known, status: 'preparing', error: null }));
    await bringFiles(engine, runId, { press });
    engine.send({ kind: 'reopen', runId, ...how });
  } catch (error) {
    updateRun(runId, (known) => ({ ...known, status: 'failed', error: describeError(error) }));
    notifyError(error);
  }
}

/** Deletes a kept run, with an undo on the page. */
export async function deleteKeptRun(engine: EngineClient, run: Run): Promise<void> {
  const about = { runId: run.id };
  const wasShown = useView.getState().runId === run.id;
  try {
    await engine.ask('delete_kept_run', about);
  } catch (error) {
    notifyError(error);
    return;
  }
  const removed = removeRun(run.id);
  if (wasShown) useView.getState().showRun(null);
  const putBack = async () => {
    if (!(await engine.ask('restore_kept_run', about))) {
      notify({ tone: 'error', title: `${run.name} is gone: a minute has passed.` });
      return;
    }
    addRun(removed.run, removed.position);
    if (wasShown) useView.getState().showRun(run.id);
  };
  notify({
    tone: 'info',
    title: `Deleted ${run.name}`,
    action: { label: 'Undo', run: () => void putBack().catch(notifyError) },
  });
}

/** A run of an earlier visit: its curves are not in this page yet. */
function runListed(listed: ListedRun): Run {
  const { id, name, config, createdAt, step, checkpoints, bytes, data, elsewhere } = listed;
  const run = createRun(id, name, config, createdAt, { opened: listed.opened ? [] : null });
  return {
    ...run,
    ...standing(listed),
    kept: { step, checkpoints, bytes, data, elsewhere, read: false },
  };
}

/** How a run stands by its record. */
function standing({ settings, status, error, step, seconds }: ListedRun) {
  const samples = step * settings.training.train_batch_size_samples;
  return { settings, asked: settings, status, error, step, samples, seconds };
}
