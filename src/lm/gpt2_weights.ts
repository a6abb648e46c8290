/**
 * The weights of a GPT-2 stored under Hugging Face's names, turned into the lab's: Conv1D matrices
 * [in, out] become linear layers [out, in], the joint query-key-value matrix becomes three. Half floats stay
 * as they are. Some files have `transformer.` in front of every name; some carry causal masks as buffers,
 * and the output head once more, which must then be the token embedding. It knows no file format.
 * Source: transformers, modeling_gpt2.py.
 */
import { at } from '../base/array';
import {
  badModelFile,
  StoredModelReader,
  type StoredModel,
  type StoredNumbers,
} from './stored_model';
import type {
  BlockWeights,
  Linear,
  Matrix,
  Norm,
  TransformerConfig,
  TransformerWeights,
} from './language_model';

const PREFIX = 'transformer.';
const HEAD = 'lm_head.weight';
const EMBEDDING = 'wte.weight';

/** Embeddings are padded to a multiple of at most this many rows. */
const MOST_PADDING = 127;

/** Causal masks, which some files hold as tensors. */
const isMask = (name: string): boolean => /^h\.\d+\.attn\.(?:bias|masked_bias)$/.test(name);

/**
 * Takes the weights out of a stored model. Throws LabError `bad_file` naming a tensor that is missing, left
 * over, transposed or of another shape or kind, with both shapes, or a head that is not tied.
 */
export function readGpt2Weights(
  config: TransformerConfig,
  stored: StoredModel,
): TransformerWeights {
  const { width, context } = config;
  const prefix = stored.tensors.has(PREFIX + EMBEDDING) ? PREFIX : '';
  const reader = new StoredModelReader(stored, prefix);
  const weights: TransformerWeights = {
    tokenEmbedding: readEmbedding(reader, config),
    positionEmbedding: floatMatrix(reader, 'wpe.weight', context, width),
    blocks: Array.from({ length: config.layers }, (_, layer) => readBlock(reader, config, layer)),
    finalNorm: readNorm(reader, 'ln_f', width),
  };
  refuseOtherHead(stored, prefix + EMBEDDING);
  reader.refuseLeftovers((name) => isMask(name) || name === HEAD);
  return weights;
}

function readBlock(
  reader: StoredModelReader,
  config: TransformerConfig,
  layer: number,
): BlockWeights {
  const { width, hidden } = config;
  const block = `h.${layer}`;
  const [query, key, value] = readConv1d(reader, `${block}.attn.c_attn`, width, width, 3);
  const [output] = readConv1d(reader, `${block}.attn.c_proj`, width, width, 1);
  const [up] = readConv1d(reader, `${block}.mlp.c_fc`, width, hidden, 1);
  const [down] = readConv1d(reader, `${block}.mlp.c_proj`, hidden, width, 1);
  return {
    attentionNorm: readNorm(reader, `${block}.ln_1`, width),
    query,
    key,
    value,
    output,
    mlpNorm: readNorm(reader, `${block}.ln_2`, width),
    gate: null,
    up,
    down,
  };
}

function readNorm(reader: StoredModelReader, name: string, width: number): Norm {
  return {
    gain: reader.vector(`${name}.weight`, width),
    bias: reader.vector(`${name}.bias`, width),
  };
}

type FloatNumbers = Exclude<StoredNumbers, { format: 'i8' }>;

/** The numbers of a float tensor as stored. */
function floatNumbers(reader: StoredModelReader, name: string, shape: number[]): FloatNumbers {
  const tensor = reader.tensor(name, shape);
  const numbers = tensor.numbers();
  // Integers mean nothing here without scales; asking for floats refuses them in the file's own words.
  return numbers.format === 'i8' ? { format: 'f32', values: tensor.floats() } : numbers;
}

function floatMatrix(
  reader: StoredModelReader,
  name: string,
  rows: number,
  columns: number,
): Matrix {
  return { ...floatNumbers(reader, name, [rows, columns]), rows, columns };
}

/**
 * The token embedding [V, d], in memory of its own because it is kept; rows that only fill it up to a round
 * number are left out.
 */
