/**
 * The words of `lab harvest` and its help.
 */
import type { ParseArgsConfig } from 'node:util';
import { badArguments, needed, readOptions, wholeNumber } from './argument_words';

export interface HarvestRequest {
  readonly command: 'harvest';
  /** "stories15m" or a folder. */
  readonly model: string;
  readonly layer: number;
  /** Rows to write. */
  readonly tokens: number;
  readonly out: string;
  /** "shipped" or the path of a text. */
  readonly corpus: string;
  readonly contextSize: number;
  readonly excludeFirst: boolean;
}

const options = {
  model: { type: 'string' },
  layer: { type: 'string' },
  tokens: { type: 'string' },
  out: { type: 'string' },
  corpus: { type: 'string' },
  'context-size': { type: 'string' },
  'include-first': { type: 'boolean' },
} as const satisfies ParseArgsConfig['options'];

const CONTEXT_SIZE = 128;
const MOST_TOKENS = 1e9;

export const harvestHelp = `lab harvest --model M --layer L --tokens T --out ACTS.npy [--corpus FILE] [--context-size N] [--include-first]

Writes activations of a language model: the residual stream entering block L (blocks.L.hook_resid_pre) at the
first T tokens of a text, float32 [T, d], and ACTS.tokens.json beside it, which gives for every row its token, the token's text, its document and its place there.

  --model M           stories15m, or a folder with config.json, model.safetensors and its tokenizer
  --layer L           a block, or the number of blocks for the residual stream after the last one
  --corpus FILE       .txt, .json or .jsonl (docs/run-file.md); the stories that ship without it
  --context-size N    positions that the model reads at once (${CONTEXT_SIZE}), BOS included
  --include-first     write BOS too, whose norm is many times that of any other token`;

/** Reads the words after `lab harvest`. Throws LabError `bad_config`. */
export function harvestRequest(words: readonly string[]): HarvestRequest {
  const command = 'harvest';
  const values = readOptions(command, words, options);
  const corpus = values.corpus ?? 'shipped';
  if (corpus === 'generated') {
    throw badArguments('--corpus is generated; write the text with "lab generate" first', command);
  }
  const whole = (option: 'layer' | 'tokens', range: [number, number]): number =>
    wholeNumber(command, option, needed(command, option, values[option]), range, 0);
  return {
    command,
    model: needed(command, 'model', values.model),
    layer: whole('layer', [0, 1000]),
    tokens: whole('tokens', [1, MOST_TOKENS]),
    out: needed(command, 'out', values.out),
    corpus,
    contextSize: wholeNumber(
      command,
      'context-size',
      values['context-size'],
      [2, 65536],
      CONTEXT_SIZE,
    ),
    excludeFirst: values['include-first'] !== true,
  };
}
