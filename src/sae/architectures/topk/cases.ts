/** Rows of the tests' tables for the TopK autoencoder. */
import { GRADIENT_STEP, type ArchitectureCases } from '../cases';

const topk = { architecture: 'topk', d_sae: 15, k: 3, aux_coefficient: 0.5 } as const;

export const cases: ArchitectureCases = {
  parity: {
    defaults: {
      model: { architecture: 'topk', d_sae: 33, k: 5 },
      width: 17,
      batch: 33,
      dead: 'some',
    },
    'tiled, rows longer than a workgroup, ties': {
      model: { architecture: 'topk', d_sae: 300, k: 5 },
      width: 300,
      batch: 33,
      variant: 'tiled',
      dead: 'some',
      ties: true,
      passes: [
        'center input',
        'select groups',
        'select dead groups',
        'decode residual',
        'update encoder',
        'update decoder',
      ],
    },
  },
  gradients: {
    defaults: { ...GRADIENT_STEP, model: topk },
    'residual loss': { ...GRADIENT_STEP, model: { ...topk, aux_loss: 'residual' } },
    'b_dec not applied to the input': {
      ...GRADIENT_STEP,
      model: { ...topk, apply_b_dec_to_input: false },
    },
    'layer norm': { ...GRADIENT_STEP, model: { ...topk, normalize_activations: 'layer_norm' } },
  },
  compile: {
    defaults: { architecture: 'topk', d_sae: 40, k: 5 },
    'many winners': { architecture: 'topk', d_sae: 40, k: 20 },
    'residual auxiliary loss': { architecture: 'topk', d_sae: 40, k: 5, aux_loss: 'residual' },
  },
};
