/**
 * What a synthetic data set is, as a person writes it: features by shape and scale, how often they are
 * present, how their subspaces lie, how much noise. Source: docs/method/data.md. Nothing is drawn here.
 */
import * as z from 'zod/mini';
import { LabError } from '../base/lab_error';
import { describeIssues } from '../base/schema_issues';
import { MAX_FEATURE_DIMENSION } from './zoo_shapes';

const probability = z.number().check(z.gte(0), z.lte(1));
const scale = z.number().check(z.gte(0), z.lte(1e6));

const common = {
  /** Name; with `count` above 1 the features are called "name 1", "name 2", … The kind when absent. */
  name: z.optional(z.string().check(z.minLength(1), z.maxLength(60))),
  /** How many independent features of this description. */
  count: z._default(z.int().check(z.gte(1), z.lte(1024)), 1),
  /** t ~ U(low, high) on every presence. */
  scale: z._default(
    z
      .tuple([scale, scale])
      .check(z.refine(([low, high]) => low <= high, 'the low end must not exceed the high end')),
    [1, 1],
  ),
  /** Makes it a child: present with this probability when its parent is, and never without it. */
  child_of: z.optional(z.strictObject({ parent: z.string(), probability })),
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
  z.strictObject({
    kind: z.literal('helix'),
    turns: z._default(z.int().check(z.gte(1), z.lte(16)), 2),
    ...common,
  }),
  z.strictObject({
    kind: z.literal('simplex'),
    /** k vertices in k − 1 dimensions. */
    clusters: z.int().check(z.gte(2), z.lte(MAX_FEATURE_DIMENSION + 1)),
    ...common,
  }),
  z.strictObject({
    kind: z.literal('gaussian'),
    dimension: z.int().check(z.gte(1), z.lte(MAX_FEATURE_DIMENSION)),
    ...common,
  }),
]);

const frequencySchema = z.discriminatedUnion('kind', [
  /** Exactly this many distinct features without a parent in every row, all subsets equally likely. */
  z.strictObject({ kind: z.literal('exactly'), active: z.int().check(z.gte(1), z.lte(256)) }),
  /** Every feature without a parent is present independently with this probability. */
  z.strictObject({ kind: z.literal('uniform'), probability }),
  /** Independently, the i-th feature (from 1) with probability · i^(−exponent). */
  z.strictObject({
    kind: z.literal('zipf'),
    probability,
    exponent: z._default(z.number().check(z.gte(0), z.lte(10)), 1),
  }),
]);

/** A synthetic data set in a run file: `data.spec`. */
export const zooSchema = z.strictObject({
  /** d. */
  width: z.int().check(z.gte(1), z.lte(65536)),
  features: z.array(featureSchema).check(z.minLength(1), z.maxLength(1024)),
  frequency: frequencySchema,
  /**
   * Share of every frame direction's energy that lies, before frames are made orthonormal, in one
   * subspace shared by all features: 0 gives independent uniformly random frames, 1 puts all of them
   * into the shared subspace (of twice the largest d_i).
   */
  coherence: z._default(probability, 0),
  /**
   * Standard deviation of the noise in each dimension, as a fraction of the signal's root mean square
   * over dimensions √(P/d), P = Σ_i p_i E[t_i²]. Noise power over signal power is its square.
   */
  noise: z._default(z.number().check(z.gte(0), z.lte(100)), 0),
});

export type ZooSpec = z.output<typeof zooSchema>;
export type ZooFeatureSpec = ZooSpec['features'][number];
/** What a person writes: defaults may be left out. */
export type ZooInput = z.input<typeof zooSchema>;

/** Validates a synthetic data set. Throws LabError `bad_config` naming each wrong setting. */
export function parseZooSpec(value: unknown): ZooSpec {
  const result = zooSchema.safeParse(value);
  if (result.success) return result.data;
  const issues = describeIssues(zooSchema, value, result.error, 'the data set');
  throw badZoo(issues.map(({ sentence }) => sentence).join('. '));
}

/** The error for a data set that cannot be made. */
export function badZoo(reason: string): LabError {
  return new LabError(
    'bad_config',
    `This synthetic data set cannot be made: ${reason}.`,
    'Correct the named settings. docs/data.md describes them.',
  );
}

/** What a data set is called that has no name of the lab's: "64 features of your own". */
export function ownZooLabel({ features }: ZooSpec): string {
  const count = features.reduce((sum, feature) => sum + feature.count, 0);
  return count === 1 ? 'A feature of your own' : `${count} features of your own`;
}
