/**
 * JumpReLU: a pre-activation above the threshold of its latent is its code, and thresholds are trained. README.md has
 * the papers.
 */
import * as z from 'zod/mini';
import { setting } from '../../../base/setting';
import { standingParts } from '../../parts';
import { defineArchitecture } from '../architecture';
import { numberOr, singleLatents } from '../common';
import {
  auxiliaryLoss,
  coefficient,
  dictionarySize,
  normalization,
  SHARED_SETTINGS,
} from '../shared_settings';
import { nearThreshold, stepTerm, tanhTerm, thresholdEntry } from './parts';

const PAPER = 'Rajamanoharan et al. 2024';
const modes = ['step', 'tanh'] as const;
/** Strength, relative to the data's power, that keeps a few latents in a hundred (docs/results). */
const USUAL_STRENGTH = 0.01;
const positive = (max: number) => z.number().check(z.gt(0), z.lte(max));

const schema = z.strictObject({
  architecture: z.literal('jumprelu'),
  ...SHARED_SETTINGS,
  d_sae: dictionarySize(),
  l0_coefficient: setting(z.optional(coefficient()), {
    label: 'Sparsity',
    symbol: 'λ_0',
    meaning: 'Price of an active latent, in the units of the squared error.',
    formula: 'L = ‖x − x̂‖² + λ₀ · ‖z‖₀',
    source: PAPER,
    otherwise: 'from the relative one',
    live: true,
  }),
  l0_coefficient_relative: setting(z.optional(coefficient()), {
    label: 'Relative',
    symbol: 'λ_0,rel',
    meaning: 'The same as a share of the data’s power, so it carries over to other data.',
    formula: 'λ₀ = λ₀,rel · E‖x‖²',
    otherwise: String(USUAL_STRENGTH),
    live: true,
  }),
  l0_warm_up_steps: setting(z._default(z.int().check(z.gte(0), z.lte(1_000_000_000)), 0), {
    label: 'Sparsity warm-up',
    meaning: 'Steps over which the price of an active latent rises from zero.',
    unit: 'steps',
    source: 'SAELens',
    advanced: true,
  }),
  jumprelu_sparsity_loss_mode: setting(z._default(z.enum(modes), 'step'), {
    label: 'Penalty on',
    meaning: 'What an active latent counts as: one, or a tanh of its size that grows to one.',
    formula: 'step: ‖z‖₀\ntanh: Σ tanh(c·zⱼ·‖dⱼ‖)',
    source: `${PAPER} (step), Conerly et al. 2025 (tanh)`,
    choices: { step: 'count', tanh: 'tanh' },
    advanced: true,
  }),
  jumprelu_tanh_scale: setting(z._default(positive(1000), 4), {
    label: 'Tanh scale',
    symbol: 'c',
    meaning: 'How soon a code counts as one.',
    source: 'Conerly et al. 2025',
    unless: { setting: 'jumprelu_sparsity_loss_mode', value: 'step' },
    advanced: true,
  }),
  jumprelu_bandwidth: setting(z._default(positive(100), 0.5), {
    label: 'Bandwidth',
    symbol: 'ε',
    meaning:
      'Width of the window around a threshold in which it learns, in units of the input’s rms.',
    formula: 'dL/dθ = −(θ/ε)·K((z − θ)/ε)·dL/dz',
    source: PAPER,
    advanced: true,
  }),
  jumprelu_init_threshold: setting(z._default(positive(100), 0.5), {
    label: 'Initial threshold',
    symbol: 'θ_0',
    meaning: 'Threshold of every latent before training, in units of the input’s rms.',
    source: PAPER,
    advanced: true,
  }),
  normalize_activations: normalization('expected_average_only_in'),
  aux_loss: auxiliaryLoss('none'),
});

type Config = z.output<typeof schema>;

/** The form of the strength that decides: the absolute one where it is set, else the relative one. */
function strengthOf({
  l0_coefficient: absolute,
  l0_coefficient_relative: relative = USUAL_STRENGTH,
}: Config) {
  return absolute === undefined
    ? { setting: 'l0_coefficient_relative', value: relative, relative: true }
    : { setting: 'l0_coefficient', value: absolute, relative: false };
}

const byStep = ({ jumprelu_sparsity_loss_mode: mode }: Config) => mode === 'step';

export const jumprelu = defineArchitecture({
  ...singleLatents,
  id: 'jumprelu',
  schema,
  words: {
    name: 'JumpReLU SAE',
    choice: 'JumpReLU',
    detail: 'a trained threshold for every latent',
    unit: 'latent',
    size: (number) => `${number('d_sae')} latents`,
  },
  gate: () => ({ kind: 'threshold', score: 'value', standing: nearThreshold }),
  inference: () => ({ kind: 'threshold', score: 'value', standing: standingParts.threshold }),
  vectors: [
    {
      name: 'thresholds',
      length: 'units',
      trained: false,
      initial: ({ jumprelu_init_threshold: threshold }, rms) => threshold * rms,
    },
    {
      name: 'log_thresholds',
      length: 'units',
      trained: true,
      initial: ({ jumprelu_init_threshold: threshold }, rms) => Math.log(threshold * rms),
    },
  ],
  thresholds: {
    entry: (config) => thresholdEntry(byStep(config)),
    bandwidth: (config) => config.jumprelu_bandwidth,
  },
  strength: {
    absolute: 'l0_coefficient',
    relative: 'l0_coefficient_relative',
    usual: USUAL_STRENGTH,
    unset: USUAL_STRENGTH,
  },
  underScale: { l0_coefficient: 2 },
  folder: {
    tensors: { threshold: 'thresholds' },
    save: () => ({}),
    load: ({ d_sae }) => ({ settings: { d_sae }, usual: { l0_coefficient_relative: 0 } }),
    // Codes of SAELens are positive whatever the threshold: one below 0 lets through what one of 0 does. That has no
    // logarithm to train.
    restore: ({ thresholds = new Float32Array() }) => ({
      thresholds: thresholds.map((threshold) => Math.max(threshold, 0)),
      log_thresholds: thresholds.map((threshold) => Math.log(Math.max(threshold, 1e-30))),
    }),
  },
  shape: ({ d_sae }) => ({ groups: d_sae, rank: 1, slots: d_sae }),
  rules: () => [],
  warnings: () => [],
  penalty: (config) => ({
    kind: 'codes',
    metric: 'losses/l0_loss',
    term: byStep(config) ? stepTerm : tanhTerm(config.jumprelu_tanh_scale),
    strength: strengthOf(config),
    warmUpSteps: config.l0_warm_up_steps,
  }),
  live: (config) => {
    const { setting: name, value } = strengthOf(config);
    return [{ setting: name, value }];
  },
  budget: (settings) => ({ columns: numberOr(settings, 'd_sae', 256), active: 4 }),
  sized: ({ columns }) => ({ d_sae: columns }),
});
