/**
 * Border of tokenizer.json: every field either comes out as in the reference implementation or is refused by
 * name, with its value and what it would have to be. Nothing is passed over, because a field that is not
 * honoured changes ids and nobody sees it. Source: huggingface/tokenizers, the serialization of each part.
 */
import * as z from 'zod/mini';
import { LabError } from '../base/lab_error';
import { describeIssues, showValue } from '../base/schema_issues';
import { contestedSpace, type AddedToken } from './added_tokens';
import { LETTERS } from './byte_alphabet';
import { MOST_TOKENS, type BytePairModel } from './byte_pairs';
import { StepReader, type Complain } from './tokenizer_steps';

/** A byte-level tokenizer as its file describes it. */
export interface TokenizerDefinition {
  readonly model: BytePairModel;
  readonly added: readonly AddedToken[];
  readonly normalize: (text: string) => string;
  /** Cuts text between added tokens into words. */
  readonly cut: (text: string) => string[];
  /** Token that the file puts before every text; null when it puts none. */
  readonly first: number | null;
}

const flag = z.optional(z.boolean());
const wellFormed = z.string().check(
  z.refine((text) => text !== '', 'it must not be empty'),
  z.refine((text) => isWellFormed(text), 'it must not have half a surrogate pair'),
);

const addedSchema = z.strictObject({
  id: z.int().check(z.gte(0), z.lt(MOST_TOKENS)),
  content: wellFormed,
  special: flag,
  single_word: flag,
  lstrip: flag,
  rstrip: flag,
  normalized: flag,
});

const perhaps = z.optional(z.nullable(z.boolean()));
const empty = z.optional(z.nullable(z.literal('')));

/** Parts that are unions or large are unknown here and read by hand. */
const fileSchema = z.strictObject({
  version: z.optional(z.literal('1.0')),
  truncation: z.optional(z.null()),
  padding: z.optional(z.null()),
  added_tokens: z.optional(z.array(addedSchema)),
  normalizer: z.optional(z.unknown()),
  pre_tokenizer: z.optional(z.unknown()),
  post_processor: z.optional(z.unknown()),
  decoder: z.optional(z.unknown()),
  model: z.strictObject({
    type: z.optional(z.literal('BPE')),
    dropout: z.optional(z.nullable(z.literal(0))),
    unk_token: z.optional(z.nullable(z.string())),
    continuing_subword_prefix: empty,
    end_of_word_suffix: empty,
    fuse_unk: perhaps,
    byte_fallback: z.optional(z.nullable(z.literal(false))),
    ignore_merges: perhaps,
    vocab: z.optional(z.unknown()),
    merges: z.optional(z.unknown()),
  }),
});

/** Complaints named at once. */
const MOST_COMPLAINTS = 3;

/**
 * Reads tokenizer.json, parsed. Throws LabError `bad_file` that begins with `label` and names the fields that
 * the lab does not honour, or what contradicts itself in the file.
 */
export function readTokenizerJson(json: unknown, label: string): TokenizerDefinition {
  const parsed = fileSchema.safeParse(json);
  if (!parsed.success) {
    const sentences = describeIssues(fileSchema, json, parsed.error).map((issue) => issue.sentence);
    throw notHonoured(label, sentences.slice(0, MOST_COMPLAINTS).join('; '));
  }
  const file = parsed.data;
  const complain: Complain = (path, value, must) => {
    const state = value === undefined ? 'is missing' : `is ${showValue(value)}`;
    throw notHonoured(label, `${path} ${state}; it must be ${must}`);
  };
  const steps = new StepReader(complain);
  const cut = steps.preTokenizer(file.pre_tokenizer);
  const normalize = steps.normalizer(file.normalizer);
  steps.decoder(file.decoder);
  const before = steps.tokensBefore(file.post_processor);
  if (before.length > 1) {
    const sentence = `post_processor puts ${before.length} tokens before a text; it must be one at most`;
    throw notHonoured(label, sentence);
  }
  const vocab = readVocab(file.model.vocab, label, complain);
  const merges = readMerges(file.model.merges, vocab, label, complain);
  return {
    model: {
      vocab,
      merges,
      unknown: unknownId(file.model.unk_token ?? null, vocab, label),
      fuseUnknown: file.model.fuse_unk ?? false,
      ignoreMerges: file.model.ignore_merges ?? false,
    },
    added: readAdded(file.added_tokens ?? [], vocab, normalize, label),
    normalize,
    cut,
    first: before[0] ?? null,
  };
}

/** A field that the lab does not run as the reference does; `sentence` names it. */
function notHonoured(label: string, sentence: string): LabError {
  return new LabError(
    'bad_file',
    `${label} is not a tokenizer that the lab runs: ${sentence}.`,
    "Choose a model with a tokenizer like GPT-2's; where the model was trained without this field, change it and give its files.",
  );
}

