/**
 * The words of `lab splice` and its help.
 */
import type { ParseArgsConfig } from 'node:util';
import { needed, readOptions, wholeNumber } from './argument_words';

export interface SpliceRequest {
  readonly command: 'splice';
  /** Folders of the autoencoders, at least one. */
  readonly models: readonly string[];
  /** "stories15m" or a folder; null: what the autoencoder's folder remembers. */
  readonly lm: string | null;
  readonly layer: number | null;
  readonly corpus: string | null;
  readonly tokens: number;
}

const options = {
  model: { type: 'string', multiple: true },
  lm: { type: 'string' },
  layer: { type: 'string' },
  corpus: { type: 'string' },
  tokens: { type: 'string' },
} as const satisfies ParseArgsConfig['options'];

const TOKENS = 8192;

export const spliceHelp = `lab splice --model DIR [--model DIR …] [--lm M] [--layer L] [--corpus FILE] [--tokens N]

Puts an autoencoder's reconstruction in the place of a language model's residual stream and prints a line with one
JSON object for every model: cross-entropy and KL divergence on held-out documents, in nats, against the model as it is, against
zeros (zero ablation) and against the mean of the tokens read (mean ablation); the scores
(KL_ablated - KL_sae) / KL_ablated and (CE_ablated - CE_sae) / (CE_ablated - CE_original); explained variance and l0.
Position 0 of every window stays as it is and does not count.

  --model DIR     a SAELens or SASA folder; several of one place are measured together, which is faster
  --lm M          stories15m, or a folder with config.json, model.safetensors and its tokenizer
  --layer L       the residual stream entering block L (blocks.L.hook_resid_pre)
  --corpus FILE   a text (docs/data.md), or shipped, or generated; its held-out documents are read
  --tokens N      predictions to measure on (${TOKENS})

What is left out is taken from what the folder remembers of its training.`;

/** Reads the words after "splice". Throws LabError `bad_config`. */
export function spliceRequest(words: readonly string[]): SpliceRequest {
  const command = 'splice';
  const values = readOptions(command, words, options);
  const { model: models = [''] } = values;
  return {
    command,
    models: models.map((model) => needed(command, 'model', model)),
    lm: values.lm ?? null,
    layer: wholeNumber(command, 'layer', values.layer, [0, 1000], null),
    corpus: values.corpus ?? null,
    tokens: wholeNumber(command, 'tokens', values.tokens, [1, 1e8], TOKENS),
  };
}
