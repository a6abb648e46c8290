/**
 * Every field of tokenizer.json that the lab honours, on tokenizers small enough to work out by hand. The token
 * of byte b has id b, merges make 256, 257, …; a text whose bytes are not merged is written as `bytesOf`. What
 * is expected follows the format's documentation and was found the same by the reference implementation.
 */
import { describe, expect, it } from 'vitest';
import { added, bytesOf, lettersOf, open, smallFile, type SmallFile } from './small_tokenizer';

const encode = (file: SmallFile, text: string): number[] => [...open(file).encode(text)];

const byteLevel = (settings: object): object => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: true,
  ...settings,
});

describe('model.merges', () => {
  it('joins the earliest merge first, the leftmost of equals, one pair at a time', () => {
    // a b comes before b c: "abc" is ab c, not a bc.
    const two = smallFile([
      ['a', 'b'],
      ['b', 'c'],
    ]);
    expect(encode(two, 'abc')).toEqual([256, 99]);
    expect(encode(smallFile([['a', 'a']]), 'aaa'), 'aa a').toEqual([256, 97]);
    // ab+a = 256 is earlier than a+b = 257. "abab": only a b fits; the left one gives ab a b, and now ab a
    // fits and is earlier: aba b. Joining every a b at once would give ab ab.
    const grown = smallFile([
      ['ab', 'a'],
      ['a', 'b'],
    ]);
    expect(encode(grown, 'abab')).toEqual([256, 98]);
  });

  it('counts a pair that is there twice by its later place', () => {
    // a b, b c, a b: the second a b is later than b c, so "abc" is a bc.
    const file = smallFile([
      ['a', 'b'],
      ['b', 'c'],
      ['a', 'b'],
    ]);
    expect(encode(file, 'abc')).toEqual([97, 257]);
  });

  it('are read in both manners, the first line of merges.txt passed over', () => {
    const pairs = smallFile([
      ['a', 'b'],
      ['ab', 'c'],
    ]);
    const older = { ...pairs.model, merges: ['#version: 0.2', 'a b', 'ab c'] } as unknown;
    const file = { ...pairs, model: older as SmallFile['model'] };
    expect(encode(pairs, 'abcab')).toEqual([257, 256]);
    expect(encode(file, 'abcab')).toEqual([257, 256]);
  });
});

describe('a byte without a token', () => {
  /** Letters without b, then the merge of a and c, then <unk>: a = 0, c = 1, ac = 2, <unk> = 3. */
  const vocab = { a: 0, c: 1, ac: 2, '<unk>': 3 };
  const file = (model: object) => smallFile([], {}, { vocab, merges: [['a', 'c']], ...model });

  it('falls away before the merges where there is no unk_token', () => {
    // a b c → a c → ac: the neighbours of b are neighbours then.
    expect(encode(file({}), 'abc')).toEqual([2]);
    expect(encode(file({}), 'bb')).toEqual([]);
  });

  it('is the unk_token, one for each byte or one for all in a row as fuse_unk says', () => {
    expect(encode(file({ unk_token: '<unk>' }), 'abbc')).toEqual([0, 3, 3, 1]);
    expect(encode(file({ unk_token: '<unk>', fuse_unk: true }), 'abbcb')).toEqual([0, 3, 1, 3]);
    // é is two bytes.
    expect(encode(file({ unk_token: '<unk>' }), 'é')).toEqual([3, 3]);
  });

  it('is never asked for where every byte of UTF-8 has one, whatever the unk_token', () => {
    expect(encode(smallFile([], {}, { unk_token: '<no>' }), 'añ')).toEqual(bytesOf('añ'));
  });
});

describe('model.ignore_merges', () => {
  it('takes a word that is a token whole', () => {
    // "abc" is a token that no merge makes: a b c are joined to ab c.
    const base = smallFile([['a', 'b']]);
    const vocab = { ...base.model.vocab, abc: 257 };
    const file = (ignore_merges: boolean) => smallFile([['a', 'b']], {}, { vocab, ignore_merges });
    expect(encode(file(false), 'abc abc')).toEqual([256, 99, 32, 256, 99]);
    // The second word is " abc", which is none.
    expect(encode(file(true), 'abc abc')).toEqual([257, 32, 256, 99]);
  });
});

