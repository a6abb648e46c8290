/** The TopK autoencoder: the k largest pre-activations of a row are its codes. README.md has the paper. */
import * as z from 'zod/mini';
import { setting } from '../../../base/setting';
import { keyParts } from '../../parts';
import { defineArchitecture } from '../architecture';
import { latentsByK } from '../common';
import {
  auxiliaryLoss,
  count,
  dictionarySize,
  refineCodes,
  SHARED_SETTINGS,
} from '../shared_settings';

const schema = z.strictObject({
  architecture: z.literal('topk'),
  ...SHARED_SETTINGS,
  d_sae: dictionarySize(),
  k: setting(count(4096), {
    label: 'Active latents',
    symbol: 'k',
    meaning: 'Latents that each row may use: the k largest pre-activations.',
    formula: 'z = TopK(E (x − b_dec) + b_enc)',
    source: 'Gao et al. 2024',
    limit: 'at most `d_sae`',
    live: true,
  }),
  aux_loss: auxiliaryLoss('preact'),
  refine: refineCodes(),
});

export const topk = defineArchitecture({
  ...latentsByK,
  id: 'topk',
  schema,
  words: {
    name: 'TopK SAE',
    choice: 'TopK',
    detail: 'k largest latents',
    unit: 'latent',
    size: (number) => `${number('d_sae')} latents, k ${number('k')}`,
  },
  gate: () => ({ kind: 'top_of_row', score: 'value', key: keyParts.positive }),
  refines: ({ refine }) => refine === true,
  underScale: {},
  folder: {
    save: ({ k }) => ({ k, rescale_acts_by_decoder_norm: false }),
    load: ({ d_sae, k, activation_fn_kwargs: older, rescale_acts_by_decoder_norm: rescale }) => {
      const also = kAmong(older);
      if (k !== undefined && also !== undefined && k !== also) {
        return {
          refused: `has k ${JSON.stringify(k)}, and ${JSON.stringify(also)} in activation_fn_kwargs`,
          wayOut: 'Take out the one that the model was not trained with.',
        };
      }
      return { settings: { d_sae, k: k ?? also }, foldDecoderNorms: rescale === true };
    },
  },
});

/** SAELens before 6 keeps k among the arguments of the activation function. */
function kAmong(settings: unknown): unknown {
  return typeof settings === 'object' && settings !== null && 'k' in settings
    ? settings.k
    : undefined;
}
