/**
 * What is wrong with a value from outside, in sentences: every offending setting with its value and what
 * it may be. The allowed range is read off the schema itself, so that message and check cannot disagree.
 * It reads zod's definitions as zod's guide for libraries describes them, and not by way of JSON Schema,
 * whose writer would be a twentieth of the page's code. It knows no particular schema.
 */
import * as z from 'zod/mini';
import { at } from './array';

/** One thing that is wrong: `models.0.k is 0; it must be a whole number from 1 to 4096`. */
export interface SettingIssue {
  /** Path with dots; empty for the whole value. */
  readonly path: string;
  /** A sentence without its full stop. */
  readonly sentence: string;
}

type Schema = z.core.$ZodType;
type Issue = z.core.$ZodIssue;

/** Everything that `error` found in `value`, which `schema` refused. */
export function describeIssues(
  schema: Schema,
  value: unknown,
  error: z.core.$ZodError,
  whole = 'it',
): SettingIssue[] {
  return error.issues.flatMap((issue) => describeIssue(schema, value, issue, whole));
}

function describeIssue(root: Schema, value: unknown, issue: Issue, whole: string): SettingIssue[] {
  const keys = issue.path.map(String);
  const here = schemaAt(root, value, keys);
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(here === undefined ? {} : shapeOf(here));
    return issue.keys.map((key) => {
      const path = [...keys, key].join('.');
      const given = showValue(valueAt(value, [...keys, key]));
      return { path, sentence: `${path} is ${given}, but ${unknownKey(key, known)}` };
    });
  }
  const path = keys.join('.');
  const given = valueAt(value, keys);
  // A rule of the schema's own comes with its own words.
  const own = here === undefined || issue.code === 'custom';
  const must = own ? issue.message : `it must be ${allowedText(here)}`;
  const state = given === undefined ? 'is missing' : `is ${showValue(given)}`;
  return [{ path, sentence: `${path === '' ? whole : path} ${state}; ${must}` }];
}

/** The value as a person recognises it: short JSON, or its kind. */
export function showValue(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value === 'number') return String(value);
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function unknownKey(key: string, known: readonly string[]): string {
  const near = known
    .map((name) => ({ name, distance: editDistance(key, name) }))
    .filter(({ name, distance }) => distance <= Math.max(2, Math.floor(name.length / 3)))
    .sort((a, b) => a.distance - b.distance)[0];
  return near === undefined
    ? `there is no such setting (only ${known.join(', ')})`
    : `there is no such setting (did you mean ${near.name}?)`;
}

/** Insertions, deletions and replacements between two words (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const replaced = at(row, j) + (a[i] === b[j] ? 0 : 1);
      next.push(Math.min(replaced, at(row, j + 1) + 1, at(next, j) + 1));
    }
    row = next;
  }
  return at(row, b.length);
}

/** What a schema allows, as the end of "it must be …". */
export function allowedText(schema: Schema): string {
  const { def } = plain(schema)._zod;
  switch (def.type) {
    case 'literal':
      return oneOf(def.values);
    case 'enum':
      return oneOf(Object.values(def.entries));
    case 'null':
      return 'null';
    case 'nullable':
      return `${allowedText(def.innerType)} or null`;
    case 'boolean':
      return 'true or false';
    case 'number':
      return `${isInteger(def) ? 'a whole number' : 'a number'} ${describeRange(def)}`.trimEnd();
    case 'string': {
      const pattern = checksOf(def).find((check) => check.check === 'string_format')?.pattern;
      return pattern === undefined ? 'text' : `text that matches ${pattern.source}`;
    }
    case 'array': {
      const least = checksOf(def).find((check) => check.check === 'min_length')?.minimum ?? 0;
      const most = checksOf(def).find((check) => check.check === 'max_length')?.maximum;
      return `a list of ${least} to ${most ?? 'any number of'} entries`;
    }
    case 'tuple':
      return `a list of ${def.items.length} entries`;
    case 'union':
      return tagOf(def) === undefined
        ? def.options.map(allowedText).join(' or ')
        : 'an object with settings';
    default:
      return 'an object with settings';
  }
}

type Check = z.core.$ZodChecks['_zod']['def'];

/** The rules that a schema got with `check`, in their order. */
function checksOf({ checks = [] }: z.core.$ZodTypeDef): Check[] {
  // As with `plain`: every check is one of these.
  return checks.map((check) => (check as z.core.$ZodChecks)._zod.def);
}

