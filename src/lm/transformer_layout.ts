/**
 * Sizes of a transformer as its kernels see them: rows padded to whole vec4s, heads to whole vec4s, inputs of
 * linear layers to whole chunks of 16 columns, always with zeros that stay zero, so that no kernel has a tail
 * to mind. Also the names of the weight buffers, which plans and uploads share.
 */
import { LabError } from '../base/lab_error';
import type { TransformerConfig } from './language_model';
import { CHUNK, type RowSource } from './pack_matrix';

/**
 * Which kernels a pass is made of. `tiled`: threads of a workgroup share memory, for GPUs. `direct`:
 * threads work on their own, for software adapters, where a barrier costs more than it saves. `quads`: the
 * same, but four neighbours share what they load; for software adapters with subgroups.
 */
export type KernelFamily = 'direct' | 'quads' | 'tiled';

/** Widest head in numbers: attention keeps a head's sum in a private array. */
const WIDEST_HEAD = 128;

export interface TransformerLayout {
  /** vec4s of a row of the residual stream. */
  readonly d4: number;
  /** Width of a head. */
  readonly head: number;
  /** vec4s of a padded head. */
  readonly hd4: number;
  /** Query heads that share a key-value head. */
  readonly group: number;
  /** vec4s of the queries, and of the keys, of a row. */
  readonly query4: number;
  readonly key4: number;
  /** Chunks of 16 in a row of inputs: normed residual, attention output, hidden. */
  readonly widthChunks: number;
  readonly attendedChunks: number;
  readonly hiddenChunks: number;
  /** Hidden units padded to whole vec4s. */
  readonly hidden: number;
}

/** Throws LabError `bad_config` when the heads do not fit the width or the kernels. */
export function layoutOf(config: TransformerConfig): TransformerLayout {
  const { width, heads, kvHeads } = config;
  const head = width / heads;
  const refuse = (sentence: string) =>
    new LabError('bad_config', sentence, 'Use the configuration file that belongs to the weights.');
  if (!Number.isInteger(head))
    throw refuse(`A width of ${width} cannot be split into ${heads} heads.`);
  if (!Number.isInteger(heads / kvHeads)) {
    throw refuse(`${heads} heads cannot share ${kvHeads} heads of keys and values.`);
  }
  if (head > WIDEST_HEAD) {
    throw refuse(`Heads ${head} wide are wider than the ${WIDEST_HEAD} that the kernels hold.`);
  }
  if (config.form === 'llama' && head % 2 === 1) {
    throw refuse(`Rotary embedding needs heads of even width; these have ${head}.`);
  }
  const hd4 = Math.ceil(head / 4);
  return {
    d4: Math.ceil(width / 4),
    head,
    hd4,
    group: heads / kvHeads,
    query4: heads * hd4,
    key4: kvHeads * hd4,
    widthChunks: Math.ceil(width / CHUNK),
    attendedChunks: Math.ceil((heads * hd4 * 4) / CHUNK),
    hiddenChunks: Math.ceil(config.hidden / CHUNK),
    hidden: Math.ceil(config.hidden / 4) * 4,
  };
}

/** Padded rows of [queries | keys | values], each head in whole vec4s; matrices in this order. */
export function headRows(config: TransformerConfig, layout: TransformerLayout): RowSource[] {
  return [config.heads, config.kvHeads, config.kvHeads].flatMap((heads, matrix) =>
    Array.from({ length: heads * layout.hd4 * 4 }, (_, i): RowSource => {
      const row = headColumn(layout, i);
      return row < 0 ? null : [matrix, row];
    }),
  );
}

/** Stored column of each column of a padded row of heads; null when padding changes nothing. */
export function headColumns(
  config: TransformerConfig,
  layout: TransformerLayout,
): Int32Array | null {
  if (layout.head % 4 === 0) return null;
  return Int32Array.from({ length: config.heads * layout.hd4 * 4 }, (_, i) =>
    headColumn(layout, i),
  );
}

function headColumn({ head, hd4 }: TransformerLayout, padded: number): number {
  const inside = padded % (hd4 * 4);
  return inside < head ? Math.floor(padded / (hd4 * 4)) * head + inside : -1;
}

/** Rows of [gate | up], two gates alternating with their two ups, so that a thread holds both. */
export function gatedRows(config: TransformerConfig, layout: TransformerLayout): RowSource[] {
  return Array.from({ length: 2 * layout.hidden }, (_, i): RowSource => {
    const unit = Math.floor(i / 4) * 2 + (i % 2);
    return unit < config.hidden ? [Math.floor(i / 2) % 2, unit] : null;
  });
}

/** Every row of one matrix, in order. */
export function plainRows(count: number): RowSource[] {
  return Array.from({ length: count }, (_, row): RowSource => [0, row]);
}

/** Names of the weight buffers of a block; each matrix has its terms beside it. */
export function blockNames(block: number) {
  const named = (what: string) => `block ${block} ${what}`;
  return {
    attentionNorm: named('attention norm'),
    heads: named('heads'),
    output: named('attention output'),
    mlpNorm: named('mlp norm'),
    up: named('mlp up'),
    down: named('mlp down'),
  };
}

/** Names of the weight buffers outside the blocks. */
export const weightNames = {
  tokens: 'token embedding',
  positions: 'position embedding',
  finalNorm: 'final norm',
  turns: 'rotary turns',
} as const;

/** Name of the buffer of factors and biases that belongs to a matrix. */
export function termsOf(matrix: string): string {
  return `${matrix} terms`;
}
