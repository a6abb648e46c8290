/**
 * What a model's dictionary is worth with better codes than its encoder gives, for report.json,
 * `lab eval --least-squares` and the page: by least squares on the units of the gate, and on units chosen anew from twice as many. Every
 * architecture is measured alike, beside its own codes and on the same rows.
 * Source: docs/method/metrics.md, "Codes by least squares".
 */
import { refuseNotFiniteMetrics } from '../../base/finite';
import { ReconstructionAccumulator } from '../../analysis/reconstruction';
import { firingUnits } from '../../analysis/prune_units';
import type { CodeTable } from '../../analysis/types';
import type { ActivationSource } from '../../data/source';
import { displayName } from '../../sae/config';
import { leavesUnitsOff } from '../../sae/inference_gate';
import { encodePieces } from '../encode/analysed_rows';
import type { EvaluationOptions, OpenWider, TrainedModel } from '../encode/encoding';
import { leastSquaresModel, pruneModel } from '../encode/fitted_models';
import { rememberCodes } from '../encode/remembered_codes';
import type {
  BitsReport,
  FittedCodes,
  FittedCodesReport,
  ModelReport,
} from '../protocol/model_report';
import { notDefined } from '../run/not_defined';
import { measureBits } from './measure_bits';

const ALL_ON =
  'Its gate switches on every unit of positive score, so that there are no others to choose from.';

export interface CodesOptions extends EvaluationOptions {
  /** Whether to measure bits a token of each. */
  readonly bits: boolean;
  readonly wider: OpenWider;
}

/**
 * Codes by least squares of a model with its report, on the rows of that report. Throws LabError `not_finite` when a sum
 * left float32, `cancelled` when the work is given up.
 */
export async function measureCodes(
  model: TrainedModel,
  source: ActivationSource,
  report: ModelReport,
  options: CodesOptions,
): Promise<FittedCodesReport> {
  const chooses = leavesUnitsOff(model.config);
  const { onProgress } = options;
  const part = (from: number, to: number): CodesOptions => ({
    ...options,
    onProgress: (share) => onProgress?.(from + share * (to - from)),
  });
  const fitted = leastSquaresModel(model);
  const first = part(0, chooses ? 1 / 3 : 1);
  const least_squares = await describeCodes(fitted, source, report, first);
  if (!chooses) {
    return { least_squares, prune2: null, ...notDefined({ prune2: null }, { prune2: ALL_ON }) };
  }
  const pruned = pruneModel(model, options.wider);
  try {
    const prune2 = await describeCodes(pruned.model, source, report, part(1 / 3, 1));
    return { least_squares, prune2 };
  } finally {
    pruned.close();
  }
}

async function describeCodes(
  fitted: TrainedModel,
  rows: ActivationSource,
  report: ModelReport,
  { bits, onProgress, ...options }: CodesOptions,
): Promise<FittedCodes> {
  const { encode, source } = rememberCodes(fitted, rows);
  const model: TrainedModel = { ...fitted, encode };
  const sums = new ReconstructionAccumulator(source.width);
  const share = bits ? 0.5 : 1;
  const { codes } = await encodePieces(
    source,
    { ...options, onProgress: (done) => onProgress?.(share * done) },
    encode,
    ({ x, count }, { squaredError }) => sums.addErrors(x, squaredError, count),
  );
  const { mse, explainedVariance } = sums.result();
  refuseNotFiniteMetrics(
    { mse },
    `${displayName(model.config)} with codes by least squares on ${source.label}`,
    'The squared errors exceed float32: scale the rows, or give a model that was trained on rows of this size.',
  );
  const measured: Partial<BitsReport> = bits
    ? await measureBits(model, source, {
        ...options,
        onProgress: (done) => onProgress?.(share + (1 - share) * done),
      })
    : {};
  // Where the model's own codes have nothing to explain, others have not either.
  const explained_variance = report.explained_variance === null ? null : explainedVariance;
  const reasons = {
    ...notDefined(
      { explained_variance },
      { explained_variance: report.not_defined?.['explained_variance'] ?? '' },
    ).not_defined,
    ...measured.not_defined,
  };
  return {
    explained_variance,
    mse,
    ...costsOf(codes),
    ...measured,
    ...(Object.keys(reasons).length > 0 ? { not_defined: reasons } : {}),
  };
}

/** Codes that are not zero, and units that fire, means over rows. */
function costsOf(table: CodeTable): Pick<FittedCodes, 'l0' | 'groups_per_token'> {
  const rows = Math.max(1, table.rows);
  const nonZero = table.codes.reduce((sum, code) => sum + (code === 0 ? 0 : 1), 0);
  const units = firingUnits(table).reduce((sum, count) => sum + count, 0);
  return { l0: nonZero / rows, groups_per_token: units / rows };
}
