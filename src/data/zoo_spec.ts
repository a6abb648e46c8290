/**
 * What a synthetic data set is, as a person writes it: features by shape and scale, how often they are
 * present, how their subspaces lie, how much noise. Source: sasa.md §7. Nothing is drawn here.
 */
import { z } from 'zod';
import { LabError } from '../base/lab_error';
import { MAX_FEATURE_DIMENSION } from './zoo_shapes';

const probability = z.number().min(0).max(1);

const common = {
  /** Name; with `count` above 1 the features are called "name 1", "name 2", … The kind when absent. */
  name: z.string().min(1).max(60).optional(),
  /** How many independent features of this description. */
  count: z.int().min(1).max(1024).default(1),
  /** t ~ U(low, high) on every presence. */
  scale: z
    .tuple([z.number().min(0).max(1e6), z.number().min(0).max(1e6)])
    .refine(([low, high]) => low <= high, 'the low end must not exceed the high end')
    .default([1, 1]),
  /** Makes it a child: present with this probability when its parent is, and never without it. */
  child_of: z.strictObject({ parent: z.string(), probability }).optional(),
};

const featureSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.enum([
      'line',
      'signed_line',
      'circle',
      'disk',
      'sphere',
      'torus',
      'swiss_roll',
      'mobius',
    ]),
    ...common,
  }),
  z.strictObject({ kind: z.literal('helix'), turns: z.int().min(1).max(16).default(2), ...common }),
  z.strictObject({
    kind: z.literal('simplex'),
    /** k vertices in k − 1 dimensions. */
    clusters: z
      .int()
      .min(2)
      .max(MAX_FEATURE_DIMENSION + 1),
    ...common,
  }),
  z.strictObject({
    kind: z.literal('gaussian'),
    dimension: z.int().min(1).max(MAX_FEATURE_DIMENSION),
    ...common,
  }),
]);

const frequencySchema = z.discriminatedUnion('kind', [
  /** Exactly this many distinct features without a parent in every row, all subsets equally likely. */
  z.strictObject({ kind: z.literal('exactly'), active: z.int().min(1).max(256) }),
  /** Every feature without a parent is present independently with this probability. */
  z.strictObject({ kind: z.literal('uniform'), probability }),
  /** Independently, the i-th feature (from 1) with probability · i^(−exponent). */
  z.strictObject({
    kind: z.literal('zipf'),
    probability,
    exponent: z.number().min(0).max(10).default(1),
  }),
]);

export const zooSchema = z.strictObject({
  /** d. */
  width: z.int().min(1).max(65536),
  features: z.array(featureSchema).min(1).max(1024),
  frequency: frequencySchema,
  /**
   * Share of every frame direction's energy that lies, before frames are made orthonormal, in one
   * subspace shared by all features: 0 gives independent uniformly random frames, 1 puts all of them
   * into the shared subspace (of twice the largest d_i).
   */
  coherence: probability.default(0),
  /**
   * Standard deviation of the noise in each dimension, as a fraction of the signal's root mean square
   * over dimensions √(P/d), P = Σ_i p_i E[t_i²]. Noise power over signal power is its square.
   */
  noise: z.number().min(0).max(100).default(0),
});

export type ZooSpec = z.output<typeof zooSchema>;
export type ZooFeatureSpec = ZooSpec['features'][number];
/** What a person writes: defaults may be left out. */
export type ZooInput = z.input<typeof zooSchema>;

/** Validates a synthetic data set. Throws LabError `bad_config` naming each wrong setting. */
export function parseZooSpec(value: unknown): ZooSpec {
  const result = zooSchema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const lines = result.error.issues.map((issue) => {
    const path = issue.path.join('.') || 'the data set';
    const input =
      issue.input === undefined || typeof issue.input === 'object'
        ? ''
        : ` is ${JSON.stringify(issue.input)}`;
    return `${path}${input}: ${issue.message}`;
  });
  throw badZoo(lines.join('; '));
}

/** The error for a data set that cannot be made. */
export function badZoo(reason: string): LabError {
  return new LabError(
    'bad_config',
    `This synthetic data set cannot be made: ${reason}.`,
    'Correct the named settings. docs/data.md describes them.',
  );
}
