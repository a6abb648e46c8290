/**
 * Tokenizer of the stories models: Llama's SentencePiece vocabulary as llama2.c packs it in tokenizer.bin.
 * Text gets a leading space, is cut into characters (bytes where a character has no piece) and merged by
 * score. Pieces are held as strings of one character a byte, so that text and bytes cannot be mixed up.
 *
 *   tokenizer.bin, little-endian: i32 longest piece; per id f32 score, i32 length, bytes in UTF-8
 *
 * Ids 0, 1, 2 are <unk>, BOS and EOS; ids 3 … 258 are the bytes 0 … 255, each stored as the character of that
 * number. So most of Latin-1 is there twice, and text means the later id. Source: karpathy/llama2.c, run.c
 * and tokenizer.py; characters without a piece become bytes as in SentencePiece.
 */
import { at } from '../base/array';
import { LabError } from '../base/lab_error';
import { mergePieces } from './merge_queue';
import { readableBytes } from './piece_text';
import { remembered } from './remembered';
import type { Tokenizer } from './tokenizer';

const BOS = 1;
const EOS = 2;
const FIRST_BYTE = 3;
const FIRST_PIECE = FIRST_BYTE + 256;
const SPECIAL_NAMES = ['<unk>', '<s>', '</s>'];

interface Vocabulary {
  /** Bytes of each piece, one character a byte. */
  readonly pieces: readonly string[];
  readonly scores: Float32Array;
}

/**
 * Reads tokenizer.bin with exactly `vocabulary` pieces. Throws LabError `bad_file` that begins with
 * `label` when the file is cut off, holds another number of pieces or something else.
 */
export function readLlamaTokenizer(
  bytes: Uint8Array,
  vocabulary: number,
  label: string,
): Tokenizer {
  return new LlamaTokenizer(readVocabulary(bytes, vocabulary, label));
}

function readVocabulary(bytes: Uint8Array, vocabulary: number, label: string): Vocabulary {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const pieces: string[] = [];
  const scores: number[] = [];
  const refuse = (sentence: string) =>
    new LabError(
      'bad_file',
      `${label} ${sentence}.`,
      'Tokenizer and model must belong together: load both again.',
    );
  const longest = bytes.length < 4 ? -1 : view.getInt32(0, true);
  let offset = 4;
  while (offset < bytes.length) {
    const id = pieces.length;
    const length = offset + 8 > bytes.length ? NaN : view.getInt32(offset + 4, true);
    const end = offset + 8 + length;
    if (!(end <= bytes.length)) {
      throw refuse(`is cut off in piece ${id}: it has ${bytes.length} bytes`);
    }
    const score = view.getFloat32(offset, true);
    if (length < 0 || length > longest || !Number.isFinite(score)) {
      throw refuse(
        `is not a tokenizer of llama2.c: piece ${id} has ${length} bytes, score ${score}`,
      );
    }
    const byte = id - FIRST_BYTE;
    const isByte = byte >= 0 && byte < 256;
    pieces.push(isByte ? String.fromCharCode(byte) : binary(bytes.subarray(offset + 8, end)));
    scores.push(score);
    offset = end;
  }
  if (pieces.length !== vocabulary || vocabulary < FIRST_PIECE) {
    throw refuse(`holds ${pieces.length} pieces where the model has ${vocabulary}`);
  }
  return { pieces, scores: Float32Array.from(scores) };
}

class LlamaTokenizer implements Tokenizer {
  readonly vocabulary: number;
  readonly bos = BOS;
  readonly special: ReadonlySet<number> = new Set([BOS, EOS]);
  /** Ids of pieces that text can become, by their bytes; the later id of equals. */
  private readonly idOf = new Map<string, number>();
  private readonly segments: RegExp | null;
  private readonly encodeSegment = remembered((segment) => this.merge(segment));

  constructor(private readonly table: Vocabulary) {
    this.vocabulary = table.pieces.length;
    table.pieces.forEach((piece, id) => {
      if (id >= FIRST_PIECE) this.idOf.set(piece, id);
    });
    // Where no piece has a space after something else, none can reach over such a place, and what lies
    // between two of them is merged on its own.
    const reachesOver = table.pieces.some((piece) => /[^ ] /.test(piece));
    this.segments = reachesOver ? null : / *[^ ]+| +$/gu;
  }

  encode(text: string): Uint32Array {
    if (text === '') return new Uint32Array(0);
    const prefixed = ` ${text}`;
    const ids: number[] = [];
    for (const segment of this.segments === null
      ? [prefixed]
      : (prefixed.match(this.segments) ?? [])) {
      for (const id of this.encodeSegment(segment)) ids.push(id);
    }
    return Uint32Array.from(ids);
  }

  decode(tokens: ArrayLike<number>): string {
    const documents: string[] = [];
    let pieces: string[] = [];
    const finish = (): void => {
      documents.push(textFrom(pieces.join('')).replace(/^ /, ''));
      pieces = [];
    };
    for (let i = 0; i < tokens.length; i += 1) {
      const id = at(tokens, i);
      if (id === BOS || id === EOS) finish();
      else if (id !== 0) pieces.push(at(this.table.pieces, id));
    }
    finish();
    return documents.join('');
  }

  textOf(token: number): string {
    const special = SPECIAL_NAMES[token];
    if (special !== undefined) return special;
    return readableBytes(bytesOf(at(this.table.pieces, token)));
  }

  private merge(segment: string): readonly number[] {
    return mergePieces(this.characters(segment), (left, right) => {
      const id = this.idOf.get(at(this.table.pieces, left) + at(this.table.pieces, right));
      return id === undefined ? null : { id, score: at(this.table.scores, id) };
    });
  }

  /** The ids of a text's characters before any merge. */
  private characters(text: string): number[] {
    return Array.from(text).flatMap((character) => {
      const bytes = utf8.encode(character);
      const own = this.idOf.get(binary(bytes));
      return own === undefined ? Array.from(bytes, (byte) => byte + FIRST_BYTE) : [own];
    });
  }
}

const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });

function binary(bytes: Uint8Array): string {
  let characters = '';
  for (const byte of bytes) characters += String.fromCharCode(byte);
  return characters;
}

function bytesOf(characters: string): Uint8Array {
  return Uint8Array.from(characters, (character) => character.charCodeAt(0));
}

function textFrom(characters: string): string {
  return fromUtf8.decode(bytesOf(characters));
}
