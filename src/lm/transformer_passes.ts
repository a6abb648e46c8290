/**
 * The single passes that a transformer is made of: norms, linear layers with what follows them, attention. Each
 * picks its kernel by the family and says what the kernel's constants are; transformer_plan.ts puts them in
 * order.
 */
import type { Kernel, Pass } from '../gpu/plan';
import { kernels, projectHeadsKernels, projectKernels } from './kernels';
import type { TransformerConfig, WeightFormat } from './language_model';
import { paddedRows } from './pack_matrix';
import {
  termsOf,
  weightNames,
  type KernelFamily,
  type TransformerLayout,
} from './transformer_layout';

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
/** Positions of a workgroup of attention_quads.wgsl. */
const QUAD_POSITIONS = 32;
const formatNumbers: Readonly<Record<WeightFormat, number>> = { f32: 0, f16: 1, i8: 2 };

/** What linear_output.wgsl does with an output. */
export const Action = { store: 0, add: 1, gelu: 2, gated: 3 } as const;

export const rowsOf = ({ sequences, positions }: RowShape): number => sequences * positions;

/** `count` workgroups over two dimensions. */
export function across(count: number): [number, number, number] {
  return [Math.min(count, ACROSS), Math.ceil(count / ACROSS), 1];
}

export const formatOf = (parts: TransformerParts, matrix: string): number =>
  formatNumbers[parts.formats.get(matrix) ?? 'f32'];

/** Threads that share a row of a norm: more only where barriers are cheap. */
function normThreads(family: KernelFamily, d4: number): number {
  if (family !== 'tiled') return 1;
  let threads = 8;
  while (threads < d4 && threads < 64) threads *= 2;
  return threads;
}

export function normPass(parts: TransformerParts, rows: number, name: string, norm: string): Pass {
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

export function linearPass(parts: TransformerParts, rows: number, options: LinearOptions): Pass {
  return projection(parts, rows, options, {
    kernel: projectKernels[parts.family],
    bindings: { x: options.input, out: options.output },
    constants: { ACTION: options.action, STRIDE: options.stride, COUNT: options.count },
  });
}

export function headsPass(
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

export function attentionPass(
  parts: TransformerParts,
  shape: RowShape,
  name: string,
  keysValues: string,
): Pass {
  const { config, layout } = parts;
  const rows = rowsOf(shape);
  const pass = {
    name,
    bindings: { queries: 'queries', keys_values: keysValues, attended: 'attended' },
  };
  const constants = {
    GROUP: layout.group,
    HD4: layout.hd4,
    QUERY4: layout.query4,
    KEY4: layout.key4,
    POSITIONS: shape.positions,
    CAPACITY: shape.capacity,
    STRIDE: layout.attendedChunks * 4,
    SCALE: 1 / Math.sqrt(layout.head),
  };
  // Rows of one position each have no keys in common that a quad could share.
  if (parts.family === 'quads' && shape.positions > 1) {
    return {
      ...pass,
      kernel: kernels.attention_quads,
      constants,
      workgroups: [Math.ceil(shape.positions / QUAD_POSITIONS), config.heads, shape.sequences],
    };
  }
  return {
    ...pass,
    kernel: kernels.attention_direct,
    constants: { ...constants, M: rows, HEADS: config.heads },
    workgroups: across(Math.ceil((rows * config.heads) / 64)),
  };
}
