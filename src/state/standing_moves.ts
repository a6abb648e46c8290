/**
 * Moves of the models of a run that does not train: how many there would be, and a new run that begins with the weights
 * after them. The run itself stays as it is. Knows no page.
 */
import type { EngineClient } from './engine_client';
import { notify } from './notices_store';
import { forget, modelKey, pose, poseInTurn, questionOf, useQuestions } from './questions';
import { isActive, type Run } from './run_record';
import { freeRunName, renameRun } from './runs_store';
import { useView } from './view_store';

/** Asks what moves would do to some models of a run, one after the other. */
export async function countMoves(
  engine: EngineClient,
  runId: string,
  models: readonly number[],
): Promise<void> {
  const stage = 'Reading rows';
  await poseInTurn(models, (model) =>
    pose(engine, 'count_moves', modelKey(runId, model), { runId, model }, { stage }),
  );
}

/** Whether a new run can begin with what moves make of a run's models: it is over, and its weights are at hand. */
export function canBeMoved({ status, inEngine, origin, opened, step }: Run): boolean {
  return origin === 'session' && inEngine && !isActive(status) && (step > 0 || opened);
}

/** Makes both moves of a model and opens what comes of it as a run that waits at its first step. */
export async function openMoved(engine: EngineClient, run: Run, model: number): Promise<void> {
  const key = modelKey(run.id, model);
  const about = { runId: run.id, model };
  const ended = await pose(engine, 'make_moves', key, about, { stage: 'Reading rows' });
  const { answer } = questionOf(useQuestions.getState(), 'make_moves', key);
  if (ended !== 'answered' || answer === null) return;
  // It holds a whole file, which is of no use once it is open.
  forget('make_moves', (known) => known === key);
  if (answer.folder === null) {
    notify({
      tone: 'info',
      title: 'Nothing was moved.',
      detail: 'What would be taken apart finds no group that is free: all of them fire.',
    });
    return;
  }
  // Reading folders takes code that no other way to a run needs.
  const { openWeights } = await import('./weights_opening');
  const { bytes, filename } = answer.folder;
  if ((await openWeights([new File([bytes], filename)])) !== 'open') return;
  const opened = useView.getState().runId;
  if (opened === null) return;
  const name = freeRunName(`${run.name}, moved`);
  renameRun(opened, name);
  notify({ tone: 'info', title: `“${name}” begins with the moved weights and waits.` });
}
