/**
 * Reads the little language of filter boxes (filter_language.ts) into an expression. Reading never throws: a text that
 * cannot be read gives a sentence, the characters it is about, and what the text says before them. What an
 * expression means, each table says.
 */
import { readNumber } from '../../base/number_text';
import type { FilterExpression, FilterLanguage } from './filter_language';
import {
  tokenise,
  type ComparisonOperator,
  type FilterProblem,
  type Span,
  type Token,
} from './filter_tokens';

export type FilterResult<
  Num extends string,
  Flag extends string = never,
  Text extends string = never,
> =
  | { readonly ok: true; readonly expression: FilterExpression<Num, Flag, Text> }
  | {
      readonly ok: false;
      readonly problem: FilterProblem;
      /** What the text says before the place that cannot be read. */
      readonly readable: FilterExpression<Num, Flag, Text>;
    };

/** Signals a problem inside the parser; `readFilter` turns it into a value. */
class Unreadable extends Error {
  constructor(readonly problem: FilterProblem) {
    super(problem.message);
  }
}

function fail(message: string, span: Span): never {
  throw new Unreadable({ message, start: span.start, end: span.end });
}

/** The field of that name; undefined when there is none. */
function fieldOf<Field extends string>(fields: readonly Field[], text: string): Field | undefined {
  return fields.find((field) => field === text);
}

const truths: Readonly<Record<string, boolean>> = {
  yes: true,
  true: true,
  no: false,
  false: false,
};
const mirrored: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
  '=': '=',
  '!=': '!=',
};

/** Deepest nesting that is read; deeper text is refused with a sentence rather than a full stack. */
const maximumDepth = 64;

type NumberToken = Extract<Token, { readonly kind: 'number' }>;

class Parser<Num extends string, Flag extends string, Text extends string> {
  private position = 0;
  private depth = 0;

  constructor(
    private readonly language: FilterLanguage<Num, Flag, Text>,
    private readonly tokens: readonly Token[],
    private readonly textLength: number,
  ) {}

  parse(): FilterExpression<Num, Flag, Text> {
    if (this.tokens.length === 0) return { kind: 'all' };
    const expression = this.either();
    const rest = this.peek();
    if (rest) fail('This ")" closes nothing', rest);
    return expression;
  }

  private peek(ahead = 0): Token | undefined {
    return this.tokens[this.position + ahead];
  }

  private isWord(text: string): boolean {
    const token = this.peek();
    return token?.kind === 'word' && token.text === text;
  }

  /** Where something is missing at the end of the text. */
  private end(): Span {
    return { start: this.textLength, end: this.textLength };
  }

  /** or-terms: the loosest binding. */
  private either(): FilterExpression<Num, Flag, Text> {
    let left = this.both();
    while (this.isWord('or')) {
      this.position++;
      left = { kind: 'or', left, right: this.both() };
    }
    return left;
  }

  /** and-terms, with `and` written or left out. */
  private both(): FilterExpression<Num, Flag, Text> {
    let left = this.unary();
    for (;;) {
      const token = this.peek();
      if (!token || token.kind === 'close' || this.isWord('or')) return left;
      if (this.isWord('and')) this.position++;
      left = { kind: 'and', left, right: this.unary() };
    }
  }

  private unary(): FilterExpression<Num, Flag, Text> {
    const token = this.peek();
    if (!token) {
      const before = this.peek(-1);
      const after = before?.kind === 'word' ? ` after "${before.text}"` : '';
      fail(`A condition is missing${after}`, this.end());
    }
    if (++this.depth > maximumDepth) fail('This is nested too deeply', token);
    const expression = this.isWord('not') ? this.negation() : this.primary(token);
    this.depth--;
    return expression;
  }

  private negation(): FilterExpression<Num, Flag, Text> {
    this.position++;
    return { kind: 'not', term: this.unary() };
  }

  private primary(token: Token): FilterExpression<Num, Flag, Text> {
    this.position++;
    switch (token.kind) {
      case 'open': {
        if (this.peek()?.kind === 'close') fail('Nothing stands between the parentheses', token);
        const inside = this.either();
        if (this.peek()?.kind !== 'close') fail('This "(" is never closed', token);
        this.position++;
        return inside;
      }
      case 'close':
        return fail('A condition is missing before ")"', token);
      case 'operator':
        return fail(`A field is missing before "${token.operator}"`, token);
      case 'quoted':
        return { kind: 'exact', text: token.text };
      case 'tag':
        return { kind: 'tag', text: token.text };
      case 'number':
        return this.afterNumber(token);
      case 'word':
        return this.afterWord(token);
    }
  }

  /** `2% > freq`, or a bare number. */
  private afterNumber(number: NumberToken): FilterExpression<Num, Flag, Text> {
    const { byNumber, numbers } = this.language;
    const operator = this.peek();
    if (operator?.kind !== 'operator') {
      if (byNumber !== null) return this.comparison(byNumber, '=', number);
      return { kind: 'contains', text: number.text };
    }
    this.position++;
    const token = this.peek();
    const field = token?.kind === 'word' ? fieldOf(numbers, token.text) : undefined;
    if (field === undefined) {
      return fail(`A field is missing: ${numbers.join(', ')}`, token ?? this.end());
    }
    this.position++;
    return this.comparison(field, mirrored[operator.operator], number);
  }

  /**
   * The comparison of a field with a number. What is not the field's unit is refused, since it would be read as
   * something else without a word: per cent of a rank, or a frequency of 2, which is 200 %.
   */
  private comparison(
    field: Num,
    operator: ComparisonOperator,
    number: NumberToken,
  ): FilterExpression<Num, Flag, Text> {
    const { value, slack, percent } = number;
    const isShare = this.language.shares.includes(field);
    if (percent && !isShare) fail(`"${field}" is not a share: write the number without %`, number);
    if (isShare && !percent && value > 1) {
      fail(`"${field}" is a share from 0 to 1: write ${value}% for per cent`, number);
    }
    return { kind: 'compare', field, operator, value, slack };
  }