function oneOf(values: readonly unknown[]): string {
  const texts = values.map((value) => (typeof value === 'string' ? `"${value}"` : String(value)));
  return texts.length === 1 ? texts.join() : `one of ${texts.join(', ')}`;
}

function isInteger(def: z.core.$ZodNumberDef): boolean {
  return 'format' in def && def.format === 'safeint';
}

function describeRange(def: z.core.$ZodNumberDef): string {
  let [minimum, above, maximum, below]: (number | undefined)[] = [];
  for (const check of checksOf(def)) {
    if (check.check === 'greater_than') {
      if (check.inclusive) minimum = Number(check.value);
      else above = Number(check.value);
    } else if (check.check === 'less_than') {
      if (check.inclusive) maximum = Number(check.value);
      else below = Number(check.value);
    }
  }
  if (minimum !== undefined && maximum !== undefined) return `from ${minimum} to ${maximum}`;
  const bounds = [
    minimum === undefined ? '' : `of at least ${minimum}`,
    above === undefined ? '' : `above ${above}`,
    maximum === undefined ? '' : `at most ${maximum}`,
    below === undefined ? '' : `below ${below}`,
  ];
  return bounds.filter((text) => text !== '').join(' and ');
}

/** A schema as one of zod's own kinds, without what only says that it may be left out. */
function plain(schema: Schema): z.core.$ZodTypes {
  // Every schema is one of these; zod's guide for libraries narrows by `_zod.def.type` this way.
  const known = schema as z.core.$ZodTypes;
  const { def } = known._zod;
  return def.type === 'optional' || def.type === 'default' ? plain(def.innerType) : known;
}

/** The schemas of an object's entries; empty for anything else. */
function shapeOf(schema: Schema): Readonly<Record<string, Schema>> {
  const { def } = plain(schema)._zod;
  return def.type === 'object' ? def.shape : {};
}

/** The schema of the value at a path; undefined where the schema has no such place. */
function schemaAt(root: Schema, value: unknown, keys: readonly string[]): Schema | undefined {
  let schema: Schema | undefined = branchFor(root, value);
  let here = value;
  for (const key of keys) {
    schema = schema === undefined ? undefined : entry(schema, key);
    here = valueAt(here, [key]);
    if (schema !== undefined) schema = branchFor(schema, here);
  }
  return schema;
}

function entry(schema: Schema, key: string): Schema | undefined {
  const { def } = plain(schema)._zod;
  switch (def.type) {
    case 'array':
      return def.element;
    case 'tuple':
      return def.items[Number(key)];
    case 'object':
      return def.shape[key];
    case 'record':
      return def.valueType;
    case 'union':
      // No alternative fits: its tag may be any that one of them has.
      return tagOf(def) === key ? z.literal(tagValues(def, key)) : undefined;
    default:
      return undefined;
  }
}

/** The alternative of a tagged union that the value's tag chooses; the union itself when none fits. */
function branchFor(schema: Schema, value: unknown): Schema {
  const { def } = plain(schema)._zod;
  const tag = def.type === 'union' ? tagOf(def) : undefined;
  if (def.type !== 'union' || tag === undefined) return schema;
  const given = valueAt(value, [tag]);
  return def.options.find((option) => literals(option, tag).some((v) => v === given)) ?? schema;
}

type Union = z.core.$ZodUnionDef | z.core.$ZodDiscriminatedUnionDef;

function tagOf(union: Union): string | undefined {
  return 'discriminator' in union ? union.discriminator : undefined;
}

function tagValues(union: Union, tag: string): z.core.util.Literal[] {
  return union.options.flatMap((option) => literals(option, tag));
}

/** What the entry `key` of an object's schema may literally be. */
function literals(schema: Schema, key: string): z.core.util.Literal[] {
  const tag = shapeOf(schema)[key];
  if (tag === undefined) return [];
  const { def } = plain(tag)._zod;
  if (def.type === 'literal') return def.values;
  return def.type === 'enum' ? Object.values(def.entries) : [];
}

function valueAt(value: unknown, keys: readonly string[]): unknown {
  return keys.reduce<unknown>(
    (here, key) =>
      typeof here === 'object' && here !== null && Object.hasOwn(here, key)
        ? Object.getOwnPropertyDescriptor(here, key)?.value
        : undefined,
    value,
  );
}
