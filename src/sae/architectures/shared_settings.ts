/** Settings that every model has, under SAELens' names, with ranges and defaults (docs/method/model.md and training.md). */
import * as z from 'zod/mini';
import { setting } from '../../base/setting';

export const normalizations = ['none', 'layer_norm', 'expected_average_only_in'] as const;
const auxiliaryLosses = ['residual', 'preact', 'none'] as const;

export type Normalization = (typeof normalizations)[number];
export type AuxiliaryLoss = (typeof auxiliaryLosses)[number];

/** A whole number from 1 on. */
export const count = (max: number) => z.int().check(z.gte(1), z.lte(max));
/** The weight of a term of the objective. */
export const coefficient = () => z.number().check(z.gte(0), z.lte(1e9));

/** How the input is rescaled; `otherwise` is the architecture's own choice. */
export function normalization(otherwise: Normalization) {
  return setting(z._default(z.enum(normalizations), otherwise), {
    label: 'Normalise input',
    meaning:
      'Rescales rows before encoding and undoes it afterwards, so losses stay in units of the data.',
    formula: 'layer norm: (x − μ)/(σ + 1e-5)\nmean norm: x · √d / mean‖x‖',
    source: 'SAELens',
    choices: { none: 'none', layer_norm: 'layer norm', expected_average_only_in: 'mean norm' },
    advanced: true,
  });
}

/** What revives dead units; `otherwise` is the architecture's own choice. */
export function auxiliaryLoss(otherwise: AuxiliaryLoss) {
  return setting(z._default(z.enum(auxiliaryLosses), otherwise), {
    label: 'Revive dead by',
    meaning: 'Auxiliary loss in which dead units reconstruct the residual.',
    formula: 'residual: p′ₖ = Eₖ(x − x̂)\npre-activation: pₖ of the input',
    source: 'SASA (residual) and its released code (pre-activation)',
    choices: { residual: 'residual', preact: 'pre-activation', none: 'none' },
    advanced: true,
  });
}

/** Norm of the decoder's rows at the start; `otherwise` says the architecture's own choice in words. */
export function initialNorm(otherwise: string) {
  return setting(z.optional(z.number().check(z.gt(0), z.lte(100))), {
    label: 'Initial decoder norm',
    meaning: 'Norm of the decoder’s rows before training.',
    automatic: 'auto',
    otherwise,
    advanced: true,
  });
}

/** An architecture that chooses another default for one of these puts its own in its place. */
export const SHARED_SETTINGS = {
  name: setting(z.optional(z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9 ._+-]{0,47}$/))), {
    label: 'Name',
    meaning: 'Name of the model in this run: its folder and its legend.',
    otherwise: 'by the architecture',
    hidden: true,
  }),
  d_in: setting(z.optional(count(65536)), {
    label: 'Width',
    symbol: 'd',
    meaning: 'Numbers in a row; refused where the data have another width.',
    otherwise: "the data's",
    hidden: true,
  }),
  normalize_activations: normalization('none'),
  aux_loss: auxiliaryLoss('residual'),
  aux_coefficient: setting(z._default(coefficient(), 1 / 32), {
    label: 'Auxiliary weight',
    symbol: 'α',
    meaning: 'Weight of the auxiliary loss.',
    formula: 'L = … + α · L_aux',
    source: 'Gao et al. 2024: 1/32; SASA: 1',
    unless: { setting: 'aux_loss', value: 'none' },
    advanced: true,
  }),
  k_aux: setting(z.optional(count(65536)), {
    label: 'Auxiliary columns',
    symbol: 'k_aux',
    meaning: 'Columns that the auxiliary loss may use for one row.',
    automatic: 'd/2',
    otherwise: 'd / 2, rounded down',
    source: 'Gao et al. 2024',
    unless: { setting: 'aux_loss', value: 'none' },
    advanced: true,
  }),
  dead_group_window: setting(z._default(count(1_000_000_000), 15_000), {
    label: 'Dead after',
    meaning: 'A unit is dead once it has gone this many samples without being selected.',
    unit: 'samples',
    advanced: true,
  }),
  decoder_init_norm: initialNorm('1'),
  apply_b_dec_to_input: setting(z._default(z.boolean(), true), {
    label: 'Subtract',
    symbol: 'b_dec',
    meaning: 'Encodes x − b_dec instead of x.',
    advanced: true,
  }),
};

/** The width of the dictionary of a model whose units are latents. */
export function dictionarySize(most = 1 << 20) {
  return setting(count(most), {
    label: 'Latents',
    symbol: 'N',
    meaning: 'Units of the dictionary, one direction each.',
    formula: 'x̂ = Σ zⱼdⱼ + b_dec',
    doubling: true,
  });
}

/** Whether a step is taken on the codes. */
export function refineCodes() {
  return setting(z.optional(z.boolean()), {
    label: 'Refine codes',
    symbol: 'η',
    meaning:
      'Takes one trained step on the codes of the units that are on, along what they leave of the row.',
    formula: 'v = p + η·E_C(x − b_dec − D_Cᵀp)',
    source: 'The lab (docs/method/model.md)',
    otherwise: 'false',
    unset: () => false,
    advanced: true,
  });
}

/** How fast the threshold that takes the place of a batch follows it. */
export function thresholdRate(meaning: string, formula: string) {
  return setting(z._default(z.number().check(z.gt(0), z.lte(1)), 0.01), {
    label: 'Threshold rate',
    meaning,
    formula,
    source: 'SAELens',
    advanced: true,
  });
}
