/**
 * Contexts as they are written: runs of silent tokens joined, edges of documents and the beginning of a text
 * shown, and nothing of it ever markup.
 */
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { NO_TOKEN, type TokenWindows } from '../../../src/analysis/token_contexts';
import { ContextLine } from '../../../src/ui/pages/groups/ContextLine';
import { contextOf, contextText } from '../../../src/ui/pages/groups/context_pieces';
import { joinLabels } from '../../../src/ui/parts/join_labels';

const texts = {
  texts: new Map([
    [1, '<s>'],
    [2, ' On'],
    [3, ' Mon'],
    [4, 'day'],
    [5, ','],
    [6, '<0x0A>'],
    [7, '<img src=x onerror=alert(1)>'],
  ]),
  bos: 1,
};

function windowsOf(
  tokens: readonly number[],
  norms: readonly number[],
  before: number,
): TokenWindows {
  return {
    count: 1,
    before,
    after: tokens.length - before - 1,
    tokens: Uint32Array.from(tokens),
    norms: Float32Array.from(norms),
  };
}

/** BOS, On, [Mon], day, comma, line end. */
const windows = windowsOf([1, 2, 3, 4, 5, 6], [0, 0, 5, 2, 0, 0], 2);

describe('a context', () => {
  it('stands apart at its centre, silent tokens run together', () => {
    const { before, after, begins, ends } = contextOf(texts, windows, 0);
    expect(before.map(({ body, isBos }) => [body, isBos])).toEqual([
      ['BOS', true],
      ['On', false],
    ]);
    expect(after.map(({ gap, body, norm, isCentre }) => [gap, body, norm, isCentre])).toEqual([
      [' ', 'Mon', 5, true],
      ['', 'day', 2, false],
      ['', ',⏎', 0, false],
    ]);
    expect([begins, ends]).toEqual([false, false]);
  });

  it('keeps the spaces inside a run', () => {
    const run = windowsOf([2, 3, 5, 2], [0, 0, 0, 4], 3);
    expect(contextOf(texts, run, 0).before.map(({ gap, body }) => gap + body)).toEqual([
      ' On Mon,',
    ]);
  });

  it('tells where its document begins and ends', () => {
    const edge = windowsOf([NO_TOKEN, 2, 3, NO_TOKEN], [0, 0, 1, 0], 2);
    expect(contextOf(texts, edge, 0)).toMatchObject({ begins: true, ends: true });
  });

  it('takes its own window of many', () => {
    const two = {
      ...windowsOf([2, 3, 4, 5], [0, 1, 0, 2], 1),
      count: 2,
      after: 0,
    };
    expect(contextText(texts, two, 0)).toBe('On [Mon]');
    expect(contextText(texts, two, 1)).toBe('day[,]');
  });

  it('is text, whatever is in it', () => {
    const hostile = windowsOf([7, 7, 7], [1, 1, 0], 1);
    const html = renderToStaticMarkup(
      createElement(ContextLine, { texts, windows: hostile, index: 0, tint: () => '#eee' }),
    );
    expect(html).not.toContain('<img');
    expect(html).toContain('&lt;img␣src=x␣onerror=');
  });

  it('has a tint behind every token on which the group fires, and on no other', () => {
    const seen: number[] = [];
    const tint = (norm: number) => {
      seen.push(norm);
      return norm > 0 ? '#abcdef' : null;
    };
    const html = renderToStaticMarkup(
      createElement(ContextLine, { texts, windows, index: 0, tint }),
    );
    expect(html.match(/#abcdef/g)).toHaveLength(2);
    expect(seen).toContain(5);
  });
});

describe('labels in a row', () => {
  it('have signs in quotes', () => {
    expect(joinLabels(['Monday', ',', '.', '1'])).toBe('Monday, ‘,’, ‘.’, 1');
  });
});
