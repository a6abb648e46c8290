/**
 * What the writer and the reader of .zip files both know: signatures, lengths and flags of the format, and its checksum.
 * Format: PKWARE APPNOTE 6.3.10, of which stored and deflated entries, UTF-8 names and zip64 are used.
 */
import { at } from '../base/array';

/** First bytes of each structure, as a little-endian number. */
export const SIGNATURES = {
  local: 0x04034b50,
  central: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
} as const;

/** Bytes of each without the names and extra fields behind it. */
export const LENGTHS = { local: 30, central: 46, end: 22, end64: 56, locator64: 20 } as const;

export const STORED = 0;
export const DEFLATED = 8;

/** Bits of the flags of an entry. */
export const ENCRYPTED = 1;
export const UTF8_NAME = 0x800;

/** Id of the extra field with numbers that do not fit 32 bits. */
export const ZIP64_FIELD = 1;

/** What numbers of 32 and of 16 bits say when the zip64 structures have the number. */
export const ELSEWHERE_32 = 0xffff_ffff;
export const ELSEWHERE_16 = 0xffff;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb8_8320 : rest >>> 1;
  return rest;
});

/** CRC-32 of bytes. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ at(TABLE, (crc ^ byte) & 0xff);
  return ~crc >>> 0;
}
