/**
 * Cuts the text of a filter box into tokens with their positions, so that every complaint can
 * point at the characters it is about. It knows the letters of the language, not its grammar.
 */

/** Characters [start, end) of the filter text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type ComparisonOperator = '<' | '<=' | '>' | '>=' | '=' | '!=';

export type Token = Span &
  /** `slack` is half a unit of the last digit that was typed: `2.1` stands for 2.05 to 2.15. `2%` is 0.02. */
  (
    | {
        readonly kind: 'number';
        /** As it was typed. */
        readonly text: string;
        readonly value: number;
        readonly slack: number;
        readonly percent: boolean;
      }
    | { readonly kind: 'operator'; readonly operator: ComparisonOperator }
    | { readonly kind: 'open' }
    | { readonly kind: 'close' }
    /** Bare text: a field, `and`, `or`, `not`, or a word to search for. */
    | { readonly kind: 'word'; readonly text: string }
    /** "in quotes": a label to match exactly. */
    | { readonly kind: 'quoted'; readonly text: string }
    /** `#tag`. */
    | { readonly kind: 'tag'; readonly text: string }
  );

/** Why a filter cannot be read, and where. */
export interface FilterProblem extends Span {
  readonly message: string;
}

export type Tokens =
  | { readonly ok: true; readonly tokens: readonly Token[] }
  | { readonly ok: false; readonly problem: FilterProblem };

const operators: Readonly<Record<string, ComparisonOperator>> = {
  '<': '<',
  '<=': '<=',
  '≤': '<=',
  '>': '>',
  '>=': '>=',
  '≥': '>=',
  '=': '=',
  '==': '=',
  '!=': '!=',
  '≠': '!=',
};

const space = /\s+/y;
const operator = /<=|>=|==|!=|[<>=≤≥≠]/y;
/** A number, perhaps in per cent; not the beginning of a word such as `2nd` or `1.5.2`. */
const number = /-?(?:\d+(?:\.(\d*))?|\.(\d+))(?:e([-+]?\d+))?(?:\s*%)?(?![^\s()<>=!≤≥≠"])/iy;
const quoted = /"([^"]*)"/y;
const tag = /#([^\s()<>=!≤≥≠"]+)/y;
/** Anything else runs to the next space, parenthesis, quote or operator. */
const word = /[^\s()<>=!≤≥≠"]+/y;

/** Tokens of a filter text, or the first place that is no token. Never throws. */
export function tokenise(text: string): Tokens {
  const tokens: Token[] = [];
  let start = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = start;
    return pattern.exec(text);
  };
  const problem = (message: string, end: number): Tokens => ({
    ok: false,
    problem: { message, start, end },
  });

  while (start < text.length) {
    const blank = match(space);
    if (blank) {
      start += blank[0].length;
      continue;
    }
    const character = text.charAt(start);
    let found: RegExpExecArray | null;
    let end: number;
    if (character === '(' || character === ')') {
      end = start + 1;
      tokens.push({ kind: character === '(' ? 'open' : 'close', start, end });
    } else if ((found = match(operator))) {
      end = start + found[0].length;
      tokens.push({ kind: 'operator', operator: operators[found[0]] ?? '=', start, end });
    } else if ((found = match(number))) {
      end = start + found[0].length;
      const [text, decimals = found[2] ?? '', , exponent = '0'] = found;
      const percent = text.endsWith('%');
      const unit = percent ? 0.01 : 1;
      const value = Number.parseFloat(text) * unit;
      if (!Number.isFinite(value)) return problem(`${text} is too large a number`, end);
      const slack = 0.5 * unit * 10 ** (Number(exponent) - decimals.length);
      tokens.push({ kind: 'number', text, value, slack, percent, start, end });
    } else if ((found = match(quoted))) {
      end = start + found[0].length;
      const inside = (found[1] ?? '').trim().toLowerCase();
      if (inside === '') return problem('Nothing stands between the quotes', end);
      tokens.push({ kind: 'quoted', text: inside, start, end });
    } else if (character === '"') {
      return problem('This quote is never closed', text.length);
    } else if ((found = match(tag))) {
      end = start + found[0].length;
      tokens.push({ kind: 'tag', text: (found[1] ?? '').toLowerCase(), start, end });
    } else if ((found = match(word))) {
      end = start + found[0].length;
      tokens.push({ kind: 'word', text: found[0].toLowerCase(), start, end });
    } else {
      return problem(`"${character}" means nothing here; != is "not equal"`, start + 1);
    }
    start = end;
  }
  return { ok: true, tokens };
}
