/**
 * The linear layers of a transformer with what follows them. A layer is three texts: how its weights are read
 * (their format), how products are summed (the family, and for GPUs a tile that fits the shape), where outputs
 * go (into the residual stream, through an activation, to heads, to logits).
 */
import type { Kernel, Pass } from '../gpu/plan';
import { down, FULL_GPU } from '../gpu/workgroups';
import { projectHeadsKernels, projectKernels, unembedKernels } from './kernels';
import { paddedRows } from './pack_matrix';
import { termsOf, weightNames } from './transformer_layout';
import { formatOf, rowsOf, type RowShape, type TransformerParts } from './transformer_passes';

/** What linear_output.wgsl does with an output. */
export const Action = { add: 0, gelu: 1, gated: 2 } as const;

/** Rows and outputs that a workgroup makes. */
export interface LinearTile {
  readonly rows: number;
  readonly outputs: number;
}

const DIRECT_TILE: LinearTile = { rows: 32, outputs: 64 };
const QUADS_TILE: LinearTile = { rows: 16, outputs: 128 };
/** Tiles of linear_tiled.wgsl: for shapes that leave a GPU idle otherwise, and the large ones, best first. */
const SMALL_TILE: LinearTile = { rows: 32, outputs: 64 };
export const LARGE_TILES: readonly LinearTile[] = [
  { rows: 64, outputs: 128 },
  { rows: 64, outputs: 96 },
  { rows: 64, outputs: 64 },
];

/**
 * Large tiles do more with what they read, but a GPU needs some hundred workgroups to be busy. Of the large ones
 * that which computes the fewest outputs past the last: widths of language models are multiples of 96 as often
 * as of 128.
 */
function tileOf({ family }: TransformerParts, rows: number, outputs: number): LinearTile {
  if (family === 'direct') return DIRECT_TILE;
  if (family === 'quads') return QUADS_TILE;
  const filling = LARGE_TILES.filter((tile) => {
    const [wide, deep, lines] = workgroupsOf(tile, rows, outputs);
    return wide * deep * lines >= FULL_GPU;
  });
  const made = (tile: LinearTile) => Math.ceil(outputs / tile.outputs) * tile.outputs;
  return (
    filling.reduce<LinearTile | null>(
      (best, tile) => (best === null || made(tile) < made(best) ? tile : best),
      null,
    ) ?? SMALL_TILE
  );
}

/** Workgroups that make `outputs` outputs of `rows` rows. */
export function workgroupsOf(
  tile: LinearTile,
  rows: number,
  outputs: number,
): [number, number, number] {
  return down(Math.ceil(outputs / tile.outputs), Math.ceil(rows / tile.rows));
}

interface LinearOptions {
  readonly name: string;
  readonly matrix: string;
  /** Rows of the matrix before they are padded to whole groups. */
  readonly outputs: number;
  readonly chunks: number;
  readonly input: string;
}

interface LinearOutput {
  readonly output: string;
  readonly action: number;
  /** Numbers of a row of `output`, and how many of them exist; multiples of 4. */
  readonly stride: number;
  readonly count: number;
}

/** y = W x + b [rows, count] → `output`, as `action` says. */
export function linearPass(
  parts: TransformerParts,
  rows: number,
  options: LinearOptions & LinearOutput,
): Pass {
  return projection(parts, rows, options, {
    kernel: projectKernels[parts.family],
    bindings: { out: options.output },
    constants: { ACTION: options.action, STRIDE: options.stride, COUNT: options.count },
  });
}

/** normed → queries, and keys and values into the cache. */
export function headsPass(
  parts: TransformerParts,
  shape: RowShape,
  name: string,
  matrix: string,
  keysValues: string,
): Pass {
  const { config, layout, family } = parts;
  const outputs = (layout.query4 + 2 * layout.key4) * 4;
  const options = { name, matrix, outputs, chunks: layout.widthChunks, input: 'normed' };
  return projection(parts, rowsOf(shape), options, {
    kernel: projectHeadsKernels[family],
    bindings: { turns: weightNames.turns, queries: 'queries', keys_values: keysValues },
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

/** normed → logits [rows, vocabulary]. */
export function logitsPass(parts: TransformerParts, rows: number): Pass {
  const { vocabulary } = parts.config;
  const options = {
    name: 'unembed',
    matrix: weightNames.tokens,
    outputs: vocabulary,
    chunks: parts.layout.widthChunks,
    input: 'normed',
  };
  return projection(parts, rows, options, {
    kernel: unembedKernels[parts.family],
    bindings: { out: 'logits' },
    constants: { COUNT: vocabulary },
  });
}

/** What all linear passes have in common. */
function projection(
  parts: TransformerParts,
  rows: number,
  { name, matrix, chunks, input, ...options }: LinearOptions,
  rest: {
    readonly kernel: Kernel;
    readonly bindings: Readonly<Record<string, string>>;
    readonly constants: Readonly<Record<string, number>>;
  },
): Pass {
  const outputs = paddedRows(options.outputs);
  const tile = tileOf(parts, rows, outputs);
  return {
    name,
    kernel: rest.kernel,
    bindings: { weights: matrix, terms: termsOf(matrix), x: input, ...rest.bindings },
    constants: {
      FORMAT: formatOf(parts, matrix),
      M: rows,
      C: chunks,
      N: outputs,
      ...(parts.family === 'tiled' ? { ROWS: tile.rows, OUTPUTS: tile.outputs } : {}),
      ...rest.constants,
    },
    workgroups: workgroupsOf(tile, rows, outputs),
  };
}
