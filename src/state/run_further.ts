/**
 * Training a finished run further: from its latest checkpoint where this browser keeps it, else from its weights alone, as
 * a new run. What that does to the schedules is said in sentences. Knows no page.
 */
import { largest } from '../base/array';
import { decaySteps } from '../sae/schedule';
import { codesPenalty } from '../sae/penalty';
import { groupDigits } from '../base/number_text';
import { totalSteps } from '../lab/run/run_config';
import { engine } from './engine_store';
import { resumeRun } from './kept_runs';
import { notifyError } from './notices_store';
import type { Run } from './run_record';
import { freeRunName, renameRun } from './runs_store';
import { useView } from './view_store';

/** Whether more samples can follow those that a run has seen. */
export function canTrainFurther({ status, inEngine, origin, kept, step }: Run): boolean {
  if (kept?.elsewhere === true) return false;
  return origin === 'session' && status === 'finished' && inEngine && step > 0;
}

/** Samples of the whole run after `more`. */
export function samplesAfter({ settings }: Pick<Run, 'settings'>, more: number): number {
  return settings.training.training_samples + more;
}

/** What becomes of a run that is trained further, in sentences. */
export function furtherSentences(run: Run, more: number): readonly string[] {
  const { training } = run.settings;
  const batch = training.train_batch_size_samples;
  if (run.kept === null) {
    return [
      'This browser does not keep this run, so a new run begins with its weights: Adam and the order of the rows begin anew, and the learning rate goes through its whole schedule again.',
    ];
  }
  const total = totalSteps({ ...training, training_samples: samplesAfter(run, more) });
  const [fell, falls] = [decaySteps(training, run.totalSteps), decaySteps(training, total)];
  const longer = `the result is not that of one run of ${count(total)} steps`;
  return [
    `It goes on from step ${count(run.step)} to ${count(total)}, ${count(batch)} samples each, with its weights, Adam’s moments and its place in the data.`,
    fell === 0
      ? `The learning rate stays at ${training.lr}: the result is that of one run of ${count(total)} steps.`
      : `The learning rate fell to zero over its last ${count(fell)} steps. It jumps back to ${training.lr} and falls again over the last ${count(falls)}: ${longer}.`,
    ...warmUpSentences(run),
    'Its held-out results are of the step where it stands until it has ended; then they are measured anew.',
  ];
}

/** Warm-ups count from the first step of the run; only those that are not over go on. */
function warmUpSentences({ settings, step }: Run): readonly string[] {
  const { lr_warm_up_steps: ofRate } = settings.training;
  const ofPenalty = largest(
    settings.models.map((model) => codesPenalty(model)?.warmUpSteps ?? 0),
    0,
  );
  const longest = Math.max(ofRate, ofPenalty);
  if (longest === 0) return [];
  return longest <= step
    ? ['Its warm-up is over and does not begin again.']
    : [`Its warm-up goes on until step ${count(longest)}.`];
}

/** Trains a run further by `more` samples; the person has just pressed for it. */
export async function trainFurther(run: Run, more: number): Promise<void> {
  if (run.kept === null) await trainWeightsFurther(run, more);
  else await resumeRun(engine, run, { press: true, samples: samplesAfter(run, more) });
}

/** Begins a new run with the weights of one that is not kept. */
async function trainWeightsFurther(run: Run, more: number): Promise<void> {
  try {
    const folders: File[] = [];
    for (const { index } of run.models) {
      const about = { runId: run.id, model: index, format: 'saelens_folder' } as const;
      const { bytes, filename } = await engine.ask('export', about);
      folders.push(new File([bytes], filename));
    }
    // Reading folders takes code that no other way to a run needs.
    const { openWeights } = await import('./weights_opening');
    if ((await openWeights(folders, more)) !== 'open') return;
    const opened = useView.getState().runId;
    if (opened === null) return;
    renameRun(opened, freeRunName(`${run.name} further`));
    engine.send({ kind: 'resume', runId: opened });
  } catch (error) {
    notifyError(error);
  }
}

function count(value: number): string {
  return value < 9999.5 ? String(value) : groupDigits(String(value), '\u202f');
}
