/**
 * A second reading of tokenizer.json, from the format's documentation and as plain as can be, to hold the lab's
 * against: no expression but for one character at a time, every step done again from the start. It knows the
 * fields that small random files of the test have; texts are well-formed.
 */
import { at } from '../../../src/base/array';
import { letters, type AddedFields, type SmallFile } from './small_tokenizer';

/** Unicode's property White_Space, written out. */
const SPACES = new Set(
  '\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000',
);
const CONTRACTIONS = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

type Kind = 'space' | 'letter' | 'number' | 'other';

function kindOf(character: string): Kind {
  if (SPACES.has(character)) return 'space';
  if (/^\p{L}$/u.test(character)) return 'letter';
  return /^\p{N}$/u.test(character) ? 'number' : 'other';
}

const isWordCharacter = (character: string | undefined): boolean =>
  character !== undefined &&
  (/^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}]$/u.test(character) || '\u200c\u200d'.includes(character));

/** Characters from `start` on that are of one kind. */
function run(characters: readonly string[], start: number): number {
  const first = characters[start];
  if (first === undefined) return 0;
  let end = start;
  while (end < characters.length && kindOf(at(characters, end)) === kindOf(first)) end += 1;
  return end - start;
}

/** Length of GPT-2's word that begins at a place, by the rules of its expression one after the other. */
function wordLength(characters: readonly string[], start: number): number {
  const rest = characters.slice(start, start + 3).join('');
  const contraction = CONTRACTIONS.find((text) => rest.startsWith(text));
  if (contraction !== undefined) return contraction.length;
  const here = at(characters, start);
  if (kindOf(here) !== 'space') return run(characters, start);
  const next = characters[start + 1];
  if (here === ' ' && next !== undefined && kindOf(next) !== 'space') {
    return 1 + run(characters, start + 1);
  }
  // White space leaves its last character to the word behind it, unless it has no other or nothing follows.
  const length = run(characters, start);
  return start + length === characters.length || length === 1 ? length : length - 1;
}

function gpt2Words(text: string): string[] {
  const characters = Array.from(text);
  const words: string[] = [];
  for (let place = 0; place < characters.length;) {
    const length = wordLength(characters, place);
    words.push(characters.slice(place, place + length).join(''));
    place += length;
  }
  return words;
}

/** Digits alone, or each with its neighbours; what lies between stays whole. */
function cutDigits(text: string, alone: boolean): string[] {
  const parts: string[] = [];
  let last: Kind | null = null;
  for (const character of text) {
    const kind = kindOf(character) === 'number' ? 'number' : 'other';
    const continues = kind === last && !(kind === 'number' && alone);
    parts.push(continues ? (parts.pop() ?? '') + character : character);
    last = kind;
  }
  return parts;
}

type Step = Readonly<Record<string, unknown>>;

function cut(text: string, step: Step): string[] {
  if (step.type === 'Sequence') {
    let parts = [text];
    for (const each of step.pretokenizers as Step[])
      parts = parts.flatMap((part) => cut(part, each));
    return parts;
  }
  if (step.type === 'Digits') return cutDigits(text, step.individual_digits === true);
  const whole = step.add_prefix_space === true && !text.startsWith(' ') ? ` ${text}` : text;
  return step.use_regex === false ? [whole] : gpt2Words(whole);
}

function normalized(text: string, step: Step | null): string {
  if (step === null) return text;
  if (step.type === 'Sequence') {
    let changed = text;
    for (const each of step.normalizers as Step[]) changed = normalized(changed, each);
    return changed;
  }
  if (step.type !== 'Lowercase') return text.normalize(String(step.type));
  let lower = '';
  for (const character of text) lower += character.toLowerCase();
  return lower;
}

/** Text, and ids of the tokens found in it. */
type Part = string | number;

/** Goes through a text and takes, wherever one stands, the longest of these tokens, the first of equals. */
function findAdded(
  text: string,
  tokens: readonly { spelling: string; token: AddedFields }[],
): Part[] {
  const characters = Array.from(text);
  const parts: Part[] = [];
  let done = 0;
  for (let place = 0; place < characters.length;) {
    const rest = characters.slice(place).join('');
    let best: { spelling: string; token: AddedFields } | undefined;
    for (const one of tokens) {
      const isLonger = best === undefined || one.spelling.length > best.spelling.length;
      if (rest.startsWith(one.spelling) && isLonger) best = one;
    }
    if (best === undefined) {
      place += 1;
      continue;
    }
    const { token } = best;
    let start = place;
    let end = place + Array.from(best.spelling).length;
    place = end;
    if (token.special) continue;
    if (token.single_word) {
      if (isWordCharacter(characters[start - 1]) || isWordCharacter(characters[end])) continue;
    }
    if (token.lstrip) while (start > done && SPACES.has(characters[start - 1] ?? '')) start -= 1;
    if (token.rstrip) while (SPACES.has(characters[end] ?? '')) end += 1;
    if (start > done) parts.push(characters.slice(done, start).join(''));
    parts.push(token.id);
    done = end;
  }
  if (done < characters.length) parts.push(characters.slice(done).join(''));
  return parts;
}

/** Joins the pair of the best rank, the leftmost of equals, looking at all pairs anew each time. */
function bytePairs(word: string, { model }: SmallFile): number[] {
  const { vocab, merges } = model;
  const known = (token: string) => (Object.hasOwn(vocab, token) ? vocab[token] : undefined);
  const written = Array.from(new TextEncoder().encode(word), (byte) => at(letters, byte));
  const whole = known(written.join(''));
  if (model.ignore_merges === true && whole !== undefined) return [whole];
  const unknown = model.unk_token as string | null;
  const tokens: string[] = [];
  let before = '';
  for (const letter of written) {
    const token = known(letter) === undefined ? unknown : letter;
    const isFused = model.fuse_unk === true && known(letter) === undefined && before === 'unknown';
    if (token !== null && !isFused) tokens.push(token);
    before = known(letter) === undefined ? 'unknown' : 'known';
  }
  for (;;) {
    let best = { rank: -1, place: -1 };
    for (let place = 0; place + 1 < tokens.length; place += 1) {
      const rank = merges.findLastIndex(
        ([left, right]) => left === tokens[place] && right === tokens[place + 1],
      );
      if (rank >= 0 && (best.rank < 0 || rank < best.rank)) best = { rank, place };
    }
    if (best.rank < 0) return tokens.map((token) => known(token) ?? NaN);
    tokens.splice(best.place, 2, at(merges, best.rank).join(''));
  }
}

/** Ids of a text. */
export function plainIds(file: SmallFile, text: string): number[] {
  const normalizer = file.normalizer as Step | null;
  const special = file.added_tokens.filter((token) => token.special);
  const tokens = [...special, ...file.added_tokens.filter((token) => !token.special)];
  const first = tokens.filter((token) => !token.normalized);
  const second = tokens.filter((token) => token.normalized);
  const parts = findAdded(
    text,
    first.map((token) => ({ spelling: token.content, token })),
  ).flatMap((part) =>
    typeof part === 'number'
      ? [part]
      : findAdded(
          normalized(part, normalizer),
          second.map((token) => ({ spelling: normalized(token.content, normalizer), token })),
        ),
  );
  return parts.flatMap((part) =>
    typeof part === 'number'
      ? [part]
      : cut(part, file.pre_tokenizer as Step).flatMap((word) => bytePairs(word, file)),
  );
}
