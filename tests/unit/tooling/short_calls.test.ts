/** The rule against lists spread into calls, held against calls that it must find and calls that are short. */
import { resolve } from 'node:path';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { expect, it } from 'vitest';
import { shortCalls } from '../../../eslint.config.js';

const shortCallsOnly = new ESLint({
  cwd: resolve(import.meta.dirname, '../../..'),
  overrideConfigFile: true,
  overrideConfig: [
    { files: ['**/*.{ts,tsx}'], languageOptions: { parser: tseslint.parser } },
    shortCalls,
  ],
});

async function complaints(code: string): Promise<number> {
  const results = await shortCallsOnly.lintText(code, { filePath: 'src/lab/in_memory.ts' });
  return results.reduce((sum, { messages }) => sum + messages.length, 0);
}

it.each([
  'Math.max(...list)',
  'Math.min(0, ...list)',
  'Math.hypot(...list)',
  'found.push(...list)',
  'Uint32Array.of(1, ...list)',
  'String.fromCharCode(...list)',
  'String.fromCodePoint(...list)',
  'Math.max.apply(null, list)',
])('finds %s', async (code) => {
  expect(await complaints(code)).toBe(1);
});

it.each([
  '[...one, ...two]',
  'Math.max(one, two)',
  'target.dispatchWorkgroups(...workgroups)',
  'new Map([...one, ...two])',
  'Uint32Array.from([1, ...list])',
])('leaves %s alone', async (code) => {
  expect(await complaints(code)).toBe(0);
});
