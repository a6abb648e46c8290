/**
 * `annotations.json`, read and written: what a person says of the units of a model, in the folder of the model and, by
 * itself, as what is exported and imported as JSON. `weights` says of which weights, by the SHA-256 of their file.
 */
import * as z from 'zod/mini';
import { LabError } from '../../base/lab_error';
import { describeIssues } from '../../base/schema_issues';
import { strictJson } from '../../base/strict_json';
import { decodeText } from '../../base/text_file';
import { modelAnnotationsShape, withChanges, type ModelAnnotations } from '../run/annotations';
import { currentVersion, migrate, type KeptFormat } from './migrations';

const FORMAT: KeptFormat = {
  called: 'a file of annotations',
  migrations: [],
  wayOut: 'Open it with the newer lab that wrote it.',
};
const VERSION = currentVersion(FORMAT);

const schema = z.strictObject({ version: z.literal(VERSION), ...modelAnnotationsShape });

/** The text of the file. Units stand by number. */
export function writeAnnotations({ weights, step, units }: ModelAnnotations): string {
  return `${strictJson({ version: VERSION, weights, step, units }, 2)}\n`;
}

/** What a file says; `label` is its name. Throws LabError `bad_file`, for one of a newer version with both versions. */
export function readAnnotations(bytes: Uint8Array, label: string): ModelAnnotations {
  let value: unknown;
  try {
    value = JSON.parse(decodeText(bytes, label, 'bad_file'));
  } catch (error) {
    if (error instanceof LabError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw refused(label, `is not JSON (${reason})`);
  }
  return checkedAnnotations(value, label);
}

/** The same of JSON that was parsed. */
export function checkedAnnotations(value: unknown, label: string): ModelAnnotations {
  const current = migrate(value, FORMAT, label);
  const read = schema.safeParse(current);
  if (!read.success) {
    const [issue] = describeIssues(schema, current, read.error);
    throw refused(label, `holds no annotations: ${issue?.sentence ?? 'it is something else'}`);
  }
  const { weights, step, units } = read.data;
  return { weights, step, units: withChanges({}, units) };
}

/** A record of them in a database. */
export function annotationsRecord(annotations: ModelAnnotations): object {
  return { version: VERSION, ...annotations };
}

function refused(label: string, what: string): LabError {
  return new LabError(
    'bad_file',
    `${label} ${what}.`,
    'Give an annotations.json that the lab wrote, or correct the file.',
  );
}
