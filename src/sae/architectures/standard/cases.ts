/** Rows of the tests' tables for the ReLU autoencoder. */
import { GRADIENT_STEP, type ArchitectureCases } from '../cases';

const relu = { architecture: 'standard', d_sae: 33, l1_coefficient: 0.2 } as const;

export const cases: ArchitectureCases = {
  parity: {
    'layer norm': {
      model: { ...relu, normalize_activations: 'layer_norm' },
      width: 17,
      batch: 33,
      passes: [
        'decoder norms',
        'count codes',
        'place rows',
        'list codes',
        'decode residual',
        'code gradients',
        'update decoder',
      ],
    },
    'tiled, several chunks': {
      model: { ...relu, d_sae: 70 },
      width: 5,
      batch: 300,
      variant: 'tiled',
      passes: ['count codes', 'list codes', 'code gradients', 'update encoder', 'update decoder'],
    },
  },
  gradients: {
    defaults: {
      ...GRADIENT_STEP,
      model: { architecture: 'standard', d_sae: 15, l1_coefficient: 0.3 },
    },
  },
  compile: { defaults: { architecture: 'standard', d_sae: 40, l1_coefficient: 0.1 } },
};
