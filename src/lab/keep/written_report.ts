/**
 * The evaluation in a `report.json`, read back. Reports of every version of the lab have these numbers, with others
 * beside them that are let through unread.
 */
import * as z from 'zod/mini';
import { LabError } from '../../base/lab_error';
import { describeIssues } from '../../base/schema_issues';
import type { QualityReport } from '../protocol/model_report';
import { folderFields, qualityFields } from './quality_schema';

const fields = { ...qualityFields, ...folderFields };
const reportSchema = z.looseObject(fields);

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
  const names = Object.entries(read.data).filter(([name]) => name in fields);
  return Object.fromEntries(names) as unknown as QualityReport;
}

function unreadable(message: string): LabError {
  return new LabError('bad_file', message, 'Evaluate the model again, or leave this file out.');
}
