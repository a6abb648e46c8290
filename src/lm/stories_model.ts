/**
 * Language models of the Llama form in the lab's own folder: config.json under the names of llama2.c's
 * settings, tensors under those of Meta's Llama files, whose RoPE turns adjacent pairs (not the halves that
 * the Hugging Face layout turns). scripts/data/stories15m.ts writes such a folder. It knows no file format.
 */
import * as z from 'zod/mini';
import { LabError } from '../base/lab_error';
import { describeIssues } from '../base/schema_issues';
import { StoredModelReader, type StoredModel } from './stored_model';
import type {
  BlockWeights,
  Linear,
  Norm,
  TransformerConfig,
  TransformerWeights,
} from './language_model';

const count = (max: number) => z.int().check(z.gte(1), z.lte(max));

const configSchema = z.strictObject({
  model_type: z.literal('llama2.c'),
  dim: count(65536),
  hidden_dim: count(1 << 20),
  n_layers: count(1024),
  n_heads: count(1024),
  n_kv_heads: count(1024),
  vocab_size: count(1 << 20),
  max_seq_len: count(1 << 20),
  norm_eps: z.number().check(z.gt(0), z.lte(1)),
});

/** The settings as such a folder writes them. */
export type StoriesConfig = z.infer<typeof configSchema>;

/** Reads config.json, parsed. Throws LabError `bad_file` that begins with `label` and names the setting. */
export function readStoriesConfig(json: unknown, label: string): TransformerConfig {
  const parsed = configSchema.safeParse(json);
  if (!parsed.success) {
    const issues = describeIssues(configSchema, json, parsed.error);
    throw badConfig(label, issues.map(({ sentence }) => sentence).join('; '));
  }
  const settings = parsed.data;
  const { dim, n_heads: heads, n_kv_heads: kvHeads } = settings;
  if (dim % heads !== 0 || (dim / heads) % 2 !== 0) {
    throw badConfig(label, `n_heads is ${heads}; it must divide dim (${dim}) into even parts`);
  }
  if (heads % kvHeads !== 0) {
    throw badConfig(label, `n_kv_heads is ${kvHeads}; it must divide n_heads (${heads})`);
  }
  return {
    form: 'llama',
    width: dim,
    hidden: settings.hidden_dim,
    layers: settings.n_layers,
    heads,
    kvHeads,
    vocabulary: settings.vocab_size,
    context: settings.max_seq_len,
    epsilon: settings.norm_eps,
  };
}

function badConfig(label: string, reason: string): LabError {
  return new LabError(
    'bad_file',
    `${label} does not describe a model of the Llama form: ${reason}.`,
    'Give the config.json that belongs to the weights.',
  );
}

/**
 * Takes the weights out of a stored model. Throws LabError `bad_file` naming a tensor that is missing, left
 * over or of another shape, with both shapes.
 */
export function readStoriesWeights(
  config: TransformerConfig,
  stored: StoredModel,
): TransformerWeights {
  const { width, hidden, vocabulary } = config;
  const reader = new StoredModelReader(stored);
  const keyWidth = (width / config.heads) * config.kvHeads;
  const linear = (name: string, rows: number, columns: number): Linear => ({
    weight: reader.matrix(name, rows, columns),
    bias: null,
  });
  const norm = (name: string): Norm => ({
    gain: reader.vector(`${name}.weight`, width),
    bias: null,
  });
  const weights: TransformerWeights = {
    tokenEmbedding: reader.matrix('tok_embeddings', vocabulary, width),
    positionEmbedding: null,
    blocks: Array.from({ length: config.layers }, (_, layer): BlockWeights => {
      const block = `layers.${layer}`;
      return {
        attentionNorm: norm(`${block}.attention_norm`),
        query: linear(`${block}.attention.wq`, width, width),
        key: linear(`${block}.attention.wk`, keyWidth, width),
        value: linear(`${block}.attention.wv`, keyWidth, width),
        output: linear(`${block}.attention.wo`, width, width),
        mlpNorm: norm(`${block}.ffn_norm`),
        gate: linear(`${block}.feed_forward.w1`, hidden, width),
        up: linear(`${block}.feed_forward.w3`, hidden, width),
        down: linear(`${block}.feed_forward.w2`, width, hidden),
      };
    }),
    finalNorm: norm('norm'),
  };
  reader.refuseLeftovers(() => false);
  return weights;
}
