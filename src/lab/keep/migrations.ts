/**
 * What is kept says its version, and a later lab brings it to its own, one numbered step after another. A step is a
 * function from plain JSON of version n to plain JSON of version n + 1; it stays as it was written, however the schema
 * changes after it, and the schema looks at the result alone. Knows no format; pure.
 */
import { LabError } from '../../base/lab_error';

type PlainObject = Readonly<Record<string, unknown>>;

/**
 * One step of a format. What it does not know it lets through; `version` is set by whoever calls it, and whether the
 * value was what its version says, the schema sees in the end.
 */
type Migration = (value: PlainObject) => PlainObject;

/** A format that is kept. */
export interface KeptFormat {
  /** "a checkpoint": what something of this format is, in a sentence. */
  readonly called: string;
  /** Number n − 1 of the list leads from version n to n + 1; the lab writes the version after the last. */
  readonly migrations: readonly Migration[];
  /** What to do with one that a newer lab wrote. */
  readonly wayOut: string;
}

/** The version that this lab writes. */
export function currentVersion({ migrations }: KeptFormat): number {
  return migrations.length + 1;
}

/**
 * A value as the current version says it; one without `version` is of version 1. What has no version that could be one,
 * and what is no object, is given back as it is, for the schema to refuse. Throws LabError `bad_file` for a newer one,
 * which `label` names.
 */
export function migrate(value: unknown, format: KeptFormat, label: string): unknown {
  if (!isPlainObject(value)) return value;
  const { version: own = 1 } = value;
  if (typeof own !== 'number' || !Number.isInteger(own) || own < 1) return value;
  const current = currentVersion(format);
  if (own > current) {
    throw new LabError(
      'bad_file',
      `${label} is ${format.called} of version ${own}; this lab reads up to ${current}.`,
      format.wayOut,
    );
  }
  const migrated = format.migrations.slice(own - 1).reduce((old, step) => step(old), value);
  return { ...migrated, version: current };
}

function isPlainObject(value: unknown): value is PlainObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
