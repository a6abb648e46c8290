/**
 * The header of a .npy file: a Python dictionary literal with exactly the keys descr, fortran_order
 * and shape. A small strict parser reads it; nothing is evaluated. It knows no file.
 */

export interface NpyHeader {
  /** numpy's dtype string, for instance '<f4'. */
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

type Literal = string | boolean | readonly number[];

/** Tokens: quoted strings, numbers, names and punctuation. */
const TOKEN = /\s*(?:'([^'\\\n]*)'|"([^"\\\n]*)"|(\d+)|([A-Za-z]+)|([{}():,]))/y;

type Token =
  | { readonly kind: 'string' | 'name' | 'mark'; readonly text: string }
  | { readonly kind: 'number'; readonly text: string };

function tokenize(text: string): Token[] | string {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const position = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) {
      return `unexpected "${text.slice(position, position + 12).trim()}" at character ${position}`;
    }
    const [, single, double, digits, name, mark] = match;
    if (single !== undefined) tokens.push({ kind: 'string', text: single });
    else if (double !== undefined) tokens.push({ kind: 'string', text: double });
    else if (digits !== undefined) tokens.push({ kind: 'number', text: digits });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else tokens.push({ kind: 'mark', text: mark ?? '' });
  }
  return tokens;
}

/** Reads the header's text; a string says why it cannot be read. */
export function parseNpyHeader(text: string): NpyHeader | string {
  const tokens = tokenize(text);
  if (typeof tokens === 'string') return tokens;
  let next = 0;
  const takes = (mark: string): boolean => {
    const token = tokens[next];
    if (token?.kind !== 'mark' || token.text !== mark) return false;
    next += 1;
    return true;
  };

  const tuple = (): readonly number[] | undefined => {
    const numbers: number[] = [];
    while (!takes(')')) {
      const token = tokens[next++];
      const value = Number(token?.text);
      if (token?.kind !== 'number' || !Number.isSafeInteger(value)) return undefined;
      numbers.push(value);
      // One number without a comma is no tuple in Python, so (3) is refused and (3,) is not.
      if (!takes(',') && (numbers.length === 1 || tokens[next]?.text !== ')')) return undefined;
    }
    return numbers;
  };
  const literal = (): Literal | undefined => {
    if (takes('(')) return tuple();
    const token = tokens[next++];
    if (token?.kind === 'string') return token.text;
    if (token?.kind === 'name' && token.text === 'True') return true;
    if (token?.kind === 'name' && token.text === 'False') return false;
    return undefined;
  };

  const entries = new Map<string, Literal>();
  if (!takes('{')) return 'it is no dictionary';
  while (!takes('}')) {
    const key = tokens[next++];
    if (key?.kind !== 'string' || !takes(':')) return 'it is no dictionary of named values';
    const value = literal();
    if (value === undefined) return `the value of '${key.text}' is not plain`;
    if (entries.has(key.text)) return `'${key.text}' appears twice`;
    entries.set(key.text, value);
    if (!takes(',') && tokens[next]?.text !== '}') return 'it is no dictionary of named values';
  }
  if (next !== tokens.length) return 'something follows the dictionary';

  const [descr, fortranOrder, shape] = ['descr', 'fortran_order', 'shape'].map((key) =>
    entries.get(key),
  );
  if (typeof descr !== 'string') return "'descr' is missing or not a plain dtype";
  if (typeof fortranOrder !== 'boolean') return "'fortran_order' is missing or not True or False";
  if (typeof shape !== 'object') return "'shape' is missing or not a tuple";
  if (entries.size !== 3) {
    const known = ['descr', 'fortran_order', 'shape'];
    const extra = [...entries.keys()].find((key) => !known.includes(key)) ?? '';
    return `it has an unknown key '${extra}'`;
  }
  return { descr, fortranOrder, shape };
}
