/** The measured bits of a run's models as the picture draws them, and as CSV. */
import type { EvaluateAnswer } from '../../../lab/protocol/protocol';
import type { QualityReport } from '../../../lab/protocol/model_report';
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

export function rateCurves(models: readonly RatedModel[]): readonly RateCurveOf[] {
  return models.map(({ name, index, report }) => ({
    id: String(index),
    label: name,
    color: modelColor(index),
    steps: (report.rate_curve ?? []).map(({ delta, bits, explained_variance: explained }) => ({
      delta,
      bits,
      explained,
    })),
    headline: headlineOf(report),
  }));
}

function headlineOf(report: QualityReport): RateCurveOf['headline'] {
  const { bits_per_token: bits = null, rate_explained_variance: plain = null } = report;
  const { bits_per_token_low: low = null, bits_per_token_high: high = null } = report;
  if (bits === null || plain === null) return null;
  const interval = low === null || high === null ? null : ([low, high] as const);
  return { bits, explained: plain - HEADLINE_LOSS, interval };
}

/** One row a point of the curves, and one for each model's headline; `rows` are those whose loss was measured. */
export function rateTable(models: readonly RatedModel[]): CsvTable {
  return {
    columns: [
      ...['model', 'point', 'delta', 'bits_per_token', 'bits_per_token_low', 'bits_per_token_high'],
      ...['bits_index', 'bits_index_uniform', 'bits_coefficients', 'explained_variance'],
      ...['l0', 'pruned_l0', 'groups_per_token', 'judged_rows'],
    ],
    rows: rateCurves(models).flatMap(({ label, steps, headline }, order) => {
      const report = models[order]?.report;
      const index = report?.bits_index ?? null;
      const uniform = report?.bits_index_uniform ?? null;
      const costs = [
        report?.l0 ?? null,
        report?.pruned_l0 ?? null,
        report?.groups_per_token ?? null,
        report?.bits_rows?.judged ?? null,
      ];
      const row = (
        point: string,
        delta: number | null,
        bits: number,
        [low, high]: readonly (number | null)[],
        explained: number,
      ) => [
        ...[label, point, delta, bits, low ?? null, high ?? null, index, uniform],
        ...[index === null ? null : bits - index, explained, ...costs],
      ];
      return [
        ...steps.map(({ delta, bits, explained }) => row('step', delta, bits, [], explained)),
        ...(headline === null
          ? []
          : [row('headline', null, headline.bits, headline.interval ?? [], headline.explained)]),
      ];
    }),
  };
}
