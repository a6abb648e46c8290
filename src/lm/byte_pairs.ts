/**
 * Byte-pair encoding of one word, a model of tokenizer.json: the bytes become the tokens of their letters, and
 * the pair of the earliest merge is joined, the leftmost of equals, until none is left. A byte without a token
 * becomes the unknown token, or falls away before the merges where the file names none: its neighbours may
 * then merge, as in the reference. Source: huggingface/tokenizers, models/bpe.
 */
import { LETTERS } from './byte_alphabet';
import { mergePieces } from './merge_queue';
import { remembered } from './remembered';

export interface BytePairModel {
  /** Ids of tokens written in letters, each below `MOST_TOKENS`. */
  readonly vocab: ReadonlyMap<string, number>;
  /** Pairs, the earlier joined first. Both tokens and the joined one are in the vocabulary; of a pair that is there twice the later place counts. */
  readonly merges: readonly (readonly [left: string, right: string])[];
  /** Id that stands for bytes without a token; null when they fall away. */
  readonly unknown: number | null;
  /** Whether unknown bytes in a row are one token. */
  readonly fuseUnknown: boolean;
  /** Whether a word that is a token is that token, whatever the merges make of it. */
  readonly ignoreMerges: boolean;
}

/** Ids lie below, so that a pair of them is one exact number. */
export const MOST_TOKENS = 1 << 26;

/** The function that turns the UTF-8 of a word into ids. */
export function bytePairEncoder(model: BytePairModel): (word: string) => readonly number[] {
  const { vocab, unknown } = model;
  const idOfByte = LETTERS.map((letter) => vocab.get(letter));
  const joined = new Map<number, { readonly id: number; readonly score: number }>();
  model.merges.forEach(([left, right], rank) => {
    const [a, b, id] = [vocab.get(left), vocab.get(right), vocab.get(left + right)];
    if (a === undefined || b === undefined || id === undefined) return;
    joined.set(a * MOST_TOKENS + b, { id, score: -rank });
  });
  const join = (left: number, right: number) => joined.get(left * MOST_TOKENS + right) ?? null;
  return remembered((word) => {
    const bytes = utf8.encode(word);
    if (model.ignoreMerges) {
      const whole = vocab.get(Array.from(bytes, (byte) => LETTERS[byte]).join(''));
      if (whole !== undefined) return [whole];
    }
    const ids: number[] = [];
    let wasUnknown = false;
    for (const byte of bytes) {
      const id = idOfByte[byte];
      if (id !== undefined) ids.push(id);
      else if (unknown !== null && !(wasUnknown && model.fuseUnknown)) ids.push(unknown);
      wasUnknown = id === undefined;
    }
    return mergePieces(ids, join);
  });
}

const utf8 = new TextEncoder();
