/**
 * A tiny stored GPT-2 in the exact formats of the hub, made anew for each test: config.json,
 * model.safetensors and a byte-level tokenizer.json with merges learnt from a sentence.
 */
import { at } from '../../../src/base/array';

/** A tensor as a file holds it. */
export interface TinyTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

export const tinyConfig = {
  architectures: ['GPT2LMHeadModel'],
  model_type: 'gpt2',
  activation_function: 'gelu_new',
  n_embd: 6,
  n_layer: 2,
  n_head: 3,
  n_positions: 10,
  n_ctx: 10,
  vocab_size: 300,
  layer_norm_epsilon: 1e-5,
  bos_token_id: 299,
  eos_token_id: 299,
  task_specific_params: { 'text-generation': { do_sample: true, max_length: 50 } },
};

const WIDTH = 6;
const HIDDEN = 24;

/** Value at a place of the i-th tensor, exact in every float format of at least 8 bits of fraction. */
export const tinyValue = (tensor: number, place: number): number =>
  (((tensor * 37 + place * 11) % 255) - 127) / 128;

export function floatTensor(index: number, shape: readonly number[], dtype = 'F32'): TinyTensor {
  const count = shape.reduce((product, n) => product * n, 1);
  const values = Float32Array.from({ length: count }, (_, place) => tinyValue(index, place));
  return { dtype, shape, bytes: encodeFloats(values, dtype) };
}

function encodeFloats(values: Float32Array, dtype: string): Uint8Array {
  if (dtype === 'F32') return new Uint8Array(values.buffer);
  const bits = new Uint32Array(values.buffer);
  const short = Uint16Array.from(bits, (word) => (dtype === 'BF16' ? word >>> 16 : halfBits(word)));
  return new Uint8Array(short.buffer);
}

/** Bits of the half float that equals a normal float32 of few fraction bits. */
function halfBits(word: number): number {
  if (word << 1 === 0) return word >>> 16;
  const exponent = ((word >>> 23) & 0xff) - 127 + 15;
  return ((word >>> 16) & 0x8000) | (exponent << 10) | ((word >>> 13) & 0x3ff);
}

/** Names and shapes of the checkpoint, in the order of the hub's files. */
export function tinyShapes(): [name: string, shape: number[]][] {
  const block = (layer: number): [string, number[]][] =>
    (
      [
        ['ln_1.weight', [WIDTH]],
        ['ln_1.bias', [WIDTH]],
        ['attn.c_attn.weight', [WIDTH, 3 * WIDTH]],
        ['attn.c_attn.bias', [3 * WIDTH]],
        ['attn.c_proj.weight', [WIDTH, WIDTH]],
        ['attn.c_proj.bias', [WIDTH]],
        ['ln_2.weight', [WIDTH]],
        ['ln_2.bias', [WIDTH]],
        ['mlp.c_fc.weight', [WIDTH, HIDDEN]],
        ['mlp.c_fc.bias', [HIDDEN]],
        ['mlp.c_proj.weight', [HIDDEN, WIDTH]],
        ['mlp.c_proj.bias', [WIDTH]],
      ] as [string, number[]][]
    ).map(([name, shape]) => [`h.${layer}.${name}`, shape]);
  return [
    ['wte.weight', [300, WIDTH]],
    ['wpe.weight', [10, WIDTH]],
    ...block(0),
    ...block(1),
    ['ln_f.weight', [WIDTH]],
    ['ln_f.bias', [WIDTH]],
  ];
}

/** The tensors by name; the i-th holds `tinyValue(i, …)`. */
export function tinyTensors(prefix = '', dtype = 'F32'): Map<string, TinyTensor> {
  return new Map(
    tinyShapes().map(([name, shape], index) => [prefix + name, floatTensor(index, shape, dtype)]),
  );
}

/** A safetensors file, `header` bytes long where given so that the data lie at an odd place. */
export function safetensorsOf(tensors: ReadonlyMap<string, TinyTensor>): Uint8Array {
  let begin = 0;
  const header = [...tensors].map(([name, { dtype, shape, bytes }]) => {
    const end = begin + bytes.length;
    const entry = { dtype, shape, data_offsets: [begin, end] };
    begin = end;
    return [name, entry];
  });
  const json = new TextEncoder().encode(
    JSON.stringify({ __metadata__: { format: 'pt' }, ...Object.fromEntries(header) }),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const data = [...tensors.values()].map(({ bytes }) => bytes);
  return new Uint8Array(Buffer.concat([length, json, ...data]));
}

/** GPT-2's bytes as characters: openai/gpt-2, encoder.py. */
export function byteCharacters(): string[] {
  const printable = (byte: number) =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
  let other = 256;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCodePoint(printable(byte) ? byte : other++),
  );
}

/** GPT-2's way to cut text into words. */
export const wordPattern =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

const lesson =
  'the theory of the other weather, then; there they gather, 12 12 times.\n naïve naïve ' +
  'Another brother rather bothers whether mothers wander together under thunder.';

/** The characters of a word's bytes. */
export function symbolsOf(word: string): string[] {
  const characters = byteCharacters();
  return Array.from(new TextEncoder().encode(word), (byte) => at(characters, byte));
}

/** 43 merges learnt from a sentence, so that with bytes and the end of text there are 300 tokens. */
export function tinyMerges(): [string, string][] {
  const words = (lesson.match(wordPattern) ?? []).map(symbolsOf);
  const merges: [string, string][] = [];
  while (merges.length < 43) {
    const counts = new Map<string, number>();
    for (const word of words) {
      for (let i = 0; i + 1 < word.length; i += 1) {
        const pair = `${at(word, i)} ${at(word, i + 1)}`;
        counts.set(pair, (counts.get(pair) ?? 0) + 1);
      }
    }
    const [best] = [...counts].toSorted((a, b) => b[1] - a[1]);
    if (best === undefined) throw new Error('the lesson is too short');
    const [left = '', right = ''] = best[0].split(' ');
    merges.push([left, right]);
    for (const word of words) mergeIn(word, left, right);
  }
  return merges;
}

/** Joins a pair everywhere in a word, from the left. */
export function mergeIn(word: string[], left: string, right: string): void {
  for (let i = 0; i + 1 < word.length; i += 1) {
    if (word[i] === left && word[i + 1] === right) word.splice(i, 2, left + right);
  }
}

/** tokenizer.json as the hub's files are; merges as texts, in the older manner. */
export function tinyTokenizer() {
  const merges = tinyMerges();
  const pieces = [...byteCharacters(), ...merges.map((pair) => pair.join('')), '<|endoftext|>'];
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [
      {
        id: 299,
        special: true,
        content: '<|endoftext|>',
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: true,
      },
    ],
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true },
    post_processor: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: false },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true },
    model: {
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: '',
      end_of_word_suffix: '',
      fuse_unk: false,
      vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])),
      merges: merges.map((pair) => pair.join(' ')),
    },
  };
}
