/**
 * Signed TopK: the k pre-activations of a row of largest magnitude are its codes, whatever their sign. SASA with blocks
 * of rank 1 and without a penalty, under the settings of TopK. README.md says what it is for.
 */
import * as z from 'zod/mini';
import { setting } from '../../../base/setting';
import { keyParts } from '../../parts';
import { defineArchitecture } from '../architecture';
import { latentsByK } from '../common';
import {
  count,
  dictionarySize,
  initialNorm,
  refineCodes,
  SHARED_SETTINGS,
} from '../shared_settings';

/** As many as its folder can say: it is one of SASA. */
const MOST_LATENTS = 65536;

const schema = z.strictObject({
  architecture: z.literal('topk_signed'),
  ...SHARED_SETTINGS,
  d_sae: dictionarySize(MOST_LATENTS),
  k: setting(count(4096), {
    label: 'Active latents',
    symbol: 'k',
    meaning: 'Latents that each row may use: the k pre-activations of largest magnitude.',
    formula: 'z = p of the k largest |p|, p = E (x − b_dec)',
    limit: 'at most `d_sae`',
    live: true,
  }),
  decoder_init_norm: initialNorm('0.5'),
  refine: refineCodes(),
});

export const topkSigned = defineArchitecture({
  ...latentsByK,
  id: 'topk_signed',
  schema,
  words: {
    name: 'Signed TopK',
    choice: 'Signed TopK',
    detail: 'k latents of largest magnitude',
    unit: 'latent',
    size: (number) => `${number('d_sae')} latents, k ${number('k')}`,
  },
  // ‖p‖² of one latent has the order of |p|.
  gate: () => ({ kind: 'top_of_row', score: 'norm', key: keyParts.any }),
  encoderBias: () => false,
  initialNorm: () => 0.5,
  refines: ({ refine }) => refine === true,
  underScale: {},
  folder: {
    savedAs: ({ refine }) => (refine === true ? undefined : 'topk_sasa'),
    save: ({ d_sae, k, refine }) =>
      refine === true ? { k } : { n_groups: d_sae, group_rank: 1, k_groups: k },
    load: ({ d_sae, k }, hasEncoderBias) =>
      hasEncoderBias
        ? {
            refused: 'has a b_enc that is not zero, which signed TopK does not have',
            wayOut:
              'Write it as the SASA model that it is: "architecture": "topk_sasa", "n_groups": its d_sae, "group_rank": 1, "k_groups": its k.',
          }
        : { settings: { d_sae, k } },
  },
});
