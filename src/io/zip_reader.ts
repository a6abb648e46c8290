/**
 * Reads a .zip file of any size by its pieces: the list at its end, then an entry when it is wanted, with its checksum.
 * It reads what other programs write (stored or deflated, zip64 or not); what it cannot read it refuses by name. Knows nothing of
 * what the entries hold.
 */
import { inflateSync } from 'fflate';
import { LabError } from '../base/lab_error';
import { readBlob } from './private_files';
import {
  crc32,
  DEFLATED,
  ELSEWHERE_16,
  ELSEWHERE_32,
  ENCRYPTED,
  LENGTHS,
  SIGNATURES,
  STORED,
  ZIP64_FIELD,
} from './zip_format';

/** A file in a .zip. */
export interface ZipEntry {
  /** With `/` between its names. */
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  /** Its content. Rejects with LabError `bad_file` when it is damaged or cannot be read. */
  read(): Promise<Uint8Array>;
}

/** Most bytes of a comment at the end. */
const MOST_COMMENT = 0xffff;
/** Deflate makes nothing smaller than this. */
const MOST_RATIO = 1032;

/** The files of a .zip. Throws LabError `bad_file` for what is none, or is cut off. */
export async function readZip(zip: Blob, label: string): Promise<readonly ZipEntry[]> {
  const { count, start, length } = await findList(zip, label);
  const list = new Numbers(await piece(zip, start, length, label));
  const entries: ZipEntry[] = [];
  let offset = 0;
  for (let i = 0; i < count; i++) {
    if (offset + LENGTHS.central > length || list.at(offset, 4) !== SIGNATURES.central) {
      throw damaged(label, `entry ${i + 1} of ${count} is not where it should be`);
    }
    const [name, extra, comment] = [28, 30, 32].map((place) => list.at(offset + place, 2));
    const end = offset + LENGTHS.central + (name ?? 0);
    const path = new TextDecoder()
      .decode(list.bytes.subarray(offset + LENGTHS.central, end))
      .replaceAll('\\', '/');
    if (!path.endsWith('/')) entries.push(entryAt(zip, label, path, list, offset, extra ?? 0, end));
    offset = end + (extra ?? 0) + (comment ?? 0);
  }
  return entries;
}

/** One entry of the list. */
function entryAt(
  zip: Blob,
  label: string,
  path: string,
  list: Numbers,
  offset: number,
  extraLength: number,
  extraAt: number,
): ZipEntry {
  const place = `${label}/${path}`;
  // Only the numbers that do not fit are in the extra field, in this order.
  const wide = [24, 20, 42].filter((at) => list.at(offset + at, 4) === ELSEWHERE_32);
  const field = list.field(extraAt, extraLength);
  const number = (at: number) => {
    const index = wide.indexOf(at);
    if (index < 0) return list.at(offset + at, 4);
    if (field === null || 8 * (index + 1) > field.length) {
      throw damaged(label, `it does not say how large ${path} is`);
    }
    return list.at(field.start + 8 * index, 8);
  };
  const [bytes, stored, start] = [number(24), number(20), number(42)];
  const method = list.at(offset + 10, 2);
  const crc = list.at(offset + 16, 4);
  const flags = list.at(offset + 8, 2);
  return {
    path,
    bytes,
    modified: dateOf(list.at(offset + 12, 2), list.at(offset + 14, 2)),
    read: async () => {
      if ((flags & ENCRYPTED) !== 0) throw unreadable(place, 'is encrypted');
      if (method !== STORED && method !== DEFLATED) {
        throw unreadable(place, `is compressed by method ${method}; 0 and 8 can be read`);
      }
      const header = new Numbers(await piece(zip, start, LENGTHS.local, label));
      if (header.at(0, 4) !== SIGNATURES.local)
        throw damaged(label, `${path} is not where it should be`);
      const from = start + LENGTHS.local + header.at(26, 2) + header.at(28, 2);
      const content = unpacked(await piece(zip, from, stored, label), method, bytes);
      if (content?.length !== bytes || crc32(content) !== crc) {
        throw damaged(label, `the checksum of ${path} does not agree with its content`);
      }
      return content;
    },
  };
}

