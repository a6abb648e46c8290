/**
 * The word vectors that ship with the lab (public/data/words/, docs/data.md): reads the two files, from
 * wherever they lie, and checks that they are what they should be.
 */
import { at } from '../base/array';
import { LabError } from '../base/lab_error';
import { groupDigits } from '../base/number_text';
import type { ReadySource } from './source';
import { openTableSource } from './table_source';

/** Reads one shipped file by its path below the folder `public`. Throws LabError when it cannot. */
export type ReadShipped = (path: string) => Promise<ArrayBuffer>;

export interface WordVectors {
  /** Most frequent first. */
  readonly words: readonly string[];
  readonly width: number;
  /** [words, width]. */
  readonly values: Float32Array;
}

const FOLDER = 'data/words';
/** "LABW" read as a little-endian u32, then version, rows and dimensions. */
const MAGIC = 0x5742414c;
const VERSION = 1;
const HEADER_BYTES = 16;

/**
 * Loads the word vectors: x = scale · integer, rounded to float32. Throws LabError `bad_file` when a file
 * is not what this version of the lab ships (a page served in its place, a download cut short).
 */
export async function loadWords(read: ReadShipped): Promise<WordVectors> {
  const [vectors, list] = await Promise.all([
    read(`${FOLDER}/vectors.bin`),
    read(`${FOLDER}/words.txt`),
  ]);
  const { rows, width, values } = decodeVectors(vectors);
  const words = new TextDecoder().decode(list).trimEnd().split('\n');
  if (words.length !== rows) {
    throw badWords(`words.txt has ${words.length} words for ${rows} vectors`);
  }
  return { words, width, values };
}

/** Loads the word vectors as a source with a tenth of the words held out. */
export async function openWordSource(read: ReadShipped, seed: number): Promise<ReadySource> {
  const { words, width, values } = await loadWords(read);
  return openTableSource({
    label: 'Word vectors',
    description: `${groupDigits(String(words.length), '\u202f')} English words in ${width} dimensions (GloVe), a tenth held out`,
    width,
    values,
    order: 'shuffled',
    seed,
    labels: words,
  });
}

function decodeVectors(bytes: ArrayBuffer): { rows: number; width: number; values: Float32Array } {
  if (bytes.byteLength < HEADER_BYTES) throw badWords('vectors.bin has no header');
  const header = new DataView(bytes, 0, HEADER_BYTES);
  if (header.getUint32(0, true) !== MAGIC) throw badWords('vectors.bin is some other kind of file');
  const version = header.getUint32(4, true);
  if (version !== VERSION) throw badWords(`vectors.bin has version ${version}, not ${VERSION}`);
  const rows = header.getUint32(8, true);
  const width = header.getUint32(12, true);
  const expected = HEADER_BYTES + rows * (4 + width);
  if (bytes.byteLength !== expected) {
    throw badWords(`vectors.bin has ${bytes.byteLength} bytes instead of ${expected}`);
  }
  const scales = new DataView(bytes, HEADER_BYTES, 4 * rows);
  const integers = new Int8Array(bytes, HEADER_BYTES + 4 * rows);
  const values = new Float32Array(rows * width);
  for (let row = 0; row < rows; row += 1) {
    const scale = scales.getFloat32(4 * row, true);
    for (let j = row * width; j < (row + 1) * width; j += 1) values[j] = scale * at(integers, j);
  }
  return { rows, width, values };
}

function badWords(reason: string): LabError {
  return new LabError(
    'bad_file',
    `The word vectors cannot be read: ${reason}.`,
    'Reload the page without its cache; if it happens again, the copy of the lab is incomplete.',
  );
}
