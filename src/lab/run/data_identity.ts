/**
 * What the data of a run were: the files that they came from, each with its place and its SHA-256, and how many
 * rows of which width that gave. A run that goes on, and a model that is looked at later, must meet the same rows
 * again; names alone do not say so, since another folder may hold another file of the same name. Pure; who
 * reads files, hashes them.
 */
import * as z from 'zod/mini';
import { LabError } from '../../base/lab_error';
import { groupDigits } from '../../base/number_text';
import { setting } from '../../base/setting';

/** Which setting of `data` names a file; `shipped` for one that comes with the lab. */
const fileSettings = ['path', 'corpus', 'model', 'shipped'] as const;
export type FileSetting = (typeof fileSettings)[number];

const dataFileSchema = z.strictObject({
  setting: setting(z.enum(fileSettings), {
    label: 'Setting',
    meaning: 'The setting of data that names the file; shipped: it comes with the lab.',
  }),
  name: setting(z.string().check(z.minLength(1)), {
    label: 'Name',
    meaning:
      'Name of the file: in the folder of a language model, or below public for one that comes with the lab.',
  }),
  path: setting(z.optional(z.string()), {
    label: 'Path',
    meaning: 'Where it was; absent for files that come with the lab.',
  }),
  relative: setting(z.optional(z.string()), {
    label: 'Relative path',
    meaning: 'The same, seen from the folder of this file, with / between names.',
  }),
  bytes: setting(z.int().check(z.gte(0)), { label: 'Bytes', meaning: 'Its size.' }),
  sha256: setting(z.string().check(z.regex(/^[0-9a-f]{64}$/)), {
    label: 'SHA-256',
    meaning: 'SHA-256 of its bytes, which alone says whether it is the same.',
  }),
});

export const dataIdentitySchema = z.strictObject({
  rows: setting(z.nullable(z.int().check(z.gte(0))), {
    label: 'Rows',
    meaning: 'Rows of all the data; null when there is no end of them.',
  }),
  width: setting(z.int().check(z.gte(1)), { label: 'Width', meaning: 'Numbers of a row.' }),
  files: setting(z.array(dataFileSchema), {
    label: 'Files',
    meaning: 'The files that the rows came from.',
  }),
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
  return `${groupDigits(String(bytes), ' ')} bytes, sha256 ${sha256.slice(0, 12)}…`;
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
