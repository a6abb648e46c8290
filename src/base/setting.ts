/**
 * A setting, described where its range and default stand: the form of the page, what is refused, the JSON Schema and
 * the tables of docs/run-file.md are all made from it. The description hangs on the schema of the setting itself.
 */
import type * as z from 'zod/mini';

export interface SettingText {
  /** The label of its field. */
  readonly label: string;
  /** The symbol of the mathematics: K, r, s, λ. */
  readonly symbol?: string;
  /** What it does, in a line of prose. */
  readonly meaning: string;
  readonly formula?: string;
  /** Paper, section or program it is taken from. */
  readonly source?: string;
  /** Unit of the number. */
  readonly unit?: string;
  /** What stands in the empty field: the choice that the lab makes. */
  readonly automatic?: string;
  /** The same choice in full, for the table of settings; `automatic` where there is none. */
  readonly otherwise?: string;
  /** The value that holds while it is not set, from the other settings; for one of yes or no. */
  readonly unset?: (settings: Readonly<Record<string, unknown>>) => boolean;
  /** The setting has no meaning, and no field, while another one has this value. */
  readonly unless?: { readonly setting: string; readonly value: unknown };
  /** A limit that another setting gives, after the range: "at most n_groups". */
  readonly limit?: string;
  /** Names of its values where a person reads them. */
  readonly choices?: Readonly<Record<string, string>>;
  /** May change while a run goes. */
  readonly live?: true;
  /** Stands under Advanced. */
  readonly advanced?: true;
  /** Its control has buttons that halve and double. */
  readonly doubling?: true;
  /** Is written by hand into a run file only: the form has no field for it. */
  readonly hidden?: true;
}

/** By schema. A map of our own: the page does without zod's registries. */
const texts = new WeakMap<z.core.$ZodType, SettingText>();

/** The same schema, with a description. One schema, one setting: a schema that two settings share would have one text. */
export function setting<S extends z.core.$ZodType>(schema: S, text: SettingText): S {
  texts.set(schema, text);
  return schema;
}

/** What is said of a setting by its schema; undefined for one that is not described. */
export function settingText(schema: z.core.$ZodType): SettingText | undefined {
  return texts.get(schema);
}

/** How a value is given: a number, yes or no, one of some words, settings that may be there or not, or free text. */
type SettingKind = 'number' | 'toggle' | 'choice' | 'switch' | 'text';

/** A setting of an object of settings. */
export interface NamedSetting {
  readonly name: string;
  readonly schema: z.core.$ZodType;
  readonly text: SettingText;
  readonly kind: SettingKind;
  /** What one of some words may be; empty for the other kinds. */
  readonly values: readonly string[];
  /** The value when it is left out, if that is a constant. */
  readonly default: unknown;
}

/** The described settings of an object's schema, in their order. */
export function settingsOf(object: z.core.$ZodObject): readonly NamedSetting[] {
  return Object.entries(object._zod.def.shape).flatMap(([name, schema]): NamedSetting[] => {
    const text = settingText(schema);
    if (text === undefined) return [];
    const { kind, values } = kindOf(schema);
    return [{ name, schema, text, kind, values, default: defaultOf(schema) }];
  });
}

/** The described settings within a setting that is an object of them; none within any other. */
export function settingsWithin(schema: z.core.$ZodType): readonly NamedSetting[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === 'optional' || def.type === 'default') return settingsWithin(def.innerType);
  return def.type === 'object' ? settingsOf(schema as z.core.$ZodObject) : [];
}

/** The description of one of them. Throws RangeError for a name that is none. */
export function settingNamed(settings: readonly NamedSetting[], name: string): NamedSetting {
  const found = settings.find((setting) => setting.name === name);
  if (found === undefined) throw new RangeError(`no setting "${name}" is described`);
  return found;
}

function kindOf(schema: z.core.$ZodType): Pick<NamedSetting, 'kind' | 'values'> {
  // Every schema is one of zod's own kinds; its guide for libraries narrows by `_zod.def.type` this way.
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'optional':
    case 'default':
      return kindOf(def.innerType);
    case 'enum':
      return { kind: 'choice', values: Object.values(def.entries).map(String) };
    case 'literal':
      return { kind: 'choice', values: def.values.map(String) };
    case 'boolean':
      return { kind: 'toggle', values: [] };
    case 'number':
      return { kind: 'number', values: [] };
    case 'object':
      return { kind: 'switch', values: [] };
    default:
      return { kind: 'text', values: [] };
  }
}

function defaultOf(schema: z.core.$ZodType): unknown {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === 'default') return def.defaultValue;
  return def.type === 'optional' ? defaultOf(def.innerType) : undefined;
}
