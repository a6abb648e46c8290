/**
 * The runs that this browser keeps, in the page: listed when the engine is there, read when they are looked at, gone on with
 * and renamed; deleted_runs.ts deletes them. What of it cannot be done comes as a notice; nothing here throws. Knows no React.
 */
import { create } from 'zustand';
import { at } from '../base/array';
import { saysSame } from '../base/canonical';
import { describeError } from '../base/lab_error';
import type { Event, ListedRun } from '../lab/protocol/protocol';
import { totalSteps, type RunConfig } from '../lab/run/run_config';
import { forgetCheckpoint } from './checkpoints';
import type { EngineClient } from './engine_client';
import { askOnce } from './lasting_storage';
import { notify, notifyError } from './notices_store';
import { timesSaid } from './said_of_runs';
import { isEngineLost, keepAnswer, keepAnswers, modelKey, type KeptAnswer } from './questions';
import { bringFiles } from './run_files';
import { createRun, isActive, withPast, type Run } from './run_record';
import { addEarlierRuns, removeRun, runOf, updateRun, useRuns } from './runs_store';
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
    // Never before there is something to lose.
    if (event.kind === 'kept' && event.step > 0) askOnce();
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
    const before = { renames, said: timesSaid() };
    const { runs, deleted, available } = await engine.ask('list_kept_runs', null);
    useStorage.setState({ available });
    const unknown = runs.filter(({ id }) => runOf(id) === undefined);
    addEarlierRuns(unknown.map(runListed));
    keepAnswers('evaluate', unknown.flatMap(resultsOf));
    followListed(engine, runs, {
      named: renames === before.renames,
      said: timesSaid() === before.said,
    });
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

/**
 * Notes what the index says of runs that this page knows, in one change of the store: most are as they were. `named` and
 * `said`: it is no older than what this page called them and said of them.
 */
function followListed(
  engine: EngineClient,
  listed: readonly ListedRun[],
  { named, said }: { readonly named: boolean; readonly said: boolean },
): void {
  const changed: Record<string, Run> = {};
  const trainedOn: ListedRun[] = [];
  for (const each of listed) {
    const run = runOf(each.id);
    if (run?.kept == null) continue;
    const name = named ? each.name : run.name;
    if (named) told.set(each.id, name);
    const about = said && !saysSame(each.about, run.about) ? each.about : run.about;
    const next = followed(run, each, { name, about });
    if (next !== run) changed[each.id] = next;
    if (next.step === run.step) continue;
    // Another tab trained it on: what this page and its engine read of it is of an earlier step.
    trainedOn.push(each);
    engine.send({ kind: 'forget', runId: each.id });
  }
  if (Object.keys(changed).length === 0) return;
  const read = trainedOn.filter(({ id }) => runOf(id)?.kept?.read === true);
  useRuns.setState(({ runs }) => ({ runs: { ...runs, ...changed } }));
  keepAnswers('evaluate', trainedOn.flatMap(resultsOf));
  for (const { id } of read) void readRun(engine, id);
}

/** A run as its record has it; the same object while that says nothing new. */
function followed(run: Run, listed: ListedRun, own: Pick<Run, 'name' | 'about'>): Run {
  const { kept } = run;
  if (kept === null) return run;
  const { bytes, checkpoints, elsewhere, step, logged } = listed;
  const known = { ...kept, bytes, checkpoints, elsewhere };
  // A checkpoint of this page's own may be in the index before it is told.
  if (!isActive(run.status) && kept.step !== step && run.step !== step) {
    return { ...run, ...standing(listed), ...own, kept: { ...known, step, logged, read: false } };
  }
  const same =
    own.name === run.name &&
    own.about === run.about &&
    bytes === kept.bytes &&
    elsewhere === kept.elsewhere &&
    step === kept.step &&
    saysSame(checkpoints, kept.checkpoints);
  return same ? run : { ...run, ...own, kept: { ...known, step } };
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

/** Whether a list has to read the folder of a run: its record is of a lab that did not write the latest metrics there. */
export function isToBeRead({ kept, step }: Run): boolean {
  return kept !== null && !kept.read && kept.logged === null && step > 0;
}

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
 * permission to read its files; `samples` are those of the whole run from now on, where that shall be more.
 */
export async function resumeRun(
  engine: EngineClient,
  run: Run,
  {
    press = false,
    samples,
  }: { readonly press?: boolean; readonly samples?: number | undefined } = {},
): Promise<void> {
  // An engine that was given up on gets another chance.
  engine.revive();
  useView.getState().showRun(run.id);
  await reopenRun(engine, run, { press, ...(samples === undefined ? {} : { samples }) });
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
    readonly samples?: number;
  } = {},
): Promise<void> {
  const { id: runId } = run;
  try {
    updateRun(runId, (known) => ({ ...known, status: 'preparing', error: null }));
    await bringFiles(engine, runId, { press });
    engine.send({ kind: 'reopen', runId, ...how });
  } catch (error) {
    // At a press it stays as it was; one that was going on is not any more.
    const { status, error: before } = run;
    const stands = isActive(status)
      ? { status: 'failed' as const, error: describeError(error) }
      : { status, error: before };
    updateRun(runId, (known) => ({ ...known, ...stands }));
    notifyError(error);
  }
}

/** A run of an earlier visit: its curves are not in this page yet. */
function runListed(listed: ListedRun): Run {
  const { id, name, config, createdAt, step, checkpoints, bytes, data, elsewhere } = listed;
  const { logged, about } = listed;
  const run = createRun(id, name, config, createdAt, { opened: listed.opened ? [] : null });
  return {
    ...run,
    ...standing(listed),
    about,
    kept: { step, checkpoints, bytes, data, elsewhere, logged, read: false },
  };
}

/** How a run stands by its record. */
function standing({ settings, status, error, step, seconds }: ListedRun) {
  const samples = step * settings.training.train_batch_size_samples;
  const steps = totalSteps(settings.training);
  return { settings, asked: settings, totalSteps: steps, status, error, step, samples, seconds };
}

/** What the evaluation of a listed run found, as if it had been asked for. */
function resultsOf({ id, step, results }: ListedRun): readonly KeptAnswer<'evaluate'>[] {
  return (results ?? []).flatMap((report, model) => {
    if (report === null) return [];
    const asked = { runId: id, model };
    return { key: modelKey(id, model), asked, answer: { model, step, report } };
  });
}
