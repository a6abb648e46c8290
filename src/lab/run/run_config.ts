/**
 * A run: which data, which models on the same batches, and how they are trained. This is the run file
 * of the command line, the configuration in a link, and what the Train page edits; one schema for all.
 * Unknown keys and impossible values are refused with the key, the value and the allowed range.
 */
import * as z from 'zod/mini';
import { LabError } from '../../base/lab_error';
import { describeIssues } from '../../base/schema_issues';
import { modelSchema } from '../../sae/config';
import { dataIdentitySchema } from './data_identity';
import { checkRunRules } from './run_rules';

const seed = z._default(z.int().check(z.gte(0), z.lte(0xffffffff)), 0);

const steps = z.int().check(z.gte(0), z.lte(1_000_000_000));

export const dataSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('synthetic'),
    preset: z.enum(['figure1', 'zoo']),
    seed,
  }),
  z.strictObject({ kind: z.literal('words') }),
  z.strictObject({
    kind: z.literal('npy'),
    path: z.string().check(z.minLength(1)),
    order: z._default(z.enum(['shuffled', 'sequential']), 'shuffled'),
  }),
  z.strictObject({
    kind: z.literal('lm'),
    /** Id of a model that ships or of the hub, or a folder. */
    model: z.string().check(z.minLength(1)),
    /** L of `blocks.L.hook_resid_pre`; the number of layers is the stream after the last block. */
    layer: z.int().check(z.gte(0), z.lte(1000)),
    /** `shipped`, `generated`, or the path of a text file. */
    corpus: z._default(z.string().check(z.minLength(1)), 'shipped'),
    context_size: z._default(z.int().check(z.gte(2), z.lte(65536)), 128),
    prepend_bos: z._default(z.boolean(), true),
    /** Leaves the first position of every window out, whose norm is many times that of any other. */
    exclude_first: z._default(z.boolean(), true),
    /** The shuffle buffer holds so many times store_batch_size_prompts × context_size rows. */
    n_batches_in_buffer: z._default(z.int().check(z.gte(1), z.lte(65536)), 16),
    store_batch_size_prompts: z._default(z.int().check(z.gte(1), z.lte(1024)), 16),
    seed,
  }),
]);

const trainingSchema = z.strictObject({
  lr: z._default(z.number().check(z.gt(0), z.lte(1)), 2e-3),
  train_batch_size_samples: z._default(z.int().check(z.gte(1), z.lte(65536)), 512),
  /** Total rows seen; a run has ceil(training_samples / train_batch_size_samples) steps. */
  training_samples: z.int().check(z.gte(1), z.lte(4_000_000_000)),
  lr_warm_up_steps: z._default(steps, 0),
  /** Steps of linear decay to zero at the end; the last fifth when absent. */
  lr_decay_steps: z.optional(steps),
  adam_beta1: z._default(z.number().check(z.gte(0), z.lt(1)), 0.9),
  adam_beta2: z._default(z.number().check(z.gte(0), z.lt(1)), 0.999),
  /** Decoupled weight decay (AdamW). */
  weight_decay: z._default(z.number().check(z.gte(0), z.lte(1)), 0),
  /** Global gradient-norm clip per model; off when absent. */
  max_grad_norm: z.optional(z.number().check(z.gt(0), z.lte(1e9))),
  seed,
  /** Steps between logged metrics. */
  log_every: z._default(z.int().check(z.gte(1), z.lte(1_000_000)), 20),
});

export const runSchema = z.strictObject({
  data: dataSchema,
  /** What the data were when this was written, by the command line; other files of their names are refused. */
  data_identity: z.optional(dataIdentitySchema),
  models: z.array(modelSchema).check(z.minLength(1), z.maxLength(6)),
  training: trainingSchema,
});

export type DataConfig = z.output<typeof dataSchema>;
export type LanguageDataConfig = Extract<DataConfig, { kind: 'lm' }>;
export type TrainingConfig = z.output<typeof trainingSchema>;
export type RunConfig = z.output<typeof runSchema>;
/** What a person writes: defaults may be left out. */
export type RunInput = z.input<typeof runSchema>;

/** Steps of a run. */
export function totalSteps(training: TrainingConfig): number {
  return Math.ceil(training.training_samples / training.train_batch_size_samples);
}

/**
 * Validates a run. Throws LabError `bad_config` whose message names every offending key with its
 * value and the allowed range.
 */
export function parseRunConfig(value: unknown): RunConfig {
  const result = runSchema.safeParse(value);
  const issues = result.success
    ? checkRunRules(result.data)
    : describeIssues(runSchema, value, result.error, 'the run');
  if (result.success && issues.length === 0) return result.data;
  throw new LabError(
    'bad_config',
    `This run cannot be read: ${issues.map(({ sentence }) => sentence).join('. ')}.`,
    'Correct the named settings; docs/run-file.md lists every setting with its range and default.',
  );
}
