/**
 * The passes of a transformer as data: seven dispatches a block, the same list for a batch of whole
 * sequences and for one position of a generator, which differ only in rows, positions and capacity. It knows
 * no device: transformer.ts compiles it.
 */
import { defineUniforms, type UniformValues } from '../gpu/uniforms';
import type { BufferSpec, Kernel, Pass } from '../gpu/plan';
import { RandomStream } from '../base/random';
import { kernels, projectHeadsKernels, projectKernels } from './kernels';
import type { TransformerConfig, WeightFormat } from './language_model';
import { paddedRows } from './pack_matrix';
import {
  blockNames,
  termsOf,
  weightNames,
  type KernelFamily,
  type TransformerLayout,
} from './transformer_layout';

/** What every kernel of a language model may read. */
export const transformerUniforms = defineUniforms([
  // A 1 that the compiler does not know, to keep it from unrolling loops.
  ['one', 'u32'],
  ['position', 'u32'],
  ['seed', 'u32'],
  ['sampled', 'u32'],
  ['inverse_temperature', 'f32'],
]);

/** Uniforms of a pass over whole sequences. */
export const prefillUniforms: UniformValues = {
  one: 1,
  position: 0,
  seed: 0,
  sampled: 0,
  inverse_temperature: 1,
};

/** What the passes of one model share. */
export interface TransformerParts {
  readonly config: TransformerConfig;
  readonly layout: TransformerLayout;
  readonly family: KernelFamily;
  readonly formats: ReadonlyMap<string, WeightFormat>;
}

/** Rows that a run of the passes works on: [sequences, positions]. */
export interface RowShape {
  readonly sequences: number;
  /** Positions of a run: all of a batch, 1 in a generator. */
  readonly positions: number;
  /** Positions that `tokens` and the keys and values have room for. */
  readonly capacity: number;
}

/** Dispatches in x of kernels with many workgroups; the rest goes to y. */
const ACROSS = 32768;
/** Rows and outputs of a workgroup of the linear kernels. */
const TILES: Readonly<Record<KernelFamily, readonly [rows: number, outputs: number]>> = {
  direct: [32, 64],
  quads: [16, 128],
  tiled: [32, 64],
};
/** Parts of the vocabulary that threads search for the next token. */
const SAMPLE_PARTS = { direct: 16, quads: 16, tiled: 256 } as const;

const formatNumbers: Readonly<Record<WeightFormat, number>> = { f32: 0, f16: 1, i8: 2 };

/** What linear_output.wgsl does with an output. */
const Action = { store: 0, add: 1, gelu: 2, gated: 3 } as const;

const rowsOf = ({ sequences, positions }: RowShape): number => sequences * positions;

/** `count` workgroups over two dimensions. */
function across(count: number): [number, number, number] {
  return [Math.min(count, ACROSS), Math.ceil(count / ACROSS), 1];
}

const formatOf = (parts: TransformerParts, matrix: string): number =>
  formatNumbers[parts.formats.get(matrix) ?? 'f32'];

/** tokens → residual entering block 0. */
export function embedPass(parts: TransformerParts, shape: RowShape): Pass {
  const { config, layout } = parts;
  const rows = rowsOf(shape);
  return {
    name: 'embed tokens',
    kernel: kernels.embed_tokens,
    bindings: {
      weights: weightNames.tokens,
      terms: termsOf(weightNames.tokens),
      tokens: 'tokens',
      positions: weightNames.positions,
      residual: 'residual',
    },
    constants: {
      FORMAT: formatOf(parts, weightNames.tokens),
      M: rows,
      C: layout.widthChunks,
      D4: layout.d4,
      VOCABULARY: config.vocabulary,
      POSITIONS: shape.positions,
      CAPACITY: shape.capacity,
      LEARNED: Number(config.form === 'gpt2'),
    },
    workgroups: across(Math.ceil((rows * layout.d4) / 64)),
  };
}