describe('pre_tokenizer', () => {
  it("cuts GPT-2's words, white space as Unicode has it", () => {
    // Words of "a  b's": a, one space, " b", "'s". A merge over their borders never happens.
    const over = smallFile([
      ['a', ' '],
      [' ', ' '],
      ['b', "'"],
      [' ', 'b'],
    ]);
    expect(encode(over, "a  b's")).toEqual([97, 32, 259, 39, 115]);
    // U+FEFF (EF BB BF) is no white space: before a line break it is a word of its own, and BF 0A is not joined.
    const bom = smallFile([], {}, { merges: [['¿', 'Ċ']], ...withToken('¿Ċ') });
    expect(encode(bom, '\ufeff\n')).toEqual([0xef, 0xbb, 0xbf, 10]);
    // U+0085 (C2 85) is: behind a sign it begins a word, and 21 C2 is not joined.
    const nextLine = smallFile([], {}, { merges: [['!', 'Â']], ...withToken('!Â') });
    expect(encode(nextLine, '!\u0085')).toEqual([33, 0xc2, 0x85]);
  });

  it('takes a text whole without use_regex', () => {
    const file = smallFile([['a', ' ']], { pre_tokenizer: byteLevel({ use_regex: false }) });
    expect(encode(file, 'a a')).toEqual([256, 97]);
  });

  it('puts a space before every stretch of text with add_prefix_space, unless it begins with one', () => {
    const fields = {
      pre_tokenizer: byteLevel({ add_prefix_space: true }),
      added_tokens: [added(257, '<x>')],
    };
    // " a" is 256.
    const file = smallFile([[' ', 'a']], fields);
    expect(encode(file, 'a')).toEqual([256]);
    expect(encode(file, ' a')).toEqual([256]);
    expect(encode(file, '\na')).toEqual([32, 10, 97]);
    expect(encode(file, 'a<x>a')).toEqual([256, 257, 256]);
    expect(encode(file, '')).toEqual([]);
  });

  it('cuts digits, of every script, alone or together', () => {
    const digits = (individual_digits: boolean) =>
      smallFile([['1', '2']], {
        pre_tokenizer: {
          type: 'Sequence',
          pretokenizers: [{ type: 'Digits', individual_digits }, byteLevel({ use_regex: false })],
        },
      });
    expect(encode(digits(false), 'a12')).toEqual([97, 256]);
    expect(encode(digits(true), 'a12')).toEqual([97, 49, 50]);
    // Arabic ٣ is D9 A3: cut off from the a, so that a and D9 are not joined.
    const arabic = smallFile(
      [],
      {
        pre_tokenizer: {
          type: 'Sequence',
          pretokenizers: [
            { type: 'Digits', individual_digits: false },
            byteLevel({ use_regex: false }),
          ],
        },
      },
      { merges: [['a', 'Ù']], ...withToken('aÙ') },
    );
    expect(encode(arabic, 'a٣')).toEqual([97, 0xd9, 0xa3]);
  });
});

/** The vocabulary of the bytes and one token more, 256. */
function withToken(token: string): { vocab: Record<string, number> } {
  return { vocab: { ...smallFile().model.vocab, [token]: 256 } };
}

describe('normalizer', () => {
  const bytesWith = (normalizer: object, text: string) =>
    encode(smallFile([], { normalizer }), text);

  it('composes and decomposes', () => {
    expect(bytesWith({ type: 'NFC' }, 'e\u0301')).toEqual([0xc3, 0xa9]);
    expect(bytesWith({ type: 'NFD' }, 'é')).toEqual([0x65, 0xcc, 0x81]);
    expect(bytesWith({ type: 'NFKC' }, 'ﬁ²')).toEqual(bytesOf('fi2'));
    expect(bytesWith({ type: 'NFKD' }, 'é²')).toEqual([0x65, 0xcc, 0x81, 50]);
  });

  it('lowers letters one by one, without the final sigma', () => {
    expect(bytesWith({ type: 'Lowercase' }, 'AΣ')).toEqual(bytesOf('aσ'));
    expect(bytesWith({ type: 'Lowercase' }, 'İ')).toEqual(bytesOf('i\u0307'));
  });

  it('does one step after the other', () => {
    const normalizers = [{ type: 'Lowercase' }, { type: 'NFC' }];
    expect(bytesWith({ type: 'Sequence', normalizers }, 'E\u0301')).toEqual([0xc3, 0xa9]);
  });
});

