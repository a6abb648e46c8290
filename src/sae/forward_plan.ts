/**
 * The passes that turn a batch into codes and a residual, for training and for evaluation alike.
 * Architectures differ here only in the gate: how a unit scores and who may win.
 */
import type { BufferSpec, Kernel, Pass, Plan } from '../gpu/plan';
import type { ModelConfig } from './config';
import { kernels } from './kernels';
import {
  layoutOf,
  usesEncoderBias,
  type BranchLayout,
  type ModelLayout,
  type KernelVariant,
} from './layout';
import { stepUniforms } from './schedule';

/** Sections of the `rows` buffer. */
export const Section = { input: 0, residual: 1, auxiliary: 2 } as const;

/** Beyond this many winners a row, radix selection beats taking them one by one. */
const FEW_SLOTS = 16;

/** Workgroups of large tiles that keep a large GPU busy. */
const FULL_GPU = 256;

/** Dispatches in x of kernels with many workgroups; the rest goes to y. */
export const ACROSS = 32768;

/** Workgroups of 64 threads that cover `threads` threads, over two dimensions. */
export function spread(threads: number): [number, number, number] {
  const workgroups = Math.max(1, Math.ceil(threads / 64));
  return [Math.min(workgroups, ACROSS), Math.ceil(workgroups / ACROSS), 1];
}

/** Workgroup size for kernels that give every vec4 of a row a thread of its own. */
export function columnThreads(d4: number): number {
  let threads = 8;
  while (threads < d4 && threads < 64) threads *= 2;
  return threads;
}

/** Workgroup size for kernels whose threads share the vec4s of one row and wait for each other. */
export function rowThreads(d4: number, variant: KernelVariant): number {
  return variant === 'direct' ? 8 : columnThreads(d4);
}

/** Threads that make the dot products of a slot together: up to 16 vec4s, 256 bytes, of a row at a time. */
export function teamThreads(d4: number, variant: KernelVariant): number {
  if (variant === 'direct') return 1;
  return d4 <= 4 ? 4 : d4 <= 8 ? 8 : 16;
}

/** Scores of all units of a branch (or of its dead ones) against a section of rows. */
export interface ScoreOptions {
  readonly name: string;
  readonly variant: KernelVariant;
  readonly branch: Pick<BranchLayout, 'units' | 'rank'>;
  readonly section: number;
  readonly scalar: boolean;
  readonly compact: boolean;
  readonly useBias: boolean;
}

/**
 * Kernel and workgroups of the dense half. Large tiles do more with what they read, but a GPU needs some
 * hundred workgroups to be busy; a list of dead units is mostly too short for that.
 */
function scoresKernel(
  batch: number,
  { variant, branch: { units, rank }, scalar, compact }: ScoreOptions,
): { readonly kernel: Kernel; readonly across: number; readonly down: number } {
  if (variant === 'direct') {
    const across = Math.ceil((scalar ? Math.ceil(units / 4) : units) / 8);
    return { kernel: kernels.scores_direct, across, down: Math.ceil(Math.ceil(batch / 4) / 8) };
  }
  const wide = {
    kernel: kernels.scores_wide,
    across: Math.ceil(units / Math.floor(128 / rank)),
    down: Math.ceil(batch / 64),
  };
  if (!compact && wide.across * wide.down >= FULL_GPU) return wide;
  return {
    kernel: kernels.scores_tiled,
    across: Math.ceil(units / Math.floor(64 / rank)),
    down: Math.ceil(batch / 32),
  };
}

export function scoresPass(layout: ModelLayout, options: ScoreOptions): Pass {
  const { batch, d4 } = layout;
  const { units, rank } = options.branch;
  const { kernel, across, down } = scoresKernel(batch, options);
  return {
    name: options.name,
    kernel,
    bindings: {
      rows: 'rows',
      encoder: 'encoder',
      biases: 'biases',
      dead_list: 'dead_list',
      scores: 'scores',
    },
    constants: {
      B: batch,
      D4: d4,
      K: units,
      R: rank,
      SECTION: options.section,
      SCALAR: Number(options.scalar),
      COMPACT: Number(options.compact),
      USE_BIAS: Number(options.useBias),
    },
    workgroups: [across, down, 1],
  };
}

