/** Rows of the tests' tables for signed TopK. */
import { GRADIENT_STEP, type ArchitectureCases } from '../cases';

const signed = { architecture: 'topk_signed', d_sae: 33, k: 5 } as const;
const refining = { ...signed, d_sae: 15, k: 3, aux_coefficient: 0.5, refine: true } as const;

export const cases: ArchitectureCases = {
  parity: {
    defaults: { model: signed, width: 17, batch: 33, dead: 'some' },
    'tiled, ties, more slots than a few': {
      model: { ...signed, d_sae: 70, k: 20 },
      width: 5,
      batch: 17,
      variant: 'tiled',
      ties: true,
      passes: ['score groups', 'select groups', 'encode active', 'decode residual'],
    },
  },
  gradients: {
    'refined codes': { ...GRADIENT_STEP, model: refining },
    defaults: { ...GRADIENT_STEP, model: { ...signed, d_sae: 15, k: 3, aux_coefficient: 0.5 } },
    'preact loss, layer norm': {
      ...GRADIENT_STEP,
      model: {
        ...signed,
        d_sae: 15,
        k: 3,
        aux_loss: 'preact',
        normalize_activations: 'layer_norm',
      },
    },
  },
  compile: {
    defaults: { ...signed, d_sae: 40 },
    'refined codes': { ...signed, d_sae: 40, refine: true },
  },
};
