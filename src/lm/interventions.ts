/**
 * What is done to a language model from outside, as plans: replacing its residual stream, steering one
 * subspace of it, and measuring what that costs. They work on buffers of forward passes and on what an
 * autoencoder's forward plan leaves; how that plan is made they do not know.
 */
import type { Kernel, Plan } from '../gpu/plan';
import { defineUniforms } from '../gpu/uniforms';
import { across, spread } from '../gpu/workgroups';
import replaceResidual from '../../shaders/replace_residual.wgsl?raw';
import steerResidual from '../../shaders/steer_residual.wgsl?raw';
import tokenLosses from '../../shaders/token_losses.wgsl?raw';

const interventionKernels = {
  replace_residual: { name: 'replace_residual', source: replaceResidual },
  steer_residual: { name: 'steer_residual', source: steerResidual },
  token_losses: { name: 'token_losses', source: tokenLosses },
} as const satisfies Record<string, Kernel>;

/** `one` is always 1: a loop stride that compilers cannot see through. */
const interventionUniforms = defineUniforms([['one', 'u32']]);

/** Marks a row whose next token does not count. */
export const NO_TARGET = 0xffffffff;

/** Floats of a row of `losses`: cross-entropy before, after, KL(before ‖ after), unused; nats. */
export const LOSS_COLUMNS = 4;

/** Threads of a workgroup that share one row: barriers are cheap on GPUs and dear on processors. */
function threadsFor(elements: number, software: boolean): number {
  if (software) return 4;
  let threads = 16;
  while (threads < elements && threads < 256) threads *= 2;
  return threads;
}

export interface TokenLossOptions {
  readonly rows: number;
  /** V. */
  readonly vocabulary: number;
  /** The adapter runs on the processor. */
  readonly software: boolean;
}

/**
 * Cross-entropy of the next token under two sets of logits and the divergence between them. Imports
 * `before` and `after` [rows, V]; owns `targets` [rows] (NO_TARGET: does not count) and `losses` [rows, 4].
 */
export function tokenLossPlan({ rows, vocabulary, software }: TokenLossOptions): Plan {
  const threads = threadsFor(vocabulary, software);
  return {
    name: 'token losses',
    uniform: interventionUniforms,
    buffers: [
      { name: 'targets', type: 'u32', length: rows, shape: '[rows]' },
      { name: 'losses', type: 'f32', length: rows * LOSS_COLUMNS, shape: '[rows, 4], nats' },
    ],
    imports: ['before', 'after'],
    clears: [],
    passes: [
      {
        name: 'token losses',
        kernel: interventionKernels.token_losses,
        bindings: { before: 'before', after: 'after', targets: 'targets', losses: 'losses' },
        constants: { ROWS: rows, V: vocabulary, WG: threads },
        workgroups: across(rows),
      },
    ],
  };
}

/** What takes the place of the residual stream. */
export type Replacement = 'reconstruction' | 'zero' | 'mean';

const REPLACEMENTS: readonly Replacement[] = ['reconstruction', 'zero', 'mean'];

export interface ReplacementOptions {
  readonly replacement: Replacement;
  readonly sequences: number;
  readonly positions: number;
  /** d. */
  readonly width: number;
}

/**
 * Replaces every row of `residual` [sequences · positions, d] but position 0. Imports `residual`, the
 * autoencoder's `rows` and `row_stats` after its forward plan, and `mean` [d].
 */
export function replacementPlan(options: ReplacementOptions): Plan {
  const d4 = Math.ceil(options.width / 4);
  const rows = options.sequences * options.positions;
  return {
    name: `replace by ${options.replacement}`,
    uniform: interventionUniforms,
    buffers: [],
    imports: ['residual', 'rows', 'row_stats', 'mean'],
    clears: [],
    passes: [
      {
        name: `replace by ${options.replacement}`,
        kernel: interventionKernels.replace_residual,
        bindings: { residual: 'residual', rows: 'rows', row_stats: 'row_stats', mean: 'mean' },
        constants: {
          ROWS: rows,
          POSITIONS: options.positions,
          D4: d4,
          WITH: REPLACEMENTS.indexOf(options.replacement),
        },
        workgroups: spread(rows * d4),
      },
    ],
  };
}

/**
 * How the contribution v = Σ y_j a_j of a group to one row is changed. Amounts are norms in
 * the units of the residual stream;
 * whoever asks a person for multiples of a typical norm multiplies. `scale`, `clamp` and `turn` act where the
 * group fires, since elsewhere there is no contribution that could be changed; `add` acts everywhere.
 */
