/**
 * What a person says of the units of a model: a name, a star, tags and a note each. How two accounts of the same unit
 * become one, and how long texts may be. The file that holds them is read and written in lab/keep; pure.
 */
import * as z from 'zod/mini';

/** Most characters of a name and a tag. */
export const NAME_LIMIT = 60;
export const TAG_LIMIT = 32;
/** Most characters that are typed into a note; notes that were joined may be longer. */
export const NOTE_LIMIT = 4000;
const JOINED_NOTE_LIMIT = 2 ** 16;
/** Most tags. */
const TAGS_LIMIT = 32;

/** What is said of one unit. */
export interface UnitAnnotation {
  /** What the person calls it; '' for no name. */
  readonly name: string;
  readonly starred: boolean;
  readonly tags: readonly string[];
  readonly note: string;
  /** Steps behind the weights that the person was looking at; null where nobody knows. */
  readonly step: number | null;
}

export const NO_ANNOTATION: UnitAnnotation = {
  name: '',
  starred: false,
  tags: [],
  note: '',
  step: null,
};

/** Annotations by the number of their unit; one that says nothing is not there. */
export type UnitAnnotations = Readonly<Record<string, UnitAnnotation>>;

/** Annotations that are replaced, by unit; null for one that goes. */
export type UnitChanges = Readonly<Record<string, UnitAnnotation | null>>;

/** The annotations of a model. */
export interface ModelAnnotations {
  /** SHA-256 of the file of weights that the person looked at last; null where nobody knows. */
  readonly weights: string | null;
  /** Steps behind those. */
  readonly step: number | null;
  readonly units: UnitAnnotations;
}

export const NO_ANNOTATIONS: ModelAnnotations = { weights: null, step: null, units: {} };

const steps = z._default(z.nullable(z.int().check(z.gte(0))), null);

/** What is left out says nothing; tags become those that a filter finds. */
const unitSchema = z.strictObject({
  name: z._default(z.string().check(z.maxLength(NAME_LIMIT)), ''),
  starred: z._default(z.boolean(), false),
  tags: z._default(
    z.pipe(
      z.array(z.string()).check(z.maxLength(TAGS_LIMIT)),
      z.transform((tags) => [...new Set(tags.map(normalTag))].filter((tag) => tag !== '')),
    ),
    [],
  ),
  note: z._default(z.string().check(z.maxLength(JOINED_NOTE_LIMIT)), ''),
  step: steps,
});

const unitNumber = z.string().check(z.regex(/^\d{1,7}$/));

/** Changes as JSON. */
export const unitChangesSchema = z.record(unitNumber, z.nullable(unitSchema));

/** Annotations of a model as JSON has them, but for the version. */
export const modelAnnotationsShape = {
  weights: z._default(z.nullable(z.string().check(z.regex(/^[0-9a-f]{64}$/))), null),
  step: steps,
  units: z.record(unitNumber, unitSchema),
};

/** A tag as it is kept: lower case, without `#`, no inner space, so that `#tag` in a filter finds it. */
export function normalTag(text: string): string {
  return text
    .trim()
    .replace(/^#+/, '')
    .replace(/[\s()<>=!≤≥≠"]+/g, '-')
    .toLowerCase()
    .slice(0, TAG_LIMIT);
}

/** A name as it is kept: one line. */
export function normalName(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, NAME_LIMIT).trim();
}

/** Whether nothing is said. */
export function isSilent({ name, starred, tags, note }: UnitAnnotation): boolean {
  return name === '' && !starred && tags.length === 0 && note === '';
}

/** Annotations after changes. */
export function withChanges(units: UnitAnnotations, changes: UnitChanges): UnitAnnotations {
  const all = Object.entries({ ...units, ...changes });
  return Object.fromEntries(all.filter((entry): entry is [string, UnitAnnotation] => said(entry)));
}

const said = ([, annotation]: readonly [string, UnitAnnotation | null]): boolean =>
  annotation !== null && !isSilent(annotation);

/** Both accounts, unit by unit. Nothing is lost: see `joined`. */
export function merged(first: UnitAnnotations, second: UnitAnnotations): UnitAnnotations {
  const both = Object.entries(second).map(([unit, other]) => {
    const own = first[unit];
    return [unit, own === undefined ? other : joined(own, other)] as const;
  });
  return { ...first, ...Object.fromEntries(both) };
}

/**
 * Two annotations of the same unit as one: the name is that of the first, and another one goes into the note; tags are those of both,
 * notes stand one below the other. Joined again with either, it stays as it is.
 */
export function joined(first: UnitAnnotation, second: UnitAnnotation): UnitAnnotation {
  const name = first.name === '' ? second.name : first.name;
  const other = second.name === '' || second.name === name ? '' : `Also named “${second.name}”.`;
  return {
    name,
    starred: first.starred || second.starred,
    tags: [...new Set([...first.tags, ...second.tags])].slice(0, TAGS_LIMIT),
    note: [second.note, other].reduce(below, first.note).slice(0, JOINED_NOTE_LIMIT),
    step: first.step ?? second.step,
  };
}

/** A note with another below it; one that holds the other is both. */
function below(note: string, other: string): string {
  if (note.includes(other)) return note;
  return other.includes(note) ? other : `${note}\n\n${other}`;
}
