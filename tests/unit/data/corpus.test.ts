/** Text files as documents, and what is said of those that cannot be read. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCorpus } from '../../../src/data/corpus';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('a corpus', () => {
  it('is one document, or those between separators', () => {
    expect(readCorpus(bytes('One.\n\nStill one.'), 'a.txt')).toEqual(['One.\n\nStill one.']);
    expect(readCorpus(bytes('One.\n<|endoftext|>\nTwo.\n<|endoftext|>\n'), 'a.txt')).toEqual([
      'One.',
      'Two.',
    ]);
  });

  it('keeps the white space of its documents, which a model has tokens for', () => {
    expect(readCorpus(bytes('["  a\\n", {"text": "\\tb "}, " \\n"]'), 'a.json')).toEqual([
      '  a\n',
      '\tb ',
    ]);
    expect(readCorpus(bytes('" a\\n\\n"\n{"text": "b "}\r\n'), 'a.jsonl')).toEqual([
      ' a\n\n',
      'b ',
    ]);
    expect(readCorpus(bytes('  indented\n\n'), 'a.txt')).toEqual(['  indented\n']);
  });

  it('leaves out the line breaks of separators, one on each side, and that of the last line', () => {
    const parts = (text: string) => readCorpus(bytes(text), 'a.txt');
    expect(parts(' a \n\n<|endoftext|>\n\n  b\n')).toEqual([' a \n', '\n  b']);
    expect(parts('a\r\n<|endoftext|>\r\nb\r\n')).toEqual(['a', 'b']);
    expect(parts('a<|endoftext|> b')).toEqual(['a', ' b']);
    expect(parts('<|endoftext|>\na\n<|endoftext|>\n \n<|endoftext|><|endoftext|>b')).toEqual([
      'a',
      'b',
    ]);
  });

  it('that ships gives the documents that it gave when all of docs/results were measured', () => {
    const file = readFileSync(
      join(import.meta.dirname, '../../../public/data/stories15m/corpus.txt'),
    );
    const documents = readCorpus(file, 'corpus.txt');
    expect(documents).toHaveLength(720);
    expect(createHash('sha256').update(documents.join('\0')).digest('hex')).toBe(
      'b11acc78d12f1cec6ddd0ef0f593e773335ffc5905fe9a8ad230ced7608c9fd5',
    );
  });

  it('is a list of texts or of objects with a text', () => {
    expect(readCorpus(bytes('["a", {"text": "b", "id": 3}, " "]'), 'a.json')).toEqual(['a', 'b']);
    expect(readCorpus(bytes('"a"\n\n{"text": "b"}\n'), 'a.jsonl')).toEqual(['a', 'b']);
  });

  it.each<[Uint8Array, string, string]>([
    [bytes(' \n'), 'a.txt', 'a.txt holds no text.'],
    [bytes('{"text": "a"}'), 'a.json', 'a.json is not a list.'],
    [bytes('["a", 3]'), 'a.json', 'Entry 2 of a.json is neither a text'],
    [bytes('"a"\n{oops}'), 'a.jsonl', 'line 2 of a.jsonl is not JSON.'],
    [Uint8Array.of(0x61, 0xc3, 0xa9, 0x62, 0xff, 0x63), 'a.txt', 'byte 4 does not continue'],
    [Uint8Array.of(0x61, 0xe2, 0x82), 'a.txt', 'byte 1 does not continue'],
    [Uint8Array.of(0x61, 0, 0x62, 0), 'a.txt', 'a.txt is in UTF-16LE, without a byte order mark'],
    [Uint8Array.of(0x1f, 0x8b, 8, 0), 'a.txt', 'a.txt is compressed with gzip.'],
  ])('that cannot be read says why: %#', (file, name, sentence) => {
    expect(() => readCorpus(file, name)).toThrow(sentence);
  });
});
