/**
 * Added tokens of tokenizer.json: found in the text before anything else looks at it, longest first at every
 * place, from the left. Those that are not `normalized` come first, in the text as it is; the rest in what
 * lies between, after the normalizer, which changes them too. A special token spelled out is text, and so is
 * all that it covers. Source: huggingface/tokenizers, added_vocabulary.rs, with encode_special_tokens.
 */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** What is sought: the content, normalized where it is sought after the normalizer. */
  readonly spelling: string;
  /** Never part of text. */
  readonly special: boolean;
  /** Found only where no word character stands beside it. */
  readonly singleWord: boolean;
  /** Takes the white space on its left, or right, along; the latter not beside a token that begins with it. */
  readonly stripLeft: boolean;
  readonly stripRight: boolean;
  /** Sought after the normalizer. */
  readonly normalized: boolean;
}

/**
 * A token that takes white space on its right along, and one that begins with white space and so may lie in what
 * the other takes. What comes of it differs between versions of the reference, some of which end there.
 */
export function contestedSpace(
  tokens: readonly AddedToken[],
): { readonly taker: AddedToken; readonly other: AddedToken } | null {
  const found = tokens.filter((token) => !token.special);
  for (const taker of found.filter((token) => token.stripRight)) {
    const other = found.find(
      (token) => token.normalized === taker.normalized && SPACE.test(token.spelling),
    );
    if (other !== undefined) return { taker, other };
  }
  return null;
}

/** Text, or the id of an added token. */
export type TextPart = string | number;

/** The function that cuts a text into added tokens and what lies between, normalized. */
export function addedTokenFinder(
  tokens: readonly AddedToken[],
  normalize: (text: string) => string,
): (text: string) => TextPart[] {
  // Special ones first: the reference seeks them so where two are spelled alike.
  const order = [...tokens.filter((t) => t.special), ...tokens.filter((t) => !t.special)];
  const asTheyAre = finderOf(order.filter((t) => !t.normalized));
  const normalized = finderOf(order.filter((t) => t.normalized));
  return (text) =>
    asTheyAre(text).flatMap((part) =>
      typeof part === 'number' ? [part] : normalized(normalize(part)),
    );
}

/** Word characters and white space of the reference's expressions; JavaScript's own \w and \s are others. */
const WORD = String.raw`[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\u200c\u200d]`;
const ENDS_WITH_WORD = new RegExp(`${WORD}$`, 'u');
const BEGINS_WITH_WORD = new RegExp(`^${WORD}`, 'u');
const SPACE = /^\p{White_Space}/u;

function finderOf(tokens: readonly AddedToken[]): (text: string) => TextPart[] {
  if (tokens.length === 0) return (text) => (text === '' ? [] : [text]);
  // Of tokens that are spelled alike the first is found.
  const tokenOf = new Map(tokens.toReversed().map((token) => [token.spelling, token]));
  const longestFirst = [...tokenOf.keys()].toSorted((a, b) => b.length - a.length);
  const pattern = new RegExp(longestFirst.map(escaped).join('|'), 'gu');
  return (text) => {
    const parts: TextPart[] = [];
    let done = 0;
    for (const { 0: spelling, index } of text.matchAll(pattern)) {
      const token = tokenOf.get(spelling);
      let end = index + spelling.length;
      if (token === undefined || token.special) continue;
      if (token.singleWord && isBesideWord(text, index, end)) continue;
      let start = index;
      while (token.stripLeft && start > done && SPACE.test(text.charAt(start - 1))) start -= 1;
      while (token.stripRight && SPACE.test(text.charAt(end))) end += 1;
      if (start > done) parts.push(text.slice(done, start));
      parts.push(token.id);
      done = end;
    }
    if (done < text.length) parts.push(text.slice(done));
    return parts;
  };
}

/** Whether a word character stands before `start` or at `end`; a character takes one place or two. */
function isBesideWord(text: string, start: number, end: number): boolean {
  return (
    ENDS_WITH_WORD.test(text.slice(Math.max(0, start - 2), start)) ||
    BEGINS_WITH_WORD.test(text.slice(end, end + 2))
  );
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
