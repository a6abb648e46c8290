/**
 * Random small tokenizers of every field that the lab honours, and texts that meet them: what words and tokens
 * are cut at, characters of one to four bytes, white space that expressions disagree on, added tokens in and
 * beside one another.
 */
import { at } from '../../../src/base/array';
import { added, letters, lettersOf, smallFile, type SmallFile } from './small_tokenizer';

type Random = () => number;

const below = (random: Random, count: number): number => Math.floor(random() * count);
const pick = <T>(random: Random, values: readonly T[]): T =>
  at(values, below(random, values.length));
const chance = (random: Random, share: number): boolean => random() < share;

const CHARACTERS = [
  ...Array.from('aabbcs  AÉΣςſ12½٣.!<_\n\t\u0085\ufeff\u00a0\u3000\u200d日😀\u0000\ufffd'),
  ...['e\u0301', "'s", "'ll", ' a', 'ab', '  '],
];
const CONTENTS = [
  ...[
    '<x>',
    '<x>y',
    '<x',
    'x>',
    'ab',
    'abc',
    'bc',
    ' a',
    '  ',
    '\n',
    'E\u0301',
    'é',
    'Σ',
    '1',
    's',
  ],
  ...["'s", '😀', '日', '<|end|>', 'end', '.*', '$', '\u0085a'],
];

function randomNormalizer(random: Random): object | null {
  if (chance(random, 0.5)) return null;
  const one = () => ({ type: pick(random, ['NFC', 'NFD', 'NFKC', 'NFKD', 'Lowercase']) });
  return chance(random, 0.7) ? one() : { type: 'Sequence', normalizers: [one(), one()] };
}

function randomPreTokenizer(random: Random): object {
  const bytes = {
    type: 'ByteLevel',
    add_prefix_space: chance(random, 0.4),
    trim_offsets: chance(random, 0.5),
    use_regex: chance(random, 0.7),
  };
  if (chance(random, 0.6)) return bytes;
  const digits = { type: 'Digits', individual_digits: chance(random, 0.5) };
  return { type: 'Sequence', pretokenizers: chance(random, 0.8) ? [digits, bytes] : [bytes] };
}

/** Tokens of the bytes that texts have, and pairs of them and of earlier pairs; some pair may come again. */
function randomMerges(random: Random, known: readonly string[]): [string, string][] {
  const texts = CHARACTERS.flatMap((text) => Array.from(lettersOf(text)));
  const used = texts.filter((letter) => known.includes(letter));
  const pairs: [string, string][] = [];
  for (let count = below(random, 24); count > 0; count -= 1) {
    if (pairs.length > 0 && chance(random, 0.1)) pairs.push(pick(random, pairs));
    const tokens = [...used, ...pairs.map((pair) => pair.join(''))];
    pairs.push([pick(random, tokens), pick(random, tokens)]);
  }
  return pairs;
}

export function randomFile(random: Random): SmallFile {
  const hasAll = chance(random, 0.6);
  const known = letters.filter((letter) => hasAll || letter === 'a' || chance(random, 0.9));
  const merges = randomMerges(random, known);
  const unknown = chance(random, 0.5) ? '<unk>' : null;
  const pieces = [...known, ...merges.map((pair) => pair.join('')), ...(unknown ? [unknown] : [])];
  const vocab = Object.fromEntries([...new Set(pieces)].map((piece, id) => [piece, id]));
  let next = Object.keys(vocab).length;
  const contents = new Set(Array.from({ length: below(random, 6) }, () => pick(random, CONTENTS)));
  // Beside a token that begins with white space none may take white space on its right.
  const isSpaced = [...contents].some((content) => /^\s|\u0085/u.test(content));
  const tokens = Array.from(contents, (content) => {
    const flags = [
      'single_word',
      'lstrip',
      'normalized',
      'special',
      ...(isSpaced ? [] : ['rstrip']),
    ];
    const chosen = Object.fromEntries(flags.map((flag) => [flag, chance(random, 0.3)]));
    return added(vocab[content] ?? next++, content, chosen);
  });
  const fields = {
    added_tokens: tokens,
    normalizer: randomNormalizer(random),
    pre_tokenizer: randomPreTokenizer(random),
  };
  return smallFile([], fields, {
    unk_token: unknown,
    fuse_unk: chance(random, 0.5),
    ignore_merges: chance(random, 0.3),
    vocab,
    merges,
  });
}

/** A text of up to thirty pieces, some of them the contents of added tokens. */
export function randomText(random: Random, file: SmallFile): string {
  const contents = file.added_tokens.map(({ content }) => content);
  return Array.from({ length: below(random, 31) }, () =>
    contents.length > 0 && chance(random, 0.25) ? pick(random, contents) : pick(random, CHARACTERS),
  ).join('');
}