export interface SelectOptions {
  readonly name: string;
  readonly branch: BranchLayout;
  /** The score is the code itself (scalar units). */
  readonly scalar: boolean;
  readonly positive: boolean;
  readonly compact: boolean;
  readonly byPosition: boolean;
  readonly record: boolean;
  readonly markAlive: boolean;
}

export function selectPass(
  layout: ModelLayout,
  options: SelectOptions,
  variant: KernelVariant,
): Pass {
  const { branch } = options;
  const serial = variant === 'direct';
  const few = !serial && branch.slots <= FEW_SLOTS;
  return {
    name: options.name,
    kernel: serial ? kernels.select_serial : few ? kernels.select_few : kernels.select_many,
    bindings: {
      scores: 'scores',
      dead_list: 'dead_list',
      active_units: 'active_units',
      coefs: 'coefs',
      fired: 'fired',
      last_fired: 'last_fired',
    },
    constants: {
      B: layout.batch,
      K: branch.units,
      SLOTS: branch.slots,
      WORDS: layout.words,
      ACTIVE_OFFSET: branch.active,
      CODES_OFFSET: branch.codes,
      FIRED_OFFSET: branch.fired,
      SCALAR: Number(options.scalar),
      POSITIVE: Number(options.positive),
      COMPACT: Number(options.compact),
      BY_POSITION: Number(options.byPosition),
      RECORD: Number(options.record),
      MARK_ALIVE: Number(options.markAlive),
      ...(few ? { WG: branch.units <= 256 ? 32 : 64 } : {}),
    },
    workgroups: [serial ? Math.ceil(layout.batch / 8) : layout.batch, 1, 1],
  };
}

export function encodePass(
  layout: ModelLayout,
  branch: BranchLayout,
  options: { readonly name: string; readonly section: number; readonly useBias: boolean },
  variant: KernelVariant,
): Pass {
  const team = teamThreads(layout.d4, variant);
  return {
    name: options.name,
    kernel: kernels.encode_active,
    bindings: {
      rows: 'rows',
      encoder: 'encoder',
      biases: 'biases',
      active_units: 'active_units',
      coefs: 'coefs',
    },
    constants: {
      B: layout.batch,
      D4: layout.d4,
      R: branch.rank,
      SLOTS: branch.slots,
      SECTION: options.section,
      ACTIVE_OFFSET: branch.active,
      CODES_OFFSET: branch.codes,
      USE_BIAS: Number(options.useBias),
      TEAM: team,
    },
    workgroups: spread(layout.batch * branch.slots * team),
  };
}

export interface DecodeOptions {
  readonly name: string;
  readonly main: boolean;
  readonly subtractDecoderBias: boolean;
  readonly scaleByDead: boolean;
  readonly kAux: number;
  readonly l1: boolean;
}

export function decodePass(
  layout: ModelLayout,
  branch: BranchLayout,
  options: DecodeOptions,
  variant: KernelVariant,
): Pass {
  return {
    name: options.name,
    kernel: kernels.decode_residual,
    bindings: {
      rows: 'rows',
      decoder: 'decoder',
      biases: 'biases',
      active_units: 'active_units',
      coefs: 'coefs',
      dead_list: 'dead_list',
      row_stats: 'row_stats',
      decoder_norms: 'decoder_norms',
    },
    constants: {
      B: layout.batch,
      D4: layout.d4,
      R: branch.rank,
      SLOTS: branch.slots,
      TARGET: options.main ? Section.input : Section.residual,
      RESULT: options.main ? Section.residual : Section.auxiliary,
      ACTIVE_OFFSET: branch.active,
      CODES_OFFSET: branch.codes,
      BIAS_OFFSET: layout.biasOffset,
      MAIN: Number(options.main),
      SUBTRACT_B_DEC: Number(options.subtractDecoderBias),
      SCALE_BY_DEAD: Number(options.scaleByDead),
      K_AUX: options.kAux,
      L1: Number(options.l1),
      WG: rowThreads(layout.d4, variant),
    },
    workgroups: [layout.batch, 1, 1],
  };
}

