/**
 * config.json of a stored GPT-2, under Hugging Face's names: what the lab's transformer computes is
 * accepted, every variant that it does not compute is refused with the value. Settings of training, of other
 * heads and of generation do not matter and are passed over. Source: transformers, GPT2Config.
 */
import * as z from 'zod/mini';
import { LabError } from '../base/lab_error';
import { describeIssues } from '../base/schema_issues';
import type { TransformerConfig } from './language_model';

const count = (max: number) => z.int().check(z.gte(1), z.lte(max));
/** A setting with one value that the lab computes, which it also has when absent. */
const only = <T extends boolean>(value: T) => z.optional(z.literal(value));
const tokenId = z.optional(z.nullable(z.int().check(z.gte(0))));

/** Both are 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))). */
const tanhGelus = ['gelu_new', 'gelu_pytorch_tanh'] as const;

const configSchema = z.object({
  model_type: z.literal('gpt2'),
  n_embd: count(65536),
  n_layer: count(1024),
  n_head: count(1024),
  n_positions: count(1 << 20),
  vocab_size: count(1 << 20),
  n_inner: z.optional(z.nullable(count(1 << 20))),
  layer_norm_epsilon: z.optional(z.number().check(z.gt(0), z.lte(1))),
  activation_function: z.optional(z.enum(tanhGelus)),
  scale_attn_weights: only(true),
  scale_attn_by_inverse_layer_idx: only(false),
  add_cross_attention: only(false),
  tie_word_embeddings: only(true),
  bos_token_id: tokenId,
  eos_token_id: tokenId,
});

/** What config.json says of the model, and of the ids around a text. */
export interface Gpt2Config {
  readonly transformer: TransformerConfig;
  /** Ids below the vocabulary's size; null when not given. */
  readonly bos: number | null;
  readonly eos: number | null;
}

/** Reads config.json, parsed. Throws LabError `bad_file` that begins with `label` and names the settings. */
export function readGpt2Config(json: unknown, label: string): Gpt2Config {
  const parsed = configSchema.safeParse(json);
  if (!parsed.success) {
    const issues = describeIssues(configSchema, json, parsed.error);
    throw notGpt2(label, issues.map(({ sentence }) => sentence).join('; '));
  }
  const settings = parsed.data;
  const { n_embd: width, n_head: heads, vocab_size: vocabulary } = settings;
  if (width % heads !== 0) {
    throw notGpt2(label, `n_head is ${heads}; it must divide n_embd (${width})`);
  }
  const known = (id: number | null | undefined) =>
    id === null || id === undefined || id >= vocabulary ? null : id;
  return {
    transformer: {
      form: 'gpt2',
      width,
      hidden: settings.n_inner ?? 4 * width,
      layers: settings.n_layer,
      heads,
      kvHeads: heads,
      vocabulary,
      context: settings.n_positions,
      epsilon: settings.layer_norm_epsilon ?? 1e-5,
    },
    bos: known(settings.bos_token_id),
    eos: known(settings.eos_token_id),
  };
}

function notGpt2(label: string, reason: string): LabError {
  return new LabError(
    'bad_file',
    `${label} does not describe a GPT-2 model that the lab can run: ${reason}.`,
    'Choose a model of the GPT-2 architecture, such as openai-community/gpt2 or distilgpt2.',
  );
}
