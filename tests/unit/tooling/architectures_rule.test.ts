/**
 * The rule that nothing outside src/sae/architectures decides by an architecture, held against every way round it that
 * we could think of: code is linted in memory, with types, as if it stood in src/lab/run.
 */
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import { architecturesAsked } from '../../../eslint.config.js';
import { NAMES, OWN_SETTINGS } from '../../../scripts/lint/architectures.mjs';
import { settingsOf } from '../../../src/base/setting';
import { SHARED_SETTINGS } from '../../../src/sae/architectures/shared_settings';
import { architectures } from '../../../src/sae/config';

const cwd = resolve(import.meta.dirname, '../../..');
const FILE = 'src/lab/run/in_memory.ts';

const asked = new ESLint({
  cwd,
  overrideConfigFile: true,
  overrideConfig: [
    {
      files: ['**/*.ts'],
      languageOptions: {
        parser: tseslint.parser,
        parserOptions: { projectService: { allowDefaultProject: [FILE] }, tsconfigRootDir: cwd },
      },
    },
    architecturesAsked,
  ],
});

const HEAD = `import { architectureOf, architectures, type ModelConfig } from '../../sae/config';
import { at } from '../../base/array';
declare const config: ModelConfig;
declare const settings: Readonly<Record<string, unknown>>;
declare const list: string[];
declare const table: Record<string, number>;
declare const map: Map<string, number>;
`;

/** How many lines of `code` are complained about. */
async function complaints(code: string): Promise<number> {
  const results = await asked.lintText(`${HEAD}${code}\n`, { filePath: FILE });
  const messages = results.flatMap((result) => result.messages);
  expect(messages.filter(({ ruleId }) => ruleId !== 'sasa-lab/architectures')).toEqual([]);
  return new Set(messages.map(({ line }) => line)).size;
}

describe('the lint rule on architectures', () => {
  it('knows every architecture and every setting that is not for all', () => {
    const shared = Object.keys(SHARED_SETTINGS);
    const own = architectures.flatMap(({ schema }) =>
      settingsOf(schema).flatMap(({ name }) => (shared.includes(name) ? [] : [name])),
    );
    expect([...NAMES].sort()).toEqual(architectures.map(({ id }) => id).sort());
    expect([...OWN_SETTINGS].sort()).toEqual([...new Set(own)].sort());
    const folders = readdirSync(resolve(cwd, 'src/sae/architectures'), { withFileTypes: true });
    expect(folders.filter((entry) => entry.isDirectory())).toHaveLength(architectures.length);
  });

  it.each([
    // By name.
    "export const a = config.architecture === 'topk';",
    "export const a = 'topk_sasa' === config.architecture;",
    "export const a = config['architecture'] !== 'standard';",
    "export const { architecture: kind } = config; export const a = kind == 'topk';",
    "switch (config.architecture) { case 'topk': break; }",
    "switch (true) { case config.architecture === 'topk': break; }",
    'export const a = `${config.architecture}` === list[0];',
    "export const a = config.architecture + '' === list[0];",
    'export const a = String(config.architecture) === list[0];',
    "export const a = (config.architecture as string) === 'to' + 'pk';",
    "export const a = config.architecture > 'topk_';",
    // By its letters.
    "export const a = config.architecture.startsWith('topk_');",
    "export const a = config.architecture.includes('sasa');",
    "export const a = config.architecture.endsWith('a');",
    'export const a = config.architecture.length > 4;',
    'export const a = config.architecture[0];',
    'export const a = /sasa/.test(String(settings.a));',
    'export const a = new RegExp(String(settings.a)).test(config.architecture);',
    'export const a = config.architecture.toUpperCase() === list[0];',
    // By a list or a table.
    'export const a = list.includes(config.architecture);',
    "export const a = ['topk', 'standard'];",
    'export const a = list.indexOf(config.architecture) === 0;',
    'export const a = new Set(list).has(config.architecture);',
    'export const a = map.get(config.architecture);',
    'export const a = table[config.architecture];',
    'export const a = { topk: 1 };',
    "export const a = { ['topk']: 1 };",
    'export const a = table.topk;',
    'export interface A { readonly topk: number }',
    'export class A { topk() { return 1; } }',
    'export const { standard } = table;',
    // By type.
    "export type A = Extract<ModelConfig, { architecture: 'topk' }>;",
    "export const a = (model: ModelConfig): model is ModelConfig & { architecture: 'topk' } => model !== config;",
    // By its settings.
    "export const a = 'n_groups' in config;",
    "export const a = 'k' in config;",
    "export const a = Object.hasOwn(config, 'k');",
    "export const a = Object.prototype.hasOwnProperty.call(config, 'group_rank');",
    "export const a = Reflect.has(config, 'k');",
    "export const a = Reflect.get(settings, 'd_sae');",
    "export const a = Object.keys(config).includes('l1_coefficient');",
    'export const a = settings.n_groups !== undefined;',
    "export const a = settings['k_groups'];",
    'export const { nuclear_target } = settings;',
    // By place, words or folder.
    'export const a = architectures[0] === architectureOf(config);',
    'export const a = at(architectures, 1);',
    'export const a = architectures.indexOf(architectureOf(config));',
    'export const [first] = architectures;',
    "export const a = architectureOf(config).words.name === 'SASA';",
    'const { words } = architectureOf(config); switch (words.choice) { case list[0]: break; }',
    "import { topk } from '../../sae/architectures/topk'; export const a = topk;",
    "export { registry } from '../../sae/architectures/registry';",
    "export * from '../../sae/architectures/topk_sasa';",
    "export const a = import('../../sae/architectures/standard/index');",
  ])('complains about %s', async (code) => {
    expect(await complaints(code)).toBe(1);
  });

  it.each([
    'export const a = { architecture: config.architecture };',
    'export const a = architectureOf(config).shape(config).groups;',
    'export const a = `a model of architecture "${config.architecture}"`;',
    "export const a = architectureOf(config).words.unit === 'group';",
    'export const a = architectures.map(({ id }) => id);',
    'export const a = architectures.find((known) => known === architectureOf(config));',
    "import type { Penalty } from '../../sae/architectures/architecture'; export type A = Penalty;",
    "export const a = 'a standard deviation';",
    'export const a = settings.k;',
  ])('lets %s pass', async (code) => {
    expect(await complaints(code)).toBe(0);
  });
});
