/**
 * The text of a file that a person brings. UTF-8 is what the lab reads; UTF-16 that says so by its byte order
 * mark is read as well, since Windows writes it. Whatever else it is, it is called by its name: UTF-16 without
 * a mark decodes as UTF-8 without complaint, as a text full of NULs.
 */
import { at } from './array';
import { formatOf, formatWords, unpackAdvice } from './file_format';
import { LabError, type LabErrorCode } from './lab_error';

/** Bytes looked at for the encoding. */
const SAMPLE = 2 ** 16;
/** A smaller share of NULs may stand in a text by accident. */
const FEWEST_NULS = 0.01;
/** Share of the NULs that must lie where the encoding puts them. */
const ALMOST_ALL = 0.95;

/**
 * The text in `bytes`, without a byte order mark. Throws LabError of the given code that begins with `name`
 * and says what the bytes are instead, or which is the first that is no UTF-8.
 */
export function decodeText(
  bytes: Uint8Array,
  name: string,
  code: LabErrorCode = 'bad_data',
): string {
  const refuse = (message: string, wayOut: string, cause?: unknown): LabError =>
    new LabError(code, `${name} ${message}.`, wayOut, { cause });
  const format = formatOf(bytes);
  if (format !== null && format !== 'html') {
    throw refuse(
      `is ${formatWords[format]}`,
      unpackAdvice(format) ?? textAdvice(name, format === 'parquet'),
    );
  }
  const encoding = markedEncoding(bytes) ?? (bytes.includes(0) ? unmarkedEncoding(bytes) : null);
  if (encoding === 'binary') {
    throw refuse(
      `is not text: byte ${bytes.indexOf(0)} of it is 0`,
      'Give a text, saved as UTF-8 (.txt, .json, .jsonl).',
    );
  }
  const marked = encoding === markedEncoding(bytes);
  if (encoding !== null && (!marked || encoding.startsWith('UTF-32'))) {
    throw refuse(
      `is in ${encoding}${marked ? '' : ', without a byte order mark'}; UTF-8 can be read`,
      convert(name, encoding),
    );
  }
  try {
    return new TextDecoder(encoding ?? 'utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw encoding === null
      ? refuse(
          `is not UTF-8: byte ${firstInvalidByte(bytes)} does not continue its text`,
          'Save it as UTF-8 and choose it again.',
          cause,
        )
      : refuse(`is in ${encoding} and damaged or cut off`, convert(name, encoding), cause);
  }
}

type Encoding = 'UTF-16LE' | 'UTF-16BE' | 'UTF-32LE' | 'UTF-32BE';

/** The encoding that a byte order mark names; null without one, or with that of UTF-8. */
function markedEncoding(bytes: Uint8Array): Encoding | null {
  const begins = (...mark: number[]) => mark.every((byte, i) => bytes[i] === byte);
  if (begins(0xff, 0xfe, 0, 0)) return 'UTF-32LE';
  if (begins(0, 0, 0xfe, 0xff)) return 'UTF-32BE';
  if (begins(0xff, 0xfe)) return 'UTF-16LE';
  return begins(0xfe, 0xff) ? 'UTF-16BE' : null;
}

/** What bytes with NULs among them are: by which bytes of every four are NULs. */
function unmarkedEncoding(bytes: Uint8Array): Encoding | 'binary' | null {
  const sample = bytes.subarray(0, SAMPLE);
  const nuls = [0, 0, 0, 0];
  sample.forEach((byte, i) => {
    if (byte === 0) nuls[i % 4] = at(nuls, i % 4) + 1;
  });
  const [a, b, c, d] = [at(nuls, 0), at(nuls, 1), at(nuls, 2), at(nuls, 3)];
  const all = a + b + c + d;
  const fours = Math.floor(sample.length / 4);
  if (all < FEWEST_NULS * sample.length) return null;
  // The upper half of every four bytes is 0 for all of the plane that texts are written in.
  if (fours > 0 && c + d >= ALMOST_ALL * 2 * fours) return 'UTF-32LE';
  if (fours > 0 && a + b >= ALMOST_ALL * 2 * fours) return 'UTF-32BE';
  if (b + d >= ALMOST_ALL * all) return 'UTF-16LE';
  return a + c >= ALMOST_ALL * all ? 'UTF-16BE' : 'binary';
}

const convert = (name: string, encoding: Encoding): string =>
  `Save it as UTF-8, for instance with: iconv -f ${encoding} -t UTF-8 ${JSON.stringify(name)} > utf8.txt`;

const textAdvice = (name: string, isTable: boolean): string =>
  isTable
    ? `In Python: import pandas as pd; pd.read_parquet(${JSON.stringify(name)})[["text"]].to_json("corpus.jsonl", orient="records", lines=True)`
    : 'Give a text, saved as UTF-8 (.txt, .json, .jsonl).';

/** Offset of the first sequence that is no UTF-8, given that there is one. */
function firstInvalidByte(bytes: Uint8Array): number {
  let offset = 0;
  while (offset < bytes.length) {
    const length = sequenceLength(at(bytes, offset));
    const sequence = bytes.subarray(offset, offset + length);
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(sequence);
    } catch {
      return offset;
    }
    offset += length;
  }
  return offset;
}

/** Bytes of the sequence that a byte begins; 1 for a byte that begins none. */
function sequenceLength(first: number): number {
  if (first >= 0xf0) return 4;
  if (first >= 0xe0) return 3;
  return first >= 0xc0 ? 2 : 1;
}
