/**
 * The passes that make codes from rows, each for any branch of a model (main or auxiliary): scores of the units,
 * the gate, the codes of the winners, their reconstruction.
 */
import type { Kernel, Pass } from '../gpu/plan';
import { across, FULL_GPU, spread } from '../gpu/workgroups';
import type { Gate } from './architectures/architecture';
import { kernels } from './kernels';
import { rowThreads, teamThreads } from './launch_sizes';
import type { BranchLayout, KernelVariant, ModelLayout } from './layout';
import {
  codesParts,
  compose,
  placesParts,
  scoreParts,
  type KeyPart,
  type PlacesPart,
  type ScorePart,
  type TermPart,
} from './parts';

/** Sections of the `rows` buffer. */
export const Section = { input: 0, residual: 1, auxiliary: 2 } as const;

/** Beyond this many winners per row, radix selection beats taking them one by one. */
const FEW_SLOTS = 16;

/** Scores of all units of a branch (or of its dead ones) against a section of rows. */
export interface ScoreOptions {
  readonly name: string;
  readonly variant: KernelVariant;
  readonly branch: Pick<BranchLayout, 'units' | 'rank'>;
  readonly section: number;
  readonly score: ScorePart;
  readonly compact: boolean;
  readonly useBias: boolean;
  /** Scores by the rows of the gate, not by those of the encoder. */
  readonly gateRows?: boolean;
}

/**
 * Kernel and workgroups of the dense half. Large tiles do more with what they read, but a GPU needs some
 * hundred workgroups to be busy; a list of dead units is mostly too short for that.
 */
function scoresKernel(
  batch: number,
  { variant, branch: { units, rank }, compact }: ScoreOptions,
): { readonly kernel: Kernel; readonly wide: number; readonly down: number } {
  if (variant === 'direct') {
    const wide = Math.ceil((rank === 1 ? Math.ceil(units / 4) : units) / 8);
    return { kernel: kernels.scores_direct, wide, down: Math.ceil(Math.ceil(batch / 4) / 8) };
  }
  if (variant === 'quads') {
    const each = rank === 1 ? 4 : rank === 2 ? 2 : 1;
    return {
      kernel: kernels.scores_quads,
      wide: Math.ceil(units / (32 * each)),
      down: Math.ceil(batch / 16),
    };
  }
  const large = {
    kernel: kernels.scores_wide,
    wide: Math.ceil(units / Math.floor(128 / rank)),
    down: Math.ceil(batch / 64),
  };
  if (!compact && large.wide * large.down >= FULL_GPU) return large;
  return {
    kernel: kernels.scores_tiled,
    wide: Math.ceil(units / Math.floor(64 / rank)),
    down: Math.ceil(batch / 32),
  };
}

/** rows [B, d] → scores [B, K] of the units of a branch: ‖p_k‖² of groups, pre-activations of scalar units. */
export function scoresPass(layout: ModelLayout, options: ScoreOptions): Pass {
  const { batch, d4 } = layout;
  const { units, rank } = options.branch;
  const { kernel, wide, down } = scoresKernel(batch, options);
  return {
    name: options.name,
    kernel: compose(kernel, { score: options.score }),
    bindings: {
      rows: 'rows',
      encoder: options.gateRows === true ? 'gate_rows' : 'encoder',
      biases: options.gateRows === true ? 'gate_biases' : 'biases',
      dead_list: 'dead_list',
      scores: 'scores',
    },
    constants: {
      B: batch,
      D4: d4,
      K: units,
      R: rank,
      SECTION: options.section,
      COMPACT: Number(options.compact),
      USE_BIAS: Number(options.useBias),
    },
    workgroups: across(wide, down),
  };
}

export interface SelectOptions {
  readonly name: string;
  readonly branch: BranchLayout;
  readonly score: ScorePart;
  readonly key: KeyPart;
  readonly compact: boolean;
  readonly byPosition: boolean;
  readonly record: boolean;
  readonly markAlive: boolean;
}

