/**
 * What the strength λ of the nuclear penalty does, in plain words and numbers. The closed form: for one
 * group on a slice with covariance eigenvalues σ, the minimiser keeps a direction with gain
 * (1 − λ/(2σ))₊, and a feature of dimension d, norm t and frequency p has σ = p·t²/d (docs/method/training.md).
 */
import { largest, smallest } from '../../base/array';
import type { NuclearTarget } from '../../sae/architectures/architecture';
import { relativeStrength } from '../../sae/penalty';
import type { InputUnits } from '../../sae/input_units';
import { formatInteger, formatNumber, formatPercent, formatScientific } from '../plots/format';

/** A kind of feature in the data: its dimension d, mean squared norm t², and the share p of samples it is in. */
export interface FeatureSize {
  readonly dimension: number;
  readonly squaredNorm: number;
  readonly frequency: number;
}

/** Frequency at and below which a feature is pruned: λ·d/(2t²). */
export function prunedFrequency(
  lambda: number,
  { dimension, squaredNorm }: Omit<FeatureSize, 'frequency'>,
): number {
  return (lambda * dimension) / (2 * squaredNorm);
}

/** What is left of the size of a feature: the gain (1 − λ/(2σ))₊, σ = p·t²/d. */
export function keptGain(lambda: number, feature: FeatureSize): number {
  return Math.max(0, 1 - prunedFrequency(lambda, feature) / feature.frequency);
}

export interface LambdaFacts extends InputUnits {
  /** λ, absolute: in the units of the input as it is trained on. */
  readonly lambda: number;
  readonly target: NuclearTarget;
  /** Features to speak of, where they are known; empty where they are not. */
  readonly features: readonly FeatureSize[];
}

/** Gain below which a feature is there, but badly shrunk. */
const BADLY_SHRUNK = 0.5;

/** One or two sentences on what this λ leaves of the features in the data. */
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
    const percent = (part: number) => `${formatNumber(100 * part, 2)}\u202f%`;
    return `Loses directions that hold less than ${percent(share / 2)} of the data’s power. One of ${percent(share)} keeps half its size, one of ${percent(5 * share)} nine tenths.`;
  }
  // Features are in the units of the data: λ as it would be there.
  const lambda = facts.lambda / facts.inputScale ** 2;
  const kept = features.filter((feature) => keptGain(lambda, feature) > 0);
  if (kept.length === 0) return 'Loses every shape: λ is too strong for these data.';
  const fates = features.map((feature) => fateOf(feature, keptGain(lambda, feature)));
  const limits = kept.map(
    (feature) => `${rarest(lambda, feature)} (dimension ${feature.dimension})`,
  );
  return `A shape of ${fates.join('; one of ')}. Lost when rarer than ${limits.join(' or ')}.`;
}

/** "dimension 2, in 33 % of samples, keeps 0.99 of its size". */
function fateOf({ dimension, frequency }: FeatureSize, gain: number): string {
  const which = `dimension ${dimension}, in ${formatPercent(frequency, 2)} of samples,`;
  if (gain === 0) return `${which} is lost`;
  const size = `${formatNumber(gain, 2)} of its size`;
  return gain < BADLY_SHRUNK ? `${which} is badly shrunk, to ${size}` : `${which} keeps ${size}`;
}

/** "1 of 333", rounded so that a feature as rare as that is still kept. */
function rarest(lambda: number, feature: FeatureSize): string {
  return `1 of ${formatInteger(Math.floor(1 / prunedFrequency(lambda, feature)))}`;
}

/**
 * The features to speak of: the smallest of at least two dimensions and the largest, by the mean squared
 * norm of their points [points, 3] and how often they come in `rows` samples. Features of more than three
 * dimensions are not drawn whole, so they take the norm of the others.
 */
export function featureSizes(
  shapes: readonly { readonly dimension: number; readonly points: Float32Array }[],
  rows: number,
): readonly FeatureSize[] {
  const seen = shapes.filter(({ points }) => points.length > 0);
  const whole = seen.filter(({ dimension }) => dimension <= 3);
  if (whole.length === 0) return [];
  const squaredNorm =
    whole.reduce((sum, { points }) => sum + meanSquaredNorm(points), 0) / whole.length;
  const dimensions = seen.map(({ dimension }) => dimension).filter((dimension) => dimension >= 2);
  const ends = new Set([smallest(dimensions), largest(dimensions)]);
  return [...ends].filter(Number.isFinite).map((dimension) => {
    const alike = seen.filter((shape) => shape.dimension === dimension);
    const points = alike.reduce((sum, shape) => sum + shape.points.length / 3, 0);
    return { dimension, squaredNorm, frequency: points / alike.length / rows };
  });
}

function meanSquaredNorm(points: Float32Array): number {
  return points.reduce((sum, value) => sum + value * value, 0) / (points.length / 3);
}
