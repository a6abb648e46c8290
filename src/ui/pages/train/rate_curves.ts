/** The measured bits of a run's models as the picture draws them, and as CSV. */
import type { EvaluateAnswer } from '../../../lab/protocol/protocol';
import type { FittedCodes, QualityReport } from '../../../lab/protocol/model_report';
import { formatFixed } from '../../plots/format';
import { modelColor } from '../../plots/palette';
import type { CsvTable } from '../../plots/props';
import type { RateCurveOf } from '../../plots/rate_frame';

/** Explained variance that may be lost at the bits by which models are compared. */
export const HEADLINE_LOSS = 0.01;

/** A model with its evaluation. */
export interface RatedModel {
  readonly name: string;
  readonly index: number;
  readonly report: QualityReport;
}

/** The models of which there is a curve. */
export function ratedModels(
  names: readonly string[],
  answers: readonly (EvaluateAnswer | null)[],
): readonly RatedModel[] {
  return names.flatMap((name, index) => {
    const report = answers[index]?.report;
    return report?.rate_curve === undefined || report.rate_curve.length === 0
      ? []
      : [{ name, index, report }];
  });
}

/** Bits with what was measured beside them: of a model's own codes, or of those by least squares. */
type Rated = Pick<
  QualityReport,
  'explained_variance' | 'l0' | 'pruned_l0' | 'groups_per_token' | keyof FittedCodes
>;

/** Codes by which a model is measured, as report.json names those that are not its own. */
export interface RatedCodes {
  readonly codes: 'plain' | 'least_squares' | 'prune2';
  /** Null for what cannot be measured of that model; `reason` says why. */
  readonly rated: Rated | null;
  readonly reason?: string | undefined;
}

/** The codes that every model was measured with: never one model's better codes beside another's plain ones. */
export function ratedCodes(
  models: readonly RatedModel[],
): readonly { readonly model: RatedModel; readonly all: readonly RatedCodes[] }[] {
  const fitted = models.every(({ report }) => report.codes !== undefined);
  return models.map((model) => {
    const plain: RatedCodes = { codes: 'plain', rated: model.report };
    const { codes } = model.report;
    if (!fitted || codes === undefined) return { model, all: [plain] };
    const { least_squares: own, prune2, not_defined: reasons } = codes;
    const least: RatedCodes = { codes: 'least_squares', rated: own };
    return {
      model,
      all: [plain, least, { codes: 'prune2', rated: prune2, reason: reasons?.['prune2'] }],
    };
  });
}

/** A curve for each model's own codes, and a dashed one for those by least squares. */
export function rateCurves(models: readonly RatedModel[]): readonly RateCurveOf[] {
  return ratedCodes(models).flatMap(({ model: { name, index }, all }) =>
    all.flatMap(({ codes, rated }): readonly RateCurveOf[] => {
      if (rated === null || codes === 'prune2') return [];
      const curve = {
        color: modelColor(index),
        steps: stepsOf(rated),
        headline: headlineOf(rated),
      };
      return codes === 'plain'
        ? [{ id: String(index), label: name, ...curve }]
        : [{ id: `${index} ${codes}`, label: `${name}, least squares`, dash: 'dashed', ...curve }];
    }),
  );
}

function stepsOf({ rate_curve: curve = [] }: Rated): RateCurveOf['steps'] {
  return curve.map(({ delta, bits, explained_variance: explained }) => ({
    delta,
    bits,
    explained,
  }));
}

function headlineOf(report: Rated): RateCurveOf['headline'] {
  const { bits_per_token: bits = null, rate_explained_variance: plain = null } = report;
  const { bits_per_token_low: low = null, bits_per_token_high: high = null } = report;
  if (bits === null || plain === null) return null;
  const interval = low === null || high === null ? null : ([low, high] as const);
  return { bits, explained: plain - HEADLINE_LOSS, interval };
}

/** Bits to a tenth; a dash where there are none. */
export function bitsText(bits: number | null | undefined): string {
  return bits === null || bits === undefined ? '–' : formatFixed(bits, 1);
}

/** One row a point of the curves, and one for each headline; `judged_rows` are those whose loss was measured. */
export function rateTable(models: readonly RatedModel[]): CsvTable {
  return {
    columns: [
      ...['model', 'codes', 'point', 'delta'],
      ...['bits_per_token', 'bits_per_token_low', 'bits_per_token_high'],
      ...['bits_index', 'bits_index_uniform', 'bits_coefficients', 'explained_variance'],
      ...['l0', 'pruned_l0', 'groups_per_token', 'judged_rows'],
    ],
    rows: ratedCodes(models).flatMap(({ model, all }) =>
      all.flatMap(({ codes, rated }) =>
        rated === null ? [] : rowsOf(rated).map((row) => [model.name, codes, ...row]),
      ),
    ),
  };
}

function rowsOf(rated: Rated): readonly (readonly (string | number | null)[])[] {
  const { bits_index: index = null, bits_index_uniform: uniform = null } = rated;
  const costs = [
    rated.l0,
    rated.pruned_l0 ?? null,
    rated.groups_per_token ?? null,
    rated.bits_rows?.judged ?? null,
  ];
  const row = (
    point: string,
    delta: number | null,
    bits: number,
    [low, high]: readonly (number | null)[],
    explained: number,
  ) => [
    ...[point, delta, bits, low ?? null, high ?? null, index, uniform],
    ...[index === null ? null : bits - index, explained, ...costs],
  ];
  const headline = headlineOf(rated);
  return [
    ...stepsOf(rated).map(({ delta, bits, explained }) => row('step', delta, bits, [], explained)),
    ...(headline === null
      ? []
      : [row('headline', null, headline.bits, headline.interval ?? [], headline.explained)]),
  ];
}
