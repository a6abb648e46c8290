/**
 * The runs that this browser keeps, in the page: listed when the engine is there, read when they are looked at, gone on with,
 * renamed and deleted. What of it cannot be done comes as a notice; nothing here throws. Knows no React.
 */
import { create } from 'zustand';
import type { ListedRun } from '../lab/protocol/protocol';
import type { EngineClient } from './engine_client';
import { notify, notifyError } from './notices_store';
import { keepAnswer, modelKey } from './questions';
import { createRun, isActive, withPast, type Run } from './run_record';
import { addEarlierRuns, addRun, removeRun, runOf, updateRun, useRuns } from './runs_store';
import { useView } from './view_store';

/** Bytes that this browser may still keep; null while nobody knows. */
export const useStorage = create<{ readonly available: number | null }>()(() => ({
  available: null,
}));

/** Keeps the list and this page in step; returns how to stop. */
export function followKeptRuns(engine: EngineClient): () => void {
  const stopEvents = engine.subscribe((event) => {
    if (event.kind === 'connected') void listKeptRuns(engine);
    if (event.kind !== 'not_kept') return;
    const name = runOf(event.runId)?.name ?? 'This run';
    const { message, wayOut } = event.error;
    notify({ tone: 'error', title: `${name} is not kept. ${message}`, detail: wayOut });
  });
  const stopView = useView.subscribe(({ runId, overlays }) => {
    for (const id of runId === null ? overlays : [runId, ...overlays]) void readRun(engine, id);
  });
  // The engine knows a run by the name that it had when it was first heard of.
  const told = new Map<string, string>();
  const stopRuns = useRuns.subscribe(({ runs }) => {
    for (const { id, name, kept } of Object.values(runs)) {
      const known = told.get(id) ?? name;
      if (kept !== null && known !== name) {
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

/** Asks what is kept, adds runs that this page does not know, and notes what all of them take. */
export async function listKeptRuns(engine: EngineClient): Promise<void> {
  try {
    const { runs, available } = await engine.ask('list_kept_runs', null);
    useStorage.setState({ available });
    addEarlierRuns(runs.filter(({ id }) => runOf(id) === undefined).map(runListed));
    for (const { id, bytes } of runs) {
      updateRun(id, (run) => (run.kept === null ? run : { ...run, kept: { ...run.kept, bytes } }));
    }
  } catch (error) {
    notifyError(error);
  }
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
    notifyError(error);
  } finally {
    reading.delete(id);
  }
}

/** Whether a run can go on from its latest checkpoint. */
export function canResume({ kept, status, error, step, totalSteps }: Run): boolean {
  if (kept === null || isActive(status) || status === 'finished') return false;
  // From the same state it would come to the same end.
  return error?.code !== 'not_finite' && (step < totalSteps || status === 'failed');
}

/** Goes on with a kept run; `file` is the one that it was trained on, where its data name one. */
export async function resumeRun(
  engine: EngineClient,
  run: Run,
  file: File | null = run.file,
): Promise<void> {
  try {
    const command = { kind: 'reopen', runId: run.id } as const;
    updateRun(run.id, (known) => ({ ...known, status: 'preparing', error: null, file }));
    useView.getState().showRun(run.id);
    if (file === null) engine.send(command);
    else {
      const bytes = await file.arrayBuffer();
      engine.send({ ...command, file: bytes }, [bytes]);
    }
  } catch (error) {
    updateRun(run.id, (known) => ({ ...known, status: run.status, error: run.error }));
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
  const { id, name, config, settings, status, error, step, createdAt, seconds, bytes } = listed;
  const run = createRun(id, name, config, createdAt, { opened: listed.opened ? [] : null });
  return {
    ...run,
    settings,
    asked: settings,
    status,
    error,
    step,
    samples: step * settings.training.train_batch_size_samples,
    seconds,
    kept: { step, bytes, data: listed.data, read: false },
  };
}
