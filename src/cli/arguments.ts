/**
 * The command line's words as typed requests, and the help that explains them. What is not understood is
 * refused with the word and the way out; nothing here touches a file or a GPU.
 */
import { join } from 'node:path';
import type { ParseArgsConfig } from 'node:util';
import { RUN_FILE } from '../lab/run/run_files';
import { badArguments, needed, readOptions } from './argument_words';
import { harvestHelp, harvestRequest, type HarvestRequest } from './harvest_arguments';
import {
  languageCommands,
  languageHelp,
  languageRequest,
  type LanguageRequest,
} from './language_arguments';
import { spliceHelp, spliceRequest, type SpliceRequest } from './splice_arguments';

export interface TrainRequest {
  readonly command: 'train';
  readonly config: string;
  readonly out: string;
  readonly init?: string;
  readonly resume: boolean;
  /** Steps between two saved states. */
  readonly checkpointEvery: number;
  /** Whether the final evaluation measures bits a token. */
  readonly bits: boolean;
  /** Whether it measures codes by least squares. */
  readonly leastSquares: boolean;
}

export interface EvalRequest {
  readonly command: 'eval';
  readonly model: string;
  /** A .npy file, or the name of data that the lab has. */
  readonly data: string;
  readonly split?: 'all' | 'held_out';
  readonly codes?: string;
  readonly reconstruction?: string;
  /** Whether to measure bits a token. */
  readonly bits: boolean;
  /** Whether to count what moves would do. */
  readonly dryMoves: boolean;
  /** Whether to measure codes by least squares. */
  readonly leastSquares: boolean;
}

export type Request =
  | TrainRequest
  | EvalRequest
  | LanguageRequest
  | HarvestRequest
  | SpliceRequest
  | { readonly command: 'bench'; readonly json: boolean }
  | { readonly command: 'schema'; readonly markdown: boolean }
  | { readonly command: 'help'; readonly about: CommandName | null }
  | { readonly command: 'version' };

const commandNames = [
  'train',
  'eval',
  'harvest',
  'splice',
  ...languageCommands,
  'bench',
  'schema',
  'help',
] as const;
export type CommandName = (typeof commandNames)[number];

const options = {
  train: {
    config: { type: 'string' },
    out: { type: 'string' },
    init: { type: 'string' },
    resume: { type: 'boolean' },
    'checkpoint-every': { type: 'string' },
    bits: { type: 'boolean' },
    'least-squares': { type: 'boolean' },
  },
  eval: {
    model: { type: 'string' },
    data: { type: 'string' },
    split: { type: 'string' },
    codes: { type: 'string' },
    reconstruction: { type: 'string' },
    bits: { type: 'boolean' },
    'dry-moves': { type: 'boolean' },
    'least-squares': { type: 'boolean' },
  },
  bench: { json: { type: 'boolean' } },
  schema: { markdown: { type: 'boolean' } },
  help: {},
} as const satisfies Record<
  Exclude<CommandName, (LanguageRequest | HarvestRequest | SpliceRequest)['command']>,
  ParseArgsConfig['options']
>;

const CHECKPOINT_STEPS = 2000;

const overview = `SASA Lab: train and evaluate sparse autoencoders on the GPU.

  lab train --config RUN.json --out DIR   train the models of a run file
  lab eval --model DIR --data FILE.npy    evaluate a trained model on rows of a file
  lab harvest --model M --layer L --tokens T --out ACTS.npy   write activations of a language model
  lab splice --model DIR                  what an autoencoder costs its language model
  lab generate --model M --documents N --out FILE   let a language model write a corpus
  lab loss --lm M --data FILE             how well a language model predicts a text
  lab logits --lm M --text TEXT --out LOGITS.npy    every number that a language model gives for a text
  lab bench [--json]                      time the training step on this machine
  lab schema [--markdown]                 print the JSON Schema of the run file, or its tables of settings
  lab help COMMAND                        say more about a command

Exit codes: 0 done, 2 bad input, 3 no WebGPU adapter, 1 anything else.`;

