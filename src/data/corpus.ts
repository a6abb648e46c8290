/**
 * Text that a person brings as documents: which formats there are, how one file becomes many documents, and
 * what is wrong with a file that cannot be read. It knows no tokens.
 *
 *   .txt           documents between lines "<|endoftext|>"; without such a line, the whole text is one
 *   .json          a list of texts, or of objects with a "text"
 *   .jsonl, .ndjson   the same, one per line
 *
 * White space is text: a model has tokens for it, and another program that reads the same document must get
 * the same tokens. Only line breaks that end a line of the file are not: those before and after a separator,
 * and the last one.
 */
import { LabError } from '../base/lab_error';
import { decodeText } from '../base/text_file';

/** What separates documents in plain text, with the ends of its own line and of the one before. */
const SEPARATOR = /(?:\r?\n)?<\|endoftext\|>(?:\r?\n)?/;

/**
 * The documents of a file as they stand there, without those of nothing but white space. Throws LabError
 * `bad_data` when the bytes are no text (with what they are), the JSON is none, an entry has no text, or
 * there is no text at all.
 */
export function readCorpus(bytes: Uint8Array, name: string): string[] {
  const text = decodeText(bytes, name);
  const documents = splitDocuments(text, name).filter((document) => document.trim() !== '');
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
  return text.replace(/\r?\n$/, '').split(SEPARATOR);
}

function parse(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new LabError(
      'bad_data',
      `${place} is not JSON.`,
      'Correct it; plain text is called .txt, and a file with one JSON value per line .jsonl.',
      { cause },
    );
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
