/**
 * BatchTopK: the k·B largest pre-activations of a batch of B rows are its codes, so that a row may have more than k or
 * fewer. Outside training a threshold takes the place of the batch. README.md has the paper.
 */
import * as z from 'zod/mini';
import { setting } from '../../../base/setting';
import { keyParts, standingParts } from '../../parts';
import { defineArchitecture } from '../architecture';
import { firstThreshold, latentsByK } from '../common';
import {
  auxiliaryLoss,
  count,
  dictionarySize,
  normalization,
  refineCodes,
  SHARED_SETTINGS,
  thresholdRate,
} from '../shared_settings';

const schema = z.strictObject({
  architecture: z.literal('batchtopk'),
  ...SHARED_SETTINGS,
  d_sae: dictionarySize(),
  k: setting(count(4096), {
    label: 'Active latents',
    symbol: 'k',
    meaning: 'Latents that a sample uses on average: the k·B largest pre-activations of a batch.',
    formula: 'z = BatchTopK(E (x − b_dec) + b_enc)',
    source: 'Bussmann et al. 2024',
    limit: 'at most `d_sae`',
    live: true,
  }),
  topk_threshold_lr: thresholdRate(
    'Share of a step by which the threshold moves to the smallest code that won.',
    'θ ← θ + rate · (min z − θ)',
  ),
  normalize_activations: normalization('expected_average_only_in'),
  aux_loss: auxiliaryLoss('preact'),
  refine: refineCodes(),
});

export const batchtopk = defineArchitecture({
  ...latentsByK,
  id: 'batchtopk',
  schema,
  words: {
    name: 'BatchTopK SAE',
    choice: 'BatchTopK',
    detail: 'k latents on average',
    unit: 'latent',
    size: (number) => `${number('d_sae')} latents, k ${number('k')}`,
  },
  gate: (config) => ({
    kind: 'top_of_batch',
    score: 'value',
    key: keyParts.positive,
    rate: config.topk_threshold_lr,
  }),
  inference: () => ({ kind: 'threshold', score: 'value', standing: standingParts.threshold }),
  vectors: [{ name: 'thresholds', length: 'one', trained: false, initial: () => 0 }],
  refines: ({ refine }) => refine === true,
  underScale: {},
  folder: {
    savedAs: ({ refine }) => (refine === true ? undefined : 'jumprelu'),
    tensors: { threshold: 'thresholds' },
    save: ({ k, refine }) => (refine === true ? { k } : {}),
    load: ({ d_sae, k, refined }) =>
      refined === true
        ? { settings: { d_sae, k } }
        : {
            refused: 'is a state of training, whose threshold SAELens keeps elsewhere',
            wayOut:
              'Save it for inference: in SAELens, sae.save_inference_model("new") writes a jumprelu folder.',
          },
    restore: firstThreshold,
  },
});
