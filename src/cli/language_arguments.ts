/**
 * The words of the commands that run a language model alone, and their help.
 */
import type { ParseArgsConfig } from 'node:util';
import { badArguments, needed, readOptions, wholeNumber } from './argument_words';

export interface GenerateRequest {
  readonly command: 'generate';
  /** "stories15m" or a folder. */
  readonly model: string;
  readonly documents: number;
  readonly temperature: number;
  readonly seed: number;
  /** Most tokens of a document; the model's context when null. */
  readonly length: number | null;
  readonly atOnce: number;
  readonly out: string;
}

export interface LossRequest {
  readonly command: 'loss';
  readonly model: string;
  readonly data: string;
  /** Documents read, from the first; all when null. */
  readonly documents: number | null;
}

export interface LogitsRequest {
  readonly command: 'logits';
  readonly model: string;
  readonly text: string;
  readonly out: string;
  readonly resid: string | null;
  /** The residual stream entering this block; the one after the last block when null. */
  readonly layer: number | null;
}

export type LanguageRequest = GenerateRequest | LossRequest | LogitsRequest;

export const languageCommands = ['generate', 'loss', 'logits'] as const;
type LanguageCommand = (typeof languageCommands)[number];

const options = {
  generate: {
    model: { type: 'string' },
    documents: { type: 'string' },
    temperature: { type: 'string' },
    seed: { type: 'string' },
    length: { type: 'string' },
    'at-once': { type: 'string' },
    out: { type: 'string' },
  },
  loss: { lm: { type: 'string' }, data: { type: 'string' }, documents: { type: 'string' } },
  logits: {
    lm: { type: 'string' },
    text: { type: 'string' },
    out: { type: 'string' },
    resid: { type: 'string' },
    layer: { type: 'string' },
  },
} as const satisfies Record<LanguageCommand, ParseArgsConfig['options']>;

const U32 = 2 ** 32 - 1;
const AT_ONCE = 64;
const TEMPERATURE = 0.9;
const WARMEST = 10;

export const languageHelp: Record<LanguageCommand, string> = {
  generate: `lab generate --model M --documents N --out FILE [--temperature T] [--seed S] [--length TOKENS] [--at-once B]

Lets a language model write N documents, each from the beginning of a text to the end that the model gives
it, and writes them to FILE: .txt with lines "<|endoftext|>" between them, or .jsonl with one text per line.
Documents that do not end within the length are left out. Prints a JSON object with what was written.

  --model M            stories15m, or a folder with config.json, model.safetensors and its tokenizer
  --temperature T      ${TEMPERATURE}; 0 takes the most likely token, and then all documents are the same
  --seed S             0; the same seed on the same adapter writes the same documents
  --length TOKENS      most tokens in a document; by default the model's context
  --at-once B          documents written side by side (${AT_ONCE}); affects only the speed`,
  loss: `lab loss --lm M --data FILE [--documents N]

Reads the documents of a text (.txt, .json, .jsonl; docs/data.md) with a language model and prints a JSON
object with the mean cross-entropy of their tokens, in nats.

  --lm M          stories15m, or a folder with config.json, model.safetensors and its tokenizer
  --documents N   only the first N documents`,
  logits: `lab logits --lm M --text TEXT --out LOGITS.npy [--resid RESID.npy] [--layer L]

Runs a language model on a text and writes its outputs, so that others can check them: logits
[positions, V] and the residual stream [positions, d], float32. Position 0 is the token that begins a text.
Prints a JSON object with the tokens.

  --lm M      stories15m, or a folder with config.json, model.safetensors and its tokenizer
  --layer L   the residual stream entering block L (blocks.L.hook_resid_pre); without it, after the last block`,
};

/** Reads the words after one of these commands. Throws LabError `bad_config`. */
export function languageRequest(
  command: LanguageCommand,
  words: readonly string[],
): LanguageRequest {
  switch (command) {
    case 'generate':
      return generateRequest(words);
    case 'loss': {
      const values = readOptions(command, words, options.loss);
      return {
        command,
        model: needed(command, 'lm', values.lm),
        data: needed(command, 'data', values.data),
        documents: wholeNumber(command, 'documents', values.documents, [1, 1e9], null),
      };
    }
    case 'logits': {
      const values = readOptions(command, words, options.logits);
      if (values.layer !== undefined && values.resid === undefined) {
        throw badArguments('--layer says which residual stream --resid writes', command);
      }
      return {
        command,
        model: needed(command, 'lm', values.lm),
        text: needed(command, 'text', values.text),
        out: needed(command, 'out', values.out),
        resid: values.resid === undefined ? null : needed(command, 'resid', values.resid),
        layer: wholeNumber(command, 'layer', values.layer, [0, 1024], null),
      };
    }
  }
}

function generateRequest(words: readonly string[]): GenerateRequest {
  const command = 'generate';
  const values = readOptions(command, words, options.generate);
  const temperature = values.temperature ?? String(TEMPERATURE);
  if (!/^\d+(\.\d+)?$/.test(temperature) || Number(temperature) > WARMEST) {
    throw badArguments(
      `--temperature is ${temperature}; it must be a number from 0 to ${WARMEST}`,
      command,
    );
  }
  const out = needed(command, 'out', values.out);
  if (!/\.(txt|jsonl)$/i.test(out)) {
    throw badArguments(`--out is ${out}; it must end in .txt or .jsonl`, command);
  }
  const documents = needed(command, 'documents', values.documents);
  return {
    command,
    model: needed(command, 'model', values.model),
    documents: wholeNumber(command, 'documents', documents, [1, 1e6], 1),
    temperature: Number(temperature),
    seed: wholeNumber(command, 'seed', values.seed, [0, U32], 0),
    length: wholeNumber(command, 'length', values.length, [3, 1 << 20], null),
    atOnce: wholeNumber(command, 'at-once', values['at-once'], [1, 4096], AT_ONCE),
    out,
  };
}
