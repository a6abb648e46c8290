/**
 * Reads the little language of the Groups filter box into an expression. Reading never throws: a text that
 * cannot be read gives a sentence, the characters it is about, and what the text says before them. What an
 * expression means is in filter.ts.
 */
import {
  flagFields,
  numericFields,
  type FilterExpression,
  type FlagField,
  type NumericField,
} from './filter';
import {
  tokenise,
  type ComparisonOperator,
  type FilterProblem,
  type Span,
  type Token,
} from './filter_tokens';

export type FilterResult =
  | { readonly ok: true; readonly expression: FilterExpression }
  | {
      readonly ok: false;
      readonly problem: FilterProblem;
      /** What the text says before the place that cannot be read. */
      readonly readable: FilterExpression;
    };

/** Signals a problem inside the parser; `parseFilter` turns it into a value. */
class Unreadable extends Error {
  constructor(readonly problem: FilterProblem) {
    super(problem.message);
  }
}

function fail(message: string, span: Span): never {
  throw new Unreadable({ message, start: span.start, end: span.end });
}

const isNumeric = (text: string): text is NumericField =>
  (numericFields as readonly string[]).includes(text);
const isFlag = (text: string): text is FlagField =>
  (flagFields as readonly string[]).includes(text);

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

/**
 * The comparison of a field with a number. What is not the field's unit is refused, since it would be read as
 * something else without a word: per cent of a rank, or a frequency of 2, which is 200 %.
 */
function comparison(
  field: NumericField,
  operator: ComparisonOperator,
  number: NumberToken,
): FilterExpression {
  const { value, slack, percent } = number;
  if (percent && field !== 'freq') {
    fail(`"${field}" is not a share: write the number without %`, number);
  }
  if (field === 'freq' && !percent && value > 1) {
    fail(`"freq" is a share from 0 to 1: write ${value}% for per cent`, number);
  }
  return { kind: 'compare', field, operator, value, slack };
}

class Parser {
  private position = 0;
  private depth = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly textLength: number,
  ) {}

  parse(): FilterExpression {
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
  private either(): FilterExpression {
    let left = this.both();
    while (this.isWord('or')) {
      this.position++;
      left = { kind: 'or', left, right: this.both() };
    }
    return left;
  }

  /** and-terms, with `and` written or left out. */
  private both(): FilterExpression {
    let left = this.unary();
    for (;;) {
      const token = this.peek();
      if (!token || token.kind === 'close' || this.isWord('or')) return left;
      if (this.isWord('and')) this.position++;
      left = { kind: 'and', left, right: this.unary() };
    }
  }

  private unary(): FilterExpression {
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

  private negation(): FilterExpression {
    this.position++;
    return { kind: 'not', term: this.unary() };
  }

  private primary(token: Token): FilterExpression {
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

  /** `2% > freq`, or a group's number. */
  private afterNumber(number: NumberToken): FilterExpression {
    const operator = this.peek();
    if (operator?.kind !== 'operator') return comparison('group', '=', number);
    this.position++;
    const field = this.peek();
    if (field?.kind !== 'word' || !isNumeric(field.text)) {
      return fail(`A field is missing: ${numericFields.join(', ')}`, field ?? this.end());
    }
    this.position++;
    return comparison(field.text, mirrored[operator.operator], number);
  }

  private afterWord(word: Token & { readonly kind: 'word' }): FilterExpression {
    if (word.text === 'and' || word.text === 'or') {
      return fail(`A condition is missing before "${word.text}"`, word);
    }
    const operator = this.peek();
    if (operator?.kind !== 'operator') {
      if (isFlag(word.text)) return { kind: 'flag', field: word.text, value: true };
      if (isNumeric(word.text)) {
        const example = `${word.text} > ${word.text === 'freq' ? '2%' : '1'}`;
        fail(`Compare "${word.text}" with a number: ${example}`, word);
      }
      return { kind: 'contains', text: word.text };
    }
    this.position++;
    const value = this.peek();
    this.position++;
    if (isFlag(word.text)) return this.flagValue(word.text, operator, value);
    if (!isNumeric(word.text)) {
      const fields = [...numericFields, ...flagFields].join(', ');
      return fail(`"${word.text}" is not a field. Fields: ${fields}`, word);
    }
    if (value?.kind !== 'number') {
      return fail(`A number is missing after "${operator.operator}"`, value ?? this.end());
    }
    return comparison(word.text, operator.operator, value);
  }

  private flagValue(
    field: FlagField,
    operator: Token & { readonly kind: 'operator' },
    value: Token | undefined,
  ): FilterExpression {
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

/** Reads a filter. Empty text accepts everything. Never throws. */
export function parseFilter(text: string): FilterResult {
  const read = tokenise(text);
  const whole = read.ok ? parseTokens(read.tokens, text.length) : read.problem;
  if ('kind' in whole) return { ok: true, expression: whole };
  return { ok: false, problem: whole, readable: longestReadable(text, whole) };
}

/** What is in force of a filter: the whole of it, or what can be read before the place that cannot. */
export function inForce(result: FilterResult): FilterExpression {
  return result.ok ? result.expression : result.readable;
}

function parseTokens(
  tokens: readonly Token[],
  textLength: number,
): FilterExpression | FilterProblem {
  try {
    return new Parser(tokens, textLength).parse();
  } catch (error) {
    if (error instanceof Unreadable) return error.problem;
    throw error;
  }
}

/** Tokens tried away from the end before giving up; what cannot be read is nearly always the last term. */
const MOST_DROPPED = 12;

/** The longest beginning of the text, up to the problem, that can be read; everything if there is none. */
function longestReadable(text: string, problem: FilterProblem): FilterExpression {
  const read = tokenise(text.slice(0, problem.start));
  const tokens = read.ok ? read.tokens : [];
  for (let dropped = 0; dropped <= MOST_DROPPED && dropped < tokens.length; dropped++) {
    const part = parseTokens(tokens.slice(0, tokens.length - dropped), problem.start);
    if ('kind' in part) return part;
  }
  return { kind: 'all' };
}
