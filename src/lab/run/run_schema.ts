/**
 * The run file for readers that are not the lab: as a JSON Schema, for editors that complete and check while one
 * types, and as the tables of docs/run-file.md. Ranges, defaults and meanings come from the schemas that the lab itself
 * checks with; `lab schema` prints both, and docs hold copies that a test compares.
 */
import * as z from 'zod/mini';
import { allowedText } from '../../base/schema_issues';
import { settingsOf, settingsWithin, settingText, type NamedSetting } from '../../base/setting';
import { SHARED_SETTINGS } from '../../sae/architectures/shared_settings';
import { architectures } from '../../sae/config';
import { dataSchemas, runSchema, trainingSchema } from './run_config';

type Node = z.core.JSONSchema.BaseSchema;

/** What the lab writes of the data of a run. No settings: nobody writes them, and no form or refusal names them. */
const WRITTEN: Readonly<Record<string, string>> = {
  rows: 'Rows of all the data; null when there is no end of them.',
  width: 'Numbers of a row.',
  files: 'The files that the rows came from.',
  setting: 'The setting of data that names the file; shipped: it comes with the lab.',
  name: 'Name of the file.',
  path: 'Where it was; absent for files that come with the lab.',
  relative: 'The same, seen from the folder of this file, with / between names.',
  bytes: 'Its size.',
  sha256: 'SHA-256 of its bytes, which alone says whether it is the same.',
};

/** Settings of made data by name, and of what; docs/data.md says more. */
const SPECIFICATION: Readonly<Record<string, string>> = {
  width: 'd: numbers of a row.',
  features: 'The features, with a kind (shape) each; docs/data.md has the kinds.',
  name: 'Name of the feature, its kind when absent; with a count above 1 they are called "name 1", "name 2" and so on.',
  count: 'How many independent features of this description; 1 when absent.',
  scale: 'Two numbers: the size is drawn between them on every presence. 1 and 1 when absent.',
  child_of: 'Makes it the child of another feature: never present without it.',
  parent: 'Name of the other feature, which must be listed before.',
  turns: 'How often the helix winds; 2 when absent.',
  clusters: 'Vertices of the simplex, one more than its dimensions.',
  dimension: 'Dimensions of the Gaussian.',
  frequency:
    'How often features without a parent are present. Kind exactly: so many in every row. Kind uniform: each independently. Kind zipf: independently, the i-th with probability · i^(−exponent).',
  active: 'How many distinct features are present in every row.',
  probability: 'With which a feature is present.',
  exponent: 'How fast the probability falls from one feature to the next; 1 when absent.',
  coherence:
    'Share of the energy of all directions in a subspace shared by all features; 0 when absent.',
  noise:
    'Standard deviation of the noise in each dimension, over the root mean square of the signal; 0 when absent.',
};

/** The JSON Schema (draft 2020-12) of a run file as a person writes it. */
export function runJsonSchema(): Node {
  const schema: Node = z.toJSONSchema(runSchema, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      const text = settingText(zodSchema);
      if (text !== undefined) jsonSchema.description = sentence(text.meaning, text.symbol);
    },
  });
  describe(schema.properties?.data_identity, WRITTEN);
  describe(schema.properties?.data, SPECIFICATION);
  return { title: 'Run of the SASA Lab', ...schema };
}

/** Describes all settings below a node that say nothing of themselves. */
function describe(
  node: Node | boolean | undefined,
  meanings: Readonly<Record<string, string>>,
): void {
  if (typeof node !== 'object') return;
  for (const [name, child] of Object.entries(node.properties ?? {})) {
    const meaning = meanings[name];
    if (typeof child === 'object' && meaning !== undefined) child.description ??= meaning;
    describe(child, meanings);
  }
  const items = Array.isArray(node.items) ? [] : [node.items];
  for (const child of [...items, ...(node.oneOf ?? [])]) describe(child, meanings);
}

function sentence(meaning: string, symbol: string | undefined): string {
  return symbol === undefined ? meaning : `${symbol}: ${meaning}`;
}

/** A table of settings in Markdown. */
export interface SettingsTable {
  /** What it is about: `data`, `models`, `training`. */
  readonly section: string;
  readonly markdown: string;
}

const HEAD = ['setting', 'value', 'default', 'meaning'];

/** The settings of a run file as tables of Markdown, one a section. */
export function settingsTables(): readonly SettingsTable[] {
  const shared = new Set<unknown>(Object.values(SHARED_SETTINGS));
  return [
    table('data', [
      ...dataSchemas.flatMap((schema) => [
        titleRow(schema.shape.kind.def.values.join()),
        ...settingsOf(schema).map(rowOf),
      ]),
    ]),
    { section: 'data.spec', markdown: specificationTable() },
    table('models', [
      titleRow('every architecture'),
      ...settingsOf(z.strictObject(SHARED_SETTINGS)).map(rowOf),
      ...architectures.flatMap(({ id, schema }) => [
        titleRow(id),
        ...settingsOf(schema)
          .filter((setting) => !shared.has(setting.schema))
          .map(rowOf),
      ]),
    ]),
    ...tablesWithin(
      'models',
      architectures.map(({ schema }) => schema),
    ),
    table('training', settingsOf(trainingSchema).map(rowOf)),
  ];
}

/** Tables of the settings that are objects of settings themselves, each once. */
function tablesWithin(
  section: string,
  schemas: readonly Parameters<typeof settingsOf>[0][],
): readonly SettingsTable[] {
  const tables = schemas.flatMap(settingsOf).flatMap(({ name, schema }) => {
    const inner = settingsWithin(schema);
    return inner.length === 0 ? [] : [table(`${section}.${name}`, inner.map(rowOf))];
  });
  return tables.filter(
    (each, place) => tables.findIndex((other) => other.section === each.section) === place,
  );
}

function specificationTable(): string {
  const rows = Object.entries(SPECIFICATION).map(
    ([name, meaning]) => `| \`${name}\` | ${meaning} |`,
  );
  return `${['| setting | meaning |', '| --- | --- |', ...rows].join('\n')}\n`;
}

function table(section: string, rows: readonly (readonly string[])[]): SettingsTable {
  const lines = [HEAD, HEAD.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return { section, markdown: `${lines.join('\n')}\n` };
}

function titleRow(title: string): readonly string[] {
  return [`**${title}**`, '', '', ''];
}

function rowOf(setting: NamedSetting): readonly string[] {
  const { name, schema, text } = setting;
  const allowed = [allowedText(schema), text.limit].filter((part) => part !== undefined).join(', ');
  const symbol = text.symbol === name ? undefined : text.symbol;
  return [`\`${name}\``, allowed, defaultText(setting), sentence(text.meaning, symbol)];
}

/** The value when a setting is left out; empty for one that must be given. */
function defaultText({ text, default: value }: NamedSetting): string {
  const otherwise = text.otherwise ?? text.automatic;
  if (otherwise !== undefined) return otherwise;
  switch (typeof value) {
    case 'string':
      return `\`${value}\``;
    case 'number':
    case 'boolean':
      return String(value);
    default:
      return Array.isArray(value) ? value.join(', ') : '';
  }
}
