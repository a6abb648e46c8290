/**
 * The tokenizer of the stories models: ids against llama2.c's plain algorithm and against known ones, on the
 * shipped vocabulary and on a small one of the test's own; text and ids there and back; files that are not
 * what they should be.
 */
import { describe, expect, it } from 'vitest';
import { readLlamaTokenizer } from '../../../src/lm/llama_tokenizer';
import { mergePieces } from '../../../src/lm/merge_queue';
import { complaint, numberSequence } from '../io/complaint';
import { plainEncoding, plainPieces } from './plain_llama_encoding';
import { readShippedFile } from './shipped_files';

const file = new Uint8Array(await readShippedFile('data/stories15m/tokenizer.bin'));
const tokenizer = readLlamaTokenizer(file, 32000, 'tokenizer.bin');
const plain = plainPieces(file);

const story =
  'Once upon a time, there was a little girl named Lily. She loved to play outside in the sunshine.\n\n' +
  'One day, she saw a big, red ball in the sky. "It was the sun!"  she said — naïve Zoë 😀 日本語.\r\n';

/** A tokenizer.bin of the 259 first pieces and these. */
function smallFile(own: readonly [piece: string, score: number][]): Uint8Array {
  const head: [string, number][] = ['<unk>', '\n<s>\n', '\n</s>\n'].map((text) => [text, 0]);
  const bytes: [string, number][] = Array.from({ length: 256 }, (_, i) => [
    String.fromCharCode(i),
    0,
  ]);
  const parts: Uint8Array[] = [Uint8Array.of(27, 0, 0, 0)];
  for (const [text, score] of [...head, ...bytes, ...own]) {
    const piece = new TextEncoder().encode(text);
    const header = new DataView(new ArrayBuffer(8));
    header.setFloat32(0, score, true);
    header.setInt32(4, piece.length, true);
    parts.push(new Uint8Array(header.buffer), piece);
  }
  return new Uint8Array(Buffer.concat(parts));
}

describe('encoding', () => {
  it('gives the known ids of a story, the later of two equal pieces', () => {
    expect(tokenizer.bos).toBe(1);
    expect([...tokenizer.encode('Once upon a time')]).toEqual([9038, 2501, 263, 931]);
    // "a" is piece 100 as a byte and 29874 as text, behind the space that every text gets.
    expect([...tokenizer.encode('a')]).toEqual([263]);
    expect([...tokenizer.encode('\na')]).toEqual([29871, 13, 29874]);
  });

  it('falls back to bytes where a character has no piece', () => {
    const bytes = [...new TextEncoder().encode('😀')];
    expect([...tokenizer.encode('😀')]).toEqual([29871, ...bytes.map((byte) => byte + 3)]);
    // U+0085 looks like the byte 0x85 in the file, but is two bytes in UTF-8.
    expect([...tokenizer.encode('\u0085')]).toEqual([29871, 0xc2 + 3, 0x85 + 3]);
  });

  it('takes half a surrogate pair as U+FFFD', () => {
    const whole = [...tokenizer.encode('a\ufffdb')];
    expect([...tokenizer.encode('a\ud83db')]).toEqual(whole);
    expect([...tokenizer.encode('a\ude00b')]).toEqual(whole);
    expect(tokenizer.decode(whole)).toBe('a\ufffdb');
    // A pair in the wrong order is two halves; in the right order it is 😀.
    expect([...tokenizer.encode('\ude00\ud83d')]).toEqual([...tokenizer.encode('\ufffd\ufffd')]);
  });

  it('reads texts far longer than any word, whatever they are made of', () => {
    // An algorithm that looked at all pairs for every merge would take hours for the first.
    for (const text of ['a'.repeat(129_000), ' '.repeat(129_000), '\u0085'.repeat(129_000)]) {
      const ids = tokenizer.encode(text);
      expect(ids.length).toBeGreaterThan(8000);
      expect(tokenizer.decode(ids)).toBe(text);
    }
  });

  it('has no ids for an empty text, and none for special pieces spelled out', () => {
    expect(tokenizer.encode('')).toHaveLength(0);
    expect([...tokenizer.encode('\n<s>\n</s>')].filter((id) => id < 3)).toEqual([]);
  });

  it('agrees with the plain algorithm on a text with everything', () => {
    expect([...tokenizer.encode(story)]).toEqual(plainEncoding(plain, story));
  });

  it('agrees with the plain algorithm on random text, spaces and scripts mixed', () => {
    const random = numberSequence(7);
    const alphabet = Array.from('aaeehinorst    .,"TO\n\téß漢日\u0085😀');
    for (let trial = 0; trial < 200; trial += 1) {
      const length = Math.floor(random() * 60);
      const text = Array.from(
        { length },
        () => alphabet[Math.floor(random() * alphabet.length)] ?? '',
      ).join('');
      const expected = text === '' ? [] : plainEncoding(plain, text);
      expect([...tokenizer.encode(text)], JSON.stringify(text)).toEqual(expected);
    }
  });

  it('agrees with the plain algorithm on a vocabulary with ties and pieces over spaces', () => {
    const small = smallFile([
      [' ', -1],
      ['a', -1],
      ['b', -1],
      ['aa', 5],
      ['ab', 5],
      ['a b', 7],
      ['aab', 9],
      [' a', 3],
      ['b ', 5],
    ]);
    const own = readLlamaTokenizer(small, 268, 'small.bin');
    const pieces = plainPieces(small);
    const random = numberSequence(3);
    for (let trial = 0; trial < 300; trial += 1) {
      const text = Array.from({ length: 1 + Math.floor(random() * 30) }, () => {
        return 'aab '[Math.floor(random() * 4)] ?? '';
      }).join('');
      expect([...own.encode(text)], text).toEqual(plainEncoding(pieces, text));
    }
  });

  it('merges a long text without spaces', () => {
    const text = 'abcdefghij'.repeat(2_000);
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  });
});

