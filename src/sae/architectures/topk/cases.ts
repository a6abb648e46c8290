/** Rows of the tests' tables for the TopK autoencoder. */
import { GRADIENT_STEP, type ArchitectureCases } from '../cases';

const topk = { architecture: 'topk', d_sae: 15, k: 3, aux_coefficient: 0.5 } as const;
const refining = { ...topk, refine: true } as const;

export const cases: ArchitectureCases = {
  parity: {
    defaults: {
      model: { architecture: 'topk', d_sae: 33, k: 5 },
      width: 17,
      batch: 33,
      dead: 'some',
    },
    'refined codes': {
      model: { architecture: 'topk', d_sae: 33, k: 5, refine: true },
      width: 17,
      batch: 33,
      dead: 'some',
    },
    'tiled, refined codes': {
      model: { architecture: 'topk', d_sae: 70, k: 18, refine: true, apply_b_dec_to_input: false },
      width: 101,
      batch: 65,
      variant: 'tiled',
      dead: 'some',
      passes: ['decode residual', 'code gradients', 'update biases'],
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
    'refined codes': { ...GRADIENT_STEP, model: refining },
    'refined codes, layer norm, residual loss': {
      ...GRADIENT_STEP,
      model: { ...refining, normalize_activations: 'layer_norm', aux_loss: 'residual' },
    },
    'refined codes, b_dec not applied to the input': {
      ...GRADIENT_STEP,
      model: { ...refining, apply_b_dec_to_input: false },
    },
    'refined codes, many of them cut off': { ...GRADIENT_STEP, model: refining, eta: -1.2 },
    'layer norm': { ...GRADIENT_STEP, model: { ...topk, normalize_activations: 'layer_norm' } },
  },
  compile: {
    defaults: { architecture: 'topk', d_sae: 40, k: 5 },
    'refined codes': { architecture: 'topk', d_sae: 40, k: 5, refine: true },
    'many winners': { architecture: 'topk', d_sae: 40, k: 20 },
    'residual auxiliary loss': { architecture: 'topk', d_sae: 40, k: 5, aux_loss: 'residual' },
  },
};
