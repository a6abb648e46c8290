/**
 * Fields of tokenizer.json that the lab does not honour, and files that contradict themselves: each is refused by
 * name, with its value, before anything is loaded with it.
 */
import { describe, expect, it } from 'vitest';
import { complaint } from '../io/complaint';
import { added, letters, open, smallFile, type SmallFile } from './small_tokenizer';

const refusal = (file: SmallFile): string => complaint(() => open(file));

describe('a field that the lab does not honour is refused', () => {
  const template = (single: object[], special_tokens: object = {}) => ({
    post_processor: { type: 'TemplateProcessing', single, pair: [], special_tokens },
  });
  const text = { Sequence: { id: 'A', type_id: 0 } };
  const steps = (...pretokenizers: object[]) => ({
    pre_tokenizer: { type: 'Sequence', pretokenizers },
  });
  const bytes = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true };
  const split = { type: 'Split', pattern: { Regex: '\\d' }, behavior: 'Isolated', invert: false };
  const fields: [fields: object, sentence: string][] = [
    [{ version: '2.0' }, 'version is "2.0"; it must be "1.0"'],
    [{ truncation: { max_length: 8 } }, 'truncation is an object; it must be null'],
    [{ padding: { pad_id: 0 } }, 'padding is an object; it must be null'],
    [
      { normalizer: { type: 'StripAccents' } },
      'normalizer.type is "StripAccents"; it must be one of "NFC", "NFD", "NFKC", "NFKD", "Lowercase", "Sequence"',
    ],
    [{ normalizer: 'NFC' }, 'normalizer is "NFC"; it must be an object with a type'],
    [
      { normalizer: { type: 'Sequence', normalizers: [{ type: 'NFC', form: 1 }] } },
      'normalizer.normalizers.0.form is 1; it must be left out',
    ],
    [{ pre_tokenizer: null }, 'pre_tokenizer is null; it must be an object with a type'],
    [
      { pre_tokenizer: { type: 'Metaspace' } },
      'pre_tokenizer.type is "Metaspace"; it must be one of "ByteLevel", "Digits", "Sequence"',
    ],
    [
      { pre_tokenizer: { type: 'ByteLevel' } },
      'pre_tokenizer.add_prefix_space is missing; it must be true or false',
    ],
    [
      { pre_tokenizer: { ...bytes, use_regex: 'no' } },
      'pre_tokenizer.use_regex is "no"; it must be true or false',
    ],
    [
      steps(split, bytes),
      'pre_tokenizer.pretokenizers.0.type is "Split"; it must be one of "ByteLevel", "Digits", "Sequence"',
    ],
    [
      steps(bytes, bytes),
      'pre_tokenizer is an object; it must be steps of which the last and no other is "ByteLevel"',
    ],
    [
      steps(),
      'pre_tokenizer is an object; it must be steps of which the last and no other is "ByteLevel"',
    ],
    [{ decoder: { type: 'WordPiece' } }, 'decoder.type is "WordPiece"; it must be "ByteLevel"'],
    [
      { post_processor: { type: 'Magic' } },
      'post_processor.type is "Magic"; it must be one of "ByteLevel", "TemplateProcessing", "RobertaProcessing", "BertProcessing", "Sequence"',
    ],
    [
      { post_processor: { type: 'BertProcessing', cls: ['<s>', '0'] } },
      'post_processor.cls.1 is "0"; it must be the id of a token',
    ],
    [
      template([text, text]),
      'post_processor.single is a list; it must be a template with the text A in it once',
    ],
    [
      template([{ SpecialToken: { id: '<s>' } }, text]),
      'post_processor.special_tokens.<s>.ids is missing; it must be a list',
    ],
    [
      template([{ SpecialToken: { id: 'two' } }, text], { two: { ids: [1, 2] } }),
      'post_processor puts 2 tokens before a text; it must be one at most',
    ],
    [
      { added_tokens: [{ ...added(256, 'x'), single_word: 1 }] },
      'added_tokens.0.single_word is 1; it must be true or false',
    ],
    [
      { added_tokens: [{ ...added(256, 'x'), lang: 'en' }] },
      'added_tokens.0.lang is "en", but there is no such setting (only id, content, special, single_word, lstrip, rstrip, normalized)',
    ],
    [{ added_tokens: [added(256, '')] }, 'added_tokens.0.content is ""; it must not be empty'],
    [
      { added_tokens: [added(256, '\ud800')] },
      'added_tokens.0.content is "\\ud800"; it must not have half a surrogate pair',
    ],
    [
      { added_tokens: [added(256, '<x>', { rstrip: true }), added(257, '\n')] },
      'added_tokens.0.rstrip is true; it must be false beside "\\n", which begins with white space',
    ],
    [
      { extra: true },
      'extra is true, but there is no such setting (only version, truncation, padding, added_tokens, normalizer, pre_tokenizer, post_processor, decoder, model)',
    ],
  ];
  for (const [changed, sentence] of fields) {
    it(sentence, () => {
      expect(refusal(smallFile([], { ...changed }))).toBe(
        `bad_file: tokenizer.json is not a tokenizer that the lab runs: ${sentence}.`,
      );
    });
  }

  const models: [model: object, sentence: string][] = [
    [{ type: 'Unigram' }, 'model.type is "Unigram"; it must be "BPE"'],
    [{ dropout: 0.1 }, 'model.dropout is 0.1; it must be 0 or null'],
    [
      { continuing_subword_prefix: '##' },
      'model.continuing_subword_prefix is "##"; it must be "" or null',
    ],
    [{ end_of_word_suffix: '</w>' }, 'model.end_of_word_suffix is "</w>"; it must be "" or null'],
    [{ byte_fallback: true }, 'model.byte_fallback is true; it must be false or null'],
    [{ fuse_unk: 'yes' }, 'model.fuse_unk is "yes"; it must be true or false or null'],
    [{ merges: 'a b' }, 'model.merges is "a b"; it must be a list'],
  ];
  for (const [changed, sentence] of models) {
    it(sentence, () => {
      expect(refusal(smallFile([], {}, { ...changed }))).toBe(
        `bad_file: tokenizer.json is not a tokenizer that the lab runs: ${sentence}.`,
      );
    });
  }
});

