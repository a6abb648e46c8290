/**
 * The header of a .npy file: a Python dictionary literal with exactly the keys descr, fortran_order
 * and shape. A small strict parser reads it; nothing is evaluated. It knows no file.
 */
import { at } from '../base/array';

export interface NpyHeader {
  /** numpy's dtype string, for instance '<f4', or the fields of a structured dtype. */
  readonly descr: string | readonly NpyField[];
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

/** A field of a structured dtype. */
export interface NpyField {
  readonly name: string;
  /** numpy's dtype string; null for a field that is itself structured. */
  readonly descr: string | null;
}

/** The dtypes that are read, with the bytes of a number. */
export const itemBytes: Readonly<Record<string, number>> = { '<f2': 2, '<f4': 4, '<f8': 8 };

/** What may stand in a header; `list` keeps [ ] apart from ( ). */
type Literal =
  string | boolean | number | { readonly list: boolean; readonly entries: readonly Literal[] };

/**
 * Tokens: quoted strings, numbers, names and punctuation. A number is written 37L by Python 2, and np.int64(37)
 * by numpy 2 when a program puts its own numbers into the shape.
 */
const TOKEN =
  /\s*(?:'([^'\\\n]*)'|"([^"\\\n]*)"|(\d+)L?(?!\w)|(?:np|numpy)\.u?int\w*\(\s*(\d+)\s*\)|([A-Za-z]+)|([{}()[\]:,]))/y;

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
    const [, single, double, digits, wrapped, name, mark] = match;
    const string = single ?? double;
    const number = digits ?? wrapped;
    if (string !== undefined) tokens.push({ kind: 'string', text: string });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else tokens.push({ kind: 'mark', text: mark ?? '' });
  }
  return tokens;
}

/** Deeper brackets than any dtype has. */
const DEEPEST = 16;

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

  const sequence = (list: boolean, depth: number): Literal | undefined => {
    const end = list ? ']' : ')';
    const entries: Literal[] = [];
    while (!takes(end)) {
      const entry = literal(depth + 1);
      if (entry === undefined) return undefined;
      entries.push(entry);
      // One entry without a comma is no tuple in Python, so (3) is refused and (3,) is not.
      if (takes(',')) continue;
      if ((!list && entries.length === 1) || tokens[next]?.text !== end) return undefined;
    }
    return { list, entries };
  };
  const literal = (depth: number): Literal | undefined => {
    if (depth > DEEPEST) return undefined;
    if (takes('(')) return sequence(false, depth);
    if (takes('[')) return sequence(true, depth);
    const token = tokens[next++];
    if (token?.kind === 'string') return token.text;
    if (token?.kind === 'number') return Number(token.text);
    if (token?.kind === 'name' && token.text === 'True') return true;
    if (token?.kind === 'name' && token.text === 'False') return false;
    return undefined;
  };

  const entries = new Map<string, Literal>();
  if (!takes('{')) return 'it is not a dictionary';
  while (!takes('}')) {
    const key = tokens[next++];
    if (key?.kind !== 'string' || !takes(':')) return 'it is not a dictionary of named values';
    const value = literal(0);
    if (value === undefined) return `the value of '${key.text}' is not plain`;
    if (entries.has(key.text)) return `'${key.text}' appears twice`;
    entries.set(key.text, value);
    if (!takes(',') && tokens[next]?.text !== '}') return 'it is not a dictionary of named values';
  }
  if (next !== tokens.length) return 'something follows the dictionary';
  return headerOf(entries);
}

const KEYS = ['descr', 'fortran_order', 'shape'] as const;

function headerOf(entries: ReadonlyMap<string, Literal>): NpyHeader | string {
  const [descr, fortranOrder, shape] = KEYS.map((key) => entries.get(key));
  const dtype = typeof descr === 'string' ? descr : fieldsOf(descr);
  if (dtype === undefined) return "'descr' is missing or not a dtype";
  if (typeof fortranOrder !== 'boolean') return "'fortran_order' is missing or not True or False";
  const sizes = shapeOf(shape);
  if (sizes === undefined) return "'shape' is missing or not a tuple of whole numbers";
  if (entries.size !== KEYS.length) {
    const extra = [...entries.keys()].find((key) => !KEYS.some((known) => known === key)) ?? '';
    return `it has an unknown key '${extra}'`;
  }
  return { descr: dtype, fortranOrder, shape: sizes };
}

function shapeOf(value: Literal | undefined): readonly number[] | undefined {
  if (typeof value !== 'object' || value.list) return undefined;
  const sizes = value.entries.filter((entry) => typeof entry === 'number');
  const whole = sizes.length === value.entries.length && sizes.every(Number.isSafeInteger);
  return whole ? sizes : undefined;
}

/** The fields of [('name', '<f4'), (('title', 'name'), '<f4', (3,)), …]. */
function fieldsOf(value: Literal | undefined): NpyField[] | undefined {
  if (typeof value !== 'object' || !value.list || value.entries.length === 0) return undefined;
  const fields: NpyField[] = [];
  for (const entry of value.entries) {
    if (typeof entry !== 'object' || entry.list || entry.entries.length < 2) return undefined;
    const [named, type] = [at(entry.entries, 0), at(entry.entries, 1)];
    const name = typeof named === 'object' ? named.entries.at(-1) : named;
    if (typeof name !== 'string') return undefined;
    fields.push({ name, descr: typeof type === 'string' ? type : null });
  }
  return fields;
}
