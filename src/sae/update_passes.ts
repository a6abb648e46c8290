/**
 * The end of a training step: gradients of the weights and biases, with the penalty's, summed in fixed order
 * and put through Adam. In one pass a tensor as a rule; with clipping, gradients are stored, their global norm
 * is taken, and Adam follows. step_plan.ts says where these passes stand.
 */
import type { Pass } from '../gpu/plan';
import { across } from '../gpu/workgroups';
import type { Penalty } from './architectures/architecture';
import type { ModelConfig } from './config';
import { placesOf, Section } from './forward_passes';
import { kernels } from './kernels';
import {
  biasesParts,
  compose,
  memoryParts,
  penaltyParts,
  productsParts,
  termParts,
  type PenaltyPart,
} from './parts';
import { codesPenalty, penaltyOf } from './penalty';
import { usesEncoderBias, vectorLength, type KernelVariant, type ModelLayout } from './layout';

/**
 * How gradients are stored before Adam: not at all, whole (share 1), or added up slice by slice, each with its share of
 * the batch.
 */
export type Storing = { readonly share: number } | null;

function storage(storing: Storing): Readonly<Record<string, number>> {
  const share = storing?.share ?? 1;
  return { FUSED: Number(storing === null), ADD: Number(share < 1), SHARE: share };
}

/** What the penalty adds to the gradient of a matrix. */
function penaltyPart(penalty: Penalty | null, matrix: 'encoder' | 'decoder'): PenaltyPart {
  const { none, nuclear, decay, norm } = penaltyParts;
  if (penalty === null) return none;
  if (penalty.kind === 'codes') {
    return matrix === 'decoder' && penalty.term.readsNorms ? norm : none;
  }
  switch (penalty.target) {
    case 'composition':
      return nuclear;
    case 'decoder':
      return matrix === 'decoder' ? nuclear : none;
    case 'weight_decay':
      return decay;
  }
}

/** Threads of a workgroup of update_rows_serial.wgsl: as many as a processor's vectors have numbers. */
const SERIAL_THREADS = 8;
/** Most vec4 columns of one of them. */
const MOST_COLUMNS = 4;

/** Columns of a thread, and workgroups for all of a row. */
function serialColumns(d4: number): { readonly columns: number; readonly down: number } {
  const down = Math.ceil(d4 / (SERIAL_THREADS * MOST_COLUMNS));
  return { columns: Math.ceil(d4 / (SERIAL_THREADS * down)), down };
}

/** Gathers the gradient of a matrix and hands it to Adam, at once or over a buffer. */
export function updatePass(
  config: ModelConfig,
  layout: ModelLayout,
  matrix: 'encoder' | 'decoder',
  variant: KernelVariant,
  storing: Storing,
): Pass {
  const { main, auxiliary, blocks, refinement } = layout;
  const penalty = penaltyOf(config);
  const decoder = matrix === 'decoder';
  const tiled = variant === 'tiled';
  // The residual loss re-encodes a constant; only codes of the input send gradients to the biases.
  const readsInput = auxiliary?.loss === 'preact';
  const auxiliaryInput = readsInput ? Section.input : Section.residual;
  const serial = serialColumns(layout.d4);
  const places = placesOf(layout, main);
  const part = penaltyPart(penalty, matrix);
  return {
    name: `${storing !== null ? 'gradient of' : 'update'} ${matrix}`,
    kernel: compose(tiled ? kernels.update_rows : kernels.update_rows_serial, {
      places: places.part,
      penalty: part,
      products: refinement === null ? productsParts.one : productsParts.two,
      ...(part === penaltyParts.norm ? { term: codesPenalty(config)?.term ?? termParts.none } : {}),
    }),
    bindings: {
      weights: matrix,
      moment1: storing !== null ? `${matrix}_gradient` : `${matrix}_moment1`,
      moment2: `${matrix}_moment2`,
      rows: 'rows',
      coefs: 'coefs',
      active_units: 'active_units',
      fired: 'fired',
      penalty: 'penalty',
    },
    constants: {
      B: layout.batch,
      D4: layout.d4,
      K: layout.groups,
      R: layout.rank,
      WORDS: layout.words,
      SECTION: decoder ? Section.residual : Section.input,
      ...places.constants,
      ACTIVE_OFFSET: main.active,
      COEF_OFFSET: decoder ? main.decoderCoefs : main.encoderCoefs,
      CODES_OFFSET: main.codes,
      FIRED_OFFSET: main.fired,
      AUX: Number(auxiliary !== null),
      AUX_COLUMNS: Number(auxiliary?.columns === true),
      AUX_SECTION: decoder ? Section.auxiliary : auxiliaryInput,
      AUX_SLOTS: auxiliary?.slots ?? 1,
      AUX_ACTIVE_OFFSET: auxiliary?.active ?? 0,
      AUX_COEF_OFFSET: (decoder ? auxiliary?.decoderCoefs : auxiliary?.encoderCoefs) ?? 0,
      AUX_FIRED_OFFSET: auxiliary?.fired ?? 0,
      PENALTY_OFFSET: penalty?.kind === 'nuclear' && decoder ? layout.groups * layout.rank ** 2 : 0,
      SQUARES_OFFSET: layout.squares[matrix],
      GROUPS: layout.groupsAtOnce,
      SUMS: Number(!decoder && usesEncoderBias(config)),
      SUMS_OFFSET: layout.codeSums,
      SHARES: Number(!decoder && config.apply_b_dec_to_input),
      SHARES_OFFSET: layout.inputShares,
      AUX_SUMS: Number(readsInput),
      ...storage(storing),
      ...(refinement === null
        ? {}
        : {
            SECOND_SECTION: decoder ? refinement.gradient : refinement.rest,
            SECOND_OFFSET: decoder ? refinement.plain : refinement.steps,
          }),
      ...(tiled
        ? { AT_ONCE: layout.rank > 4 && layout.rank <= 8 ? 8 : 4 }
        : { WG: SERIAL_THREADS, COLUMNS: serial.columns }),
    },
    workgroups: across(blocks, tiled ? layout.tiles : serial.down),
  };
}