  private afterWord(word: Token & { readonly kind: 'word' }): FilterExpression<Num, Flag, Text> {
    if (word.text === 'and' || word.text === 'or') {
      return fail(`A condition is missing before "${word.text}"`, word);
    }
    const { numbers, flags, shares, texts } = this.language;
    const [number, flag] = [fieldOf(numbers, word.text), fieldOf(flags, word.text)];
    const operator = this.peek();
    if (operator?.kind !== 'operator') {
      if (flag !== undefined) return { kind: 'flag', field: flag, value: true };
      if (number !== undefined) {
        const example = `${number} > ${shares.includes(number) ? '2%' : '1'}`;
        fail(`Compare "${number}" with a number: ${example}`, word);
      }
      return texts.length === 0 ? { kind: 'contains', text: word.text } : this.words(word);
    }
    this.position++;
    const value = this.peek();
    this.position++;
    if (flag !== undefined) return this.flagValue(flag, operator, value);
    if (number === undefined) {
      const fields = [...numbers, ...flags].join(', ');
      return fail(`"${word.text}" is not a field. Fields: ${fields}`, word);
    }
    const read = value === undefined ? undefined : asNumber(value);
    if (read === undefined) {
      return fail(`A number is missing after "${operator.operator}"`, value ?? this.end());
    }
    return this.comparison(number, operator.operator, read);
  }

  /** `words`, or in one field alone: `data:words`, `name:"run 3"`. */
  private words(word: Token & { readonly kind: 'word' }): FilterExpression<Num, Flag, Text> {
    const [, name = '', inside = ''] = /^([^:]*):(.*)$/.exec(word.text) ?? [];
    const field = fieldOf(this.language.texts, name);
    if (field === undefined) {
      if (name === '') return { kind: 'contains', text: word.text };
      return fail(`"${name}:" is not a field. Fields: ${this.language.texts.join(', ')}`, word);
    }
    if (inside !== '') return { kind: 'text', field, text: inside };
    const next = this.peek();
    if (next?.kind !== 'quoted') return fail(`A word is missing after "${name}:"`, word);
    this.position++;
    return { kind: 'text', field, text: next.text };
  }

  private flagValue(
    field: Flag,
    operator: Token & { readonly kind: 'operator' },
    value: Token | undefined,
  ): FilterExpression<Num, Flag, Text> {
    const negated = operator.operator === '!=';
    if (operator.operator !== '=' && !negated) fail(`"${field}" is yes or no`, operator);
    let wanted: boolean | undefined;
    if (value?.kind === 'word') wanted = truths[value.text];
    if (value?.kind === 'number' && (value.value === 0 || value.value === 1)) {
      wanted = value.value === 1;
    }
    if (wanted === undefined) return fail(`"${field}" is yes or no`, value ?? this.end());
    return { kind: 'flag', field, value: wanted !== negated };
  }
}

/** A token as a number: what was cut as one, or a multiple such as `256k`. */
function asNumber(token: Token): NumberToken | undefined {
  if (token.kind === 'number') return token;
  const value = token.kind === 'word' ? readNumber(token.text) : undefined;
  if (value === undefined) return undefined;
  const { start, end } = token;
  const text = token.kind === 'word' ? token.text : '';
  return { kind: 'number', text, value, slack: 0, percent: false, start, end };
}

/** Reads a filter in the language of a table. Empty text accepts everything. Never throws. */
export function readFilter<Num extends string, Flag extends string, Text extends string>(
  text: string,
  language: FilterLanguage<Num, Flag, Text>,
): FilterResult<Num, Flag, Text> {
  const read = tokenise(text);
  const whole = read.ok ? parseTokens(language, read.tokens, text.length) : read.problem;
  if ('kind' in whole) return { ok: true, expression: whole };
  return { ok: false, problem: whole, readable: longestReadable(language, text, whole) };
}

/** What is in force of a filter: the whole of it, or what can be read before the place that cannot. */
export function inForce<Num extends string, Flag extends string, Text extends string>(
  result: FilterResult<Num, Flag, Text>,
): FilterExpression<Num, Flag, Text> {
  return result.ok ? result.expression : result.readable;
}

function parseTokens<Num extends string, Flag extends string, Text extends string>(
  language: FilterLanguage<Num, Flag, Text>,
  tokens: readonly Token[],
  textLength: number,
): FilterExpression<Num, Flag, Text> | FilterProblem {
  try {
    return new Parser(language, tokens, textLength).parse();
  } catch (error) {
    if (error instanceof Unreadable) return error.problem;
    throw error;
  }
}

/** Tokens tried away from the end before giving up; what cannot be read is nearly always the last term. */
const MOST_DROPPED = 12;

/** The longest beginning of the text, up to the problem, that can be read; everything if there is none. */
function longestReadable<Num extends string, Flag extends string, Text extends string>(
  language: FilterLanguage<Num, Flag, Text>,
  text: string,
  problem: FilterProblem,
): FilterExpression<Num, Flag, Text> {
  const read = tokenise(text.slice(0, problem.start));
  const tokens = read.ok ? read.tokens : [];
  for (let dropped = 0; dropped <= MOST_DROPPED && dropped < tokens.length; dropped++) {
    const kept = tokens.slice(0, tokens.length - dropped);
    const part = parseTokens(language, kept, problem.start);
    if ('kind' in part) return part;
  }
  return { kind: 'all' };
}