const commandHelp: Record<CommandName, string> = {
  ...languageHelp,
  harvest: harvestHelp,
  splice: spliceHelp,
  train: `lab train --config RUN.json --out DIR [--init DIR] [--resume] [--checkpoint-every STEPS] [--bits]
          [--least-squares]

Trains the models of a run file (docs/run-file.md) on the same batches and writes to DIR:
  cfg.json, sae_weights.safetensors, sparsity.safetensors   a SAELens folder
  metrics.jsonl    what was logged while it trained, one JSON object per line
  report.json      the final evaluation, on held-out rows
  run.json         the run with all its defaults
  checkpoint.safetensors   the state to continue from
With several models, the first five lie in DIR/<name>/ for each.

  --init DIR    start from the weights of a SAELens or SASA folder (of DIR/<name>/ with several models)
  --resume      continue the run in DIR from its last saved state; without --config with its own run file, DIR/run.json
  --checkpoint-every STEPS   steps between two saved states (${CHECKPOINT_STEPS}); Ctrl-C saves one, too
  --bits        measure bits a token, too, in the final evaluation (docs/method/metrics.md); takes longer
  --least-squares   measure there, too, what the dictionary is worth with codes by least squares, on the units of the
                gate and on units chosen from twice as many, and the bits of each as --bits does`,
  eval: `lab eval --model DIR --data FILE.npy [--split all|held_out] [--codes OUT.npy] [--reconstruction OUT.npy]
         [--bits] [--least-squares] [--dry-moves]

Evaluates a SAELens or SASA folder on rows [rows, d] of a file and prints one JSON object.

  --data   a .npy file; words, figure1, zoo, zoo_independent or zoo2 for the lab's own data; synthetic for
           the made data, lm for the language model and text that the model was trained on
  --split  all: every row (the default for a file; files only);
           held_out: only rows that training never sees (the default for the lab's own data)
  --codes OUT.npy            write the codes, float32 [rows, d_sae]
  --reconstruction OUT.npy   write the reconstructed rows, float32 [rows, d]
  --bits                     measure bits a token, too, with their curve (docs/method/metrics.md): reads up to
                             40 000 training rows more where the lab knows them
  --dry-moves                count the groups that would be unpacked and the pairs that would be rearranged
                             (docs/method/diagnostics.md); seconds for a small model, minutes for a large one
  --least-squares            measure, too, what the dictionary is worth with codes by least squares, on the units of
                             the gate and on units chosen from twice as many; with --bits the bits of each`,
  bench: `lab bench [--json]

Times the training step on this machine's adapter and prints a table, or JSON with --json.`,
  schema: `lab schema [--markdown]

Prints the JSON Schema of the run file, for editors that check and complete while you type; with --markdown the
tables of settings of docs/run-file.md.`,
  help: `lab help [COMMAND]

Says what a command does and which options it takes.`,
};

/** The text of `lab help`. */
export function helpText(about: CommandName | null): string {
  return about === null ? overview : commandHelp[about];
}

/** Reads the words after `lab`. Throws LabError `bad_config` for what it does not know. */
export function parseCommandLine(words: readonly string[]): Request {
  const [first, ...rest] = words;
  if (first === undefined || first === '--help' || first === '-h') {
    return { command: 'help', about: null };
  }
  if (first === '--version') return { command: 'version' };
  const command = commandNames.find((name) => name === first);
  if (command === undefined) {
    throw badArguments(`There is no command "${first}" (only ${commandNames.join(', ')})`, null);
  }
  if (rest.includes('--help') || rest.includes('-h')) return { command: 'help', about: command };
  switch (command) {
    case 'train':
      return trainRequest(rest);
    case 'eval':
      return evalRequest(rest);
    case 'harvest':
      return harvestRequest(rest);
    case 'splice':
      return spliceRequest(rest);
    case 'generate':
    case 'loss':
    case 'logits':
      return languageRequest(command, rest);
    case 'bench':
      return { command, json: readOptions(command, rest, options.bench).json ?? false };
    case 'schema':
      return { command, markdown: readOptions(command, rest, options.schema).markdown ?? false };
    case 'help':
      return helpRequest(rest);
  }
}

function trainRequest(words: readonly string[]): TrainRequest {
  const values = readOptions('train', words, options.train);
  const every = values['checkpoint-every'] ?? String(CHECKPOINT_STEPS);
  if (!/^[1-9]\d{0,8}$/.test(every)) {
    throw badArguments(
      `--checkpoint-every is ${every}; it must be a whole number from 1 to 999999999`,
      'train',
    );
  }
  if (values.init !== undefined && values.resume === true) {
    throw badArguments('--init and --resume cannot go together: a run has one start', 'train');
  }
  const out = needed('train', 'out', values.out);
  const leastSquares = values['least-squares'] ?? false;
  // What goes on is described where it lies.
  const own = values.resume === true ? join(out, RUN_FILE) : undefined;
  return {
    command: 'train',
    config: needed('train', 'config', values.config ?? own),
    out,
    ...(values.init === undefined ? {} : { init: needed('train', 'init', values.init) }),
    resume: values.resume ?? false,
    checkpointEvery: Number(every),
    // A folder with such codes has their bits: who measures only bits later does not write over them.
    bits: (values.bits ?? false) || leastSquares,
    leastSquares,
  };
}

function evalRequest(words: readonly string[]): EvalRequest {
  const values = readOptions('eval', words, options.eval);
  const { split, codes, reconstruction } = values;
  if (split !== undefined && split !== 'all' && split !== 'held_out') {
    throw badArguments(`--split is ${split}; it must be all or held_out`, 'eval');
  }
  return {
    command: 'eval',
    model: needed('eval', 'model', values.model),
    data: needed('eval', 'data', values.data),
    ...(split === undefined ? {} : { split }),
    ...(codes === undefined ? {} : { codes: needed('eval', 'codes', codes) }),
    ...(reconstruction === undefined
      ? {}
      : { reconstruction: needed('eval', 'reconstruction', reconstruction) }),
    bits: values.bits ?? false,
    dryMoves: values['dry-moves'] ?? false,
    leastSquares: values['least-squares'] ?? false,
  };
}

function helpRequest(words: readonly string[]): Request {
  const [about, more] = words;
  if (about === undefined) return { command: 'help', about: null };
  const command = commandNames.find((name) => name === about);
  if (command === undefined || more !== undefined) {
    throw badArguments(`There is no command "${words.join(' ')}"`, null);
  }
  return { command: 'help', about: command };
}
