/** The kernels of a training step: names for the WGSL files of shaders/. */
import type { Kernel } from '../gpu/plan';
import adamClipped from '../../shaders/adam_clipped.wgsl?raw';
import centerInput from '../../shaders/center_input.wgsl?raw';
import chooseColumns from '../../shaders/choose_columns.wgsl?raw';
import codeGradients from '../../shaders/code_gradients.wgsl?raw';
import countCodes from '../../shaders/count_codes.wgsl?raw';
import countDigits from '../../shaders/count_digits.wgsl?raw';
import decodeRefined from '../../shaders/decode_refined.wgsl?raw';
import decodeResidual from '../../shaders/decode_residual.wgsl?raw';
import decoderNorms from '../../shaders/decoder_norms.wgsl?raw';
import encodeActive from '../../shaders/encode_active.wgsl?raw';
import expThresholds from '../../shaders/exp_thresholds.wgsl?raw';
import fourProducts from '../../shaders/four_products.wgsl?raw';
import fourVectors from '../../shaders/four_vectors.wgsl?raw';
import gradientNorm from '../../shaders/gradient_norm.wgsl?raw';
import listCodes from '../../shaders/list_codes.wgsl?raw';
import listDead from '../../shaders/list_dead.wgsl?raw';
import normalizeRows from '../../shaders/normalize_rows.wgsl?raw';
import nuclearGradient from '../../shaders/nuclear_gradient.wgsl?raw';
import placeRows from '../../shaders/place_rows.wgsl?raw';
import refinedGradients from '../../shaders/refined_gradients.wgsl?raw';
import scoresDirect from '../../shaders/scores_direct.wgsl?raw';
import scoresQuads from '../../shaders/scores_quads.wgsl?raw';
import scoresTiled from '../../shaders/scores_tiled.wgsl?raw';
import scoresWide from '../../shaders/scores_wide.wgsl?raw';
import selectFew from '../../shaders/select_few.wgsl?raw';
import selectMany from '../../shaders/select_many.wgsl?raw';
import selectSerial from '../../shaders/select_serial.wgsl?raw';
import updateBiases from '../../shaders/update_biases.wgsl?raw';
import updateRows from '../../shaders/update_rows.wgsl?raw';
import updateRowsSerial from '../../shaders/update_rows_serial.wgsl?raw';
import updateThresholds from '../../shaders/update_thresholds.wgsl?raw';

export const kernels = {
  adam_clipped: { name: 'adam_clipped', source: adamClipped },
  center_input: { name: 'center_input', source: centerInput },
  choose_columns: { name: 'choose_columns', source: chooseColumns },
  code_gradients: { name: 'code_gradients', source: fourProducts + codeGradients },
  count_codes: { name: 'count_codes', source: countCodes },
  count_digits: { name: 'count_digits', source: countDigits },
  decode_refined: { name: 'decode_refined', source: fourProducts + decodeRefined },
  decode_residual: { name: 'decode_residual', source: decodeResidual },
  decoder_norms: { name: 'decoder_norms', source: decoderNorms },
  encode_active: { name: 'encode_active', source: fourProducts + encodeActive },
  exp_thresholds: { name: 'exp_thresholds', source: expThresholds },
  gradient_norm: { name: 'gradient_norm', source: gradientNorm },
  list_codes: { name: 'list_codes', source: listCodes },
  list_dead: { name: 'list_dead', source: listDead },
  normalize_rows: { name: 'normalize_rows', source: normalizeRows },
  nuclear_gradient: { name: 'nuclear_gradient', source: nuclearGradient },
  place_rows: { name: 'place_rows', source: placeRows },
  refined_gradients: { name: 'refined_gradients', source: fourProducts + refinedGradients },
  scores_direct: { name: 'scores_direct', source: scoresDirect },
  scores_quads: { name: 'scores_quads', source: scoresQuads, enables: ['subgroups'] },
  scores_tiled: { name: 'scores_tiled', source: scoresTiled },
  scores_wide: { name: 'scores_wide', source: fourVectors + scoresWide },
  select_few: { name: 'select_few', source: selectFew },
  select_many: { name: 'select_many', source: selectMany },
  select_serial: { name: 'select_serial', source: selectSerial },
  update_biases: { name: 'update_biases', source: updateBiases },
  update_rows: { name: 'update_rows', source: updateRows },
  update_rows_serial: { name: 'update_rows_serial', source: updateRowsSerial },
  update_thresholds: { name: 'update_thresholds', source: updateThresholds },
} as const satisfies Record<string, Kernel>;

export type KernelName = keyof typeof kernels;
