/**
 * A trained model as a person takes it home: the SAELens folder, and the final evaluation that was made on
 * the way. The page's download and the command line's output hold the same files.
 */
import { LabError } from '../base/lab_error';
import { strictJson } from '../base/strict_json';
import type { ActivationSource } from '../data/source';
import { writeSaeFolder, type FolderFiles, type Provenance } from '../io/sae_folder';
import type { EncodeProgress, ModelReport, TrainedModel } from './engine_types';
import { evaluateModel } from './evaluate';
import { FiringFrequency } from './firing_frequency';

/** Rows of endless data that an evaluation reads. */
export const ENDLESS_ROWS = 16_384;
/** Most rows of finite data that the final evaluation reads. */
const MOST_ROWS = 65_536;

/** The file of the evaluation, beside the model's own. */
export const REPORT_FILE = 'report.json';

export interface EvaluatedFolder {
  readonly files: FolderFiles;
  /** The evaluation, or why it has no numbers; then there is no report.json among the files, but the weights are. */
  readonly report: ModelReport | LabError;
}

/**
 * Evaluates a model on held-out rows (all, where none are held out) and writes its folder. `provenance` says how it was trained; it stands
 * in cfg.json and beside the numbers in report.json. Throws LabError `not_finite` for weights that are no numbers.
 */
export async function evaluatedFolder(
  model: TrainedModel,
  source: ActivationSource,
  provenance: Provenance,
  onProgress?: EncodeProgress,
): Promise<EvaluatedFolder> {
  const frequency = new FiringFrequency(model.weights.groups);
  // Fewer than ten rows leave none to hold out.
  const split = source.size.held_out === 0 ? 'all' : 'held_out';
  const evaluated = async (): Promise<{ report: ModelReport; text: string }> => {
    const report = await evaluateModel(frequency.watch(model), source, {
      split,
      rows: Math.min(source.size[split] ?? ENDLESS_ROWS, MOST_ROWS),
      ...(onProgress === undefined ? {} : { onProgress }),
    });
    return { report, text: `${strictJson({ ...report, ...provenance }, 2)}\n` };
  };
  // A model is worth keeping although it cannot be evaluated on these rows.
  const evaluation = await evaluated().catch((error: unknown) => {
    if (error instanceof LabError && error.code === 'not_finite') return error;
    throw error;
  });
  const { config, weights } = model;
  const files = writeSaeFolder({ config, weights, frequency: frequency.shares(), provenance });
  if (evaluation instanceof LabError) return { files, report: evaluation };
  const { report, text } = evaluation;
  return { files: { ...files, [REPORT_FILE]: new TextEncoder().encode(text) }, report };
}