function readEmbedding(reader: StoredModelReader, config: TransformerConfig): Matrix {
  const { vocabulary, width } = config;
  const rows = reader.rowsOf(EMBEDDING) ?? vocabulary;
  const isPadded = rows > vocabulary && rows - vocabulary <= MOST_PADDING;
  const numbers = floatNumbers(reader, EMBEDDING, [isPadded ? rows : vocabulary, width]);
  const count = vocabulary * width;
  return numbers.format === 'f32'
    ? { format: 'f32', values: numbers.values.slice(0, count), rows: vocabulary, columns: width }
    : {
        format: 'f16',
        values: numbers.values.slice(0, count),
        rows: vocabulary,
        columns: width,
      };
}

/** `parts` linear layers [outputs, inputs] that lie side by side in a Conv1D matrix [inputs, parts · outputs]. */
function readConv1d<Parts extends 1 | 3>(
  reader: StoredModelReader,
  name: string,
  inputs: number,
  outputs: number,
  parts: Parts,
): Parts extends 3 ? [Linear, Linear, Linear] : [Linear];
function readConv1d(
  reader: StoredModelReader,
  name: string,
  inputs: number,
  outputs: number,
  parts: number,
): Linear[] {
  const joint = floatNumbers(reader, `${name}.weight`, [inputs, parts * outputs]);
  const bias = reader.vector(`${name}.bias`, parts * outputs);
  return Array.from({ length: parts }, (_, part) => {
    const first = part * outputs;
    const size = { rows: outputs, columns: inputs };
    const weight: Matrix =
      joint.format === 'f32'
        ? { ...size, format: 'f32', values: new Float32Array(outputs * inputs) }
        : { ...size, format: 'f16', values: new Uint16Array(outputs * inputs) };
    transposeColumns(joint.values, parts * outputs, first, weight.values, outputs, inputs);
    return { weight, bias: bias.slice(first, first + outputs) };
  });
}

/** Edge of the square blocks in which a matrix is turned, so that both sides stay in the cache. */
const BLOCK = 32;

/** target[o, i] = source[i, first + o] for a source of `stride` columns. */
function transposeColumns(
  source: Float32Array | Uint16Array,
  stride: number,
  first: number,
  target: { [index: number]: number },
  outputs: number,
  inputs: number,
): void {
  for (let outputStart = 0; outputStart < outputs; outputStart += BLOCK) {
    const outputEnd = Math.min(outputs, outputStart + BLOCK);
    for (let inputStart = 0; inputStart < inputs; inputStart += BLOCK) {
      const inputEnd = Math.min(inputs, inputStart + BLOCK);
      for (let o = outputStart; o < outputEnd; o += 1) {
        for (let i = inputStart; i < inputEnd; i += 1) {
          target[o * inputs + i] = at(source, i * stride + first + o);
        }
      }
    }
  }
}

/** A head in the file must be the embedding: the lab's transformer has one matrix for both. */
function refuseOtherHead(stored: StoredModel, embeddingName: string): void {
  const { label, tensors } = stored;
  const head = tensors.get(HEAD);
  const embedding = tensors.get(embeddingName);
  if (head === undefined || embedding === undefined) return;
  if (head.dtype !== embedding.dtype || String(head.shape) !== String(embedding.shape)) {
    throw badModelFile(
      label,
      `has tensor "${HEAD}" of ${head.dtype} [${head.shape.join(', ')}] where ` +
        `"${embeddingName}" is of ${embedding.dtype} [${embedding.shape.join(', ')}]; ` +
        'the lab runs models whose head is the token embedding',
      'Choose a model with a tied head.',
    );
  }
  const own = head.numbers().values;
  const tied = embedding.numbers().values;
  const different = own.findIndex((value, index) => value !== tied[index]);
  if (different < 0) return;
  const row = Math.floor(different / (head.shape[1] ?? 1));
  throw badModelFile(
    label,
    `has tensor "${HEAD}" that differs from "${embeddingName}", first in row ${row}; ` +
      'the lab runs models whose head is the token embedding',
    'Choose a model with a tied head.',
  );
}
