/**
 * A training step of one model as a list of passes. This file is the only place that knows the order;
 * executors, tests and the profiler read the list. An architecture is a gate (gate_passes.ts) and a
 * penalty (nuclear norms here, the rest in update_passes.ts).
 */
import type { BufferSpec, Pass, Plan } from '../gpu/plan';
import { across, spread } from '../gpu/workgroups';
import { auxiliaryPasses } from './auxiliary_passes';
import { slicedBuffers, slicedPasses, slicesOf } from './batch_slices';
import { architectureOf, type ModelConfig } from './config';
import { decoderNormsPass } from './choose_columns';
import { placesOf } from './forward_passes';
import { gateBuffers, mainForward, workBuffers } from './forward_plan';
import { kernels } from './kernels';
import { teamThreads } from './launch_sizes';
import { layoutOf, vectorLength, vectorsOf, type ModelLayout, type KernelVariant } from './layout';
import { nuclearPass, scoresEnergy } from './nuclear_pass';
import { compose, entryParts, normsParts, termParts } from './parts';
import { codesPenalty, penaltyOf } from './penalty';
import { refinedGradientsPass } from './refine_passes';
import { stepUniforms } from './schedule';
import {
  adamPass,
  expThresholdsPass,
  gradientNormPass,
  updateBiasesPass,
  updatePass,
  updateThresholdsPass,
  type Storing,
} from './update_passes';

export interface StepPlan {
  readonly plan: Plan;
  readonly layout: ModelLayout;
}

export interface StepOptions {
  readonly config: ModelConfig;
  /** d */
  readonly width: number;
  /** B */
  readonly batch: number;
  readonly variant: KernelVariant;
  /** Stores gradients and clips them by their global norm before Adam. */
  readonly clip: boolean;
  /** Places of the lists of ragged codes beyond which a batch is taken in slices; a usual number when absent. */
  readonly mostPlaces?: number | undefined;
}

/** Plans the training step of a model. Imports `x` (the batch) and `data_mean`. */
export function stepPlan(options: StepOptions): StepPlan {
  const { config, width, batch, variant, clip, mostPlaces } = options;
  const architecture = architectureOf(config);
  const layout = layoutOf(config, width, batch, variant);
  const slices = slicesOf(architecture.gate(config), layout, mostPlaces);
  const slice = slices === 1 ? layout : layoutOf(config, width, batch / slices, variant);
  const storing = clip || slices > 1 ? { share: 1 / slices } : null;
  const trained = architecture.thresholds !== undefined;
  const tensors = [
    ...(['encoder', 'decoder', 'biases'] as const),
    ...(trained ? (['log_thresholds'] as const) : []),
  ];
  const own = gradientPasses(config, slice, variant, storing);
  const { passes, views } =
    slices === 1 ? { passes: own, views: [] } : slicedPasses(own, slice, slices);
  const buffers = [
    ...parameterBuffers(layout, storing !== null),
    ...vectorBuffers(config, layout, storing !== null),
    ...stepBuffers(config, slice),
  ];
  return {
    layout,
    plan: {
      name: 'model',
      uniform: stepUniforms,
      buffers: slices === 1 ? buffers : slicedBuffers(buffers, slice, slices),
      imports: ['x', 'data_mean'],
      clears: [
        'fired',
        ...(layout.gate.found > 0 ? ['gate'] : []),
        ...(slices > 1 ? tensors.map((tensor) => `${tensor}_gradient`) : []),
      ],
      views,
      passes: [
        ...(architecture.unitRows(config) ? [normalizePass(layout)] : []),
        ...(codesPenalty(config)?.term.readsNorms === true
          ? [decoderNormsPass(layout, normsParts.inverse)]
          : []),
        ...passes,
        gradientNormPass(layout, storing !== null),
        ...(storing === null ? [] : tensors.map((tensor) => adamPass(layout, tensor))),
        ...(trained ? [expThresholdsPass(layout)] : []),
      ],
    },
  };
}

/** From the rows of a batch, or of a slice of one, to the gradients of all tensors, which Adam takes at once or later. */
function gradientPasses(
  config: ModelConfig,
  layout: ModelLayout,
  variant: KernelVariant,
  storing: Storing,
): Pass[] {
  const penalty = penaltyOf(config);
  const trained = architectureOf(config).thresholds !== undefined;
  const { refinement } = layout;
  return [
    ...mainForward(config, layout, variant, true),
    ...auxiliaryPasses(config, layout, variant),
    refinement === null
      ? codeGradientsPass(config, layout, variant)
      : refinedGradientsPass(layout, refinement, variant),
    // A gate that needs the factors of the blocks had it run before.
    ...(penalty?.kind === 'nuclear' && !scoresEnergy(architectureOf(config).gate(config))
      ? [nuclearPass(penalty.target, layout, variant)]
      : []),
    updatePass(config, layout, 'encoder', variant, storing),
    updatePass(config, layout, 'decoder', variant, storing),
    updateBiasesPass(config, layout, variant, storing),
    ...(trained ? [updateThresholdsPass(layout, storing)] : []),
  ];
}

