/**
 * The final evaluation of a trained model, and the model as a person takes it home: the SAELens folder with
 * that evaluation, what was logged while it trained and what was changed meanwhile. The page's download and the
 * command line's output hold the same files; the numbers of page, report.json and `lab eval` are made here.
 */
import type { Work } from '../base/work';
import type { ActivationSource } from '../data/source';
import { writeSaeFolder, type FolderFiles, type Provenance } from '../io/sae_folder';
import type { ModelReport, TrainedModel } from './engine_types';
import { evaluateModel } from './evaluate';
import { FiringFrequency } from './firing_frequency';
import { REPORT_FILE, reportRows } from './report_rows';

/** What the final evaluation of a model found. */
export interface Evaluation {
  /** The numbers of report.json. */
  readonly report: ModelReport;
  /** [K], share of the evaluated rows in which each group fired. */
  readonly frequency: Float32Array;
}

/** Evaluates a model on held-out rows, or on all where none are held out. Throws LabError `cancelled`. */
export async function finalEvaluation(
  model: TrainedModel,
  source: ActivationSource,
  { signal, onProgress }: Work = {},
): Promise<Evaluation> {
  const frequency = new FiringFrequency(model.weights.groups);
  const report = await evaluateModel(frequency.watch(model), source, {
    ...reportRows(source),
    signal,
    onProgress: (share) => onProgress?.(share, 'Evaluating on held-out rows'),
  });
  return { report, frequency: frequency.shares() };
}

/**
 * The files of a model's folder. `provenance` says how it was trained; it stands in cfg.json and beside the numbers
 * in report.json.
 */
export function evaluatedFolder(
  { config, weights }: Pick<TrainedModel, 'config' | 'weights'>,
  { report, frequency }: Evaluation,
  provenance: Provenance,
): FolderFiles {
  return {
    ...writeSaeFolder({ config, weights, frequency, provenance }),
    [REPORT_FILE]: new TextEncoder().encode(
      `${JSON.stringify({ ...report, ...provenance }, null, 2)}\n`,
    ),
  };
}
