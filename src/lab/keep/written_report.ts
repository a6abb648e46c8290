/**
 * The evaluation in a `report.json`, read back. Reports of every version of the lab have these numbers, with others
 * beside them that are let through unread.
 */
import * as z from 'zod/mini';
import { LabError } from '../../base/lab_error';
import { describeIssues } from '../../base/schema_issues';
import type { QualityReport } from '../protocol/model_report';

const count = z.int().check(z.gte(0));

const reportSchema = z.looseObject({
  rows: count,
  split: z.enum(['train', 'held_out', 'all']),
  explained_variance: z.nullable(z.number()),
  mse: z.number(),
  l0: z.number(),
  dead_groups: count,
});

/** The numbers of a report that the page shows. Throws LabError `bad_file`. */
export function readReport(text: string, label: string): QualityReport {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unreadable(`${label} is not JSON.`);
  }
  const read = reportSchema.safeParse(value);
  if (!read.success) {
    const issues = describeIssues(reportSchema, value, read.error);
    throw unreadable(`${label}: ${issues.map(({ sentence }) => sentence).join('. ')}.`);
  }
  const { rows, split, explained_variance, mse, l0, dead_groups } = read.data;
  return { rows, split, explained_variance, mse, l0, dead_groups };
}

function unreadable(message: string): LabError {
  return new LabError('bad_file', message, 'Evaluate the model again, or leave this file out.');
}