export type SubspaceEdit =
  | { readonly kind: 'none' }
  /** v becomes amount · v; 0 takes the contribution out. */
  | { readonly kind: 'scale'; readonly amount: number }
  /** ‖v‖ becomes `amount`. */
  | { readonly kind: 'clamp'; readonly amount: number }
  /** `amount` is added along axis `axis`. */
  | { readonly kind: 'add'; readonly axis: number; readonly amount: number }
  /** v in the plane of axes 0 and 1 gets length `amount` and angle `angle` (radians); the rest stays. */
  | { readonly kind: 'turn'; readonly angle: number; readonly amount: number };

/** What is done to one row, and along which directions the change is written. */
export interface RowEdit {
  readonly edit: SubspaceEdit;
  /** `control`: the same change of coordinates, written along random directions. */
  readonly frame: 'group' | 'control';
}

/** A group as steering sees it. */
export interface SteeredGroup {
  /** k. */
  readonly group: number;
  /** r. */
  readonly rank: number;
  /** d. */
  readonly width: number;
  /** M ≥ 1. */
  readonly axes: number;
  /** [M, d] orthonormal axes a_j that span what the group can write. */
  readonly frame: Float32Array;
  /** [M, d] orthonormal directions of the control. */
  readonly control: Float32Array;
  /** [M, r], C = A·D_kᵀ: coordinates y = C p of a code p. */
  readonly coordinates: Float32Array;
}

const KINDS = ['none', 'scale', 'clamp', 'add', 'turn'] as const;

/** Floats of a row of `edits`. */
const EDIT_COLUMNS = 8;

/** The rows of the kernel's `edits` [rows, 8]. */
function editTable(edits: readonly RowEdit[]): Float32Array {
  const table = new Float32Array(edits.length * EDIT_COLUMNS);
  edits.forEach(({ edit, frame }, row) => {
    const angle = edit.kind === 'turn' ? edit.angle : 0;
    table.set(
      [
        KINDS.indexOf(edit.kind),
        frame === 'control' ? 1 : 0,
        edit.kind === 'none' ? 0 : edit.amount,
        edit.kind === 'add' ? edit.axis : 0,
        Math.cos(angle),
        Math.sin(angle),
      ],
      row * EDIT_COLUMNS,
    );
  });
  return table;
}

/** Rows [count, width] with zeros up to whole vec4s. */
function padded(values: Float32Array, count: number, width: number): Float32Array {
  const stride = Math.ceil(width / 4) * 4;
  const result = new Float32Array(count * stride);
  for (let row = 0; row < count; row += 1) {
    result.set(values.subarray(row * width, (row + 1) * width), row * stride);
  }
  return result;
}

/** Where the codes of a row lie in `active_units` and `coefs`: a text of WGSL and its constants. */
export interface CodePlaces {
  readonly source: string;
  readonly constants: Readonly<Record<string, number>>;
}

/**
 * Steers one group in every row of `residual` [rows, d]. Imports `residual` and what the autoencoder's forward
 * plan has found on it: `active_units`, `coefs`, `row_stats`.
 */
export function steeringPlan(
  group: SteeredGroup,
  edits: readonly RowEdit[],
  places: CodePlaces,
  software: boolean,
): Plan {
  const { steer_residual: kernel } = interventionKernels;
  const { axes, rank, width } = group;
  const rows = edits.length;
  const d4 = Math.ceil(width / 4);
  const frames = new Float32Array(2 * axes * d4 * 4);
  frames.set(padded(group.frame, axes, width));
  frames.set(padded(group.control, axes, width), axes * d4 * 4);
  return {
    name: 'steering',
    uniform: interventionUniforms,
    buffers: [
      {
        name: 'coordinates',
        type: 'f32',
        length: axes * rank,
        shape: '[axes, r]',
        initial: group.coordinates,
      },
      {
        name: 'frames',
        type: 'f32',
        length: frames.length,
        shape: '[2, axes, d]',
        initial: frames,
      },
      {
        name: 'edits',
        type: 'f32',
        length: rows * EDIT_COLUMNS,
        shape: '[rows, 8]',
        initial: editTable(edits),
      },
    ],
    imports: ['residual', 'active_units', 'coefs', 'row_stats'],
    clears: [],
    passes: [
      {
        name: 'steer residual',
        kernel: { ...kernel, source: `${kernel.source}\n${places.source}` },
        bindings: {
          residual: 'residual',
          active_units: 'active_units',
          coefs: 'coefs',
          row_stats: 'row_stats',
          coordinates: 'coordinates',
          frames: 'frames',
          edits: 'edits',
        },
        constants: {
          B: rows,
          D4: d4,
          R: rank,
          ...places.constants,
          M: axes,
          GROUP: group.group,
          WG: threadsFor(d4, software),
        },
        workgroups: across(rows),
      },
    ],
  };
}
