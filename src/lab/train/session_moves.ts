/**
 * The moves of a session's models: when the next are due, and what becomes of the models. Nothing is changed here: whoever
 * asked puts the states in place.
 */
import { at, largest } from '../../base/array';
import { LabError } from '../../base/lab_error';
import type { Work } from '../../base/work';
import type { ActivationSource } from '../../data/source';
import type { TrainingConfig } from '../run/run_config';
import type { RunMove } from '../run/run_moves';
import { movedState, nextMoves, rowsOfMoves, wantedRows } from './model_moves';
import type { ModelTrainer } from './model_trainer';
import type { ModelState, RunHooks } from './session_types';

type Moved = Pick<ModelTrainer, 'config' | 'lambda' | 'moved' | 'state'>;

/** Steps until the next point of moves of any model; 0 when one is due, Infinity when there is none. */
export function stepsToMoves(
  models: readonly Moved[],
  training: TrainingConfig,
  step: number,
): number {
  return models.reduce((least, { config, moved }) => {
    const due = nextMoves(config, training, moved);
    return due === null ? least : Math.min(least, Math.max(0, due - step));
  }, Number.POSITIVE_INFINITY);
}

interface DueMoves<Model extends Moved> {
  readonly models: readonly Model[];
  readonly source: ActivationSource;
  readonly training: TrainingConfig;
  /** Steps taken. */
  readonly step: number;
}

interface MovedStates<Model> {
  readonly model: Model;
  readonly state: ModelState;
  readonly made: readonly RunMove[];
}

/** How often it is asked whether the run shall stop. */
const ASK_MS = 25;

/**
 * The models that have moves now, with their states after them; null when they are not made, since the run shall stop or
 * λ was changed meanwhile.
 */
export async function dueMoves<Model extends Moved>(
  { models, source, training, step }: DueMoves<Model>,
  { shouldStop }: Pick<RunHooks, 'shouldStop'>,
): Promise<readonly MovedStates<Model>[] | null> {
  const due = models.filter((model) => stepsToMoves([model], training, step) === 0);
  const given = new AbortController();
  const asking = setInterval(() => {
    if (shouldStop?.() === true) given.abort();
  }, ASK_MS);
  const work: Work = { signal: given.signal };
  try {
    const before = await Promise.all(due.map((model) => model.state(step)));
    const most = largest(due.map(({ config }) => wantedRows(config)));
    const rows = await rowsOfMoves(source, step, training.train_batch_size_samples, most, work);
    const states: MovedStates<Model>[] = [];
    for (const [place, model] of due.entries()) {
      const run = { model: models.indexOf(model), config: model.config, training, rows };
      states.push({ model, ...(await movedState(at(before, place), run, work)) });
    }
    return states.every(({ model, state }) => model.lambda === state.lambda) ? states : null;
  } catch (error) {
    if (error instanceof LabError && error.code === 'cancelled') return null;
    throw error;
  } finally {
    clearInterval(asking);
  }
}
