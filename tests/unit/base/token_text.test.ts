/** Tokens as a person reads them: nothing invisible stays invisible, nothing is read as more than characters. */
import { describe, expect, it } from 'vitest';
import { endsLine, tokenExactly, tokenName, tokenPiece } from '../../../src/base/token_text';

describe('a token in running text', () => {
  it('is cut into the space before it and its word', () => {
    expect(tokenPiece(' Monday')).toEqual({ gap: ' ', body: 'Monday' });
    expect(tokenPiece('day')).toEqual({ gap: '', body: 'day' });
  });

  it('shows white space that is the token itself', () => {
    expect(tokenPiece(' ')).toEqual({ gap: '', body: '␣' });
    expect(tokenPiece('   ')).toEqual({ gap: '', body: '␣␣␣' });
    expect(tokenPiece('\n\n')).toEqual({ gap: '', body: '⏎⏎' });
    expect(tokenPiece('.\n')).toEqual({ gap: '', body: '.⏎' });
    expect(tokenPiece('  if')).toEqual({ gap: '', body: '␣␣if' });
    expect(tokenPiece('\t')).toEqual({ gap: '', body: '⇥' });
  });

  it('reads the byte notation of tokenizers for control characters only', () => {
    expect(tokenName('<0x0A>')).toBe('⏎');
    expect(tokenName('<0x20>')).toBe('␣');
    expect(tokenName('<0xE2>')).toBe('<0xE2>');
    expect(tokenName('<0x0A')).toBe('<0x0A');
  });

  it('gives invisible characters and those that turn the text a sign', () => {
    expect(tokenName('a\u200bb')).toBe('a‹200B›b');
    expect(tokenName('\u202eabc')).toBe('‹202E›abc');
    expect(tokenName('\u0000')).toBe('‹0000›');
    expect(tokenName('')).toBe('∅');
  });

  it('keeps markup as characters', () => {
    expect(tokenName('<b>')).toBe('<b>');
    expect(tokenName(' &amp;')).toBe('&amp;');
  });

  it('clips what is long, by characters and not by code units', () => {
    expect(tokenName('-'.repeat(64))).toBe(`${'-'.repeat(23)}…`);
    expect(tokenName('😀'.repeat(24))).toBe('😀'.repeat(24));
    expect(tokenName('😀'.repeat(25))).toBe(`${'😀'.repeat(23)}…`);
  });

  it('is told whole on hover', () => {
    expect(tokenExactly(' Monday')).toBe('“␣Monday”');
    expect(tokenExactly('-'.repeat(64))).toBe(`“${'-'.repeat(64)}”`);
  });
});

it('ends a line where it holds a line end, whichever way that is written', () => {
  expect(['<0x0A>', '.\n', 'a\nb'].map(endsLine)).toEqual([true, true, true]);
  expect([' ', '<0x0D>', '⏎', ''].map(endsLine)).toEqual([false, false, false, false]);
});
