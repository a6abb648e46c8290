/** Text files as documents, and what is said of those that cannot be read. */
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

  it('is a list of texts or of objects with a text', () => {
    expect(readCorpus(bytes('["a", {"text": "b", "id": 3}, " "]'), 'a.json')).toEqual(['a', 'b']);
    expect(readCorpus(bytes('"a"\n\n{"text": "b"}\n'), 'a.jsonl')).toEqual(['a', 'b']);
  });

  it.each<[Uint8Array, string, string]>([
    [bytes(' \n'), 'a.txt', 'a.txt holds no text.'],
    [bytes('{"text": "a"}'), 'a.json', 'a.json is not a list.'],
    [bytes('["a", 3]'), 'a.json', 'Entry 2 of a.json is neither a text'],
    [bytes('"a"\n{oops}'), 'a.jsonl', 'line 2 of a.jsonl is no JSON.'],
    [Uint8Array.of(0x61, 0xc3, 0xa9, 0x62, 0xff, 0x63), 'a.txt', 'byte 4 does not continue'],
    [Uint8Array.of(0x61, 0xe2, 0x82), 'a.txt', 'byte 1 does not continue'],
  ])('that cannot be read says why: %#', (file, name, sentence) => {
    expect(() => readCorpus(file, name)).toThrow(sentence);
  });
});