/** The content; null where it cannot be unpacked to so many bytes. */
function unpacked(packed: Uint8Array, method: number, bytes: number): Uint8Array | null {
  if (method === STORED) return packed;
  if (bytes > MOST_RATIO * packed.length) return null;
  try {
    return inflateSync(packed, { out: new Uint8Array(bytes) });
  } catch {
    return null;
  }
}

/** Where the list of entries is, which the end of the file says. */
async function findList(zip: Blob, label: string) {
  const tail = Math.min(zip.size, LENGTHS.end + MOST_COMMENT);
  const bytes = new Numbers(await piece(zip, zip.size - tail, tail, label));
  let end = tail - LENGTHS.end;
  while (end >= 0 && bytes.at(end, 4) !== SIGNATURES.end) end--;
  if (end < 0) {
    const begins = zip.size >= 4 && new Numbers(await piece(zip, 0, 4, label)).at(0, 4);
    throw begins === SIGNATURES.local
      ? damaged(label, 'its end is missing')
      : unreadable(label, 'is not a .zip file');
  }
  const short = {
    count: bytes.at(end + 10, 2),
    length: bytes.at(end + 12, 4),
    start: bytes.at(end + 16, 4),
  };
  const { count, length, start } = short;
  if (count !== ELSEWHERE_16 && length !== ELSEWHERE_32 && start !== ELSEWHERE_32) return short;
  const locator = end - LENGTHS.locator64;
  if (locator < 0 || bytes.at(locator, 4) !== SIGNATURES.locator64) return short;
  const long = new Numbers(await piece(zip, bytes.at(locator + 8, 8), LENGTHS.end64, label));
  if (long.at(0, 4) !== SIGNATURES.end64)
    throw damaged(label, 'its list is not where it should be');
  return { count: long.at(32, 8), length: long.at(40, 8), start: long.at(48, 8) };
}

async function piece(zip: Blob, start: number, length: number, label: string): Promise<Uint8Array> {
  if (start + length > zip.size) throw damaged(label, 'it is shorter than it says');
  try {
    return await readBlob(zip.slice(start, start + length));
  } catch (cause) {
    throw new LabError(
      'bad_file',
      `${label} cannot be read any more: it was changed or moved, or it is larger than memory.`,
      'Choose it again.',
      { cause },
    );
  }
}

/** Little-endian numbers in bytes. */
class Numbers {
  constructor(readonly bytes: Uint8Array) {}

  at(offset: number, length: number): number {
    let value = 0;
    for (let i = length - 1; i >= 0; i--) value = value * 256 + (this.bytes[offset + i] ?? 0);
    return value;
  }

  /** Where the zip64 numbers are among extra fields; null where there are none. */
  field(from: number, length: number): { readonly start: number; readonly length: number } | null {
    for (let offset = from; offset + 4 <= from + length;) {
      const size = this.at(offset + 2, 2);
      if (this.at(offset, 2) === ZIP64_FIELD) return { start: offset + 4, length: size };
      offset += 4 + size;
    }
    return null;
  }
}

function dateOf(time: number, date: number): number {
  const [year, month, day] = [1980 + (date >> 9), (date >> 5) & 15, date & 31];
  return new Date(year, month - 1, day, time >> 11, (time >> 5) & 63, 2 * (time & 31)).getTime();
}

function damaged(label: string, reason: string): LabError {
  return new LabError(
    'bad_file',
    `${label} is damaged: ${reason}.`,
    'Copy or download it again, or save it again where it came from.',
  );
}

function unreadable(place: string, reason: string): LabError {
  return new LabError('bad_file', `${place} ${reason}.`, 'Pack the folder again as a plain .zip.');
}
