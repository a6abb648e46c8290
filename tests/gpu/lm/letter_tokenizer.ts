/**
 * A tokenizer for small language models: token 2 is "a", token 3 "b" and so on; 1 is BOS.
 */
import type { Tokenizer } from '../../../src/lm/tokenizer';

const FIRST = 2;
const A = 97;

export function letterTokenizer(vocabulary: number): Tokenizer {
  const textOf = (token: number) => String.fromCharCode(A + token - FIRST);
  return {
    vocabulary,
    bos: 1,
    special: new Set([0]),
    encode: (text) => Uint32Array.from(text, (letter) => FIRST + letter.charCodeAt(0) - A),
    decode: (tokens) => Array.from(tokens, textOf).join(''),
    textOf,
  };
}