describe('added_tokens', () => {
  const file = (tokens: SmallFile['added_tokens'], fields: object = {}) =>
    smallFile([['a', 'b']], { added_tokens: tokens, ...fields });

  it('are found before anything is merged, the longest where several begin', () => {
    const tokens = [added(257, '<x>'), added(258, '<x>y'), added(259, 'b<')];
    expect(encode(file(tokens), 'a<x>yb')).toEqual([97, 258, 98]);
    // "b<" begins first, so that no <x> is left.
    expect(encode(file(tokens), 'ab<x>')).toEqual([97, 259, 120, 62]);
  });

  it('have the id of the vocabulary where they are in it', () => {
    expect(encode(file([added(256, 'ab'), added(97, 'a')]), 'aab')).toEqual([97, 256]);
  });

  it('with single_word are found only beside no word character', () => {
    const tokens = [added(257, 'xy', { single_word: true })];
    expect(encode(file(tokens), 'xy, xy')).toEqual([257, 44, 32, 257]);
    // Letters, digits, _ and combining marks are of a word; a hyphen is not.
    for (const text of ['xyz', 'axy', 'xy1', '_xy', 'xy\u0301', '𝒳xy']) {
      expect(encode(file(tokens), text), text).toEqual(bytesOf(text));
    }
    expect(encode(file(tokens), 'xy-xy')).toEqual([257, 45, 257]);
  });

  it('with lstrip and rstrip take white space along, U+FEFF not', () => {
    const left = [added(257, '<x>', { lstrip: true })];
    expect(encode(file(left), 'a \u00a0\n<x> a')).toEqual([97, 257, 32, 97]);
    expect(encode(file(left), '\ufeff <x>')).toEqual([...bytesOf('\ufeff'), 257]);
    const right = [added(257, '<x>', { rstrip: true })];
    expect(encode(file(right), 'a <x>\t\u0085a')).toEqual([97, 32, 257, 97]);
    const both = [added(257, '<x>', { lstrip: true, rstrip: true })];
    expect(encode(file(both), ' <x>  <x> ')).toEqual([257, 257]);
  });

  it('that are normalized are sought after those that are not, in normalized text', () => {
    const tokens = [added(256, 'ab', { normalized: true }), added(257, 'bc')];
    // ab is a token of the vocabulary, 256. "bc" is found first although "ab" begins earlier.
    expect(encode(file(tokens), 'abc')).toEqual([97, 257]);
    const normalizer = { type: 'Lowercase' };
    const lowered = [added(257, 'XY', { normalized: true }), added(258, 'ZZ')];
    expect(encode(file(lowered, { normalizer }), 'xYXy')).toEqual([257, 257]);
    expect(encode(file(lowered, { normalizer }), 'zzZZ')).toEqual([122, 122, 258]);
  });

  it('that are special are text when spelled out, and so is what they cover', () => {
    const tokens = [added(257, '<|xy|>', { special: true }), added(258, 'xy')];
    expect(encode(file(tokens), '<|xy|>xy')).toEqual([...bytesOf('<|xy|>'), 258]);
  });

  it('are shown as they are written', () => {
    const tokenizer = open(file([added(257, 'é ✓')]));
    expect(tokenizer.textOf(257)).toBe('é ✓');
    expect(tokenizer.decode(tokenizer.encode('aé ✓b'))).toBe('aé ✓b');
  });
});

describe('post_processor', () => {
  const begins = (post_processor: object | null, bos: number | null = 5) =>
    open(smallFile([], { post_processor }), bos).bos;
  const template = (single: object[]) => ({
    type: 'TemplateProcessing',
    single,
    pair: [],
    special_tokens: { '<s>': { id: '<s>', ids: [7], tokens: ['<s>'] } },
  });
  const bosPiece = { SpecialToken: { id: '<s>', type_id: 0 } };
  const text = { Sequence: { id: 'A', type_id: 0 } };

  it('says what begins a text, else config.json does', () => {
    expect(begins(null)).toBe(5);
    expect(begins({ type: 'ByteLevel', add_prefix_space: true, trim_offsets: false })).toBe(5);
    expect(begins(template([bosPiece, text, bosPiece]))).toBe(7);
    expect(begins(template([text, bosPiece]))).toBe(5);
    expect(begins({ type: 'RobertaProcessing', sep: ['</s>', 2], cls: ['<s>', 9] })).toBe(9);
    const processors = [{ type: 'ByteLevel' }, template([bosPiece, text])];
    expect(begins({ type: 'Sequence', processors })).toBe(7);
  });

  it('leaves ids of a text alone', () => {
    const file = smallFile([], { post_processor: template([bosPiece, text, bosPiece]) });
    expect(encode(file, 'ab')).toEqual([97, 98]);
  });
});

describe('texts and tokens that are no Unicode', () => {
  it('take half a surrogate pair as U+FFFD', () => {
    for (const text of ['\ud83d', 'a\ude00b', '\ude00\ud83d']) {
      expect(encode(smallFile(), text)).toEqual(bytesOf(text));
      expect(bytesOf(text)).toEqual(bytesOf(text.replace(/[\ud800-\udfff]/g, '\ufffd')));
    }
    const tokens = [added(256, '\ufffd')];
    expect(encode(smallFile([], { added_tokens: tokens }), 'a\ud83d')).toEqual([97, 256]);
  });

  it('show a token of other characters than letters as it is written', () => {
    const vocab = { ...smallFile().model.vocab, 'Ġ✓': 256, [lettersOf(' ✓')]: 257 };
    const tokenizer = open(smallFile([], {}, { vocab }));
    expect(tokenizer.textOf(256)).toBe('Ġ✓');
    expect(tokenizer.textOf(257)).toBe(' ✓');
  });

  it('have a token named as an object of JavaScript has it', () => {
    const json = `{"a": 0, "__proto__": 1, "constructor": 2}`;
    const vocab: unknown = JSON.parse(json);
    const file = smallFile([], {}, { merges: [] });
    const tokenizer = open({
      ...file,
      model: { ...file.model, vocab: vocab as Record<string, number> },
    });
    expect(tokenizer.textOf(1)).toBe('__proto__');
    expect([...tokenizer.encode('a')]).toEqual([0]);
  });
});