/** Input → scores → gate → codes → residual of the main branch. */
export function mainForward(
  config: ModelConfig,
  layout: ModelLayout,
  variant: KernelVariant,
  training: boolean,
): Pass[] {
  const scalar = config.architecture !== 'topk_sasa';
  const useBias = usesEncoderBias(config);
  const l1 = training && config.architecture === 'standard';
  const passes: Pass[] = [
    {
      name: 'center input',
      kernel: kernels.center_input,
      bindings: {
        x: 'x',
        data_mean: 'data_mean',
        biases: 'biases',
        rows: 'rows',
        row_stats: 'row_stats',
      },
      constants: {
        B: layout.batch,
        D: layout.width,
        D4: layout.d4,
        BIAS_OFFSET: layout.biasOffset,
        LAYER_NORM: Number(config.normalize_activations === 'layer_norm'),
        APPLY_B_DEC: Number(config.apply_b_dec_to_input),
        WG: rowThreads(layout.d4, variant),
      },
      workgroups: [layout.batch, 1, 1],
    },
    scoresPass(layout, {
      name: 'score groups',
      variant,
      branch: layout.main,
      section: Section.input,
      scalar,
      compact: false,
      useBias,
    }),
    selectPass(
      layout,
      {
        name: 'select groups',
        branch: layout.main,
        scalar,
        positive: scalar,
        compact: false,
        byPosition: false,
        record: training,
        markAlive: training,
      },
      variant,
    ),
  ];
  if (!scalar) {
    passes.push(
      encodePass(
        layout,
        layout.main,
        { name: 'encode active', section: Section.input, useBias },
        variant,
      ),
    );
  }
  passes.push(
    decodePass(
      layout,
      layout.main,
      {
        name: 'decode residual',
        main: true,
        subtractDecoderBias: !config.apply_b_dec_to_input,
        scaleByDead: false,
        kAux: 1,
        l1,
      },
      variant,
    ),
  );
  return passes;
}

/** Buffers that the forward passes work in, for both kinds of plan. */
export function workBuffers(layout: ModelLayout, deadListLength: number): BufferSpec[] {
  const { batch, d4 } = layout;
  const spec = (name: string, type: 'f32' | 'u32', length: number, shape: string): BufferSpec => ({
    name,
    type,
    length: Math.max(1, length),
    shape,
  });
  return [
    spec('rows', 'f32', layout.sections * batch * d4 * 4, '[input | residual | auxiliary, B, d]'),
    spec('row_stats', 'f32', batch * 8, '[B, 8]'),
    spec('scores', 'f32', layout.scoresLength, '[B, K]'),
    spec('active_units', 'u32', layout.activeLength, '[B, s], main and auxiliary'),
    spec('coefs', 'f32', layout.coefsLength, '[codes | decoder | encoder, B, s·r]'),
    spec('fired', 'u32', layout.firedLength, '[K, B/32] bits'),
    spec('dead_list', 'u32', deadListLength, '[1 + K]'),
  ];
}

/**
 * Plan that only encodes batches of `batch` rows: codes of section `codes` of `coefs`, residual in
 * section 1 of `rows`, loss in column 2 of `row_stats`. Imports the weights.
 */
export function forwardPlan(
  config: ModelConfig,
  width: number,
  batch: number,
  variant: KernelVariant,
): { readonly plan: Plan; readonly layout: ModelLayout } {
  const layout = layoutOf({ ...config, aux_coefficient: 0 }, width, batch, variant);
  const own: BufferSpec[] = [
    { name: 'x', type: 'f32', length: batch * layout.d4 * 4, shape: '[B, d]' },
    { name: 'data_mean', type: 'f32', length: layout.d4 * 4, shape: '[d]' },
    { name: 'last_fired', type: 'u32', length: 1, shape: 'unused' },
    { name: 'decoder_norms', type: 'f32', length: 1, shape: 'unused' },
    ...workBuffers({ ...layout, firedLength: 1 }, 1),
  ];
  return {
    layout,
    plan: {
      name: 'encoder',
      uniform: stepUniforms,
      buffers: own,
      imports: ['encoder', 'decoder', 'biases'],
      clears: [],
      passes: mainForward(config, layout, variant, false),
    },
  };
}
