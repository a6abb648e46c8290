/**
 * The second level of a gate of two: of the columns of the units that a row let through, those that stay on. Two passes
 * in the place of the one that makes codes, in training and outside it.
 */
import type { Pass } from '../gpu/plan';
import { across } from '../gpu/workgroups';
import { Section } from './forward_passes';
import { kernels } from './kernels';
import { teamThreads } from './launch_sizes';
import type { KernelVariant, ModelLayout } from './layout';
import { codesParts, compose, placesParts, type NormsPart } from './parts';

/** ‖d‖ of every atom, [N]. */
export function decoderNormsPass({ latents, d4 }: ModelLayout, norms: NormsPart): Pass {
  return {
    name: 'decoder norms',
    kernel: compose(kernels.decoder_norms, { norms }),
    bindings: {
      decoder: 'decoder',
      decoder_norms: 'decoder_norms',
      ...(norms.inverse ? { penalty: 'penalty' } : {}),
    },
    constants: { N: latents, D4: d4, ...(norms.inverse ? { PENALTY_OFFSET: 0 } : {}) },
    workgroups: [Math.ceil(latents / 64), 1, 1],
  };
}

interface ChoiceOptions {
  readonly variant: KernelVariant;
  /** Marks where units fired and when, for the passes that follow in a step. */
  readonly training: boolean;
  readonly useBias: boolean;
}

/** rows and the units that won → codes of the `columns` of their columns with the largest |p|·‖d‖, the others 0. */
export function chooseColumnsPass(
  { batch, words, d4, main }: ModelLayout,
  columns: number,
  { variant, training, useBias }: ChoiceOptions,
): Pass {
  return {
    name: 'choose columns',
    kernel: compose(kernels.choose_columns, {
      places: placesParts.fixed,
      codes: codesParts.made,
    }),
    bindings: {
      rows: 'rows',
      encoder: 'encoder',
      biases: 'biases',
      active_units: 'active_units',
      coefs: 'coefs',
      decoder_norms: 'decoder_norms',
      fired: 'fired',
      last_fired: 'last_fired',
    },
    constants: {
      B: batch,
      D4: d4,
      R: main.rank,
      SLOTS: main.slots,
      COLUMNS: columns,
      WORDS: words,
      TARGET: Section.input,
      CAPACITY: main.capacity,
      ACTIVE_OFFSET: main.active,
      CODES_OFFSET: main.codes,
      FIRED_OFFSET: main.fired,
      USE_BIAS: Number(useBias),
      RECORD: Number(training),
      TEAM: teamThreads(d4, variant),
      WG: variant === 'tiled' ? 64 : 8,
    },
    workgroups: across(batch),
  };
}
