/**
 * What is wrong with a value from outside, in sentences: every offending setting with its value and what
 * it may be. The allowed range is read off the schema itself (as JSON Schema), so that message, check
 * and documentation cannot disagree. It knows no particular schema.
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

type Node = z.core.JSONSchema.BaseSchema;
type Issue = z.core.$ZodIssue;

/** Made once for a schema, since the making takes milliseconds. */
const jsonSchemas = new WeakMap<z.core.$ZodType, Node>();

/** Everything that `error` found in `value`, which `schema` refused. */
export function describeIssues(
  schema: z.core.$ZodType,
  value: unknown,
  error: z.core.$ZodError,
  whole = 'it',
): SettingIssue[] {
  const root = jsonSchemas.get(schema) ?? z.toJSONSchema(schema, { io: 'input' });
  jsonSchemas.set(schema, root);
  return error.issues.flatMap((issue) => describeIssue(root, value, issue, whole));
}

function describeIssue(root: Node, value: unknown, issue: Issue, whole: string): SettingIssue[] {
  const keys = issue.path.map(String);
  const node = nodeAt(root, value, keys);
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(node?.properties ?? {});
    return issue.keys.map((key) => {
      const path = [...keys, key].join('.');
      const given = showValue(valueAt(value, [...keys, key]));
      return { path, sentence: `${path} is ${given}, but ${unknownKey(key, known)}` };
    });
  }
  const path = keys.join('.');
  const given = valueAt(value, keys);
  // A rule of the schema's own comes with its own words.
  const own = node === undefined || issue.code === 'custom';
  const must = own ? issue.message : `it must be ${describeAllowed(node)}`;
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
export function describeAllowed(node: Node): string {
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.enum !== undefined)
    return `one of ${node.enum.map((v) => JSON.stringify(v)).join(', ')}`;
  if (Array.isArray(node.type)) {
    return node.type.map((type) => describeAllowed({ ...node, type })).join(' or ');
  }
  switch (node.type) {
    case 'null':
      return 'null';
    case 'boolean':
      return 'true or false';
    case 'integer':
      return `a whole number ${describeRange(node)}`.trimEnd();
    case 'number':
      return `a number ${describeRange(node)}`.trimEnd();
    case 'string':
      return node.pattern === undefined ? 'a text' : `a text that matches ${node.pattern}`;
    case 'array':
      return `a list of ${node.minItems ?? 0} to ${node.maxItems ?? 'any number of'} entries`;
    default:
      return 'an object with settings';
  }
}

function describeRange(node: Node): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = node;
  if (minimum !== undefined && maximum !== undefined) return `from ${minimum} to ${maximum}`;
  const bounds = [
    minimum === undefined ? '' : `of at least ${minimum}`,
    exclusiveMinimum === undefined ? '' : `above ${exclusiveMinimum}`,
    maximum === undefined ? '' : `at most ${maximum}`,
    exclusiveMaximum === undefined ? '' : `below ${exclusiveMaximum}`,
  ];
  return bounds.filter((bound) => bound !== '').join(' and ');
}

/** The schema of the value at a path; undefined where the schema has no such place. */
function nodeAt(root: Node, value: unknown, keys: readonly string[]): Node | undefined {
  let node: Node | undefined = branchFor(root, value);
  let here = value;
  for (const [index, key] of keys.entries()) {
    const isLast = index === keys.length - 1;
    const discriminators = isLast && node?.oneOf !== undefined ? tagValues(node, key) : [];
    if (discriminators.length > 0) return { enum: discriminators };
    node = child(node, key);
    here = valueAt(here, [key]);
    if (node !== undefined) node = branchFor(node, here);
  }
  return node;
}

function child(node: Node | undefined, key: string): Node | undefined {
  const next =
    node?.type === 'array'
      ? (node.prefixItems?.[Number(key)] ?? node.items)
      : node?.properties?.[key];
  return isNode(next) ? next : undefined;
}

/** The alternative of a tagged union that the value's tag chooses; the union itself when none fits. */
function branchFor(node: Node, value: unknown): Node {
  const branches = (node.oneOf ?? []).filter(isNode);
  const fitting = branches.find((branch) => {
    const tags = Object.entries(branch.properties ?? {}).filter(
      ([key, schema]) =>
        isNode(schema) && schema.const !== undefined && branch.required?.includes(key),
    );
    return tags.every(([key, schema]) => isNode(schema) && valueAt(value, [key]) === schema.const);
  });
  return fitting ?? node;
}

function tagValues(union: Node, key: string): (string | number | boolean)[] {
  return (union.oneOf ?? []).filter(isNode).flatMap((branch) => {
    const schema = branch.properties?.[key];
    const tag = isNode(schema) ? schema.const : undefined;
    return typeof tag === 'string' || typeof tag === 'number' ? [tag] : [];
  });
}

function isNode(node: unknown): node is Node {
  return typeof node === 'object' && node !== null && !Array.isArray(node);
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