/** A file that contradicts itself or is not the model's. */
export function badTokenizer(label: string, sentence: string): LabError {
  return new LabError(
    'bad_file',
    `${label} ${sentence}.`,
    'Give the tokenizer.json that belongs to the model.',
  );
}

/** Tokens with their ids; by hand, because a schema of fifty thousand entries would lose "__proto__". */
function readVocab(value: unknown, label: string, complain: Complain): Map<string, number> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return complain('model.vocab', value, 'an object of ids');
  }
  const vocab = new Map<string, number>();
  const tokenOf = new Map<number, string>();
  for (const [token, id] of Object.entries(value)) {
    const refuse = (rest: string) =>
      badTokenizer(label, `has model.vocab entry ${showValue(token)}${rest}`);
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id >= MOST_TOKENS) {
      throw refuse(` with id ${showValue(id)}, which is not an id`);
    }
    const other = tokenOf.get(id);
    if (other !== undefined) {
      throw refuse(` and ${showValue(other)}, both with id ${id}`);
    }
    if (!isWellFormed(token)) throw refuse(' with half a surrogate pair');
    vocab.set(token, id);
    tokenOf.set(id, token);
  }
  return vocab;
}

/** Pairs of tokens, written "a b" in the older manner and ["a", "b"] in the newer, all alike. */
function readMerges(
  value: unknown,
  vocab: ReadonlyMap<string, number>,
  label: string,
  complain: Complain,
): (readonly [string, string])[] {
  if (!Array.isArray(value)) return complain('model.merges', value, 'a list');
  const isOlder = typeof value[0] === 'string';
  // The reference passes over the first line of a merges.txt that came along.
  const entries = value.filter((entry) => !(isOlder && String(entry).startsWith('#version')));
  return entries.map((entry: unknown, place) => {
    const pair = isOlder ? olderPair(entry) : entry;
    if (!isPair(pair)) {
      const shown = showValue(JSON.stringify(entry));
      throw badTokenizer(label, `has merge ${place}, ${shown}, which is not a pair like the first`);
    }
    const missing = [...pair, pair.join('')].find((token) => !vocab.has(token));
    if (missing === undefined) return pair;
    const shown = pair.map(showValue).join(' and ');
    throw badTokenizer(
      label,
      `has merge ${place} of ${shown}, but ${showValue(missing)} is not in model.vocab`,
    );
  });
}

const olderPair = (entry: unknown): unknown => typeof entry === 'string' && entry.split(' ');

const isPair = (value: unknown): value is readonly [string, string] =>
  Array.isArray(value) && value.length === 2 && value.every((token) => typeof token === 'string');

/** Bytes that no UTF-8 has. */
const NEVER = new Set([0xc0, 0xc1, ...Array.from({ length: 11 }, (_, i) => 0xf5 + i)]);

/** Id of unk_token, which need not exist where every byte has a token: it never comes up then. */
function unknownId(
  token: string | null,
  vocab: ReadonlyMap<string, number>,
  label: string,
): number | null {
  if (token === null) return null;
  const id = vocab.get(token);
  if (id !== undefined) return id;
  const missing = LETTERS.findIndex((letter, byte) => !NEVER.has(byte) && !vocab.has(letter));
  if (missing < 0) return null;
  const byte = `0x${missing.toString(16).toUpperCase().padStart(2, '0')}`;
  throw badTokenizer(
    label,
    `has model.unk_token ${showValue(token)}, which is not in model.vocab; byte ${byte} has no token and needs it`,
  );
}

/**
 * Added tokens with the ids that the reference gives them: the vocabulary's own where it has the content, else
 * the next ones after it, in the order of the file. The file's ids must be these.
 */
function readAdded(
  entries: readonly z.infer<typeof addedSchema>[],
  vocab: ReadonlyMap<string, number>,
  normalize: (text: string) => string,
  label: string,
): AddedToken[] {
  const seen = new Set<string>();
  let next = vocab.size;
  const tokens = entries.map((entry, place) => {
    const { id, content, special = false, normalized = !special } = entry;
    const name = `has added_tokens.${place} ${showValue(content)}`;
    if (seen.has(content)) throw badTokenizer(label, `${name} a second time`);
    seen.add(content);
    const expected = vocab.get(content) ?? next++;
    if (id !== expected) {
      throw badTokenizer(label, `${name} with id ${id} where it must be ${expected}`);
    }
    return {
      id,
      content,
      spelling: normalized ? normalize(content) : content,
      special,
      singleWord: entry.single_word ?? false,
      stripLeft: entry.lstrip ?? false,
      stripRight: entry.rstrip ?? false,
      normalized,
    };
  });
  const contested = contestedSpace(tokens);
  if (contested === null) return tokens;
  const { taker, other } = contested;
  const path = `added_tokens.${tokens.indexOf(taker)}.rstrip`;
  throw notHonoured(
    label,
    `${path} is true; it must be false beside ${showValue(other.content)}, which begins with white space`,
  );
}

const isWellFormed = (text: string): boolean => !/\p{Surrogate}/u.test(text);