describe('merging', () => {
  it('looks at each pair as often as pairs arise, not once a round', () => {
    let asked = 0;
    const ids = Array.from({ length: 10_000 }, () => 1);
    // Pieces are their lengths; 1+1, 2+2, 4+4 … join, the shorter first.
    const merged = mergePieces(ids, (left, right) => {
      asked += 1;
      return left === right && left < 64 ? { id: 2 * left, score: -left } : null;
    });
    expect(merged.reduce((sum, length) => sum + length, 0)).toBe(10_000);
    expect(Math.max(...merged)).toBe(64);
    expect(asked).toBeLessThan(3 * ids.length);
  });
});

describe('decoding', () => {
  it('gives back what was encoded', () => {
    for (const text of [story, ' two leading spaces  ', '\n', 'x', '😀😀', '']) {
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    }
  });

  it('leaves special pieces out and takes the leading space of each document', () => {
    const words = [...tokenizer.encode('Once')];
    expect(tokenizer.decode([1, ...words, 2, 1, ...words])).toBe('OnceOnce');
  });

  it('writes U+FFFD for bytes that are no UTF-8', () => {
    expect(tokenizer.decode([0xf0 + 3])).toBe('\ufffd');
  });

  it('shows single pieces as a person reads them', () => {
    const shown = [0, 1, 2, 13, 0xe9 + 3, 9038, 29874, 29871, 100].map((id) =>
      tokenizer.textOf(id),
    );
    expect(shown).toEqual(['<unk>', '<s>', '</s>', '<0x0A>', '<0xE9>', ' Once', 'a', ' ', 'a']);
  });
});

describe('a file that is not what it should be', () => {
  it('is refused when cut off', () => {
    expect(complaint(() => readLlamaTokenizer(file.subarray(0, 5000), 32000, 'cut.bin'))).toMatch(
      /^bad_file: cut\.bin is cut off in piece \d+: it has 5000 bytes\.$/,
    );
    expect(complaint(() => readLlamaTokenizer(new Uint8Array(2), 32000, 'cut.bin'))).toMatch(
      'bad_file: cut.bin holds 0 pieces where the model has 32000.',
    );
  });

  it('is refused when it belongs to a model of another size', () => {
    expect(complaint(() => readLlamaTokenizer(file, 512, 'tokenizer.bin'))).toBe(
      'bad_file: tokenizer.bin holds 32000 pieces where the model has 512.',
    );
  });

  it('is refused when a score is no finite number', () => {
    for (const score of [NaN, Infinity, -Infinity]) {
      const small = smallFile([['ab', score]]);
      expect(complaint(() => readLlamaTokenizer(small, 260, 'small.bin'))).toBe(
        `bad_file: small.bin is not a tokenizer of llama2.c: piece 259 has 2 bytes, score ${score}.`,
      );
    }
  });

  it('is refused when it is something else', () => {
    const text = new TextEncoder().encode('<!doctype html><html><head><title>Not found</title>');
    expect(complaint(() => readLlamaTokenizer(text, 32000, 'page.bin'))).toMatch(
      /^bad_file: page\.bin is/,
    );
  });
});