describe('a file that contradicts itself is refused', () => {
  const { vocab } = smallFile().model;
  const short = Object.fromEntries(
    letters.filter((letter) => letter !== 'b').map((letter, id) => [letter, id]),
  );
  const cases: [file: SmallFile, sentence: string][] = [
    [
      smallFile([], {}, { merges: ['a b'] }),
      'has merge 0 of "a" and "b", but "ab" is not in model.vocab',
    ],
    [
      smallFile(
        [['a', 'b']],
        {},
        {
          merges: [
            ['a', 'b'],
            ['ab', '✓'],
          ],
        },
      ),
      'has merge 1 of "ab" and "✓", but "✓" is not in model.vocab',
    ],
    [
      smallFile([], {}, { merges: ['a b c'] }),
      'has merge 0, "\\"a b c\\"", which is not a pair like the first',
    ],
    [
      smallFile([['a', 'b']], {}, { merges: ['a b', ['a', 'b']] }),
      'has merge 1, "[\\"a\\",\\"b\\"]", which is not a pair like the first',
    ],
    [
      smallFile([['a', 'b']], {}, { merges: [['a', 'b'], 'a b'] }),
      'has merge 1, "\\"a b\\"", which is not a pair like the first',
    ],
    [
      smallFile([], {}, { vocab: { ...vocab, twice: 97 } }),
      'has model.vocab entry "twice" and "a", both with id 97',
    ],
    [
      smallFile([], {}, { vocab: { ...vocab, half: 256.5 } }),
      'has model.vocab entry "half" with id 256.5, which is not an id',
    ],
    [
      smallFile([], {}, { vocab: { ...vocab, '\ud800': 256 } }),
      'has model.vocab entry "\\ud800" with half a surrogate pair',
    ],
    [smallFile([], {}, { vocab: { ...vocab, far: 257 } }), 'has 257 tokens but none with id 256'],
    [
      smallFile([], {}, { vocab: short, unk_token: '<no>' }),
      'has model.unk_token "<no>", which is not in model.vocab; byte 0x62 has no token and needs it',
    ],
    [
      smallFile([], { added_tokens: [added(300, '<x>')] }),
      'has added_tokens.0 "<x>" with id 300 where it must be 256',
    ],
    [
      smallFile([], { added_tokens: [added(97, '<x>')] }),
      'has added_tokens.0 "<x>" with id 97 where it must be 256',
    ],
    [
      smallFile([], { added_tokens: [added(256, 'a')] }),
      'has added_tokens.0 "a" with id 256 where it must be 97',
    ],
    [
      smallFile([], { added_tokens: [added(256, '<x>'), added(256, '<x>', { lstrip: true })] }),
      'has added_tokens.1 "<x>" a second time',
    ],
    [
      smallFile([], { post_processor: { type: 'BertProcessing', cls: ['<s>', 900] } }),
      'has no token 900, with which texts of this model begin',
    ],
  ];
  for (const [file, sentence] of cases) {
    it(sentence, () => {
      expect(refusal(file)).toBe(`bad_file: tokenizer.json ${sentence}.`);
    });
  }
});