/** scores → the units that win in each row, [B, slots]; of scalar units their codes too. */
export function selectPass(
  layout: ModelLayout,
  options: SelectOptions,
  variant: KernelVariant,
): Pass {
  const { branch } = options;
  const serial = variant !== 'tiled';
  const few = !serial && branch.slots <= FEW_SLOTS;
  const kernel = serial ? kernels.select_serial : few ? kernels.select_few : kernels.select_many;
  return {
    name: options.name,
    kernel: compose(kernel, { score: options.score, key: options.key }),
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
      COMPACT: Number(options.compact),
      BY_POSITION: Number(options.byPosition),
      RECORD: Number(options.record),
      MARK_ALIVE: Number(options.markAlive),
      ...(few ? { WG: branch.units <= 256 ? 32 : 64 } : {}),
    },
    workgroups: serial ? [Math.ceil(layout.batch / 8), 1, 1] : across(layout.batch),
  };
}

/** Where the places of a branch's rows lie, with the constants that say so. */
export function placesOf(
  layout: ModelLayout,
  branch: BranchLayout,
): { readonly part: PlacesPart; readonly constants: Readonly<Record<string, number>> } {
  if (branch !== layout.main || !layout.main.ragged) {
    return { part: placesParts.fixed, constants: { SLOTS: branch.slots } };
  }
  const { rowStart, rowOf } = layout.main;
  return {
    part: placesParts.ragged,
    constants: { ROW_START_OFFSET: rowStart, ROW_OFFSET: rowOf },
  };
}

/** rows and the units that won → their codes [places, r]. */
export function encodePass(
  layout: ModelLayout,
  branch: BranchLayout,
  options: { readonly name: string; readonly section: number; readonly useBias: boolean },
  variant: KernelVariant,
): Pass {
  const team = teamThreads(layout.d4, variant);
  const places = placesOf(layout, branch);
  return {
    name: options.name,
    kernel: compose(kernels.encode_active, { places: places.part }),
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
      ...places.constants,
      SECTION: options.section,
      ACTIVE_OFFSET: branch.active,
      CODES_OFFSET: branch.codes,
      USE_BIAS: Number(options.useBias),
      TEAM: team,
    },
    workgroups: spread(branch.capacity * team),
  };
}

export interface DecodeOptions {
  readonly name: string;
  readonly main: boolean;
  readonly subtractDecoderBias: boolean;
  readonly scaleByDead: boolean;
  readonly kAux: number;
  /** What the codes add to the loss. */
  readonly term: TermPart;
  /** For codes that the pass makes itself: whether they have biases. */
  readonly makes?: { readonly useBias: boolean } | undefined;
}

/**
 * Whether the pass that decodes also makes the codes. A gate on norms that gives rows as many codes as they need has
 * three passes more than a step has to spare; the arithmetic of a fixed number of codes stays as it always was.
 */
export function decodeMakesCodes({ main }: ModelLayout, { score }: Gate): boolean {
  return main.ragged && !scoreParts[score].isCode;
}

/** Codes → what is left of the rows [B, d], and what each row adds to the metrics. */
export function decodePass(
  layout: ModelLayout,
  branch: BranchLayout,
  options: DecodeOptions,
  variant: KernelVariant,
): Pass {
  const { makes } = options;
  const places = placesOf(layout, branch);
  return {
    name: options.name,
    kernel: compose(kernels.decode_residual, {
      places: places.part,
      term: options.term,
      codes: makes === undefined ? codesParts.given : codesParts.made,
    }),
    bindings: {
      rows: 'rows',
      decoder: 'decoder',
      biases: 'biases',
      active_units: 'active_units',
      coefs: 'coefs',
      dead_list: 'dead_list',
      row_stats: 'row_stats',
      ...(makes === undefined ? { decoder_norms: 'decoder_norms' } : { encoder: 'encoder' }),
    },
    constants: {
      B: layout.batch,
      D4: layout.d4,
      R: branch.rank,
      ...places.constants,
      TARGET: options.main ? Section.input : Section.residual,
      RESULT: options.main ? Section.residual : Section.auxiliary,
      ACTIVE_OFFSET: branch.active,
      CODES_OFFSET: branch.codes,
      BIAS_OFFSET: layout.biasOffset,
      MAIN: Number(options.main),
      SUBTRACT_B_DEC: Number(options.subtractDecoderBias),
      SCALE_BY_DEAD: Number(options.scaleByDead),
      K_AUX: options.kAux,
      WG: rowThreads(layout.d4, variant),
      ...(makes === undefined
        ? {}
        : {
            TEAM: teamThreads(layout.d4, variant),
            CAPACITY: branch.capacity,
            USE_BIAS: Number(makes.useBias),
          }),
    },
    workgroups: across(layout.batch),
  };
}
