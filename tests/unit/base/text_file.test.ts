/**
 * Files of text in whatever encoding: UTF-8 and marked UTF-16 are read, everything else is called by its name.
 * The encodings are made here from code units, so that the reader is not its own judge.
 */
import { gzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { decodeText } from '../../../src/base/text_file';
import { complaint, wayOut } from '../io/complaint';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Every UTF-16 code unit in `bytes` bytes, lowest first or last. */
function units(text: string, bytes: 2 | 4, order: 'LE' | 'BE'): Uint8Array {
  const codes = Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
  return Uint8Array.from(
    codes.flatMap((code) => {
      const little = [code & 0xff, code >> 8, 0, 0].slice(0, bytes);
      return order === 'LE' ? little : little.toReversed();
    }),
  );
}

const MARK = '\ufeff';
const english = 'Once upon a time, there was a little girl.\n';
const russian = 'Жила-была девочка, и звали её Лили.\n';

describe('a file of text', () => {
  it.each([english, russian, '少し、日本', ''])('is read from UTF-8: %j', (text) => {
    expect(decodeText(utf8(text), 'a.txt')).toBe(text);
    expect(decodeText(utf8(MARK + text), 'a.txt')).toBe(text);
  });

  it.each(['LE', 'BE'] as const)('is read from UTF-16%s with a byte order mark', (order) => {
    expect(decodeText(units(MARK + russian, 2, order), 'a.txt')).toBe(russian);
    expect(
      complaint(() => decodeText(units(MARK + russian, 2, order).subarray(0, -1), 'a.txt')),
    ).toBe(`bad_data: a.txt is in UTF-16${order} and damaged or cut off.`);
  });

  it.each([english, russian, 'a'])('in UTF-16 without a mark is refused by name: %j', (text) => {
    for (const order of ['LE', 'BE'] as const) {
      const attempt = () => decodeText(units(text, 2, order), 'my text.txt');
      expect(complaint(attempt)).toBe(
        `bad_data: my text.txt is in UTF-16${order}, without a byte order mark; UTF-8 can be read.`,
      );
      expect(wayOut(attempt)).toBe(
        `Save it as UTF-8, for instance with: iconv -f UTF-16${order} -t UTF-8 "my text.txt" > utf8.txt`,
      );
    }
  });

  it.each(['', MARK])('in UTF-32 is refused by name, after "%s"', (mark) => {
    for (const order of ['LE', 'BE'] as const) {
      for (const text of [english, russian]) {
        expect(complaint(() => decodeText(units(mark + text, 4, order), 'a.txt'))).toContain(
          `a.txt is in UTF-32${order}`,
        );
      }
    }
  });

  it('may hold a NUL here and there, but is no text when they are many', () => {
    const text = `${english.repeat(20)}\0${english}`;
    expect(decodeText(utf8(text), 'a.txt')).toBe(text);
    const floats = new Uint8Array(Float32Array.of(1, 2.5, 3, 0, 7, 1e-3, 4, 4).buffer);
    expect(complaint(() => decodeText(floats, 'a.txt'))).toBe(
      'bad_data: a.txt is not text: byte 0 of it is 0.',
    );
  });

  it.each<[Uint8Array, string, string]>([
    [gzipSync(utf8(english)), 'is compressed with gzip.', 'Unpack it and give what is in it.'],
    [zipSync({ 'a.txt': utf8(english) }), 'is a .zip archive.', 'Unpack it'],
    [utf8('BZh91AY&SY'), 'is compressed (bzip2, xz or zstd).', 'Unpack it'],
    [utf8('%PDF-1.7'), 'is a PDF document.', 'Give a text'],
    [
      utf8('PAR1\u0015\u0004'),
      'is a Parquet file.',
      'In Python: import pandas as pd; pd.read_parquet("a.txt")[["text"]].to_json("corpus.jsonl", orient="records", lines=True)',
    ],
    [utf8('version https://git-lfs.github.com/spec/v1\n'), 'is only the pointer', 'git lfs pull'],
  ])('that is another format is called by its name: %#', (bytes, sentence, advice) => {
    const attempt = () => decodeText(bytes, 'a.txt');
    expect(complaint(attempt)).toContain(sentence);
    expect(wayOut(attempt)).toContain(advice);
  });

  it('may begin like a web page', () => {
    expect(decodeText(utf8('<html>text</html>'), 'a.txt')).toBe('<html>text</html>');
  });

  it('is refused with the code of the border that it is read at', () => {
    expect(
      complaint(() => decodeText(Uint8Array.of(0x61, 0xff), 'run.json', 'bad_config')),
    ).toContain('bad_config: run.json is not UTF-8: byte 1 ');
  });
});