/** residual entering block `block` → residual leaving it. */
export function blockPasses(
  parts: TransformerParts,
  shape: RowShape,
  block: number,
  keysValues: string,
): Pass[] {
  const { config, layout } = parts;
  const names = blockNames(block);
  const rows = rowsOf(shape);
  const label = (what: string) => `block ${block} ${what}`;
  const residual = { output: 'residual', stride: layout.d4 * 4, count: layout.d4 * 4 };
  return [
    normPass(parts, rows, label('attention norm'), names.attentionNorm),
    headsPass(parts, shape, label('queries, keys, values'), names.heads, keysValues),
    attentionPass(parts, shape, label('attention'), keysValues),
    linearPass(parts, rows, {
      name: label('attention output'),
      matrix: names.output,
      outputs: config.width,
      chunks: layout.attendedChunks,
      input: 'attended',
      action: Action.add,
      ...residual,
    }),
    normPass(parts, rows, label('mlp norm'), names.mlpNorm),
    linearPass(parts, rows, {
      name: label('mlp up'),
      matrix: names.up,
      outputs: config.form === 'llama' ? 2 * layout.hidden : config.hidden,
      chunks: layout.widthChunks,
      input: 'normed',
      output: 'hidden',
      action: config.form === 'llama' ? Action.gated : Action.gelu,
      stride: layout.hiddenChunks * 16,
      count: layout.hidden,
    }),
    linearPass(parts, rows, {
      name: label('mlp down'),
      matrix: names.down,
      outputs: config.width,
      chunks: layout.hiddenChunks,
      input: 'hidden',
      action: Action.add,
      ...residual,
    }),
  ];
}

/** residual after the last block → logits [rows, V]. */
export function unembedPasses(parts: TransformerParts, shape: RowShape): Pass[] {
  const { config, layout } = parts;
  const rows = rowsOf(shape);
  return [
    normPass(parts, rows, 'final norm', weightNames.finalNorm),
    linearPass(parts, rows, {
      name: 'unembed',
      matrix: weightNames.tokens,
      outputs: config.vocabulary,
      chunks: layout.widthChunks,
      input: 'normed',
      output: 'logits',
      action: Action.store,
      stride: config.vocabulary,
      count: config.vocabulary,
    }),
  ];
}

/** logits [S, V] → the token behind the current position. */
export function samplePasses(parts: TransformerParts, shape: RowShape): Pass[] {
  const searched = SAMPLE_PARTS[parts.family];
  const { sequences } = shape;
  return [
    {
      name: 'sample part',
      kernel: kernels.sample_part,
      bindings: { logits: 'logits', streams: 'streams', winners: 'winners' },
      constants: {
        S: sequences,
        VOCABULARY: parts.config.vocabulary,
        PARTS: searched,
        STREAM: RandomStream.generatedTokens,
      },
      workgroups: [Math.ceil((sequences * searched) / 64), 1, 1],
    },
    {
      name: 'sample token',
      kernel: kernels.sample_token,
      bindings: { winners: 'winners', prompt_lengths: 'prompt_lengths', tokens: 'tokens' },
      constants: { S: sequences, PARTS: searched, CAPACITY: shape.capacity },
      workgroups: [Math.ceil(sequences / 64), 1, 1],
    },
  ];
}

/** Buffers that the blocks work in; `keysValues` names one per block or one for all. */
export function blockBuffers(
  parts: TransformerParts,
  shape: RowShape,
  keysValues: readonly string[],
): BufferSpec[] {
  const { layout } = parts;
  const rows = rowsOf(shape);
  const { sequences, capacity } = shape;
  return [
    floats('normed', rows * layout.widthChunks * 16, '[rows, d], rows in chunks of 16'),
    floats('queries', rows * layout.query4 * 4, '[rows, heads, head]'),
    floats('attended', rows * layout.attendedChunks * 16, '[rows, heads, head]'),
    floats('hidden', rows * layout.hiddenChunks * 16, '[rows, hidden]'),
    ...keysValues.map((name) =>
      floats(
        name,
        sequences * capacity * 2 * layout.key4 * 4,
        '[sequences, positions, keys | values]',
      ),
    ),
  ];
}

export function residualBuffer({ layout }: TransformerParts, shape: RowShape): BufferSpec {
  return floats('residual', rowsOf(shape) * layout.d4 * 4, '[rows, d]');
}

export function logitsBuffer({ config }: TransformerParts, shape: RowShape): BufferSpec {
  return floats('logits', rowsOf(shape) * config.vocabulary, '[rows, vocabulary]');
}

export function tokensBuffer({ sequences, capacity }: RowShape): BufferSpec {
  return words('tokens', sequences * capacity, '[sequences, positions]');
}

/** Buffers that only sampling needs. */
export function sampleBuffers({ family }: TransformerParts, { sequences }: RowShape): BufferSpec[] {
  return [
    words('streams', sequences, '[sequences]'),
    words('prompt_lengths', sequences, '[sequences]'),
    words('winners', 2 * sequences * SAMPLE_PARTS[family], '[value | token, sequences, parts]'),
  ];
}

