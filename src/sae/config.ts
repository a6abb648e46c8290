/**
 * What a sparse autoencoder can be: the settings of one model, under SAELens' names (and the official
 * SASA plug-in's where SAELens has none), with their ranges and defaults. Validated once, at the
 * border; inside the lab a ModelConfig is complete and consistent. Source: docs/method.md §1, §2, §5.
 */
import * as z from 'zod/mini';

export const architectures = ['topk_sasa', 'topk', 'standard'] as const;
export const nuclearTargets = ['composition', 'decoder', 'weight_decay'] as const;
export const normalizations = ['none', 'layer_norm', 'expected_average_only_in'] as const;
export const auxiliaryLosses = ['residual', 'preact', 'none'] as const;

export type Architecture = (typeof architectures)[number];
export type NuclearTarget = (typeof nuclearTargets)[number];
export type Normalization = (typeof normalizations)[number];

const count = (max: number) => z.int().check(z.gte(1), z.lte(max));
const coefficient = z.number().check(z.gte(0), z.lte(1e9));

const shared = {
  /** Name of the model in this run; names its folder and its legend. */
  name: z.optional(z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9 ._+-]{0,47}$/))),
  /** d; taken from the data when absent, refused when it disagrees. */
  d_in: z.optional(count(65536)),
  normalize_activations: z._default(z.enum(normalizations), 'none'),
  apply_b_dec_to_input: z._default(z.boolean(), true),
  /** Auxiliary loss that revives dead groups. */
  aux_coefficient: z._default(coefficient, 1 / 32),
  /** Columns the auxiliary loss may use per token; d_in/2 when absent (OpenAI's TopK). */
  k_aux: z.optional(count(65536)),
  /** A group is dead when it was not selected in this many tokens. */
  dead_group_window: z._default(count(1_000_000_000), 15_000),
  /** Norm of the initial decoder rows. */
  decoder_init_norm: z.optional(z.number().check(z.gt(0), z.lte(100))),
};

const sasaSchema = z.strictObject({
  architecture: z.literal('topk_sasa'),
  ...shared,
  n_groups: count(65536),
  group_rank: count(32),
  k_groups: count(4096),
  nuclear_target: z._default(z.enum(nuclearTargets), 'composition'),
  /** λ, absolute. Wins over the relative one. */
  nuclear_coefficient: z.optional(coefficient),
  /** λ_rel; λ = λ_rel · E‖x‖² after centring. */
  nuclear_coefficient_relative: z.optional(coefficient),
  /** Biases of the encoder; false is the paper's form. */
  use_encoder_bias: z.optional(z.boolean()),
  aux_loss: z._default(z.enum(auxiliaryLosses), 'residual'),
});

const topkSchema = z.strictObject({
  architecture: z.literal('topk'),
  ...shared,
  d_sae: count(1 << 20),
  k: count(4096),
  aux_loss: z._default(z.enum(auxiliaryLosses), 'preact'),
});

const standardSchema = z.strictObject({
  architecture: z.literal('standard'),
  ...shared,
  d_sae: count(1 << 20),
  l1_coefficient: coefficient,
  aux_loss: z._default(z.literal('none'), 'none'),
});

/** Settings of one model as a person writes them. */
export const modelSchema = z.discriminatedUnion('architecture', [
  sasaSchema,
  topkSchema,
  standardSchema,
]);

/** What a person writes: defaults may be left out. */
export type ModelInput = z.input<typeof modelSchema>;
/** Validated settings with defaults filled in. */
export type ModelConfig = z.output<typeof modelSchema>;

/**
 * The one shape every architecture takes inside the engine: K groups of rank r with a gate and a
 * penalty. A scalar SAE is rank 1.
 */
export interface ModelShape {
  /** K */
  readonly groups: number;
  /** r */
  readonly rank: number;
  /** Most groups a token can switch on: s for Top-s, K for a ReLU gate. */
  readonly slots: number;
}

/** K, r and slots of a configuration. */
export function shapeOf(config: ModelConfig): ModelShape {
  switch (config.architecture) {
    case 'topk_sasa':
      return { groups: config.n_groups, rank: config.group_rank, slots: config.k_groups };
    case 'topk':
      return { groups: config.d_sae, rank: 1, slots: config.k };
    case 'standard':
      return { groups: config.d_sae, rank: 1, slots: config.d_sae };
  }
}

/** A setting of the gate that lets more through than there is, with what is wrong; null when there is none. */
export function gateIssue(config: ModelConfig): { setting: string; sentence: string } | null {
  switch (config.architecture) {
    case 'topk_sasa':
      return tooMany('k_groups', config.k_groups, 'n_groups', config.n_groups);
    case 'topk':
      return tooMany('k', config.k, 'd_sae', config.d_sae);
    case 'standard':
      return null;
  }
}

function tooMany(setting: string, value: number, limit: string, most: number) {
  const sentence = `is ${value}; it must be a whole number from 1 to ${limit} (${most})`;
  return value > most ? { setting, sentence } : null;
}

/** Name to show: the person's own, else one from the architecture. */
export function displayName(config: ModelConfig): string {
  if (config.name !== undefined) return config.name;
  switch (config.architecture) {
    case 'topk_sasa':
      return 'SASA';
    case 'topk':
      return 'TopK SAE';
    case 'standard':
      return 'ReLU SAE';
  }
}
