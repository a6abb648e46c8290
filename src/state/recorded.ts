/**
 * The run that ships with the lab, loaded where there is no WebGPU, as a run like any other except that
 * it holds no weights. Knows the file's address below the page and nothing of its making.
 */
import { LabError } from '../base/lab_error';
import { readRecordedRun, type RecordedRun } from '../lab/keep/recorded_run';
import { applyEvent, createRun, type Run } from './run_record';
import { addRun, runOf } from './runs_store';
import { useView } from './view_store';

/** Below the page's own address. Written by scripts/data/record_run.ts. */
const RECORDED_FIGURE1 = 'data/recorded/figure1.json';

const RECORDED_ID = 'recorded-figure1';

/** Loads the recorded run, shows it, and returns what it says of its making. Throws LabError. */
export async function showRecordedRun(): Promise<RecordedRun> {
  const response = await fetch(new URL(RECORDED_FIGURE1, document.baseURI));
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  if (!response.ok || !isJson) {
    throw new LabError(
      'not_found',
      'The recorded run is not on this server.',
      'Serve the lab with its whole public folder.',
    );
  }
  const recorded = readRecordedRun(await response.json());
  if (runOf(RECORDED_ID) === undefined) addRun(replay(recorded));
  useView.getState().showRun(RECORDED_ID);
  return recorded;
}

/** The recording as the run it was. */
export function replay(recorded: RecordedRun): Run {
  const { config, records, probes, seconds, statistics, lambdas, recordedAt } = recorded;
  const run = createRun(RECORDED_ID, 'Recorded run', config, Date.parse(recordedAt));
  const measured = [
    { kind: 'metrics' as const, runId: run.id, records },
    { kind: 'shapes' as const, runId: run.id, probes },
  ].reduce(applyEvent, run);
  return {
    ...measured,
    models: measured.models.map((model) => ({ ...model, lambda: lambdas[model.index] ?? null })),
    status: 'finished',
    step: run.totalSteps,
    samples: run.totalSteps * config.training.train_batch_size_samples,
    seconds,
    statistics,
    origin: 'recorded',
    inEngine: false,
  };
}
