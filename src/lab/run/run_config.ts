/**
 * A run: which data, which models on the same batches, and how they are trained. This is the run file
 * of the command line, the configuration in a link, and what the Train page edits; one schema for all.
 * Unknown keys and impossible values are refused with the key, the value and the allowed range.
 */
import * as z from 'zod/mini';
import { LabError } from '../../base/lab_error';
import { describeIssues } from '../../base/schema_issues';
import { setting, settingsOf, type NamedSetting } from '../../base/setting';
import { zooSchema } from '../../data/zoo_spec';
import { modelSchema } from '../../sae/config';
import { dataIdentitySchema } from './data_identity';
import { checkRunRules } from './run_rules';

const seed = () => z._default(z.int().check(z.gte(0), z.lte(0xffffffff)), 0);
const steps = () => z.int().check(z.gte(0), z.lte(1_000_000_000));
const rows = (max: number) => z.int().check(z.gte(1), z.lte(max));

/** Where the activations come from, one object of settings a kind. */
export const dataSchemas = [
  z.strictObject({
    kind: z.literal('synthetic'),
    preset: setting(z.optional(z.enum(['figure1', 'zoo', 'zoo_independent', 'zoo2'])), {
      label: 'Shapes',
      meaning:
        'figure1: a circle, a sphere and a helix in 64 dimensions, one per sample; zoo: 64 mixed features in 128 dimensions, three per sample; zoo_independent: the same, each present by itself with probability 3/64; zoo2: 96 signed lines, 16 circles and 16 spheres in 128 dimensions, three per sample.',
      hidden: true,
      automatic: 'none: give it or `spec`',
    }),
    spec: setting(z.optional(zooSchema), {
      label: 'Features',
      meaning: 'Features of your own in the place of a preset; see `data.spec` below.',
      hidden: true,
      automatic: 'none',
    }),
    seed: setting(seed(), {
      label: 'Seed of data',
      meaning: 'Seeds the random numbers of the features and of the samples.',
      advanced: true,
    }),
  }),
  z.strictObject({ kind: z.literal('words') }),
  z.strictObject({
    kind: z.literal('npy'),
    path: setting(z.string().check(z.minLength(1)), {
      label: 'File',
      meaning:
        'A .npy file of shape [rows, d] in float16, float32 or float64; its path is relative to the run file.',
      hidden: true,
    }),
    order: setting(z._default(z.enum(['shuffled', 'sequential']), 'shuffled'), {
      label: 'Order of rows',
      meaning: 'Shuffled anew every epoch, or in the order of the file, over and over.',
      choices: { shuffled: 'shuffled', sequential: 'file order' },
      advanced: true,
    }),
  }),
  z.strictObject({
    kind: z.literal('lm'),
    model: setting(z.string().check(z.minLength(1)), {
      label: 'Language model',
      meaning:
        'stories15m, which ships with the lab; an id of the hub (in the page); or a folder (on the command line).',
      hidden: true,
    }),
    layer: setting(z.int().check(z.gte(0), z.lte(1000)), {
      label: 'Layer',
      symbol: 'L',
      meaning:
        'L of blocks.L.hook_resid_pre, the residual stream that enters block L; the number of blocks means the residual stream after the last one.',
      hidden: true,
    }),
    corpus: setting(z._default(z.string().check(z.minLength(1)), 'shipped'), {
      label: 'Text',
      meaning:
        'shipped: stories that stories15M wrote; generated: the model writes while training needs it; else a .txt, .json or .jsonl file.',
      hidden: true,
    }),
    context_size: setting(z._default(z.int().check(z.gte(2), z.lte(65536)), 128), {
      label: 'Context',
      meaning: 'Positions of a window of text, BOS included.',
      hidden: true,
    }),
    prepend_bos: setting(z._default(z.boolean(), true), {
      label: 'BOS',
      meaning: 'Begins every window with BOS.',
      hidden: true,
    }),
    exclude_first: setting(z._default(z.boolean(), true), {
      label: 'Leave out the first token',
      meaning:
        'Leaves out the first position of every window, whose norm is many times that of any other.',
      hidden: true,
    }),
    n_batches_in_buffer: setting(z._default(rows(65536), 16), {
      label: 'Shuffle buffer',
      meaning:
        'Size of the shuffle buffer, in store_batch_size_prompts × context_size rows; less where the adapter gives less.',
      hidden: true,
    }),
    store_batch_size_prompts: setting(z._default(rows(1024), 16), {
      label: 'Windows at once',
      meaning: 'Windows that the language model reads at once.',
      hidden: true,
    }),
    seed: setting(seed(), {
      label: 'Seed of data',
      meaning: 'Seeds the order of windows, the shuffle buffer and the text that the model writes.',
      hidden: true,
    }),
  }),
] as const;

