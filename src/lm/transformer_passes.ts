/**
 * Single passes that a transformer is made of: norms and attention, and what these share with the linear layers
 * (linear_passes.ts). Each picks its kernel by the family and the shape and says what the kernel's constants
 * are; transformer_plan.ts puts them in order.
 */
import type { Pass } from '../gpu/plan';
import { across, spread } from '../gpu/workgroups';
import { kernels } from './kernels';
import type { TransformerConfig, WeightFormat } from './language_model';
import type { KernelFamily, TransformerLayout } from './transformer_layout';

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

/** Most workgroups of a dimension by WebGPU's default limits. */
const MOST_WORKGROUPS = 65535;
/** Positions of a workgroup of attention_quads.wgsl and attention_tiled.wgsl. */
const ATTENTION_POSITIONS = 32;
/** vec4s of the widest head whose tiles fit the workgroup memory of attention_tiled.wgsl. */
const WIDEST_TILED_HEAD = 16;
/** Positions whose scores fit 16 KiB of workgroup memory beside what else attention_decode.wgsl has there. */
const MOST_DECODED = (16384 - 1280) / 4;
const formatNumbers: Readonly<Record<WeightFormat, number>> = { f32: 0, f16: 1, i8: 2 };

export const rowsOf = ({ sequences, positions }: RowShape): number => sequences * positions;

export const formatOf = (parts: TransformerParts, matrix: string): number =>
  formatNumbers[parts.formats.get(matrix) ?? 'f32'];

/** Threads that share a row of a norm: more only where barriers are cheap. */
function normThreads(family: KernelFamily, d4: number): number {
  if (family !== 'tiled') return 1;
  let threads = 8;
  while (threads < d4 && threads < 64) threads *= 2;
  return threads;
}

/** residual → normed, [rows, width]. */
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

/** queries, keys and values → attended, [rows, heads × head]. */
export function attentionPass(
  parts: TransformerParts,
  shape: RowShape,
  name: string,
  keysValues: string,
): Pass {
  const { config, layout } = parts;
  const { sequences, positions, capacity } = shape;
  const bindings = { queries: 'queries', keys_values: keysValues, attended: 'attended' };
  const constants = {
    GROUP: layout.group,
    HD4: layout.hd4,
    QUERY4: layout.query4,
    KEY4: layout.key4,
    CAPACITY: capacity,
    STRIDE: layout.attendedChunks * 4,
    SCALE: 1 / Math.sqrt(layout.head),
  };
  switch (attentionKind(parts, shape)) {
    case 'decode':
      return {
        name,
        kernel: kernels.attention_decode,
        bindings,
        constants,
        workgroups: [config.heads, sequences, 1],
      };
    case 'direct': {
      const rows = rowsOf(shape);
      return {
        name,
        kernel: kernels.attention_direct,
        bindings,
        constants: { ...constants, POSITIONS: positions, M: rows, HEADS: config.heads },
        workgroups: spread(rows * config.heads),
      };
    }
    case 'quads':
    case 'tiled':
      return {
        name,
        kernel: parts.family === 'quads' ? kernels.attention_quads : kernels.attention_tiled,
        bindings,
        constants: { ...constants, POSITIONS: positions },
        workgroups: [Math.ceil(positions / ATTENTION_POSITIONS), config.heads, sequences],
      };
  }
}

/** Rows of one position each have no keys in common that threads could share. */
function attentionKind(
  { family, layout }: TransformerParts,
  { sequences, positions, capacity }: RowShape,
): KernelFamily | 'decode' {
  if (family === 'tiled') {
    if (positions > 1) return layout.hd4 <= WIDEST_TILED_HEAD ? 'tiled' : 'direct';
    return capacity <= MOST_DECODED && sequences <= MOST_WORKGROUPS ? 'decode' : 'direct';
  }
  return family === 'quads' && positions > 1 ? 'quads' : 'direct';
}
