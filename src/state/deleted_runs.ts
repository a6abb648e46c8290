/**
 * Deleting runs, one or many, with one undo for all of them. What is kept is marked, and gone when a minute has passed;
 * what is not kept stays in the engine while it can be had back. Nothing here throws.
 */
import { UNDO_MS } from '../lab/protocol/kept_protocol';
import type { EngineClient } from './engine_client';
import { listKeptRuns } from './kept_runs';
import { notify, notifyError } from './notices_store';
import { isActive, type Run } from './run_record';
import { addRun, forgetRun, removeRun } from './runs_store';
import { useView } from './view_store';

/** A run with its place in the list. */
type Removed = ReturnType<typeof removeRun>;

/** Deletes runs that nobody trains; those that cannot be deleted stay, and that is told. */
export async function deleteRuns(engine: EngineClient, runs: readonly Run[]): Promise<void> {
  const shown = useView.getState().runId;
  const removed: Removed[] = [];
  for (const run of runs) {
    if (isActive(run.status)) continue;
    try {
      if (run.kept !== null) await engine.ask('delete_kept_run', { runId: run.id });
      removed.push(removeRun(run.id));
      if (run.id === shown) useView.getState().showRun(null);
    } catch (error) {
      notifyError(error);
    }
  }
  const [first] = removed;
  if (first === undefined) return;
  const kept = removed.some(({ run }) => run.kept !== null);
  // What they took is free when they can no longer be had back.
  if (kept) setTimeout(() => void listKeptRuns(engine), UNDO_MS + 1000);
  notify({
    tone: 'info',
    title: `Deleted ${removed.length === 1 ? first.run.name : `${removed.length} runs`}`,
    action: { label: 'Undo', run: () => void putBack(engine, removed, shown) },
    onClose: (undone) => {
      if (undone) return;
      for (const { run } of removed) if (run.kept === null) forgetRun(engine, run);
    },
  });
}

async function putBack(
  engine: EngineClient,
  removed: readonly Removed[],
  shown: string | null,
): Promise<void> {
  // Places are those of the moment of removal: the last one comes back first.
  for (const { run, position } of removed.toReversed()) {
    try {
      if (run.kept === null || (await engine.ask('restore_kept_run', { runId: run.id }))) {
        addRun(run, position);
        if (run.id === shown) useView.getState().showRun(run.id);
      } else notify({ tone: 'error', title: `${run.name} is gone: a minute has passed.` });
    } catch (error) {
      notifyError(error);
    }
  }
}
