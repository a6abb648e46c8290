/** The ReLU autoencoder: every positive pre-activation is a code, and an L1 penalty keeps them few. README.md has the paper. */
import * as z from 'zod/mini';
import { setting } from '../../../base/setting';
import { standingParts, termParts } from '../../parts';
import { defineArchitecture } from '../architecture';
import { numberOr, singleLatents } from '../common';
import { coefficient, dictionarySize, SHARED_SETTINGS } from '../shared_settings';

const schema = z.strictObject({
  architecture: z.literal('standard'),
  ...SHARED_SETTINGS,
  d_sae: dictionarySize(),
  l1_coefficient: setting(coefficient(), {
    label: 'Sparsity',
    symbol: 'λ₁',
    meaning: 'Weight of the L1 penalty that keeps latents at zero.',
    formula: 'L = ‖x − x̂‖² + λ₁ Σ |zⱼ|·‖dⱼ‖₂',
    source: 'Bricken et al. 2023',
  }),
  aux_loss: setting(z._default(z.literal('none'), 'none'), {
    label: 'Revive dead by',
    meaning: 'A ReLU model has no auxiliary loss.',
    hidden: true,
  }),
});

export const standard = defineArchitecture({
  ...singleLatents,
  id: 'standard',
  schema,
  words: {
    name: 'ReLU SAE',
    choice: 'ReLU + L1',
    detail: 'ReLU with an L1 penalty',
    unit: 'latent',
    size: (number) => `${number('d_sae')} latents`,
  },
  gate: () => ({ kind: 'threshold', score: 'value', standing: standingParts.positive }),
  underScale: { l1_coefficient: 1 },
  folder: {
    save: () => ({}),
    load: (config) => {
      const activation = config.activation_fn ?? config.activation_fn_str ?? 'relu';
      if (activation === 'relu') {
        return { settings: { d_sae: config.d_sae }, usual: { l1_coefficient: 0 } };
      }
      return {
        refused: `has activation_fn ${JSON.stringify(activation)} with architecture "standard", for which the lab computes "relu"`,
        wayOut:
          activation === 'topk'
            ? 'If it was trained with TopK, write "architecture": "topk" into it; k is read from activation_fn_kwargs.'
            : 'Give a model that was trained with relu.',
      };
    },
  },
  shape: ({ d_sae }) => ({ groups: d_sae, rank: 1, slots: d_sae }),
  rules: () => [],
  warnings: () => [],
  penalty: ({ l1_coefficient }) => ({
    kind: 'codes',
    metric: 'losses/l1_loss',
    term: termParts.l1,
    strength: { setting: 'l1_coefficient', value: l1_coefficient, relative: false },
    warmUpSteps: 0,
  }),
  live: () => [],
  budget: (settings) => ({ columns: numberOr(settings, 'd_sae', 256), active: 4 }),
  sized: ({ columns }) => ({ d_sae: columns, l1_coefficient: 0.1 }),
});
