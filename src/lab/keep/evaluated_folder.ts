/**
 * The final evaluation of a trained model, and the model as a person takes it home: the SAELens folder with
 * that evaluation, what was logged while it trained and what was changed meanwhile. The page's download and the
 * command line's output hold the same files; the numbers of page, report.json and `lab eval` are made here.
 */
import { LabError } from '../../base/lab_error';
import { strictJson } from '../../base/strict_json';
import type { Work } from '../../base/work';
import type { ActivationSource } from '../../data/source';
import { writeSaeFolder, type Provenance } from '../../io/sae_folder';
import type { FileSet } from '../../io/whole_files';
import type { TrainedModel } from '../encode/encoding';
import type { ModelReport } from '../protocol/model_report';
import { evaluateModel } from '../train/evaluate';
import { measureBits, withBits } from '../train/measure_bits';
import { FiringFrequency } from '../encode/firing_frequency';
import { reportRows } from '../run/report_rows';
import { REPORT_FILE } from '../run/run_files';
import { logFiles, type ModelLogs } from './model_logs';

/** What the final evaluation of a model found. */
export interface Evaluation {
  /** The numbers of report.json. */
  readonly report: ModelReport;
  /** [K], share of the evaluated rows in which each group fired. */
  readonly frequency: Float32Array;
}

/** An evaluation that gave no numbers, and why. */
export interface FailedEvaluation {
  readonly report: LabError;
  readonly frequency: Float32Array;
}

/** What an evaluation is asked for. */
export interface EvaluationWork extends Work {
  /** Whether to measure bits a token as well, for which up to 40 000 training rows are encoded. */
  readonly bits?: boolean | undefined;
}

/**
 * Evaluates a model on held-out rows, or on all where none are held out. A model is worth keeping although it cannot be
 * evaluated on these rows: then the evaluation says why. Throws LabError `cancelled`.
 */
export async function finalEvaluation(
  model: TrainedModel,
  source: ActivationSource,
  { signal, onProgress, bits = false }: EvaluationWork = {},
): Promise<Evaluation | FailedEvaluation> {
  const watched = new FiringFrequency(model.weights.groups);
  const evaluation = await unlessNotFinite(
    () => watched.shares(),
    () =>
      evaluateModel(watched.watch(model), source, {
        ...reportRows(source),
        signal,
        onProgress: (share) => onProgress?.(share, 'Evaluating on held-out rows'),
      }),
  );
  return bits ? evaluationWithBits(evaluation, model, source, { signal, onProgress }) : evaluation;
}

/** An evaluation of a model with the bits of its codes, on the same rows and on training rows. Throws LabError `cancelled`. */
export async function evaluationWithBits(
  evaluation: Evaluation | FailedEvaluation,
  model: TrainedModel,
  source: ActivationSource,
  { signal, onProgress }: Work,
): Promise<Evaluation | FailedEvaluation> {
  const { report, frequency } = evaluation;
  if (report instanceof LabError) return { report, frequency };
  // Not watched: frequencies are those of the evaluated rows alone.
  return unlessNotFinite(
    () => frequency,
    async () => {
      const bits = await measureBits(model, source, {
        ...reportRows(source),
        signal,
        onProgress: (share) => onProgress?.(share, 'Measuring bits a token'),
      });
      return withBits(report, bits);
    },
  );
}

/** An evaluation, or that a number of it left float32; `shares` are the frequencies beside it. */
export async function unlessNotFinite(
  shares: () => Float32Array,
  evaluate: () => Promise<ModelReport>,
): Promise<Evaluation | FailedEvaluation> {
  try {
    const report = await evaluate();
    // What could not be written down is no evaluation.
    strictJson(report);
    return { report, frequency: shares() };
  } catch (error) {
    if (!(error instanceof LabError) || error.code !== 'not_finite') throw error;
    return { report: error, frequency: shares() };
  }
}

/**
 * The files of a model's folder. `provenance` says how it was trained; with the changes in `logs` it stands in cfg.json
 * and beside the numbers in report.json, `ofWeights` in cfg.json alone. Where there are no numbers there is no report.json, and cfg.json says
 * why (`not_evaluated`). Throws LabError `not_finite` for weights that are no numbers.
 */
export function evaluatedFolder(
  { config, weights }: Pick<TrainedModel, 'config' | 'weights'>,
  { report, frequency }: Evaluation | FailedEvaluation,
  logs: ModelLogs,
  provenance: Provenance,
  ofWeights: Provenance = {},
): FileSet {
  const failed = report instanceof LabError;
  const ofTraining = { ...provenance, changes: logs.changes };
  const account = {
    ...ofTraining,
    ...ofWeights,
    ...(failed ? { not_evaluated: report.message } : {}),
  };
  const weightFiles = writeSaeFolder({ config, weights, frequency, provenance: account });
  const files = { ...weightFiles, ...logFiles(logs) };
  if (failed) return files;
  const text = `${strictJson({ ...report, ...ofTraining }, 2)}\n`;
  return { ...files, [REPORT_FILE]: new TextEncoder().encode(text) };
}
