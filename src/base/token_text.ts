/**
 * Tokens of a language model as a person reads them: white space made visible, the space that begins most
 * words told apart from the word, long tokens clipped. Token texts come from files and models, so they
 * are only ever cut and replaced here, never read as anything but characters.
 */

/** A token inside running text. */
export interface TokenPiece {
  /** The space before the word, to be written as such; empty for a piece that continues a word. */
  readonly gap: string;
  /** The rest, with white space visible. Never empty. */
  readonly body: string;
}

/** Longest body that is written out, in characters. */
const LONGEST = 24;
/** Tokenizers write control bytes as <0x0A>. */
const BYTE = /^<0x([0-9A-F]{2})>$/;
/** Letters for white space and for characters that would be invisible or turn the text around them. */
const VISIBLE: Readonly<Record<string, string>> = {
  ' ': '␣',
  '\n': '⏎',
  '\r': '␍',
  '\t': '⇥',
};
const HIDDEN = /[\s\p{Cc}\p{Cf}]/gu;

/** The characters of a token with white space and invisible characters written as signs. */
function visible(text: string): string {
  return text.replace(HIDDEN, (character) => {
    const sign = VISIBLE[character];
    if (sign !== undefined) return sign;
    const code = character.codePointAt(0) ?? 0;
    return `‹${code.toString(16).toUpperCase().padStart(4, '0')}›`;
  });
}

function withoutByteNotation(text: string): string {
  const byte = BYTE.exec(text)?.[1];
  const code = byte === undefined ? Number.NaN : Number.parseInt(byte, 16);
  return code < 0x80 ? String.fromCharCode(code) : text;
}

/** A token cut into the space before it and what is to be read. */
export function tokenPiece(text: string): TokenPiece {
  const plain = withoutByteNotation(text);
  if (plain === '') return { gap: '', body: '∅' };
  const hasGap = /^ \S/u.test(plain);
  // Spaces inside a token (a run of them, or between words) are signs too: they belong to the token.
  return { gap: hasGap ? ' ' : '', body: clip(visible(hasGap ? plain.slice(1) : plain)) };
}

/** A token in a list of names: its word without the space before it. */
export function tokenName(text: string): string {
  return tokenPiece(text).body;
}

/** Whether a line ends after the token, in running text. */
export function endsLine(text: string): boolean {
  return withoutByteNotation(text).includes('\n');
}

/** A token exactly, for a hint: in quotes, white space visible, whole. */
export function tokenExactly(text: string): string {
  return `“${visible(withoutByteNotation(text))}”`;
}

function clip(text: string): string {
  const characters = Array.from(text);
  return characters.length > LONGEST ? `${characters.slice(0, LONGEST - 1).join('')}…` : text;
}
