/**
 * The arrows between the folders of src, held against real imports: code is linted in memory, as if it
 * stood in the folder named. Each forbidden target is also imported from a folder that may, which shows
 * that it is the arrow that is missing and not the file.
 */
import { resolve } from 'node:path';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import { importArrows } from '../../../eslint.config.js';

const cwd = resolve(import.meta.dirname, '../../..');

const arrowsOnly = new ESLint({
  cwd,
  overrideConfigFile: true,
  overrideConfig: [
    { files: ['**/*.{ts,tsx}'], languageOptions: { parser: tseslint.parser } },
    importArrows,
  ],
});

/** Messages about `code` as a file of `folder`. */
async function complaints(folder: string, code: string): Promise<string[]> {
  const results = await arrowsOnly.lintText(code, { filePath: `${folder}/in_memory.ts` });
  return results.flatMap(({ messages }) => messages.map(({ message }) => message));
}

describe('the arrows between folders', () => {
  it.each([
    ['gpu', '../base/array'],
    ['analysis', '../base/array'],
    ['sae', '../gpu/plan'],
    ['data', '../gpu/plan'],
    ['io', '../sae/config'],
    ['lab/run', '../../sae/config'],
    ['lab/protocol', '../../analysis/types'],
    ['lab/protocol', '../run/run_config'],
    ['lab/encode', '../../gpu/plan'],
    ['lab/encode', '../../data/source'],
    ['lab/train', '../encode/encoding'],
    ['lab/worker', '../text/splice'],
    ['state', '../lab/protocol/protocol'],
    ['ui', '../lab/protocol/protocol'],
    ['ui', '../analysis/types'],
    ['cli', '../gpu/plan'],
    ['cli', '../lab/protocol/protocol'],
    ['cli', '../lab/train/session'],
    ['gpu', './plan'],
    ['sae', 'zod'],
  ])('let %s import %s', async (folder, target) => {
    expect(await complaints(`src/${folder}`, `import * as all from '${target}';`)).toEqual([]);
  });

  it.each([
    ['base', '../analysis/types'],
    ['gpu', '../sae/config'],
    ['gpu', '../lab/protocol/protocol'],
    ['analysis', '../gpu/plan'],
    ['analysis', '../sae/config'],
    ['sae', '../data/source'],
    ['data', '../sae/config'],
    ['io', '../data/source'],
    ['io', '../gpu/plan'],
    ['lab/run', '../../state/runs_store'],
    ['lab/run', '../../gpu/plan'],
    ['lab/run', '../protocol/protocol'],
    ['lab/protocol', '../encode/encoding'],
    ['lab/encode', '../train/session'],
    ['lab/train', '../keep/checkpoint'],
    ['lab/keep', '../worker/engine_host'],
    ['state', '../lab/train/session'],
    ['ui', '../lab/text/splice'],
    ['state', '../gpu/plan'],
    ['ui', '../gpu/plan'],
    ['ui', '../cli/main'],
    ['cli', '../ui/main'],
    ['cli', '../state/runs_store'],
  ])('forbid %s to import %s', async (folder, target) => {
    const expected: unknown[] = [expect.stringContaining(`${folder} may not import ${target}`)];
    expect(await complaints(`src/${folder}`, `import * as all from '${target}';`)).toEqual(
      expected,
    );
    expect(await complaints(`src/${folder}`, `import type { T } from '${target}';`)).toEqual(
      expected,
    );
  });

  it('let io import types from analysis, and nothing else from there', async () => {
    const target = '../analysis/types';
    expect(await complaints('src/io', `import type { T } from '${target}';`)).toEqual([]);
    expect(await complaints('src/io', `import { T } from '${target}';`)).toHaveLength(1);
  });

  it('see an import in every form: re-export, import(), the address of a worker', async () => {
    for (const code of [
      `export * from '../sae/config';`,
      `void import('../sae/config');`,
      `new Worker(new URL('../sae/config', import.meta.url), { type: 'module' });`,
    ]) {
      expect(await complaints('src/gpu', code), code).toHaveLength(1);
    }
  });

  it('forbid an import that leaves src, save shaders where kernels are used', async () => {
    const shader = `import source from '../../shaders/in_memory.wgsl?raw';`;
    expect(await complaints('src/sae', shader)).toEqual([]);
    expect(await complaints('src/data/zoo', shader.replace('..', '../..'))).toEqual([]);
    // A folder may hold parts of kernels that are its own.
    const part = `import source from './in_memory.wgsl?raw';`;
    expect(await complaints('src/sae/architectures/jumprelu', part)).toEqual([]);
    expect(await complaints('src/lm', part)).toHaveLength(1);
    expect(await complaints('src/ui', shader)).toHaveLength(1);
    expect(await complaints('src/cli', `import '../../scripts/start.mjs';`)).toHaveLength(1);
  });

  it('forbid a file outside the known folders', async () => {
    expect(await complaints('src/elsewhere', '')).toHaveLength(1);
  });

  it('look into files below a folder’s subfolders', async () => {
    const code = `import * as all from '../../gpu/plan';`;
    expect(await complaints('src/ui/pages', code)).toHaveLength(1);
    expect(await complaints('src/sae/twin', code)).toEqual([]);
  });
});

describe('the lint configuration', () => {
  it('makes the arrows and the strict rules errors', async () => {
    const config: unknown = await new ESLint({ cwd }).calculateConfigForFile('src/ui/App.tsx');
    const error: unknown = expect.arrayContaining([2]);
    expect(config).toMatchObject({
      rules: {
        'boundaries/dependencies': error,
        '@typescript-eslint/no-explicit-any': error,
        '@typescript-eslint/no-non-null-assertion': error,
        '@typescript-eslint/no-floating-promises': error,
        '@typescript-eslint/consistent-type-imports': error,
        '@typescript-eslint/switch-exhaustiveness-check': error,
        'react-hooks/rules-of-hooks': error,
      },
    });
  });
});
