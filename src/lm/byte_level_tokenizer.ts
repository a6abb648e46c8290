/**
 * Tokenizer of GPT-2 models from their tokenizer.json: byte-level BPE. Splitting and merging are the
 * library's (@huggingface/tokenizers, loaded when first needed); the way back is written here, because
 * tokens are shown one by one and need their exact bytes. Special tokens spelled out in a text are text.
 */
import * as z from 'zod/mini';
import { LabError } from '../base/lab_error';
import { readableBytes } from './piece_text';
import type { Tokenizer } from './tokenizer';

const tokenId = z.int().check(z.gte(0));

/** What is read here; the library reads the rest itself. */
const jsonSchema = z.looseObject({
  added_tokens: z.optional(
    z.array(z.looseObject({ id: tokenId, content: z.string(), special: z.optional(z.boolean()) })),
  ),
  normalizer: z.optional(z.unknown()),
  pre_tokenizer: z.optional(z.unknown()),
  model: z.looseObject({
    type: z.optional(z.literal('BPE')),
    vocab: z.record(z.string(), tokenId),
    merges: z.array(z.unknown()),
  }),
});

type TokenizerJson = z.infer<typeof jsonSchema>;

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
 * Reads tokenizer.json, parsed. Throws LabError `bad_file` that begins with `label` when it is no byte-level
 * BPE tokenizer or does not belong to a model with these ids.
 */
export async function readByteLevelTokenizer(
  json: unknown,
  ids: ModelIds,
  label: string,
): Promise<Tokenizer> {
  const parsed = jsonSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const place = issue === undefined ? '' : `, at "${issue.path.slice(0, 3).join('.')}"`;
    throw refuse(label, `is no BPE tokenizer${place}`);
  }
  const definition = parsed.data;
  if (!JSON.stringify(definition.pre_tokenizer ?? null).includes('"ByteLevel"')) {
    throw refuse(label, 'does not split text into bytes as the tokenizers of GPT-2 models do');
  }
  const pieces = listPieces(definition, label);
  const spare = ids.vocabulary - pieces.length;
  if (spare < 0 || spare > MOST_PADDING) {
    throw refuse(label, `has ${pieces.length} tokens where the model has ${ids.vocabulary}`);
  }
  const added = definition.added_tokens ?? [];
  const bos = ids.bos ?? ids.eos ?? added.find(({ content }) => content === END_OF_TEXT)?.id;
  if (bos === undefined || bos >= pieces.length) {
    throw refuse(label, 'has no token to begin a text with, and config.json names none');
  }
  const special = new Set(added.filter((token) => token.special === true).map(({ id }) => id));
  special.add(bos);
  if (ids.eos !== null) special.add(ids.eos);
  const encode = await openEncoder(definition, label);
  return new ByteLevelTokenizer(ids.vocabulary, bos, special, pieces, encode);
}

function refuse(label: string, sentence: string, cause?: unknown): LabError {
  return new LabError(
    'bad_file',
    `${label} ${sentence}.`,
    'Give the tokenizer.json that belongs to the model.',
    { cause },
  );
}

/** A token: bytes written in the alphabet of byte-level BPE, or the plain text of an added token. */
interface Piece {
  readonly text: string;
  readonly isAdded: boolean;
}

/** All tokens by id, none missing. */
function listPieces(definition: TokenizerJson, label: string): Piece[] {
  const byId = new Map<number, Piece>();
  for (const [text, id] of Object.entries(definition.model.vocab)) {
    byId.set(id, { text, isAdded: false });
  }
  for (const { id, content } of definition.added_tokens ?? []) {
    byId.set(id, { text: content, isAdded: true });
  }
  return Array.from({ length: byId.size }, (_, id) => {
    const piece = byId.get(id);
    if (piece === undefined) throw refuse(label, `has ${byId.size} tokens but none with id ${id}`);
    return piece;
  });
}

async function openEncoder(
  definition: TokenizerJson,
  label: string,
): Promise<(text: string) => number[]> {
  const { Tokenizer: Library } = await import('@huggingface/tokenizers');
  const plain = {
    normalizer: null,
    ...definition,
    decoder: null,
    post_processor: null,
    added_tokens: (definition.added_tokens ?? []).filter((token) => token.special !== true),
    model: { ...definition.model, type: 'BPE' },
  };
  try {
    const library = new Library(plain, {});
    return (text) => library.encode(text, { add_special_tokens: false }).ids;
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw refuse(label, `is a tokenizer that cannot be run: ${said}`, cause);
  }
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
    return text === '' ? new Uint32Array(0) : Uint32Array.from(this.encodeText(text));
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
    if (piece.isAdded) return Array.from(utf8.encode(piece.text));
    return Array.from(piece.text).flatMap((character) => {
      const byte = BYTE_OF.get(character);
      return byte === undefined ? Array.from(utf8.encode(character)) : [byte];
    });
  }
}

const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * The alphabet of byte-level BPE: printable Latin-1 stands for itself, the other bytes for the characters
 * from U+0100 on. Source: openai/gpt-2, encoder.py, bytes_to_unicode.
 */
function byteAlphabet(): ReadonlyMap<string, number> {
  const isPrintable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  const others = bytes.filter((byte) => !isPrintable(byte));
  return new Map([
    ...bytes.filter(isPrintable).map((byte) => [String.fromCharCode(byte), byte] as const),
    ...others.map((byte, rank) => [String.fromCharCode(0x100 + rank), byte] as const),
  ]);
}

const BYTE_OF = byteAlphabet();