function floats(name: string, length: number, shape: string): BufferSpec {
  return { name, type: 'f32', length, shape };
}

function words(name: string, length: number, shape: string): BufferSpec {
  return { name, type: 'u32', length, shape };
}

/** Threads that share a row of a norm: more only where barriers are cheap. */
function normThreads(family: KernelFamily, d4: number): number {
  if (family !== 'tiled') return 1;
  let threads = 8;
  while (threads < d4 && threads < 64) threads *= 2;
  return threads;
}

function normPass(parts: TransformerParts, rows: number, name: string, norm: string): Pass {
  const { config, layout, family } = parts;
  return {
    name,
    kernel: kernels.norm_residual,
    bindings: { residual: 'residual', norm, normed: 'normed' },
    constants: {
      M: rows,
      D: config.width,
      D4: layout.d4,
      STRIDE: layout.widthChunks * 4,
      EPSILON: config.epsilon,
      CENTERED: Number(config.form === 'gpt2'),
      WG: normThreads(family, layout.d4),
    },
    workgroups: across(rows),
  };
}

interface LinearOptions {
  readonly name: string;
  readonly matrix: string;
  /** Rows of the matrix before they are padded to whole groups. */
  readonly outputs: number;
  readonly chunks: number;
  readonly input: string;
  readonly output: string;
  readonly action: number;
  readonly stride: number;
  readonly count: number;
}

function linearPass(parts: TransformerParts, rows: number, options: LinearOptions): Pass {
  return projection(parts, rows, options, {
    kernel: projectKernels[parts.family],
    bindings: { x: options.input, out: options.output },
    constants: { ACTION: options.action, STRIDE: options.stride, COUNT: options.count },
  });
}

function headsPass(
  parts: TransformerParts,
  shape: RowShape,
  name: string,
  matrix: string,
  keysValues: string,
): Pass {
  const { config, layout, family } = parts;
  const outputs = (layout.query4 + 2 * layout.key4) * 4;
  const options = { name, matrix, outputs, chunks: layout.widthChunks };
  return projection(parts, rowsOf(shape), options, {
    kernel: projectHeadsKernels[family],
    bindings: {
      x: 'normed',
      turns: weightNames.turns,
      queries: 'queries',
      keys_values: keysValues,
    },
    constants: {
      QUERY4: layout.query4,
      KEY4: layout.key4,
      HD4: layout.hd4,
      POSITIONS: shape.positions,
      CAPACITY: shape.capacity,
      ROTARY: Number(config.form === 'llama'),
    },
  });
}

/** What both kinds of linear pass have in common. */
function projection(
  parts: TransformerParts,
  rows: number,
  options: Pick<LinearOptions, 'name' | 'matrix' | 'outputs' | 'chunks'>,
  rest: {
    readonly kernel: Kernel;
    readonly bindings: Readonly<Record<string, string>>;
    readonly constants: Readonly<Record<string, number>>;
  },
): Pass {
  const outputs = paddedRows(options.outputs);
  const [tileRows, tileOutputs] = TILES[parts.family];
  return {
    name: options.name,
    kernel: rest.kernel,
    bindings: { weights: options.matrix, terms: termsOf(options.matrix), ...rest.bindings },
    constants: {
      FORMAT: formatOf(parts, options.matrix),
      M: rows,
      C: options.chunks,
      N: outputs,
      ...rest.constants,
    },
    workgroups: [Math.ceil(outputs / tileOutputs), Math.ceil(rows / tileRows), 1],
  };
}

function attentionPass(
  parts: TransformerParts,
  shape: RowShape,
  name: string,
  keysValues: string,
): Pass {
  const { config, layout } = parts;
  const rows = rowsOf(shape);
  return {
    name,
    kernel: kernels.attention_direct,
    bindings: { queries: 'queries', keys_values: keysValues, attended: 'attended' },
    constants: {
      M: rows,
      HEADS: config.heads,
      GROUP: layout.group,
      HD4: layout.hd4,
      QUERY4: layout.query4,
      KEY4: layout.key4,
      POSITIONS: shape.positions,
      CAPACITY: shape.capacity,
      STRIDE: layout.attendedChunks * 4,
      SCALE: 1 / Math.sqrt(layout.head),
    },
    workgroups: across(Math.ceil((rows * config.heads) / 64)),
  };
}
