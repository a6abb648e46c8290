/**
 * Text of one JSON value a line, read back line by line. A line that is no JSON, or says something else than it
 * should, is named by its number. It knows none of the files that are written so.
 */
import * as z from 'zod/mini';
import { LabError } from '../base/lab_error';
import { describeIssues } from '../base/schema_issues';

/** The values of all lines that are not blank. Throws LabError `bad_file` that names the line. */
export function readJsonLines<Schema extends z.core.$ZodType>(
  text: string,
  schema: Schema,
  label: string,
): z.output<Schema>[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const value = jsonOf(line);
    const result = z.safeParse(schema, value);
    if (result.success) return [result.data];
    const wrong =
      value === undefined
        ? 'is not JSON'
        : describeIssues(schema, value, result.error)
            .map(({ sentence }) => sentence)
            .join('. ');
    throw new LabError(
      'bad_file',
      `${label}, line ${index + 1}: ${wrong}.`,
      'Save the folder again, or leave this file out.',
    );
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
