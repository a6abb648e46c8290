/**
 * The run file as a JSON Schema, for editors that complete and check while one types, with the meaning
 * of every setting in a sentence. Ranges and defaults come from the schema that the lab itself checks
 * with; `lab schema` prints it and docs/run-file.schema.json is its copy.
 */
import * as z from 'zod/mini';
import { runSchema } from './run_config';

/** What every setting means, by section and name. docs/run-file.md says more. */
export const settingMeanings: Readonly<Record<string, string>> = {
  data: 'Where the activations come from.',
  data_identity:
    'Written by the lab, not by hand: what the data were. A run from this file is refused when its files are others.',
  'data_identity.rows': 'Rows of all the data; null when there is no end of them.',
  'data_identity.width': 'Dimensions of a row.',
  'data_identity.files': 'The files that the rows came from.',
  'data_identity.files.setting':
    'The setting of data that names the file; shipped: it comes with the lab.',
  'data_identity.files.name': 'Name of the file.',
  'data_identity.files.path': 'Where it was.',
  'data_identity.files.relative': 'The same, seen from the folder of this file.',
  'data_identity.files.bytes': 'Its size.',
  'data_identity.files.sha256': 'SHA-256 of its bytes, which alone says whether it is the same.',
  models: 'The models to train on the same batches, side by side.',
  training: 'How all models are trained.',
  'data.kind':
    'synthetic: known shapes, endless; words: 20 000 word vectors of width 100; npy: rows of a file; lm: activations of a language model.',
  'data.preset':
    'figure1: a circle, a sphere and a helix in 64 dimensions; zoo: 64 mixed features in 128 dimensions, three a sample.',
  'data.seed':
    'synthetic: seed of the features and samples; lm: of the order of windows, the shuffle buffer, and text that the model writes.',
  'data.path': 'A .npy file, float16, float32 or float64, shape [rows, d]; from the run file on.',
  'data.order':
    'shuffled: a new order of all training rows in every pass; sequential: rows in file order, again and again.',
  'data.model':
    'Language model: stories15m ships; else an id of the hub (in the page) or a folder (in the terminal).',
  'data.layer':
    'L of blocks.L.hook_resid_pre, the residual stream entering block L; the number of layers is the stream after the last block.',
  'data.corpus':
    'shipped: stories that stories15M wrote; generated: the model writes as training needs it; else a .txt, .json or .jsonl file.',
  'data.context_size': 'Positions of a window of text, BOS included.',
  'data.prepend_bos': 'Whether every window begins with BOS.',
  'data.exclude_first':
    'Leaves the first position of every window out: its norm is many times that of any other token.',
  'data.n_batches_in_buffer':
    'The shuffle buffer holds so many times store_batch_size_prompts × context_size rows, or what the adapter gives.',
  'data.store_batch_size_prompts': 'Windows that the language model reads at once.',
  'models.architecture':
    'topk_sasa: groups with a norm gate; topk: TopK SAE; standard: ReLU SAE with an L1 penalty.',
  'models.name': 'Name of the model: its folder and its legend.',
  'models.d_in':
    'Width of an activation; taken from the data when absent, refused when it differs.',
  'models.normalize_activations':
    'none; layer_norm: each row to mean 0 and deviation 1; expected_average_only_in: one factor √d / mean‖x‖.',
  'models.apply_b_dec_to_input': 'Whether b_dec is subtracted from the input.',
  'models.aux_coefficient': 'Weight of the loss that revives dead groups.',
  'models.k_aux':
    'Columns of dead groups that the auxiliary loss may use per row; half of d when absent.',
  'models.dead_group_window': 'A group is dead when no row selected it in this many rows.',
  'models.decoder_init_norm': 'Norm of the initial decoder rows; by the architecture when absent.',
  'models.n_groups': 'K, number of groups.',
  'models.group_rank': 'r, rows of one block.',
  'models.k_groups': 's, groups that a row may use.',
  'models.nuclear_target':
    'What the nuclear penalty measures: the maps D_kᵀE_k, the decoder blocks, or their squared norms.',
  'models.nuclear_coefficient': 'λ, absolute; wins over the relative one.',
  'models.nuclear_coefficient_relative': 'λ as a share of the power E‖x − mean‖² of the data.',
  'models.use_encoder_bias': 'Whether the encoder has a bias.',
  'models.aux_loss':
    'residual: dead groups encode the error; preact: dead columns by pre-activation; none.',
  'models.d_sae': 'Number of latents.',
  'models.k': 'Latents that a row may use.',
  'models.l1_coefficient': 'Weight of the L1 penalty on codes, each times the norm of its atom.',
  'training.lr': 'Learning rate of Adam after its warm-up.',
  'training.train_batch_size_samples': 'Rows of one step.',
  'training.training_samples':
    'Rows of the whole run; steps = training_samples / batch, rounded up.',
  'training.lr_warm_up_steps': 'Steps in which the learning rate rises from 0.',
  'training.lr_decay_steps':
    'Steps at the end in which the learning rate falls to 0; a fifth of the run when absent.',
  'training.adam_beta1': 'Decay of the first moment.',
  'training.adam_beta2': 'Decay of the second moment.',
  'training.weight_decay': 'Decoupled weight decay (AdamW).',
  'training.max_grad_norm': 'Clips the norm of all gradients of a model; off when absent.',
  'training.seed': 'Seed of the initial weights and of the order of rows.',
  'training.log_every': 'Steps between two logged records.',
};

type Node = z.core.JSONSchema.BaseSchema;

/** The JSON Schema (draft 2020-12) of a run file as a person writes it. */
export function runJsonSchema(): Node {
  const schema: Node = z.toJSONSchema(runSchema, { io: 'input' });
  describe(schema, '');
  return { title: 'Run of the SASA Lab', ...schema };
}

function describe(node: Node, section: string): void {
  for (const [name, child] of Object.entries(node.properties ?? {})) {
    if (typeof child === 'boolean') continue;
    const path = section === '' ? name : `${section}.${name}`;
    const meaning = settingMeanings[path];
    if (meaning !== undefined) child.description = meaning;
    describe(child, path);
  }
  for (const child of [...(node.oneOf ?? []), node.items ?? []].flat()) {
    if (typeof child === 'object') describe(child, section);
  }
}
