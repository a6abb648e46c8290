/**
 * Numbers as people write and read them in controls: `256 000`, `2.0e-3`, `1/32`. What is written is
 * exact (no rounding), so that a field shows the value that will be used. Knows no page.
 */

/** No-break space between groups of three digits. */
const GROUP = '\u00a0';

/** Digits in groups of three, parted by `blank`: "1 234 567". */
export function groupDigits(digits: string, blank: string): string {
  return digits.replace(/(?<=\d)(?=(\d{3})+$)/g, blank);
}

/** The exact number in its shortest readable form: grouped digits, or a power of ten far from one. */
export function writeNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.01 || size >= 1e12)) {
    const [mantissa = '', exponent = ''] = value.toExponential().split('e');
    const decimals = mantissa.includes('.') ? mantissa : `${mantissa}.0`;
    return `${decimals}e${exponent.replace('+', '')}`;
  }
  const [whole = '', fraction] = String(value).split('.');
  const grouped = groupDigits(whole, GROUP);
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

const MULTIPLES: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9, b: 1e9 };

/**
 * Reads a number as people write it: digits grouped by spaces, `_` or `'`, a power `2e-3`, a multiple
 * `256k` or `1.5M`, a fraction `1/32`. Undefined when it is none of these.
 */
export function readNumber(text: string): number | undefined {
  const compact = text
    .replace(/[\s_'\u00a0\u2009\u202f]/g, '')
    .replace('\u2212', '-')
    .toLowerCase();
  const fraction = /^([^/]+)\/([^/]+)$/.exec(compact);
  if (fraction !== null) {
    const [, above = '', below = ''] = fraction;
    const numerator = parsePlain(above);
    const denominator = parsePlain(below);
    if (numerator === undefined || denominator === undefined || denominator === 0) return undefined;
    return numerator / denominator;
  }
  return parsePlain(compact);
}

function parsePlain(text: string): number | undefined {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)([kmgb]?)$/.exec(text);
  if (match === null) return undefined;
  const [, digits = '', suffix = ''] = match;
  const value = Number(digits) * (MULTIPLES[suffix] ?? 1);
  return Number.isFinite(value) ? value : undefined;
}
