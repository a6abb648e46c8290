/** Rows of the tests' tables for the BatchTopK autoencoder. */
import { GRADIENT_STEP, type ArchitectureCases } from '../cases';

const batchtopk = { architecture: 'batchtopk', d_sae: 33, k: 5 } as const;
const small = { ...batchtopk, d_sae: 15, k: 3, aux_coefficient: 0.5 } as const;

const refining = { ...small, refine: true } as const;

const gate = ['count digits 1', 'count digits 2', 'count codes', 'list codes'] as const;

export const cases: ArchitectureCases = {
  parity: {
    defaults: { model: batchtopk, width: 17, batch: 33, dead: 'some' },
    'ties within and across rows': {
      model: { ...batchtopk, d_sae: 70, k: 3 },
      width: 5,
      batch: 17,
      ties: true,
      passes: gate,
    },
    'fewer codes above zero than places': {
      model: { ...batchtopk, d_sae: 9, k: 9 },
      width: 5,
      batch: 17,
      passes: [...gate, 'decode residual'],
    },
    'no code above zero': {
      model: batchtopk,
      width: 5,
      batch: 3,
      silent: true,
      passes: [...gate, 'decode residual', 'code gradients'],
    },
    'refined codes': {
      model: { ...batchtopk, refine: true, normalize_activations: 'layer_norm' },
      width: 18,
      batch: 33,
      dead: 'some',
      passes: ['decode residual', 'code gradients', 'update encoder', 'update biases'],
    },
    'tiled, ties, several words': {
      model: { ...batchtopk, d_sae: 300 },
      width: 21,
      batch: 65,
      variant: 'tiled',
      dead: 'some',
      ties: true,
      passes: [
        ...gate,
        'decode residual',
        'select dead groups',
        'code gradients',
        'update encoder',
        'update decoder',
      ],
    },
  },
  gradients: {
    defaults: { ...GRADIENT_STEP, model: small },
    'refined codes': { ...GRADIENT_STEP, model: refining },
    'refined codes, layer norm, b_dec not applied to the input': {
      ...GRADIENT_STEP,
      model: { ...refining, normalize_activations: 'layer_norm', apply_b_dec_to_input: false },
    },
    'layer norm, b_dec not applied to the input': {
      ...GRADIENT_STEP,
      model: { ...small, normalize_activations: 'layer_norm', apply_b_dec_to_input: false },
    },
  },
  compile: {
    defaults: { architecture: 'batchtopk', d_sae: 40, k: 5 },
    'refined codes': { architecture: 'batchtopk', d_sae: 40, k: 5, refine: true },
  },
};
