/**
 * Writes a .zip file of any size from front to back, one entry after the other: nobody has to hold more than one of
 * them. Beyond 4 GB or 65 535 entries it uses zip64, which fflate, who makes the small ones (archive.ts), does not write.
 * Weights do not compress and are stored; the rest is deflated. Knows neither runs nor where the bytes go.
 */
import { deflateSync } from 'fflate';
import {
  crc32,
  DEFLATED,
  ELSEWHERE_16,
  ELSEWHERE_32,
  LENGTHS,
  SIGNATURES,
  STORED,
  UTF8_NAME,
  ZIP64_FIELD,
} from './zip_format';

/** Takes the bytes of a file in their order. */
export type ByteSink = (bytes: Uint8Array) => Promise<void>;

/** What is known of an entry that was written. */
interface Written {
  readonly name: Uint8Array;
  readonly method: number;
  readonly crc: number;
  readonly stored: number;
  readonly bytes: number;
  readonly offset: number;
  readonly modified: Date;
}

/** 4.5: what the format says of zip64; 2.0: of the rest. */
const [VERSION_64, VERSION] = [45, 20];

export class ZipWriter {
  private readonly entries: Written[] = [];
  private offset = 0;

  /** From `limit` on a number is written in its zip64 form. */
  constructor(
    private readonly sink: ByteSink,
    private readonly limit: number = ELSEWHERE_32,
  ) {}

  /** Bytes written so far. */
  get bytes(): number {
    return this.offset;
  }

  /** Writes a file; `path` has `/` between its names. */
  async add(path: string, content: Uint8Array, modified: Date): Promise<void> {
    const stored = path.endsWith('.safetensors') ? content : deflateSync(content);
    const method = stored === content ? STORED : DEFLATED;
    const name = new TextEncoder().encode(path);
    const crc = crc32(content);
    const entry = { name, method, crc, stored: stored.length, bytes: content.length, modified };
    const written = { ...entry, offset: this.offset };
    await this.put(this.localHeader(written));
    await this.put(stored);
    this.entries.push(written);
  }

  /** Writes the list of the entries, without which the file is none. */
  async finish(): Promise<void> {
    const start = this.offset;
    for (const entry of this.entries) await this.put(this.centralHeader(entry));
    await this.put(this.ending(start, this.offset - start));
  }

  private async put(bytes: Uint8Array): Promise<void> {
    this.offset += bytes.length;
    await this.sink(bytes);
  }

  private localHeader(entry: Written): Uint8Array {
    const extra = this.isLarge(entry) ? zip64Field([entry.bytes, entry.stored]) : [];
    return bytesOf([
      [SIGNATURES.local, 4],
      [extra.length > 0 ? VERSION_64 : VERSION, 2],
      ...this.shared(entry),
      [entry.name.length, 2],
      [lengthOf(extra), 2],
      entry.name,
      ...extra,
    ]);
  }

  private centralHeader(entry: Written): Uint8Array {
    const isFar = entry.offset >= this.limit;
    const numbers = [
      ...(this.isLarge(entry) ? [entry.bytes, entry.stored] : []),
      ...(isFar ? [entry.offset] : []),
    ];
    const extra = numbers.length > 0 ? zip64Field(numbers) : [];
    const version = extra.length > 0 ? VERSION_64 : VERSION;
    return bytesOf([
      [SIGNATURES.central, 4],
      [version, 2],
      [version, 2],
      ...this.shared(entry),
      [entry.name.length, 2],
      [lengthOf(extra), 2],
      // No comment, the first disk, no attributes.
      [0, 2 + 2 + 2],
      [0, 4],
      [isFar ? ELSEWHERE_32 : entry.offset, 4],
      entry.name,
      ...extra,
    ]);
  }

  /** What both headers say of an entry. */
  private shared(entry: Written): Piece[] {
    const { method, crc, modified } = entry;
    const large = this.isLarge(entry);
    const year = Math.min(Math.max(modified.getFullYear(), 1980), 2107) - 1980;
    return [
      [UTF8_NAME, 2],
      [method, 2],
      [
        (modified.getHours() << 11) | (modified.getMinutes() << 5) | (modified.getSeconds() >> 1),
        2,
      ],
      [(year << 9) | ((modified.getMonth() + 1) << 5) | modified.getDate(), 2],
      [crc, 4],
      [large ? ELSEWHERE_32 : entry.stored, 4],
      [large ? ELSEWHERE_32 : entry.bytes, 4],
    ];
  }

  private ending(start: number, length: number): Uint8Array {
    const count = this.entries.length;
    const isLarge = count >= ELSEWHERE_16 || start >= this.limit || length >= this.limit;
    const end64: Piece[] = [
      [SIGNATURES.end64, 4],
      [LENGTHS.end64 - 12, 8],
      [VERSION_64, 2],
      [VERSION_64, 2],
      [0, 4 + 4],
      [count, 8],
      [count, 8],
      [length, 8],
      [start, 8],
      [SIGNATURES.locator64, 4],
      [0, 4],
      [start + length, 8],
      [1, 4],
    ];
    return bytesOf([
      ...(isLarge ? end64 : []),
      [SIGNATURES.end, 4],
      [0, 2 + 2],
      [isLarge ? ELSEWHERE_16 : count, 2],
      [isLarge ? ELSEWHERE_16 : count, 2],
      [isLarge ? ELSEWHERE_32 : length, 4],
      [isLarge ? ELSEWHERE_32 : start, 4],
      [0, 2],
    ]);
  }

  private isLarge({ bytes, stored }: Written): boolean {
    return bytes >= this.limit || stored >= this.limit;
  }
}

/** A number with its bytes, or bytes. */
type Piece = readonly [value: number, bytes: number] | Uint8Array;

const isBytes = (piece: Piece): piece is Uint8Array => piece instanceof Uint8Array;
const lengthOf = (pieces: readonly Piece[]): number =>
  pieces.reduce((sum, piece) => sum + (isBytes(piece) ? piece.length : piece[1]), 0);

function zip64Field(numbers: readonly number[]): Piece[] {
  return [
    [ZIP64_FIELD, 2],
    [8 * numbers.length, 2],
    ...numbers.map((number): Piece => [number, 8]),
  ];
}

function bytesOf(pieces: readonly Piece[]): Uint8Array {
  const all = new Uint8Array(lengthOf(pieces));
  let offset = 0;
  for (const piece of pieces) {
    if (isBytes(piece)) {
      all.set(piece, offset);
      offset += piece.length;
    } else {
      let [rest] = piece;
      for (let i = 0; i < piece[1]; i++) {
        all[offset + i] = rest % 256;
        rest = Math.floor(rest / 256);
      }
      offset += piece[1];
    }
  }
  return all;
}
