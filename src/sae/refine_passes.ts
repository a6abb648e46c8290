/**
 * A trained step on the codes of a row: v = p + η E_C(x − b_dec − D_Cᵀp), with η one number of the model. Its passes stand
 * in the places of the decoder and of the codes' gradients. Source: docs/method/model.md and training.md, "Refined codes".
 */
import type { Pass } from '../gpu/plan';
import { across } from '../gpu/workgroups';
import type { ModelConfig } from './config';
import { placesOf } from './forward_passes';
import { hasSignedCodes } from './inference_gate';
import { kernels } from './kernels';
import { rowThreads, teamThreads } from './launch_sizes';
import { usesEncoderBias, type KernelVariant, type ModelLayout } from './layout';
import { compose } from './parts';
import type { RefineLayout } from './refine_layout';

interface DecodeOptions {
  readonly training: boolean;
  /** Makes the codes of the gate first, where no pass before it did. */
  readonly makes: boolean;
}

/** Of both kernels, forwards and back. */
const BINDINGS = {
  rows: 'rows',
  encoder: 'encoder',
  decoder: 'decoder',
  biases: 'biases',
  active_units: 'active_units',
  coefs: 'coefs',
  row_stats: 'row_stats',
};

/** Codes of the gate → codes after the step, what they leave of the rows, and what each row adds to the metrics. */
export function decodeRefinedPass(
  config: ModelConfig,
  layout: ModelLayout,
  refine: RefineLayout,
  variant: KernelVariant,
  { training, makes }: DecodeOptions,
): Pass {
  const { main } = layout;
  const places = placesOf(layout, main);
  return {
    name: 'decode residual',
    kernel: compose(kernels.decode_refined, { places: places.part }),
    bindings: BINDINGS,
    constants: {
      B: layout.batch,
      D4: layout.d4,
      R: main.rank,
      ...places.constants,
      CAPACITY: main.capacity,
      REST: refine.rest,
      ACTIVE_OFFSET: main.active,
      CODES_OFFSET: main.codes,
      BIAS_OFFSET: layout.biasOffset,
      ETA_OFFSET: refine.eta,
      SUBTRACT_B_DEC: Number(!config.apply_b_dec_to_input),
      MAKE: Number(makes),
      USE_BIAS: Number(usesEncoderBias(config)),
      KEEP: Number(training),
      PLAIN_OFFSET: refine.plain,
      STEPS_OFFSET: refine.steps,
      POSITIVE: Number(!hasSignedCodes(config)),
      TEAM: teamThreads(layout.d4, variant),
      WG: rowThreads(layout.d4, variant),
    },
    workgroups: across(layout.batch),
  };
}

/** Gradients of the codes before the step, what the matrices and b_dec have of it besides, and every row's share of dL/dη. */
export function refinedGradientsPass(
  layout: ModelLayout,
  refine: RefineLayout,
  variant: KernelVariant,
): Pass {
  const { main, auxiliary } = layout;
  const places = placesOf(layout, main);
  return {
    name: 'code gradients',
    kernel: compose(kernels.refined_gradients, { places: places.part }),
    bindings: BINDINGS,
    constants: {
      B: layout.batch,
      D4: layout.d4,
      R: main.rank,
      ...places.constants,
      GRADIENT: refine.gradient,
      ETA_OFFSET: refine.eta,
      ACTIVE_OFFSET: main.active,
      CODES_OFFSET: main.codes,
      DECODER_OFFSET: main.decoderCoefs,
      ENCODER_OFFSET: main.encoderCoefs,
      PLAIN_OFFSET: refine.plain,
      STEPS_OFFSET: refine.steps,
      SHARES_OFFSET: refine.shares,
      AUX_RANK: auxiliary?.rank ?? 1,
      AUX_SLOTS: auxiliary?.slots ?? 0,
      AUX_ACTIVE_OFFSET: auxiliary?.active ?? 0,
      AUX_CODES_OFFSET: auxiliary?.codes ?? 0,
      AUX_DECODER_OFFSET: auxiliary?.decoderCoefs ?? 0,
      AUX_ENCODER_OFFSET: auxiliary?.encoderCoefs ?? 0,
      TEAM: teamThreads(layout.d4, variant),
      WG: rowThreads(layout.d4, variant),
    },
    workgroups: across(layout.batch),
  };
}