/** Weights, Adam's moments and, when they are stored, gradients. */
function parameterBuffers(layout: ModelLayout, stored: boolean): BufferSpec[] {
  const matrix = layout.latents * layout.d4 * 4;
  const kinds = ['', '_moment1', '_moment2', ...(stored ? ['_gradient'] : [])];
  return kinds.flatMap((kind): BufferSpec[] => [
    { name: `encoder${kind}`, type: 'f32', length: matrix, shape: '[K·r, d]' },
    { name: `decoder${kind}`, type: 'f32', length: matrix, shape: '[K·r, d]' },
    { name: `biases${kind}`, type: 'f32', length: layout.biasLength, shape: '[K·r | d]' },
  ]);
}

/** Vectors beside E, D and the biases, with the moments of those that are trained. */
function vectorBuffers(config: ModelConfig, layout: ModelLayout, stored: boolean): BufferSpec[] {
  const own = vectorsOf(config).filter(({ name }) => !(name in layout.vectorsInBiases));
  return own.flatMap(({ name, length, trained }): BufferSpec[] => {
    const shape = length === 'one' ? '[1]' : '[K]';
    const kinds = trained ? ['', '_moment1', '_moment2', ...(stored ? ['_gradient'] : [])] : [''];
    return kinds.map((kind) => ({
      name: `${name}${kind}`,
      type: 'f32',
      length: vectorLength(layout, length),
      shape,
    }));
  });
}

function stepBuffers(config: ModelConfig, layout: ModelLayout): BufferSpec[] {
  const { groups, rank, latents } = layout;
  const penalty = penaltyOf(config);
  const deadUnits = layout.auxiliary?.units ?? 0;
  const readsNorms = penalty?.kind === 'codes' && penalty.term.readsNorms;
  return [
    ...workBuffers(layout, 1 + deadUnits),
    ...gateBuffers(architectureOf(config).gate(config), layout),
    { name: 'last_fired', type: 'u32', length: groups, shape: '[K] samples' },
    {
      name: 'decoder_norms',
      type: 'f32',
      length: readsNorms || layout.main.columns !== null ? latents : 1,
      shape: '[N]',
    },
    {
      name: 'penalty',
      type: 'f32',
      length: layout.penaltyBuffer,
      shape: '[2, K, r, r], squared gradient norms, sums and shares for the biases',
    },
    {
      name: 'singular_values',
      type: 'f32',
      length: penalty?.kind === 'nuclear' ? groups * rank : 1,
      shape: '[K, r]',
    },
  ];
}

function normalizePass(layout: ModelLayout): Pass {
  return {
    name: 'unit norms',
    kernel: kernels.normalize_rows,
    bindings: { encoder: 'encoder', decoder: 'decoder' },
    constants: { N: layout.latents, D4: layout.d4, WG: 32 },
    workgroups: across(layout.latents),
  };
}

function codeGradientsPass(config: ModelConfig, layout: ModelLayout, variant: KernelVariant): Pass {
  const { batch, main, auxiliary } = layout;
  const auxiliarySlots = auxiliary?.slots ?? 0;
  const auxiliaryRank = auxiliary?.rank ?? 1;
  const team = teamThreads(layout.d4, variant);
  const places = placesOf(layout, main);
  const thresholds = architectureOf(config).thresholds;
  return {
    name: 'code gradients',
    kernel: compose(kernels.code_gradients, {
      places: places.part,
      term: codesPenalty(config)?.term ?? termParts.none,
      entry:
        thresholds?.entry(config) ?? (main.columns === null ? entryParts.plain : entryParts.chosen),
    }),
    bindings: {
      ...(thresholds === undefined ? {} : { thresholds: 'thresholds' }),
      rows: 'rows',
      decoder: 'decoder',
      active_units: 'active_units',
      coefs: 'coefs',
      row_stats: 'row_stats',
      decoder_norms: 'decoder_norms',
    },
    constants: {
      B: batch,
      D4: layout.d4,
      R: main.rank,
      ...places.constants,
      CAPACITY: main.capacity,
      ACTIVE_OFFSET: main.active,
      CODES_OFFSET: main.codes,
      DECODER_OFFSET: main.decoderCoefs,
      ENCODER_OFFSET: main.encoderCoefs,
      AUX_RANK: auxiliaryRank,
      AUX_SLOTS: auxiliarySlots,
      AUX_ACTIVE_OFFSET: auxiliary?.active ?? 0,
      AUX_CODES_OFFSET: auxiliary?.codes ?? 0,
      AUX_DECODER_OFFSET: auxiliary?.decoderCoefs ?? 0,
      AUX_ENCODER_OFFSET: auxiliary?.encoderCoefs ?? 0,
      ...(thresholds === undefined ? {} : { THRESHOLD_OFFSET: main.thresholdCoefs }),
      TEAM: team,
    },
    workgroups: spread((main.capacity + batch * auxiliarySlots) * team),
  };
}
