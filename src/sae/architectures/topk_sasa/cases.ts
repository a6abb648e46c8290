/** Rows of the tests' tables for SASA. */
import { GRADIENT_STEP, type ArchitectureCases } from '../cases';

const sasa = {
  architecture: 'topk_sasa',
  n_groups: 9,
  group_rank: 2,
  k_groups: 2,
  aux_coefficient: 0.5,
} as const;
/** Of the four columns that are on after the first level, three or two stay. */
const columns = { ...sasa, k_columns: 3 } as const;
const ragged = { architecture: 'topk_sasa', n_groups: 17, group_rank: 3, k_groups: 2 } as const;
const small = { ...ragged, n_groups: 10 } as const;

/** What a gate of two levels adds to a step, or changes in it. */
const COLUMN_PASSES = ['select groups', 'decoder norms', 'choose columns', 'code gradients'];

export const cases: ArchitectureCases = {
  parity: {
    defaults: { model: ragged, width: 17, batch: 33, dead: 'some' },
    'tiled, defaults': {
      model: ragged,
      width: 17,
      batch: 33,
      variant: 'tiled',
      dead: 'some',
      passes: [
        'score groups',
        'encode active',
        'score dead groups',
        'select dead groups',
        'encode residual',
        'code gradients',
        'update encoder',
      ],
    },
    'decoder objective, layer norm': {
      model: { ...ragged, nuclear_target: 'decoder', normalize_activations: 'layer_norm' },
      width: 33,
      batch: 17,
      dead: 'some',
      passes: [
        'unit norms',
        'center input',
        'decode residual',
        'decode auxiliary',
        'nuclear norms',
      ],
    },
    'weight decay objective, preact loss, nothing dead': {
      model: { ...ragged, nuclear_target: 'weight_decay', aux_loss: 'preact' },
      width: 17,
      batch: 17,
      dead: 'none',
      passes: [
        'list dead groups',
        'score dead groups',
        'select dead groups',
        'decode auxiliary',
        'nuclear norms',
        'update encoder',
      ],
    },
    'preact loss, encoder bias': {
      model: { ...ragged, aux_loss: 'preact', use_encoder_bias: true },
      width: 17,
      batch: 33,
      dead: 'some',
      passes: [
        'score dead groups',
        'select dead groups',
        'decode auxiliary',
        'code gradients',
        'update encoder',
        'update decoder',
        'update biases',
      ],
    },
    'gate on decoded energy, encoder bias': {
      model: { ...ragged, score: 'decoded_energy', use_encoder_bias: true },
      width: 17,
      batch: 33,
      dead: 'some',
      passes: ['nuclear norms', 'score groups', 'select groups', 'encode active', 'update encoder'],
    },
    'two levels, encoder bias': {
      model: { ...ragged, k_groups: 4, k_columns: 5, use_encoder_bias: true },
      width: 17,
      batch: 33,
      dead: 'some',
      passes: [
        ...COLUMN_PASSES,
        'decode residual',
        'update encoder',
        'update decoder',
        'update biases',
      ],
    },
    'two levels, one column, decoder objective': {
      model: { ...ragged, k_groups: 5, k_columns: 1, nuclear_target: 'decoder' },
      width: 5,
      batch: 3,
      passes: COLUMN_PASSES,
    },
    'two levels, all keys the same': {
      model: { ...ragged, k_groups: 5, k_columns: 4 },
      width: 17,
      batch: 33,
      silent: true,
      passes: COLUMN_PASSES,
    },
    'tiled, two levels on decoded energy, more groups than threads': {
      model: {
        ...ragged,
        n_groups: 50,
        group_rank: 2,
        k_groups: 40,
        k_columns: 33,
        score: 'decoded_energy',
      },
      width: 33,
      batch: 65,
      variant: 'tiled',
      passes: [...COLUMN_PASSES, 'decode residual', 'update encoder'],
    },
    'tiled, two levels, all but one column': {
      model: { ...ragged, k_columns: 5 },
      width: 17,
      batch: 17,
      variant: 'tiled',
      dead: 'some',
      passes: [...COLUMN_PASSES, 'update decoder'],
    },
    'tiled, gate on decoded energy, weight decay objective': {
      model: {
        ...ragged,
        group_rank: 5,
        score: 'decoded_energy',
        nuclear_target: 'weight_decay',
      },
      width: 33,
      batch: 33,
      variant: 'tiled',
      passes: ['nuclear norms', 'score groups', 'select groups'],
    },
    'refined codes, preact loss, encoder bias': {
      model: { ...ragged, refine: true, aux_loss: 'preact', use_encoder_bias: true },
      width: 17,
      batch: 33,
      dead: 'some',
      passes: [
        'decode residual',
        'code gradients',
        'update encoder',
        'update decoder',
        'update biases',
      ],
    },
    'two levels, refined codes': {
      model: { ...ragged, k_groups: 4, k_columns: 5, refine: true, use_encoder_bias: true },
      width: 17,
      batch: 33,
      dead: 'some',
      passes: ['choose columns', 'decode residual', 'code gradients', 'update encoder'],
    },
    'tiled, refined codes, blocks of seven rows, stored gradients': {
      model: { ...ragged, group_rank: 7, refine: true, nuclear_target: 'weight_decay' },
      width: 101,
      batch: 65,
      variant: 'tiled',
      dead: 'some',
      maxGradNorm: 0.1,
      passes: [
        'decode residual',
        'code gradients',
        'gradient of encoder',
        'gradient of decoder',
        'gradient of biases',
        'gradient norm',
        'Adam biases',
      ],
    },
    'tiled, preact loss, weight decay objective': {
      model: {
        ...ragged,
        group_rank: 5,
        nuclear_target: 'weight_decay',
        aux_loss: 'preact',
        use_encoder_bias: true,
      },
      width: 33,
      batch: 33,
      variant: 'tiled',
      dead: 'some',
      passes: ['score dead groups', 'code gradients', 'update encoder'],
    },
  },
  gradients: {
    'map objective, residual loss': { ...GRADIENT_STEP, model: sasa },
    'map objective, encoder bias': { ...GRADIENT_STEP, model: { ...sasa, use_encoder_bias: true } },
    'map objective, no auxiliary loss': { ...GRADIENT_STEP, model: { ...sasa, aux_loss: 'none' } },
    'map objective, nothing dead': { ...GRADIENT_STEP, model: sasa, dead: 'none' },
    'decoder objective': { ...GRADIENT_STEP, model: { ...sasa, nuclear_target: 'decoder' } },
    'weight decay objective': {
      ...GRADIENT_STEP,
      model: { ...sasa, nuclear_target: 'weight_decay' },
    },
    'preact loss': {
      ...GRADIENT_STEP,
      model: { ...sasa, aux_loss: 'preact', use_encoder_bias: true },
    },
    'preact loss, block rank 1': {
      ...GRADIENT_STEP,
      model: { ...sasa, group_rank: 1, aux_loss: 'preact' },
    },
    'preact loss, fewer dead columns than k_aux': {
      ...GRADIENT_STEP,
      model: { ...sasa, aux_loss: 'preact', k_aux: 12 },
    },
    'preact loss, b_dec not applied to the input': {
      ...GRADIENT_STEP,
      model: { ...sasa, aux_loss: 'preact', apply_b_dec_to_input: false },
    },
    'residual loss, b_dec not applied to the input': {
      ...GRADIENT_STEP,
      model: { ...sasa, apply_b_dec_to_input: false },
    },
    'layer norm': { ...GRADIENT_STEP, model: { ...sasa, normalize_activations: 'layer_norm' } },
    'layer norm, preact loss, decoder objective': {
      ...GRADIENT_STEP,
      model: {
        ...sasa,
        normalize_activations: 'layer_norm',
        aux_loss: 'preact',
        nuclear_target: 'decoder',
      },
    },
    'gate on decoded energy': {
      ...GRADIENT_STEP,
      model: { ...sasa, score: 'decoded_energy', use_encoder_bias: true },
    },
    'two levels': { ...GRADIENT_STEP, model: columns },
    'two levels, encoder bias, preact loss': {
      ...GRADIENT_STEP,
      model: { ...columns, use_encoder_bias: true, aux_loss: 'preact' },
    },
    'two levels, decoder objective': {
      ...GRADIENT_STEP,
      model: { ...columns, k_columns: 2, nuclear_target: 'decoder' },
    },
    'two levels on decoded energy, layer norm': {
      ...GRADIENT_STEP,
      model: { ...columns, score: 'decoded_energy', normalize_activations: 'layer_norm' },
    },
    'two levels, refined codes': { ...GRADIENT_STEP, model: { ...columns, refine: true } },
    'refined codes': { ...GRADIENT_STEP, model: { ...sasa, refine: true } },
    'refined codes, decoder objective, preact loss, encoder bias': {
      ...GRADIENT_STEP,
      model: {
        ...sasa,
        refine: true,
        nuclear_target: 'decoder',
        aux_loss: 'preact',
        use_encoder_bias: true,
      },
    },
    'refined codes, gate on decoded energy, layer norm': {
      ...GRADIENT_STEP,
      model: {
        ...sasa,
        refine: true,
        score: 'decoded_energy',
        normalize_activations: 'layer_norm',
      },
    },
    'scaled input': {
      ...GRADIENT_STEP,
      model: { ...sasa, normalize_activations: 'expected_average_only_in' },
      inputScale: 0.5,
    },
  },
  compile: {
    'map objective': small,
    'decoder objective': { ...small, nuclear_target: 'decoder' },
    'weight decay objective': { ...small, nuclear_target: 'weight_decay' },
    'preact auxiliary loss': { ...small, aux_loss: 'preact', use_encoder_bias: true },
    'layer norm, many slots': { ...small, k_groups: 9, normalize_activations: 'layer_norm' },
    'gate on decoded energy, decoder objective': {
      ...small,
      score: 'decoded_energy',
      nuclear_target: 'decoder',
      use_encoder_bias: true,
    },
    'two levels': { ...small, k_groups: 5, k_columns: 6 },
    'two levels, as many columns as there may be': {
      ...small,
      n_groups: 20,
      group_rank: 32,
      k_groups: 16,
      k_columns: 100,
    },
    'refined codes': { ...small, refine: true },
    'two levels, refined codes': { ...small, k_groups: 5, k_columns: 6, refine: true },
    'refined codes, block rank 32': { ...small, n_groups: 3, group_rank: 32, refine: true },
    'block rank 32': { ...small, n_groups: 3, group_rank: 32 },
  },
};
