/**
 * What the strength λ of the nuclear penalty does, in plain words and numbers. The closed form: for one
 * group on a slice with covariance eigenvalues σ, the minimiser keeps a direction with gain
 * (1 − λ/(2σ))₊, and a feature of dimension d, norm t and frequency p has σ = p·t²/d (docs/method.md §2).
 */
import { largest, smallest } from '../../base/array';
import type { NuclearTarget } from '../../sae/config';
import { relativeStrength, type InputUnits } from '../../sae/nuclear_strength';
import { formatInteger, formatNumber, formatScientific } from '../plots/format';

/** A kind of feature in the data: its dimension d and mean squared norm t². */
export interface FeatureSize {
  readonly dimension: number;
  readonly squaredNorm: number;
}

/** Frequency at and below which a feature is pruned: λ·d/(2t²). */
export function prunedFrequency(lambda: number, { dimension, squaredNorm }: FeatureSize): number {
  return (lambda * dimension) / (2 * squaredNorm);
}

export interface LambdaFacts extends InputUnits {
  /** λ, absolute: in the units of the input as it is trained on. */
  readonly lambda: number;
  readonly target: NuclearTarget;
  /** Features to speak of, where they are known; empty where they are not. */
  readonly features: readonly FeatureSize[];
}

/** One or two sentences on what this λ keeps and prunes. */
export function lambdaSentence(facts: LambdaFacts): string {
  const { target, features } = facts;
  if (facts.lambda === 0)
    return 'No penalty: nothing is pruned, so a feature may split over many groups.';
  const share = relativeStrength(facts.lambda, facts);
  if (target === 'decoder') {
    const relative = formatScientific(share);
    return `On the decoder alone λ has no closed form. It is ${relative} of the data’s power; the released code used 1.2e-3.`;
  }
  if (features.length === 0) {
    const least = `${formatNumber((100 * share) / 2, 2)}\u202f%`;
    return `Keeps directions that hold more than ${least} of the data’s power; prunes weaker ones.`;
  }
  // Features are in the units of the data: λ as it would be there.
  const lambda = facts.lambda / facts.inputScale ** 2;
  const [first, ...more] = features.filter((feature) => prunedFrequency(lambda, feature) < 1);
  if (first === undefined)
    return 'Prunes every shape, however common: λ is too strong for these data.';
  const rest = more.map(
    (feature) => `; of dimension ${feature.dimension}, ${rarest(lambda, feature)}`,
  );
  return `Keeps a shape of dimension ${first.dimension} that appears in at least ${rarest(lambda, first)} samples${rest.join('')}. Prunes rarer ones.`;
}

/** "1 of 333", rounded so that a feature as rare as that is still kept. */
function rarest(lambda: number, feature: FeatureSize): string {
  return `1 of ${formatInteger(Math.floor(1 / prunedFrequency(lambda, feature)))}`;
}

/**
 * The features to speak of: the smallest of at least two dimensions and the largest, by the mean squared
 * norm of their points [points, 3]. Features of more than three dimensions are not drawn whole, so they
 * take the norm of the others.
 */
export function featureSizes(
  shapes: readonly { readonly dimension: number; readonly points: Float32Array }[],
): readonly FeatureSize[] {
  const whole = shapes.filter(({ dimension, points }) => dimension <= 3 && points.length > 0);
  if (whole.length === 0) return [];
  const mean = whole.reduce((sum, { points }) => sum + meanSquaredNorm(points), 0) / whole.length;
  const dimensions = shapes.map(({ dimension }) => dimension).filter((dimension) => dimension >= 2);
  const ends = new Set([smallest(dimensions), largest(dimensions)]);
  return [...ends].filter(Number.isFinite).map((dimension) => ({ dimension, squaredNorm: mean }));
}

function meanSquaredNorm(points: Float32Array): number {
  return points.reduce((sum, value) => sum + value * value, 0) / (points.length / 3);
}
