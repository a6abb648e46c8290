/**
 * The held-out evaluation that every run gets when its training ends, without anybody asking: unless it is long
 * work, as it is where a language model has to make the rows slowly. It never holds up a next run: that one's
 * start gives it up. Knows no React.
 */
import { BITS_EVALUATED_ROWS, BITS_TRAINING_ROWS, MOST_REPORT_ROWS } from '../lab/run/report_rows';
import { evaluateModel } from './analyses_store';
import type { EngineClient } from './engine_client';
import { giveUp, modelKey, poseInTurn } from './questions';
import { isActive, type Run } from './run_record';
import { useRuns } from './runs_store';

/** Seconds of work that nobody asked for. */
const UNASKED_SECONDS = 15;
/** Rows that an evaluation may read, for bits a token some again. */
const MOST_ROWS = MOST_REPORT_ROWS + BITS_EVALUATED_ROWS + BITS_TRAINING_ROWS;

/**
 * Evaluates all models of a run as they are now, and then measures the bits of their codes, which takes longer; the answers
 * appear in the store of analyses.
 */
export async function evaluateRun(engine: EngineClient, { id, models }: Run): Promise<void> {
  const all = models.map(({ index }) => index);
  const ask = (bits: boolean) => (model: number) => evaluateModel(engine, id, model, { bits });
  if ((await poseInTurn(all, ask(false))) === 'answered') await poseInTurn(all, ask(true));
}

/** Has codes by least squares measured, with their bits, for all models of a run: alone those of one would say little. */
export async function measureCodes(engine: EngineClient, { id, models }: Run): Promise<void> {
  const all = models.map(({ index }) => index);
  await poseInTurn(all, (model) => evaluateModel(engine, id, model, { codes: true }));
}

/** Gives up the evaluation of a run that is under way. */
export function cancelEvaluation(run: Run): void {
  for (const { index } of run.models) giveUp('evaluate', modelKey(run.id, index));
}

/** The latest evaluation that nobody asked for. */
let unasked: Promise<void> = Promise.resolve();

/** Resolves when the evaluation of the run that ended last is over, or was given up. */
export function unaskedEvaluation(): Promise<void> {
  return unasked;
}

/** Evaluates every run whose training has ended; returns how to stop. */
export function followEndedRuns(engine: EngineClient): () => void {
  return useRuns.subscribe(({ runs }, before) => {
    if (runs === before.runs) return;
    const changed = Object.values(runs).filter((run) => before.runs[run.id] !== run);
    if (changed.some((run) => isActive(run.status) && before.runs[run.id] === undefined)) {
      for (const run of Object.values(runs)) if (!isActive(run.status)) cancelEvaluation(run);
    }
    for (const run of changed) {
      const was = before.runs[run.id]?.status;
      if (was !== undefined && isActive(was) && isEvaluatedUnasked(run)) {
        unasked = evaluateRun(engine, run);
      }
    }
  });
}

function isEvaluatedUnasked({ status, step, inEngine, feeding, models }: Run): boolean {
  if ((status !== 'finished' && status !== 'stopped') || step === 0 || !inEngine) return false;
  if (feeding === null || feeding.rowsMade === 0) return true;
  const perRow = feeding.sourceSeconds / feeding.rowsMade;
  return perRow * MOST_ROWS * models.length < UNASKED_SECONDS;
}
