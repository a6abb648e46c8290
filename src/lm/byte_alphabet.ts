/**
 * The alphabet of byte-level BPE, in which tokenizer.json writes tokens: printable Latin-1 stands for itself,
 * the other bytes for the characters from U+0100 on. Source: openai/gpt-2, encoder.py, bytes_to_unicode.
 */

const isPrintable = (byte: number): boolean =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;

/** The letter of each byte. */
export const LETTERS: readonly string[] = (() => {
  let other = 0x100;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCharCode(isPrintable(byte) ? byte : other++),
  );
})();

const BYTE_OF: ReadonlyMap<string, number> = new Map(
  LETTERS.map((letter, byte) => [letter, byte] as const),
);

/** The bytes that a token of letters stands for; null when one of its characters is no letter. */
export function bytesOfLetters(token: string): number[] | null {
  const bytes: number[] = [];
  for (const letter of token) {
    const byte = BYTE_OF.get(letter);
    if (byte === undefined) return null;
    bytes.push(byte);
  }
  return bytes;
}
