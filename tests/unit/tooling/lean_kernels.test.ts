/** Kernels as the built page carries them: the same code and bindings, and not a word of explanation. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { leanKernel } from '../../../scripts/build/lean_kernels.mjs';
import { storageBindings } from '../../../src/gpu/bindings';

const folder = new URL('../../../shaders/', import.meta.url);
const kernels = readdirSync(folder)
  .filter((name) => name.endsWith('.wgsl'))
  .map((name) => [name, readFileSync(new URL(name, folder), 'utf8')] as const);

/** Numbers, words and the longest signs that WGSL reads at each place. */
const TOKEN =
  /0x[\da-f]+[ui]?|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?[fhui]?|\w+|->|<<=|>>=|&&|\|\||[=!<>+\-*/%&|^]=|\+\+|--|<<|>>|\S/gi;

const tokens = (source: string): readonly string[] =>
  source.replaceAll(/\/\/.*$/gm, '').match(TOKEN) ?? [];

describe('lean kernels', () => {
  it.each(kernels)('%s keeps every token and every binding', (name, source) => {
    const lean = leanKernel(source);
    expect(tokens(lean)).toEqual(tokens(source));
    expect(lean).not.toContain('//');
    if (source.includes('@binding')) {
      expect(storageBindings({ name, source: lean })).toEqual(storageBindings({ name, source }));
    }
  });

  it('keeps apart what would be another sign, or a comment', () => {
    expect(leanKernel('x = a - -b;\ny = a / *p;\nz = a + b * c;')).toBe(
      'x=a - -b;y=a / *p;z=a+b*c;',
    );
  });

  it('parts what a comment parted', () => {
    expect(leanKernel('let a/* a */b = 1; // one\n\n  let c = 2;')).toBe('let a b=1;let c=2;');
  });
});
