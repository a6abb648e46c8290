/**
 * The evaluation of a model as it is kept: in report.json, and without the curve in the record of a run. What it cost has
 * no place in those of earlier labs.
 */
import * as z from 'zod/mini';
import type { QualityReport } from '../protocol/model_report';

const count = z.int().check(z.gte(0));
const number = z.number();
const known = z.nullable(number);

/** Numbers of every evaluation, and those that it may have. */
export const qualityFields = {
  rows: count,
  split: z.enum(['train', 'held_out', 'all']),
  explained_variance: known,
  mse: number,
  l0: number,
  dead_groups: count,
  pruned_l0: z.exactOptional(number),
  pruned_explained_variance: z.exactOptional(known),
  groups_per_token: z.exactOptional(number),
  bits_per_token: z.exactOptional(known),
  bits_per_token_low: z.exactOptional(known),
  bits_per_token_high: z.exactOptional(known),
  bits_coefficients: z.exactOptional(known),
  bits_index: z.exactOptional(known),
  bits_index_uniform: z.exactOptional(known),
  bits_rows: z.exactOptional(z.strictObject({ training: count, evaluated: count, judged: count })),
  rate_explained_variance: z.exactOptional(known),
  not_defined: z.exactOptional(z.record(z.string(), z.string())),
};

/** The curve, which takes most of the place. */
export const curveField = {
  rate_curve: z.exactOptional(
    z.array(z.strictObject({ delta: number, bits: number, explained_variance: number })),
  ),
};

/** What the list of runs says of an evaluation. */
export type ListedQuality = Omit<QualityReport, 'rate_curve'>;

/** An evaluation without its curve. */
export function withoutCurve(report: QualityReport): ListedQuality {
  const { rate_curve: _, ...listed } = report;
  return listed;
}
