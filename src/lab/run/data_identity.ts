/**
 * What the data of a run were: the files that they came from, each with its place and its SHA-256, and how many
 * rows of which width that gave. A run that goes on, and a model that is looked at later, must meet the same rows
 * again; names alone do not say so, since another folder may hold another file of the same name. Pure; who
 * reads files, hashes them.
 */
import * as z from 'zod/mini';
import { LabError } from '../../base/lab_error';
import { groupDigits } from '../../base/number_text';

/** Which setting of `data` names a file; `shipped` for one that comes with the lab. */
const fileSettings = ['path', 'corpus', 'model', 'shipped'] as const;
export type FileSetting = (typeof fileSettings)[number];

const dataFileSchema = z.strictObject({
  setting: z.enum(fileSettings),
  /** Its name: in the folder of a language model, below `public` for a shipped file. */
  name: z.string().check(z.minLength(1)),
  /** Where it was; absent for shipped files. */
  path: z.optional(z.string()),
  /** The same from the folder in which this is written down, with `/` between names. */
  relative: z.optional(z.string()),
  bytes: z.int().check(z.gte(0)),
  sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
});

export const dataIdentitySchema = z.strictObject({
  /** Rows of all the data; null when they are made as long as they are asked for. */
  rows: z.nullable(z.int().check(z.gte(0))),
  width: z.int().check(z.gte(1)),
  files: z.array(dataFileSchema),
});

/** A file that the rows of a run came from. */
export type DataFile = z.output<typeof dataFileSchema>;
export type DataIdentity = z.output<typeof dataIdentitySchema>;

/** The same for a record that is kept nobody knows where: no place is said as seen from there. */
export function withoutRelative(identity: DataIdentity): DataIdentity {
  return { ...identity, files: identity.files.map(({ relative: _, ...file }) => file) };
}

/** What a file is, short enough for a sentence: its first digits are as good as all of them. */
export function fileText({ bytes, sha256 }: Pick<DataFile, 'bytes' | 'sha256'>): string {
  return `${grouped(bytes)} bytes, sha256 ${sha256.slice(0, 12)}…`;
}

const grouped = (count: number): string => groupDigits(String(count), ' ');

/** The same with its name, and with the rows of a matrix. */
export function neededText(file: DataFile, rows: number | null): string {
  const counted = rows === null || file.setting !== 'path' ? '' : `${grouped(rows)} rows, `;
  return `${file.name} (${counted}${fileText(file)})`;
}

/** What to say when a file is no longer what a run was trained on. */
export function otherFile(known: DataFile, found: Pick<DataFile, 'bytes' | 'sha256'>, at: string) {
  return new LabError(
    'bad_data',
    `${at} is not the file that this was trained on: ${placeOf(known)} had ${fileText(known)}; this one has ${fileText(found)}.`,
    'Put the first one back, or start a new run with the other.',
  );
}

/** How a person knows the place of a file. */
export function placeOf({ path, name }: DataFile): string {
  return path ?? name;
}
