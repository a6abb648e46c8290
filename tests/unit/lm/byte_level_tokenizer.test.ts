/**
 * The tokenizer of GPT-2 models: ids against the plain algorithm of OpenAI's encoder.py on a vocabulary that
 * the test learns, text and ids there and back, pieces as they are shown, files that do not belong.
 */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { readByteLevelTokenizer, type ModelIds } from '../../../src/lm/byte_level_tokenizer';
import { complaint, numberSequence } from '../io/complaint';
import { mergeIn, symbolsOf, tinyMerges, tinyTokenizer, wordPattern } from './tiny_gpt2';

const ids: ModelIds = { vocabulary: 300, bos: 299, eos: 299 };
const definition = tinyTokenizer();
const tokenizer = readByteLevelTokenizer(definition, ids, 'tokenizer.json');
const merges = tinyMerges();

/** OpenAI's encoder.py: in each word the earliest merge that fits, everywhere, until none fits. */
function plainIds(text: string): number[] {
  const vocabulary = new Map(Object.entries(definition.model.vocab));
  return (text.match(wordPattern) ?? []).flatMap((word) => {
    const symbols = symbolsOf(word);
    for (;;) {
      const first = merges.find(([left, right]) =>
        symbols.some((symbol, i) => symbol === left && symbols[i + 1] === right),
      );
      if (first === undefined) break;
      mergeIn(symbols, ...first);
    }
    return symbols.map((symbol) => vocabulary.get(symbol) ?? NaN);
  });
}

const refusal = (json: unknown, model = ids): string =>
  complaint(() => readByteLevelTokenizer(json, model, 'tokenizer.json'));

describe('encoding', () => {
  it("agrees with GPT-2's plain algorithm on text with everything", () => {
    const text = "The other weather; they'll gather 12 théories\n\n  naïve 😀 — they're\tthere   ";
    expect([...tokenizer.encode(text)]).toEqual(plainIds(text));
    expect(tokenizer.encode(text).length).toBeLessThan(new TextEncoder().encode(text).length);
  });

  it("agrees with GPT-2's plain algorithm on random text", () => {
    const random = numberSequence(5);
    const alphabet = Array.from("theortahne   ',;12\nïé😀");
    for (let trial = 0; trial < 300; trial += 1) {
      const text = Array.from({ length: Math.floor(random() * 40) }, () =>
        at(alphabet, Math.floor(random() * alphabet.length)),
      ).join('');
      expect([...tokenizer.encode(text)], JSON.stringify(text)).toEqual(plainIds(text));
    }
  });

  it('reads merges in the newer manner alike', () => {
    const newer = { ...definition, model: { ...definition.model, type: 'BPE', merges } };
    const own = readByteLevelTokenizer(newer, ids, 'tokenizer.json');
    const text = 'the other weather naïve';
    expect(own.encode(text)).toEqual(tokenizer.encode(text));
  });

  it('takes special tokens spelled out as text, and empty text as nothing', () => {
    expect([...tokenizer.encode('a<|endoftext|>b')]).not.toContain(299);
    expect(tokenizer.decode(tokenizer.encode('a<|endoftext|>b'))).toBe('a<|endoftext|>b');
    expect(tokenizer.encode('')).toHaveLength(0);
  });
});

describe('decoding', () => {
  it('gives back what was encoded', () => {
    for (const text of ['the other', ' two  spaces ', 'naïve 😀\r\n', '', '\u0000<b>']) {
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    }
  });

  it('leaves special tokens out and writes U+FFFD for bytes that are no UTF-8', () => {
    expect(tokenizer.decode([299, ...tokenizer.encode('the'), 299])).toBe('the');
    expect(tokenizer.decode([0xf0])).toBe('\ufffd');
    expect(tokenizer.bos).toBe(299);
    expect(tokenizer.special).toEqual(new Set([299]));
  });

  it('shows single tokens as a person reads them', () => {
    const [theToken] = tokenizer.encode(' the');
    expect([10, 0xe9, 65, 299].map((id) => tokenizer.textOf(id))).toEqual([
      '<0x0A>',
      '<0xE9>',
      'A',
      '<|endoftext|>',
    ]);
    expect(tokenizer.textOf(theToken ?? NaN)).toBe(' the');
  });

  it('names the rows that pad an embedding', () => {
    const padded = readByteLevelTokenizer(definition, { ...ids, vocabulary: 320 }, 'x');
    expect(padded.vocabulary).toBe(320);
    expect(padded.textOf(310)).toBe('<unused 310>');
  });
});

describe('a tokenizer.json that does not fit', () => {
  it('is refused when the embedding has other rows', () => {
    expect(refusal(definition, { ...ids, vocabulary: 299 })).toBe(
      'bad_file: tokenizer.json has 300 tokens where the model has 299.',
    );
    expect(refusal(definition, { ...ids, vocabulary: 50257 })).toBe(
      'bad_file: tokenizer.json has 300 tokens where the model has 50257.',
    );
  });

  it('is refused when it is no object, or has no model', () => {
    expect(refusal(null)).toBe(
      'bad_file: tokenizer.json is not a tokenizer that the lab runs: it is null; it must be an object with settings.',
    );
    expect(refusal({ ...definition, model: {} })).toBe(
      'bad_file: tokenizer.json is not a tokenizer that the lab runs: model.vocab is missing; it must be an object of ids.',
    );
  });

  it('is refused when an id is missing', () => {
    const vocab = { ...definition.model.vocab, A: 1000 };
    const broken = { ...definition, model: { ...definition.model, vocab } };
    expect(refusal(broken)).toBe('bad_file: tokenizer.json has 300 tokens but none with id 65.');
  });

  it('is refused when nothing begins a text', () => {
    expect(refusal({ ...definition, added_tokens: [] }, { ...ids, bos: null, eos: null })).toMatch(
      'has no token to begin a text with',
    );
  });
});