export const dataSchema = z.discriminatedUnion('kind', dataSchemas);

export const trainingSchema = z.strictObject({
  training_samples: setting(rows(4_000_000_000), {
    label: 'Samples',
    meaning: 'Samples seen in the whole run; one batch is one step.',
    formula: 'steps = ⌈samples / batch⌉',
    doubling: true,
  }),
  train_batch_size_samples: setting(z._default(rows(65536), 512), {
    label: 'Batch',
    symbol: 'B',
    meaning: 'Samples of one step. All models train on the same batches.',
    doubling: true,
  }),
  lr: setting(z._default(z.number().check(z.gt(0), z.lte(1)), 2e-3), {
    label: 'Learning rate',
    symbol: 'η',
    meaning: 'Highest step size of Adam.',
    live: true,
  }),
  lr_warm_up_steps: setting(z._default(steps(), 0), {
    label: 'Warm-up',
    meaning: 'Steps over which the learning rate rises from zero.',
    unit: 'steps',
    limit: 'at most the steps of the run',
    advanced: true,
  }),
  lr_decay_steps: setting(z.optional(steps()), {
    label: 'Decay',
    meaning: 'Steps at the end over which the learning rate falls to zero.',
    unit: 'steps',
    automatic: 'last fifth',
    otherwise: 'the last fifth, rounded down',
    limit: 'at most the steps after the warm-up',
    advanced: true,
  }),
  weight_decay: setting(z._default(z.number().check(z.gte(0), z.lte(1)), 0), {
    label: 'Weight decay',
    meaning: 'Decoupled decay of all weights (AdamW).',
    advanced: true,
  }),
  max_grad_norm: setting(z.optional(z.number().check(z.gt(0), z.lte(1e9))), {
    label: 'Clip gradient at',
    meaning: 'Largest norm of a model’s whole gradient; longer ones are scaled down to it.',
    automatic: 'off',
    source: 'Released code: 1.0',
    advanced: true,
  }),
  adam_beta1: setting(z._default(z.number().check(z.gte(0), z.lt(1)), 0.9), {
    label: 'Adam β₁',
    meaning: 'How slowly the mean of the gradients moves.',
    advanced: true,
  }),
  adam_beta2: setting(z._default(z.number().check(z.gte(0), z.lt(1)), 0.999), {
    label: 'Adam β₂',
    meaning: 'How slowly the mean of their squares moves.',
    advanced: true,
  }),
  log_every: setting(z._default(rows(1_000_000), 20), {
    label: 'Log every',
    meaning: 'Steps between points of the curves; the first and the last step are logged too.',
    unit: 'steps',
    advanced: true,
  }),
  seed: setting(seed(), {
    label: 'Seed of weights',
    meaning:
      'Seeds the initial weights and the order of rows. The same seed gives the same run on the same GPU.',
    advanced: true,
  }),
});

export const runSchema = z.strictObject({
  data: setting(dataSchema, { label: 'Data', meaning: 'Where the activations come from.' }),
  data_identity: setting(z.optional(dataIdentitySchema), {
    label: 'What the data were',
    meaning:
      'Written by the lab, not by hand: what the data were. A run from this file is refused when its files differ.',
  }),
  models: setting(z.array(modelSchema).check(z.minLength(1), z.maxLength(6)), {
    label: 'Models',
    meaning: 'The models to train on the same batches, side by side.',
  }),
  training: setting(trainingSchema, { label: 'Training', meaning: 'How all models are trained.' }),
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

/** The described settings of a kind of data; none for a kind that there is not. */
export function dataSettings(kind: unknown): readonly NamedSetting[] {
  const schema = dataSchemas.find((known) => known.shape.kind.def.values.some((v) => v === kind));
  return schema === undefined ? [] : settingsOf(schema);
}
