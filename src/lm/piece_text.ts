/**
 * A token's bytes as a person reads them. Tokens of byte-level vocabularies may begin or end inside a
 * character, and control characters would disturb what is shown around them. Plain text, never markup.
 */

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text of bytes, spaces kept; control bytes, and bytes that are no text on their own, written <0x0A>. */
export function readableBytes(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes).replace(/\p{Cc}/gu, (control) => {
      return Array.from(new TextEncoder().encode(control), byteName).join('');
    });
  } catch {
    return Array.from(bytes, (byte) =>
      byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : byteName(byte),
    ).join('');
  }
}

function byteName(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
}
