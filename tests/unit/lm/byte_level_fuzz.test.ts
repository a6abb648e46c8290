/**
 * Ids of the lab's tokenizer against a second reading of the format, on random small tokenizers and texts. The
 * same files with the merges written in the older manner give the same.
 */
import { describe, expect, it } from 'vitest';
import { numberSequence } from '../io/complaint';
import { plainIds } from './plain_byte_level';
import { randomFile, randomText } from './random_tokenizer';
import { open, type SmallFile } from './small_tokenizer';

/** Merges as texts, where no token has a space in it. */
function inOlderManner(file: SmallFile): unknown {
  return {
    ...file,
    model: { ...file.model, merges: file.model.merges.map((pair) => pair.join(' ')) },
  };
}

describe('random tokenizers', () => {
  it('give the ids of a second reading of the format', () => {
    const random = numberSequence(11);
    for (let trial = 0; trial < 250; trial += 1) {
      const file = randomFile(random);
      const tokenizer = open(file);
      const older = open(inOlderManner(file) as SmallFile);
      for (let count = 0; count < 8; count += 1) {
        const text = randomText(random, file);
        const expected = plainIds(file, text);
        const what = `file ${trial}: ${JSON.stringify(text)}`;
        expect([...tokenizer.encode(text)], what).toEqual(expected);
        expect([...older.encode(text)], what).toEqual(expected);
      }
    }
  });

  it('give back a text that no step changes', () => {
    const random = numberSequence(12);
    for (let trial = 0; trial < 60; trial += 1) {
      const file = randomFile(random);
      const { vocab } = file.model;
      const isWhole = Object.keys(vocab).length >= 256 && file.normalizer === null;
      if (!isWhole || file.added_tokens.length > 0) continue;
      if (JSON.stringify(file.pre_tokenizer).includes('"add_prefix_space":true')) continue;
      const tokenizer = open(file);
      const text = randomText(random, file);
      expect(tokenizer.decode(tokenizer.encode(text)).replaceAll('<unk>', '')).toBe(text);
    }
  });
});
