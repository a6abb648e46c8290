/**
 * Steps on which the GPU is held to its twin besides those that the architectures bring, and their passes that run
 * there. Chosen so that every kernel meets every option, and sizes below, at and above every tile, chunk and word it works in, with
 * as few kernels to compile as possible: software adapters take a second or two for each.
 */
import type { ModelInput } from '../../../src/sae/config';
import type { ParityCase } from '../../../src/sae/architectures/cases';

type Options<A extends ModelInput['architecture']> = Partial<
  Extract<ModelInput, { architecture: A }>
>;

/** K groups of rank r, s of them on. */
function sasa(
  n_groups: number,
  group_rank: number,
  k_groups: number,
  options: Options<'topk_sasa'> = {},
): ModelInput {
  return { architecture: 'topk_sasa', n_groups, group_rank, k_groups, ...options };
}

function topk(d_sae: number, k: number, options: Options<'topk'> = {}): ModelInput {
  return { architecture: 'topk', d_sae, k, ...options };
}

const someDead = { dead: 'some' } as const;
/** The selecting kernels of the tiled variant in a step that is otherwise direct. */
const tiledGate = { tiledGate: true } as const;
const tiled = { variant: 'tiled' } as const;
const quads = { variant: 'quads' } as const;
const scored = { passes: ['score groups', 'score dead groups'] } as const;
const noAux = { aux_loss: 'none' } as const;

