/**
 * Every setting of a run with the values that are furthest apart, read from the run file's JSON Schema, so that a
 * setting that is added is tried without anybody thinking of it. Free text and objects have no ends and are left out.
 */
import { runJsonSchema } from '../../src/lab/run/run_schema';

export type Section = 'data' | 'models' | 'training';
export type Value = number | string | boolean;

/** A setting of one kind of section: its ends, or all its choices. */
export interface Setting {
  readonly section: Section;
  readonly name: string;
  readonly values: readonly Value[];
}

/** One kind of a section (an architecture, a kind of data), with the least that it must be given. */
export interface SectionKind {
  readonly kind: string;
  readonly required: Readonly<Record<string, Value>>;
  readonly settings: readonly Setting[];
}

interface Node {
  readonly type?: string;
  readonly const?: Value;
  readonly enum?: readonly Value[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly oneOf?: readonly Node[];
  readonly items?: Node;
}

/** What a kind needs, too, although it may be given in another way. */
const CHOSEN: Readonly<Record<string, Readonly<Record<string, Value>>>> = {
  synthetic: { preset: 'figure1' },
};

/** A small step away from an end that is not part of a range. */
const INSIDE = 1e-6;

/** What a setting's values are. Throws RangeError for a number without both ends. */
function valuesOf(name: string, node: Node): readonly Value[] {
  if (node.const !== undefined) return [node.const];
  if (node.enum !== undefined) return node.enum;
  if (node.type === 'boolean') return [false, true];
  if (node.type === 'string' || node.type === 'object') return [];
  const above = node.exclusiveMinimum === undefined ? undefined : node.exclusiveMinimum + INSIDE;
  const below = node.exclusiveMaximum === undefined ? undefined : node.exclusiveMaximum - INSIDE;
  const [low, high] = [node.minimum ?? above, node.maximum ?? below];
  if (low === undefined || high === undefined || high >= 2 ** 32) {
    throw new RangeError(`${name} has no range`);
  }
  return [low, high];
}

function kindOf(section: Section, node: Node): SectionKind {
  const properties = Object.entries(node.properties ?? {});
  const required: Record<string, Value> = {};
  for (const name of node.required ?? []) {
    const [first = 'text'] = valuesOf(name, node.properties?.[name] ?? {});
    required[name] = first;
  }
  const kind = String(required['kind'] ?? required['architecture'] ?? section);
  const settings = properties
    .map(([name, child]) => ({ section, name, values: valuesOf(`${section}.${name}`, child) }))
    .filter(({ values }) => values.length > 1);
  return { kind, required: { ...required, ...CHOSEN[kind] }, settings };
}

/** The kinds of a section. */
export function sectionKinds(section: Section): readonly SectionKind[] {
  const node = (runJsonSchema() as Node).properties?.[section];
  const inner = node?.items ?? node ?? {};
  return (inner.oneOf ?? [inner]).map((kind) => kindOf(section, kind));
}
