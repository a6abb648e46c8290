/**
 * Tokenizers small enough to work out by hand, in the format of tokenizer.json: the token of byte b has id b,
 * so that "a" is 97 and a space 32, and every merge makes the next id from 256 on.
 */
import { at } from '../../../src/base/array';
import { readByteLevelTokenizer } from '../../../src/lm/byte_level_tokenizer';
import type { Tokenizer } from '../../../src/lm/tokenizer';
import { byteCharacters } from './tiny_gpt2';

export const letters: readonly string[] = byteCharacters();

/** Text as byte-level BPE writes it. */
export const lettersOf = (text: string): string =>
  Array.from(new TextEncoder().encode(text), (byte) => at(letters, byte)).join('');

/** The ids of a text's bytes where nothing is merged. */
export const bytesOf = (text: string): number[] => Array.from(new TextEncoder().encode(text));

export interface AddedFields {
  readonly id: number;
  readonly content: string;
  readonly single_word: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly normalized: boolean;
  readonly special: boolean;
}

/** An entry of added_tokens; what is not given is false. */
export const added = (
  id: number,
  content: string,
  flags: Partial<AddedFields> = {},
): AddedFields => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: false,
  ...flags,
});

export interface SmallFile {
  readonly [field: string]: unknown;
  readonly added_tokens: readonly AddedFields[];
  readonly model: {
    readonly [field: string]: unknown;
    readonly vocab: Readonly<Record<string, number>>;
    readonly merges: readonly (readonly [string, string])[];
  };
}

/** A tokenizer.json; `merges` are pairs of plain texts, `fields` replace those of the file. */
export function smallFile(
  merges: readonly (readonly [string, string])[] = [],
  fields: Readonly<Record<string, unknown>> = {},
  model: Readonly<Record<string, unknown>> = {},
): SmallFile {
  const pairs = merges.map(([left, right]) => [lettersOf(left), lettersOf(right)] as const);
  const pieces = [...new Set([...letters, ...pairs.map((pair) => pair.join(''))])];
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: {
      type: 'ByteLevel',
      add_prefix_space: false,
      trim_offsets: true,
      use_regex: true,
    },
    post_processor: null,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    ...fields,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: '',
      end_of_word_suffix: '',
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])),
      merges: pairs,
      ...model,
    },
  };
}

/** Opens a file for a model of as many tokens as it has; texts begin with token 0. */
export function open(file: SmallFile, bos: number | null = 0): Tokenizer {
  const contents = file.added_tokens.map(({ content }) => content);
  const vocabulary = new Set([...Object.keys(file.model.vocab), ...contents]).size;
  return readByteLevelTokenizer(file, { vocabulary, bos, eos: null }, 'tokenizer.json');
}
