/**
 * The weights of a language model on the GPU: packed once, uploaded once, shared by every forward pass and
 * generator. Refuses a model whose largest matrix exceeds what the adapter binds before anything is packed.
 */
import { at } from '../base/array';
import { LabError } from '../base/lab_error';
import { BufferSet } from '../gpu/buffer_set';
import { largestBuffer, mebibytes } from '../gpu/buffers';
import type {
  BlockWeights,
  Linear,
  Matrix,
  Norm,
  TransformerConfig,
  TransformerWeights,
  WeightFormat,
} from './language_model';
import {
  CHUNK,
  asFloat32,
  commonFormat,
  packMatrix,
  packedBytes,
  paddedRows,
  type RowSource,
} from './pack_matrix';
import {
  blockNames,
  gatedRows,
  headColumns,
  headRows,
  plainRows,
  termsOf,
  weightNames,
  type TransformerLayout,
} from './transformer_layout';

/** Base of the angles of rotary embeddings. */
const ROTARY_BASE = 10_000;

/** How a packed matrix is made; the bytes are known before the packing. */
interface MatrixRecipe {
  readonly name: string;
  readonly matrices: readonly Matrix[];
  readonly biases: readonly (Float32Array | null)[];
  readonly rows: readonly RowSource[];
  readonly columns: Int32Array | null;
}

interface UploadedWeights {
  readonly buffers: BufferSet;
  /** Format of each packed matrix by name. */
  readonly formats: ReadonlyMap<string, WeightFormat>;
  readonly bytes: number;
}

/**
 * Uploads all weights. Throws LabError `out_of_memory` when a matrix exceeds the adapter's largest binding or
 * the GPU runs short.
 */
export async function uploadWeights(
  device: GPUDevice,
  config: TransformerConfig,
  layout: TransformerLayout,
  weights: TransformerWeights,
): Promise<UploadedWeights> {
  const recipes = recipesOf(config, layout, weights);
  const vectors = vectorsOf(config, layout, weights);
  checkSizes(device, recipes, vectors);
  const buffers = new BufferSet(device, 'weights');
  const upload = (name: string, data: Uint8Array<ArrayBuffer> | Float32Array) => {
    buffers.create(name, data.byteLength);
    buffers.write(name, data);
  };
  device.pushErrorScope('out-of-memory');
  for (const { name, matrices, biases, rows, columns } of recipes) {
    const packed = packMatrix(matrices, biases, rows, columns);
    upload(name, packed.bytes);
    upload(termsOf(name), packed.terms);
  }
  for (const [name, values] of vectors) upload(name, values);
  const error = await device.popErrorScope();
  const bytes = [...buffers.values()].reduce((sum, { size }) => sum + size, 0);
  if (error !== null) {
    buffers.destroy();
    throw new LabError(
      'out_of_memory',
      `The GPU could not give the ${mebibytes(bytes)} that the language model's weights need: ${error.message}`,
      'Close other programs that use the GPU, or load the weights as float16 or int8.',
    );
  }
  const formats = new Map(recipes.map(({ name, matrices }) => [name, commonFormat(matrices)]));
  return { buffers, formats, bytes };
}

function recipesOf(
  config: TransformerConfig,
  layout: TransformerLayout,
  weights: TransformerWeights,
): MatrixRecipe[] {
  const plain = (name: string, { weight, bias }: Linear, columns: Int32Array | null = null) => ({
    name,
    matrices: [weight],
    biases: [bias],
    rows: plainRows(weight.rows),
    columns,
  });
  const ofBlock = (block: BlockWeights, index: number): MatrixRecipe[] => {
    const names = blockNames(index);
    const heads = [block.query, block.key, block.value];
    const up: MatrixRecipe =
      block.gate === null
        ? plain(names.up, block.up)
        : {
            name: names.up,
            matrices: [block.gate.weight, block.up.weight],
            biases: [block.gate.bias, block.up.bias],
            rows: gatedRows(config, layout),
            columns: null,
          };
    return [
      {
        name: names.heads,
        matrices: heads.map(({ weight }) => weight),
        biases: heads.map(({ bias }) => bias),
        rows: headRows(config, layout),
        columns: null,
      },
      plain(names.output, block.output, headColumns(config, layout)),
      up,
      plain(names.down, block.down),
    ];
  };
  return [
    plain(weightNames.tokens, { weight: weights.tokenEmbedding, bias: null }),
    ...weights.blocks.flatMap(ofBlock),
  ];
}