/** The same for both biases. */
export function updateBiasesPass(
  config: ModelConfig,
  layout: ModelLayout,
  variant: KernelVariant,
  storing: Storing,
): Pass {
  const encoderBias = usesEncoderBias(config);
  const { refinement } = layout;
  return {
    name: storing !== null ? 'gradient of biases' : 'update biases',
    kernel: compose(kernels.update_biases, {
      biases: refinement === null ? biasesParts.plain : biasesParts.refined,
      memory: refinement === null ? memoryParts.plain : memoryParts.eta,
    }),
    bindings: {
      rows: 'rows',
      row_stats: 'row_stats',
      biases: 'biases',
      moment1: storing !== null ? 'biases_gradient' : 'biases_moment1',
      moment2: 'biases_moment2',
      penalty: 'penalty',
      ...(refinement === null ? {} : { coefs: 'coefs' }),
    },
    constants: {
      B: layout.batch,
      D4: layout.d4,
      N: layout.latents,
      BLOCKS: config.apply_b_dec_to_input ? layout.blocks : 0,
      BIAS_OFFSET: layout.biasOffset,
      ENCODER_BIAS: Number(encoderBias),
      SUMS_OFFSET: layout.codeSums,
      SHARES_OFFSET: layout.inputShares,
      SQUARES_OFFSET: layout.squares.biases,
      ...storage(storing),
      ...(refinement === null
        ? {}
        : {
            ETA_OFFSET: refinement.eta,
            GRADIENT: refinement.gradient,
            ETA_SHARES_OFFSET: refinement.shares,
          }),
      WG: variant === 'tiled' ? 256 : 64,
    },
    workgroups: across(layout.biasGroups),
  };
}

/** The same for the logarithms of thresholds. */
export function updateThresholdsPass(layout: ModelLayout, storing: Storing): Pass {
  const { main, batch, groups, words } = layout;
  const places = placesOf(layout, main);
  return {
    name: storing !== null ? 'gradient of thresholds' : 'update thresholds',
    kernel: compose(kernels.update_thresholds, { places: places.part }),
    bindings: {
      weights: 'log_thresholds',
      moment1: storing !== null ? 'log_thresholds_gradient' : 'log_thresholds_moment1',
      moment2: 'log_thresholds_moment2',
      thresholds: 'thresholds',
      coefs: 'coefs',
      active_units: 'active_units',
      fired: 'fired',
      penalty: 'penalty',
    },
    constants: {
      B: batch,
      K: groups,
      WORDS: words,
      ...places.constants,
      ACTIVE_OFFSET: main.active,
      COEF_OFFSET: main.thresholdCoefs,
      SQUARES_OFFSET: layout.squares.thresholds,
      ...storage(storing),
    },
    workgroups: across(Math.ceil(groups / 64)),
  };
}

/** Thresholds from their logarithms, at the end of a step. */
export function expThresholdsPass({ groups }: ModelLayout): Pass {
  return {
    name: 'thresholds',
    kernel: kernels.exp_thresholds,
    bindings: { log_thresholds: 'log_thresholds', thresholds: 'thresholds' },
    constants: { K: groups },
    workgroups: across(Math.ceil(groups / 64)),
  };
}

/** The global norm of the gradients: what clipping divides by, otherwise a metric. */
export function gradientNormPass(layout: ModelLayout, always: boolean): Pass {
  return {
    name: 'gradient norm',
    kernel: kernels.gradient_norm,
    bindings: { penalty: 'penalty' },
    constants: {
      SQUARES_OFFSET: layout.squares.encoder,
      COUNT: layout.squaresCount,
      NORM_OFFSET: layout.normOffset,
    },
    workgroups: [1, 1, 1],
    onlyWhenLogging: !always,
  };
}

/** Adam with the clipped gradients of a tensor. */
export function adamPass(
  layout: ModelLayout,
  tensor: 'encoder' | 'decoder' | 'biases' | 'log_thresholds',
): Pass {
  const matrix = tensor === 'encoder' || tensor === 'decoder';
  const ofVector = tensor === 'biases' ? layout.biasLength : vectorLength(layout, 'units');
  const eta = tensor === 'biases' ? (layout.refinement?.eta ?? null) : null;
  const length = matrix ? layout.latents * layout.d4 : ofVector / 4;
  return {
    name: `Adam ${tensor}`,
    kernel: compose(kernels.adam_clipped, {
      memory: eta === null ? memoryParts.plain : memoryParts.eta,
    }),
    bindings: {
      weights: tensor,
      moment1: `${tensor}_moment1`,
      moment2: `${tensor}_moment2`,
      gradient: `${tensor}_gradient`,
      penalty: 'penalty',
    },
    constants: {
      LENGTH: length,
      NORM_OFFSET: layout.normOffset,
      DECAY: Number(matrix),
      ...(eta === null ? {} : { ETA_OFFSET: eta }),
    },
    workgroups: [Math.min(4096, Math.ceil(length / 64)), 1, 1],
  };
}
