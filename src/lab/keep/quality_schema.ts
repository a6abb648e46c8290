/**
 * The evaluation of a model as it is kept: in report.json, and without curves and codes by least squares in the record of a
 * run. What it cost has no place in those of earlier labs.
 */
import * as z from 'zod/mini';
import type { QualityReport } from '../protocol/model_report';

const count = z.int().check(z.gte(0));
const number = z.number();
const known = z.nullable(number);

/** What codes cost in bits, where it was measured, and why a number of it is missing. */
const bitsFields = {
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
  ...bitsFields,
};

const curveField = {
  rate_curve: z.exactOptional(
    z.array(z.strictObject({ delta: number, bits: number, explained_variance: number })),
  ),
};

const fittedSchema = z.looseObject({
  explained_variance: known,
  mse: number,
  l0: number,
  groups_per_token: number,
  ...bitsFields,
  ...curveField,
});

/** What takes most of the place: curves, and codes by least squares with theirs. */
export const folderFields = {
  ...curveField,
  codes: z.exactOptional(
    z.looseObject({
      least_squares: fittedSchema,
      prune2: z.nullable(fittedSchema),
      not_defined: bitsFields.not_defined,
    }),
  ),
};

/** What the list of runs says of an evaluation. */
export type ListedQuality = Omit<QualityReport, keyof typeof folderFields>;

/** An evaluation as the list of runs has it. */
export function listedQuality(report: QualityReport): ListedQuality {
  const { rate_curve: _, codes: __, ...listed } = report;
  return listed;
}

/** How much was measured: 0 without bits, 1 with them, 2 with those of codes by least squares too. */
export function measuredExtent(report: Pick<QualityReport, 'bits_rows' | 'codes'>): 0 | 1 | 2 {
  if (report.bits_rows === undefined) return 0;
  return report.codes === undefined ? 1 : 2;
}
