/**
 * A trained model as a person takes it home: the SAELens folder, and the final evaluation that was made on
 * the way. The page's download and the command line's output hold the same files.
 */
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

/**
 * Evaluates a model on held-out rows (all, where none are held out) and writes its folder. `provenance` says how it was trained; it stands
 * in cfg.json and beside the numbers in report.json.
 */
export async function evaluatedFolder(
  model: TrainedModel,
  source: ActivationSource,
  provenance: Provenance,
  onProgress?: EncodeProgress,
): Promise<{ readonly files: FolderFiles; readonly report: ModelReport }> {
  const frequency = new FiringFrequency(model.weights.groups);
  // Fewer than ten rows leave none to hold out.
  const split = source.size.held_out === 0 ? 'all' : 'held_out';
  const report = await evaluateModel(frequency.watch(model), source, {
    split,
    rows: Math.min(source.size[split] ?? ENDLESS_ROWS, MOST_ROWS),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  const { config, weights } = model;
  const files = {
    ...writeSaeFolder({ config, weights, frequency: frequency.shares(), provenance }),
    [REPORT_FILE]: new TextEncoder().encode(
      `${JSON.stringify({ ...report, ...provenance }, null, 2)}\n`,
    ),
  };
  return { files, report };
}