function vectorsOf(
  config: TransformerConfig,
  layout: TransformerLayout,
  weights: TransformerWeights,
): [string, Float32Array<ArrayBuffer>][] {
  const norms = weights.blocks.flatMap((block, index): [string, Float32Array<ArrayBuffer>][] => {
    const names = blockNames(index);
    return [
      [names.attentionNorm, normRows(block.attentionNorm, layout.d4)],
      [names.mlpNorm, normRows(block.mlpNorm, layout.d4)],
    ];
  });
  const { positionEmbedding } = weights;
  return [
    ...norms,
    [weightNames.finalNorm, normRows(weights.finalNorm, layout.d4)],
    [
      weightNames.positions,
      positionEmbedding === null
        ? new Float32Array(4)
        : padRows(asFloat32(positionEmbedding), layout.d4 * 4),
    ],
    [
      weightNames.turns,
      config.form === 'llama' ? rotaryTurns(config, layout) : new Float32Array(4),
    ],
  ];
}

function normRows({ gain, bias }: Norm, d4: number): Float32Array<ArrayBuffer> {
  const rows = new Float32Array(2 * d4 * 4);
  rows.set(gain);
  if (bias !== null) rows.set(bias, d4 * 4);
  return rows;
}

function padRows(
  { rows, columns, values }: { rows: number; columns: number; values: Float32Array },
  stride: number,
): Float32Array<ArrayBuffer> {
  const padded = new Float32Array(rows * stride);
  for (let row = 0; row < rows; row += 1) {
    padded.set(values.subarray(row * columns, (row + 1) * columns), row * stride);
  }
  return padded;
}

/** [context, hd4] vec4s (cos, sin) of two pairs each; in float64 here, since WGSL bounds no sine beyond π. */
function rotaryTurns(
  { context }: TransformerConfig,
  { head, hd4 }: TransformerLayout,
): Float32Array<ArrayBuffer> {
  const turns = new Float32Array(context * hd4 * 4);
  for (let position = 0; position < context; position += 1) {
    for (let pair = 0; pair < head / 2; pair += 1) {
      const angle = position * ROTARY_BASE ** ((-2 * pair) / head);
      turns[position * hd4 * 4 + 2 * pair] = Math.cos(angle);
      turns[position * hd4 * 4 + 2 * pair + 1] = Math.sin(angle);
    }
  }
  return turns;
}

function checkSizes(
  device: GPUDevice,
  recipes: readonly MatrixRecipe[],
  vectors: readonly (readonly [string, Float32Array])[],
): void {
  const limit = largestBuffer(device.limits);
  const sizes = recipes.map(({ name, matrices, rows, columns }) => ({
    name,
    bytes: packedBytes({
      format: commonFormat(matrices),
      rows: paddedRows(rows.length),
      chunks: Math.ceil((columns?.length ?? at(matrices, 0).columns) / CHUNK),
    }),
  }));
  for (const [name, { byteLength }] of vectors) sizes.push({ name, bytes: byteLength });
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { name, bytes } of sizes) {
    if (bytes <= limit) continue;
    throw new LabError(
      'out_of_memory',
      `The language model's ${name} needs ${mebibytes(bytes)}, and this adapter gives at most ${mebibytes(limit)} to one buffer. All weights need ${mebibytes(total)}.`,
      'Load the weights as float16 or int8, or choose a smaller model.',
    );
  }
}
