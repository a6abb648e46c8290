/**
 * The passes of a transformer as data: seven dispatches per block, the same list for a batch of whole
 * sequences and for one position of a generator, which differ only in rows, positions and capacity. It knows
 * no device: transformer.ts compiles it.
 */
import { defineUniforms, type UniformValues } from '../gpu/uniforms';
import type { BufferSpec, Pass } from '../gpu/plan';
import { spread } from '../gpu/workgroups';
import { RandomStream } from '../base/random';
import { kernels } from './kernels';
import { blockNames, termsOf, weightNames } from './transformer_layout';
import { Action, headsPass, linearPass, logitsPass } from './linear_passes';
import {
  attentionPass,
  formatOf,
  normPass,
  rowsOf,
  type RowShape,
  type TransformerParts,
} from './transformer_passes';

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

/** Parts of the vocabulary that threads search for the next token. */
const SAMPLE_PARTS = { direct: 16, quads: 16, tiled: 256 } as const;

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
    workgroups: spread(rows * layout.d4),
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
  const rows = rowsOf(shape);
  return [normPass(parts, rows, 'final norm', weightNames.finalNorm), logitsPass(parts, rows)];
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
