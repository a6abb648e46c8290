/** Tables as CSV text: every cell comes back as it went in. */
import { csvParseRows } from 'd3';
import { expect, test } from 'vitest';
import { csvText } from '../../../src/io/figure_export';

test('cells with commas, quotes and line breaks are quoted, others are not', () => {
  const text = csvText({
    columns: ['word', 'norm'],
    rows: [
      ['plain', 1.5],
      ['a,b', 2],
      ['say "hi"', 3],
      ['two\nlines', null],
    ],
  });
  expect(text).toBe('word,norm\nplain,1.5\n"a,b",2\n"say ""hi""",3\n"two\nlines",\n');
});

test('any cell survives the way there and back', () => {
  const cells = ['', ' ', '"', '""', ',', '\r\n', 'ü – λ', '=1+1', 'a"b,c\nd'];
  const parsed = csvParseRows(csvText({ columns: cells, rows: [cells] }));
  expect(parsed).toEqual([cells, cells]);
});

test('numbers keep every digit', () => {
  const value = 0.1 + 0.2;
  expect(csvText({ columns: ['x'], rows: [[value]] })).toBe(`x\n${value}\n`);
});
