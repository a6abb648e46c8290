/** Rows of the tests' tables for SASA with a gate over the batch. */
import { GRADIENT_STEP, type ArchitectureCases } from '../cases';

const ragged = {
  architecture: 'batch_topk_sasa',
  n_groups: 17,
  group_rank: 3,
  k_groups: 2,
} as const;
const small = { ...ragged, n_groups: 9, group_rank: 2, aux_coefficient: 0.5 } as const;

const gate = ['count digits 1', 'count digits 2', 'count codes', 'list codes'] as const;

export const cases: ArchitectureCases = {
  parity: {
    defaults: { model: ragged, width: 17, batch: 33, dead: 'some' },
    'encoder bias, weight decay objective, preact loss, layer norm': {
      model: {
        ...ragged,
        group_rank: 5,
        use_encoder_bias: true,
        nuclear_target: 'weight_decay',
        aux_loss: 'preact',
        normalize_activations: 'layer_norm',
      },
      width: 18,
      batch: 33,
      dead: 'some',
      passes: ['decode residual', 'score dead groups', 'code gradients', 'update biases'],
    },
    'ties within and across rows, more rows than a block': {
      model: { ...ragged, n_groups: 30 },
      width: 5,
      batch: 130,
      ties: true,
      passes: [...gate, 'decode residual'],
    },
    'all groups on': {
      model: { ...ragged, n_groups: 5, k_groups: 5 },
      width: 5,
      batch: 17,
      passes: [...gate, 'decode residual', 'update encoder'],
    },
    'no group on': {
      model: ragged,
      width: 5,
      batch: 3,
      silent: true,
      passes: [...gate, 'decode residual', 'code gradients'],
    },
    'tiled, several words, blocks of seven rows, wide': {
      model: { ...ragged, n_groups: 70, group_rank: 7, use_encoder_bias: true },
      width: 101,
      batch: 65,
      variant: 'tiled',
      dead: 'some',
      ties: true,
      passes: [
        ...gate,
        'decode residual',
        'select dead groups',
        'decode auxiliary',
        'code gradients',
        'update encoder',
        'update decoder',
      ],
    },
    'refined codes': {
      model: { ...ragged, refine: true, use_encoder_bias: true },
      width: 18,
      batch: 33,
      dead: 'some',
      passes: ['decode residual', 'decode auxiliary', 'code gradients', 'update decoder'],
    },
    'tiled, refined codes': {
      model: { ...ragged, refine: true, group_rank: 5 },
      width: 33,
      batch: 33,
      variant: 'tiled',
      dead: 'some',
      passes: ['decode residual', 'code gradients'],
    },
    'tiled, narrow, rank 1': {
      model: { ...ragged, group_rank: 1 },
      width: 5,
      batch: 33,
      variant: 'tiled',
      dead: 'some',
      passes: ['list codes', 'decode residual', 'decode auxiliary', 'update decoder'],
    },
  },
  gradients: {
    defaults: { ...GRADIENT_STEP, model: small },
    'refined codes': { ...GRADIENT_STEP, model: { ...small, refine: true } },
    'weight decay objective, encoder bias': {
      ...GRADIENT_STEP,
      model: { ...small, nuclear_target: 'weight_decay', use_encoder_bias: true },
    },
    'preact loss, layer norm, b_dec not applied to the input': {
      ...GRADIENT_STEP,
      model: {
        ...small,
        aux_loss: 'preact',
        normalize_activations: 'layer_norm',
        apply_b_dec_to_input: false,
      },
    },
  },
  compile: {
    defaults: { ...ragged, n_groups: 10 },
    'preact auxiliary loss, encoder bias': {
      ...ragged,
      n_groups: 10,
      aux_loss: 'preact',
      use_encoder_bias: true,
    },
    'gate on decoded energy': { ...ragged, n_groups: 10, score: 'decoded_energy' },
    'refined codes': { ...ragged, n_groups: 10, refine: true },
    'weight decay objective, block rank 32': {
      ...ragged,
      n_groups: 3,
      group_rank: 32,
      nuclear_target: 'weight_decay',
    },
  },
};