export const parityCases: Readonly<Record<string, ParityCase>> = {
  // Kernels without barriers.
  'one of everything': {
    model: sasa(1, 1, 1, noAux),
    width: 1,
    batch: 1,
    passes: ['center input', 'score groups', 'encode active', 'nuclear norms', 'update decoder'],
  },
  'more slots than groups, b_dec not applied to the input': {
    model: sasa(3, 5, 5, { apply_b_dec_to_input: false }),
    width: 3,
    batch: 5,
    passes: ['select groups', 'decode residual', 'update encoder', 'update biases'],
  },
  'a batch of many words, encoder bias, scaled input': {
    model: sasa(5, 3, 2, {
      ...noAux,
      use_encoder_bias: true,
      normalize_activations: 'expected_average_only_in',
    }),
    width: 3,
    batch: 600,
    inputScale: 0.37,
    weightDecay: 0.02,
    passes: ['center input', 'encode active', 'update decoder', 'update biases'],
  },
  'block rank 32': {
    model: sasa(3, 32, 2, noAux),
    width: 65,
    batch: 5,
    passes: ['score groups', 'nuclear norms', 'update decoder'],
  },
  'layer norm of rows of two values': {
    model: sasa(3, 1, 1, { normalize_activations: 'layer_norm', apply_b_dec_to_input: false }),
    width: 2,
    batch: 5,
    passes: ['center input'],
  },
  'residual loss, nothing dead': {
    model: sasa(17, 3, 2),
    width: 17,
    batch: 17,
    dead: 'none',
    passes: ['score dead groups', 'select dead groups', 'encode residual', 'decode auxiliary'],
  },
  'clip that binds': {
    model: sasa(17, 3, 2, { use_encoder_bias: true }),
    width: 17,
    batch: 17,
    ...someDead,
    maxGradNorm: 0.05,
    weightDecay: 0.02,
    passes: [
      'gradient of encoder',
      'gradient of biases',
      'gradient norm',
      'Adam encoder',
      'Adam biases',
    ],
  },

  // The gate.
  'serial selection, ties': {
    model: sasa(300, 1, 20),
    width: 5,
    batch: 17,
    ...someDead,
    ties: true,
    passes: ['select groups', 'list dead groups', 'select dead groups', 'gradient norm'],
  },
  'serial selection of few, ties': {
    model: sasa(300, 1, 16, { k_aux: 16 }),
    width: 5,
    batch: 17,
    ...someDead,
    ties: true,
    passes: ['select groups', 'select dead groups'],
  },
  'serial selection of few, some rows with fewer units above zero': {
    model: topk(9, 5, noAux),
    width: 5,
    batch: 17,
    passes: ['select groups'],
  },
  'serial selection of few, all scores zero': {
    model: topk(33, 5, noAux),
    width: 5,
    batch: 5,
    silent: true,
    passes: ['select groups'],
  },
  'serial selection, no unit above zero': {
    model: topk(33, 17, noAux),
    width: 5,
    batch: 5,
    silent: true,
    passes: ['select groups'],
  },
  'serial selection by digits, ties': {
    model: sasa(300, 1, 33, { k_aux: 40 }),
    width: 5,
    batch: 17,
    ...someDead,
    ties: true,
    passes: ['select groups', 'select dead groups'],
  },
  'serial selection of all but one place in registers, of another number than their last': {
    model: topk(70, 31, { k_aux: 18 }),
    width: 17,
    batch: 17,
    ...someDead,
    passes: ['select groups', 'select dead groups'],
  },
  'groups that win with a code of zeros': {
    model: sasa(5, 3, 2, noAux),
    width: 3,
    batch: 5,
    silent: true,
    passes: ['decode residual'],
  },
  'few winners of many, ties': {
    model: sasa(300, 1, 16, { k_aux: 16 }),
    width: 5,
    batch: 17,
    ...someDead,
    ...tiledGate,
    ties: true,
    passes: ['select groups', 'select dead groups'],
  },
  'few winners, all scores zero': {
    model: sasa(17, 3, 5, noAux),
    width: 17,
    batch: 3,
    ...tiledGate,
    silent: true,
    passes: ['select groups'],
  },
  'few winners, more slots than units': {
    model: topk(3, 5, noAux),
    width: 5,
    batch: 5,
    ...tiledGate,
    passes: ['select groups'],
  },
  'radix selection of several units per thread, ties': {
    model: sasa(300, 1, 20, { k_aux: 20 }),
    width: 5,
    batch: 17,
    ...someDead,
    ...tiledGate,
    ties: true,
    passes: ['select groups', 'select dead groups'],
  },
  'radix selection, all scores zero': {
    model: sasa(33, 1, 17, noAux),
    width: 3,
    batch: 3,
    ...tiledGate,
    silent: true,
    passes: ['select groups'],
  },
  'radix selection of scalar units, more slots than dead ones': {
    model: topk(70, 33, { k_aux: 40 }),
    width: 17,
    batch: 17,
    ...someDead,
    ...tiledGate,
    passes: ['select groups', 'select dead groups'],
  },
  'radix selection of dead columns, b_dec not applied to the input': {
    model: sasa(70, 6, 2, { aux_loss: 'preact', k_aux: 60, apply_b_dec_to_input: false }),
    width: 17,
    batch: 65,
    ...someDead,
    ...tiledGate,
    passes: ['select dead groups', 'update decoder', 'update biases'],
  },

  // Kernels whose threads share what they load with their neighbours: a last thread with some units, a last quad of
  // batch rows with some rows, lists of dead units.
  'quads, scalar units': {
    model: topk(131, 5),
    width: 17,
    batch: 19,
    ...quads,
    passes: ['score groups'],
  },
  'quads, groups of one': {
    model: sasa(131, 1, 5),
    width: 17,
    batch: 19,
    ...quads,
    ...someDead,
    ...scored,
  },
  'quads, groups of two': {
    model: sasa(67, 2, 3, { use_encoder_bias: true }),
    width: 17,
    batch: 33,
    ...quads,
    ...someDead,
    ...scored,
  },
  'quads, groups of three': {
    model: sasa(33, 3, 3),
    width: 5,
    batch: 6,
    ...quads,
    ...someDead,
    ...scored,
  },
  'quads, groups of six': {
    model: sasa(34, 6, 3, { use_encoder_bias: true }),
    width: 21,
    batch: 31,
    ...quads,
    ...someDead,
    ...scored,
  },
  'quads, one of everything': {
    model: sasa(1, 1, 1, noAux),
    width: 1,
    batch: 1,
    ...quads,
    passes: ['score groups'],
  },
  'quads, nothing dead': {
    model: sasa(17, 4, 2),
    width: 17,
    batch: 17,
    dead: 'none',
    ...quads,
    passes: ['score dead groups', 'select dead groups'],
  },

  // Several columns of a thread: two workgroups of three, the last column but one past its end.
  'serial updates of rows that take several columns a thread': {
    model: sasa(5, 6, 2, { use_encoder_bias: true }),
    width: 150,
    batch: 70,
    ...someDead,
    weightDecay: 0.02,
    passes: ['update encoder', 'update decoder', 'update biases', 'gradient norm'],
  },
  'serial updates of four columns a thread, dead columns': {
    model: sasa(9, 3, 2, { aux_loss: 'preact', k_aux: 6 }),
    width: 117,
    batch: 33,
    ...someDead,
    passes: ['update encoder', 'update decoder', 'update biases'],
  },

  // Kernels with tiles in workgroup memory.
  'tiled, several tiles, words and chunks': {
    model: sasa(70, 6, 4, { use_encoder_bias: true }),
    width: 100,
    batch: 300,
    ...tiled,
    ...someDead,
    weightDecay: 0.02,
    passes: [
      'center input',
      'score groups',
      'encode active',
      'decode residual',
      'code gradients',
      'nuclear norms',
      'update encoder',
      'update decoder',
      'update biases',
    ],
  },
  'tiled, block rank 32': {
    model: sasa(3, 32, 2, noAux),
    width: 65,
    batch: 5,
    ...tiled,
    passes: ['score groups'],
  },
  'tiled, every group on every row, lists longer than their memory': {
    model: sasa(3, 2, 3, noAux),
    width: 5,
    batch: 600,
    ...tiled,
    passes: ['update encoder', 'update biases'],
  },
  'tiled, more words of rows than threads, blocks of nine rows': {
    model: sasa(2, 9, 1, noAux),
    width: 3,
    batch: 2100,
    ...tiled,
    passes: ['update encoder', 'update decoder'],
  },
  'wide tiles, groups that do not fill them': {
    model: sasa(700, 5, 2, { ...noAux, use_encoder_bias: true }),
    width: 21,
    batch: 600,
    ...tiled,
    passes: ['score groups'],
  },
  'wide tiles, block rank 32': {
    model: sasa(121, 32, 2, noAux),
    width: 33,
    batch: 520,
    ...tiled,
    passes: ['score groups'],
  },
  'wide tiles, scalar units': {
    model: topk(4000, 5, noAux),
    width: 18,
    batch: 520,
    ...tiled,
    passes: ['score groups'],
  },
  'more groups than a dispatch is wide': {
    model: sasa(33_000, 1, 2, { ...noAux, nuclear_target: 'decoder' }),
    width: 1,
    batch: 1,
    ...tiled,
    passes: ['unit norms', 'nuclear norms', 'update encoder'],
  },
};
