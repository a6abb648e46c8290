/**
 * Text that a person brings as documents: which formats there are, how one file becomes many documents, and
 * what is wrong with a file that cannot be read. It knows no tokens.
 *
 *   .txt           documents between lines "<|endoftext|>"; without such a line, the whole text is one
 *   .json          a list of texts, or of objects with a "text"
 *   .jsonl, .ndjson   the same, one a line
 */
import { at } from '../base/array';
import { LabError } from '../base/lab_error';

/** What separates documents in plain text. */
const SEPARATOR = '<|endoftext|>';

/**
 * The documents of a file, without empty ones. Throws LabError `bad_data` when the bytes are no UTF-8 (with
 * the place), the JSON is none, an entry has no text, or there is no text at all.
 */
export function readCorpus(bytes: Uint8Array, name: string): string[] {
  const text = decodeUtf8(bytes, name);
  const documents = splitDocuments(text, name)
    .map((document) => document.trim())
    .filter((document) => document !== '');
  if (documents.length > 0) return documents;
  throw new LabError('bad_data', `${name} holds no text.`, 'Choose a file with text in it.');
}

function splitDocuments(text: string, name: string): string[] {
  if (/\.(jsonl|ndjson)$/i.test(name)) {
    const lines = text.split('\n');
    return lines.flatMap((line, index) =>
      line.trim() === '' ? [] : [textOf(parse(line, `line ${index + 1} of ${name}`), name, index)],
    );
  }
  if (/\.json$/i.test(name)) {
    const list = parse(text, name);
    if (!Array.isArray(list)) {
      throw new LabError(
        'bad_data',
        `${name} is not a list.`,
        'A corpus in JSON is a list of texts, or of objects with a "text".',
      );
    }
    return list.map((entry, index) => textOf(entry, name, index));
  }
  return text.split(SEPARATOR);
}

function parse(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LabError('bad_data', `${place} is no JSON.`, 'Correct it, or give plain text.', {
      cause,
    });
  }
}

function textOf(entry: unknown, name: string, index: number): string {
  if (typeof entry === 'string') return entry;
  if (typeof entry === 'object' && entry !== null && 'text' in entry) {
    if (typeof entry.text === 'string') return entry.text;
  }
  throw new LabError(
    'bad_data',
    `Entry ${index + 1} of ${name} is neither a text nor an object with a "text".`,
    'Give every document as a text.',
  );
}

function decodeUtf8(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new LabError(
      'bad_data',
      `${name} is not UTF-8: byte ${firstInvalidByte(bytes)} does not continue its text.`,
      'Save it as UTF-8 and choose it again.',
      { cause },
    );
  }
}

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
