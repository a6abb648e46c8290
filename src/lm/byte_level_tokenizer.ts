/**
 * Tokenizer of GPT-2 models from their tokenizer.json: byte-level BPE. Added tokens are found, what lies between
 * is cut into words, and the bytes of each word are merged; tokens are shown one by one and keep their exact
 * bytes. Special tokens spelled out in a text are text. What a file may say is src/lm/tokenizer_json.ts.
 */
import { addedTokenFinder } from './added_tokens';
import { bytesOfLetters } from './byte_alphabet';
import { bytePairEncoder } from './byte_pairs';
import { readableBytes } from './piece_text';
import type { Tokenizer } from './tokenizer';
import { badTokenizer, readTokenizerJson, type TokenizerDefinition } from './tokenizer_json';

/** What the model says about its ids. */
export interface ModelIds {
  /** V, rows of the embedding. */
  readonly vocabulary: number;
  readonly bos: number | null;
  readonly eos: number | null;
}

/** Rows that an embedding may have beyond the tokenizer's ids: it is padded to a round number. */
const MOST_PADDING = 127;

/** The only special token that GPT-2 has: it begins and ends texts. */
const END_OF_TEXT = '<|endoftext|>';

/**
 * Reads tokenizer.json, parsed. A text begins with the token that the file puts before it, else the model's BOS
 * or EOS, else <|endoftext|>. Throws LabError `bad_file` that begins with `label` when the lab does not honour a
 * field of it, or when it does not belong to a model with these ids.
 */
export function readByteLevelTokenizer(json: unknown, ids: ModelIds, label: string): Tokenizer {
  const definition = readTokenizerJson(json, label);
  const { added } = definition;
  const pieces = listPieces(definition, label);
  const spare = ids.vocabulary - pieces.length;
  if (spare < 0 || spare > MOST_PADDING) {
    throw badTokenizer(label, `has ${pieces.length} tokens where the model has ${ids.vocabulary}`);
  }
  const endOfText = added.find(({ content }) => content === END_OF_TEXT)?.id;
  const bos = definition.first ?? ids.bos ?? ids.eos ?? endOfText;
  if (bos === undefined) {
    throw badTokenizer(label, 'has no token to begin a text with, and config.json names none');
  }
  if (bos >= pieces.length) {
    throw badTokenizer(label, `has no token ${bos}, with which texts of this model begin`);
  }
  const special = new Set(added.filter((token) => token.special).map(({ id }) => id));
  special.add(bos);
  if (ids.eos !== null) special.add(ids.eos);
  return new ByteLevelTokenizer(ids.vocabulary, bos, special, pieces, encoderOf(definition));
}

/** A token: bytes written in the alphabet of byte-level BPE, or the plain text of an added token. */
interface Piece {
  readonly text: string;
  readonly isAdded: boolean;
}

/** All tokens by id, none missing. */
function listPieces({ model, added }: TokenizerDefinition, label: string): Piece[] {
  const byId = new Map<number, Piece>();
  for (const [text, id] of model.vocab) byId.set(id, { text, isAdded: false });
  for (const { id, content } of added) byId.set(id, { text: content, isAdded: true });
  return Array.from({ length: byId.size }, (_, id) => {
    const piece = byId.get(id);
    if (piece === undefined) {
      throw badTokenizer(label, `has ${byId.size} tokens but none with id ${id}`);
    }
    return piece;
  });
}

function encoderOf(definition: TokenizerDefinition): (text: string) => number[] {
  const find = addedTokenFinder(definition.added, definition.normalize);
  const encodeWord = bytePairEncoder(definition.model);
  return (text) => {
    const ids: number[] = [];
    for (const part of find(text)) {
      if (typeof part === 'number') ids.push(part);
      else for (const word of definition.cut(part)) for (const id of encodeWord(word)) ids.push(id);
    }
    return ids;
  };
}

class ByteLevelTokenizer implements Tokenizer {
  constructor(
    readonly vocabulary: number,
    readonly bos: number,
    readonly special: ReadonlySet<number>,
    private readonly pieces: readonly Piece[],
    private readonly encodeText: (text: string) => number[],
  ) {}

  encode(text: string): Uint32Array {
    // Half a surrogate pair is no character; in UTF-8 it is U+FFFD.
    return Uint32Array.from(this.encodeText(text.replace(/\p{Surrogate}/gu, '\ufffd')));
  }

  decode(tokens: ArrayLike<number>): string {
    const bytes = Array.from(tokens).flatMap((token) =>
      this.special.has(token) ? [] : this.bytesOf(token),
    );
    return fromUtf8.decode(Uint8Array.from(bytes));
  }

  textOf(token: number): string {
    return readableBytes(Uint8Array.from(this.bytesOf(token)));
  }

  /** Rows that pad the embedding show as what they are. */
  private bytesOf(token: number): readonly number[] {
    const piece = this.pieces[token];
    if (piece === undefined) return Array.from(utf8.encode(`<unused ${token}>`));
    const bytes = piece.isAdded ? null : bytesOfLetters(piece.text);
    return bytes ?? Array.from(utf8.encode(piece.text));
  }
}

const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });
