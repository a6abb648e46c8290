/** Kernels as the built page carries them: the same code and bindings, and not a word of explanation. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { leanKernel } from '../../../scripts/build/lean_kernels.mjs';
import { storageBindings } from '../../../src/gpu/bindings';

const folder = new URL('../../../shaders/', import.meta.url);
const kernels = readdirSync(folder)
  .filter((name) => name.endsWith('.wgsl'))
  .map((name) => [name, readFileSync(new URL(name, folder), 'utf8')] as const);

const tokens = (source: string): string =>
  source
    .split('\n')
    .map((line) => line.replace(/\/\/.*$/, ''))
    .join(' ')
    .replaceAll(/\s+/g, ' ')
    .trim();

describe('lean kernels', () => {
  it.each(kernels)('%s keeps every token and every binding', (name, source) => {
    const lean = leanKernel(source);
    expect(tokens(lean)).toBe(tokens(source));
    expect(lean).not.toContain('//');
    if (source.includes('@binding')) {
      expect(storageBindings({ name, source: lean })).toEqual(storageBindings({ name, source }));
    }
  });

  it('parts what a comment parted', () => {
    expect(leanKernel('let a/* a */b = 1; // one\n\n  let c = 2;')).toBe(
      'let a b = 1;\nlet c = 2;',
    );
  });
});
