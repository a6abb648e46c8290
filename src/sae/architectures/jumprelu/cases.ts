/** Rows of the tests' tables for the JumpReLU autoencoder. */
import { GRADIENT_STEP, type ArchitectureCases } from '../cases';

const jumprelu = { architecture: 'jumprelu', d_sae: 33, l0_coefficient: 0.2 } as const;
const tanh = { ...jumprelu, jumprelu_sparsity_loss_mode: 'tanh' } as const;
const none = { normalize_activations: 'none' } as const;

export const cases: ArchitectureCases = {
  parity: {
    defaults: { model: { ...jumprelu, ...none }, width: 17, batch: 33 },
    'tanh, layer norm': {
      model: { ...tanh, normalize_activations: 'layer_norm' },
      width: 17,
      batch: 33,
      passes: ['list codes', 'decode residual', 'code gradients', 'update decoder'],
    },
    'tiled, several words': {
      model: { ...jumprelu, d_sae: 70 },
      width: 5,
      batch: 65,
      variant: 'tiled',
      inputScale: 0.7,
      passes: [
        'count codes',
        'place rows',
        'list codes',
        'code gradients',
        'update encoder',
        'update thresholds',
        'thresholds',
      ],
    },
    'clip that binds': {
      model: jumprelu,
      width: 5,
      batch: 17,
      maxGradNorm: 0.05,
      passes: ['gradient of thresholds', 'gradient norm', 'Adam log_thresholds', 'thresholds'],
    },
  },
  gradients: {
    defaults: { ...GRADIENT_STEP, model: { ...jumprelu, ...none, d_sae: 15 } },
    tanh: { ...GRADIENT_STEP, model: { ...tanh, ...none, d_sae: 15 } },
    'residual loss, b_dec not applied to the input': {
      ...GRADIENT_STEP,
      model: { ...jumprelu, ...none, d_sae: 15, aux_loss: 'residual', apply_b_dec_to_input: false },
    },
  },
  compile: {
    defaults: { architecture: 'jumprelu', d_sae: 40 },
    tanh: { architecture: 'jumprelu', d_sae: 40, jumprelu_sparsity_loss_mode: 'tanh' },
  },
};
