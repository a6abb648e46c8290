/**
 * A final evaluation with that of codes by least squares, on the same rows. Apart from the evaluation itself, since the
 * page loads it only where they are measured.
 */
import { LabError } from '../../base/lab_error';
import type { Work } from '../../base/work';
import type { ActivationSource } from '../../data/source';
import type { OpenWider, TrainedModel } from '../encode/encoding';
import { reportRows } from '../run/report_rows';
import { measureCodes } from '../train/measure_codes';
import { unlessNotFinite, type Evaluation, type FailedEvaluation } from './evaluated_folder';

interface FittedWork extends Work {
  /** Whether to measure bits a token of them. */
  readonly bits: boolean;
  /** What opens an encoder of the model that lets more units through. */
  readonly wider: OpenWider;
}

/** An evaluation with `codes` in its report. Throws LabError `cancelled`. */
export async function evaluationWithCodes(
  { report, frequency }: Evaluation | FailedEvaluation,
  model: TrainedModel,
  source: ActivationSource,
  { onProgress, ...work }: FittedWork,
): Promise<Evaluation | FailedEvaluation> {
  if (report instanceof LabError) return { report, frequency };
  return unlessNotFinite(
    () => frequency,
    async () => {
      const codes = await measureCodes(model, source, report, {
        ...reportRows(source),
        ...work,
        onProgress: (share) => onProgress?.(share, 'Measuring codes by least squares'),
      });
      return { ...report, codes };
    },
  );
}
