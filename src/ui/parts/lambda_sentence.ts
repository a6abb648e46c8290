/**
 * What the strength λ of the nuclear penalty does, in plain words and numbers. The closed form: for one
 * group on a slice with covariance eigenvalues σ, the minimiser keeps a direction with gain
 * (1 − λ/(2σ))₊, and a feature of dimension d, norm t and frequency p has σ = p·t²/d (sasa.md §2).
 */
import type { NuclearTarget } from '../../sae/config';
import { formatInteger, formatPercent, formatScientific } from '../plots/format';

/** Frequency at and below which a feature of this dimension and norm is pruned: λ·d/(2t²). */
export function prunedFrequency(lambda: number, dimension: number, norm: number): number {
  return (lambda * dimension) / (2 * norm * norm);
}

export interface LambdaFacts {
  /** λ, absolute. */
  readonly lambda: number;
  readonly target: NuclearTarget;
  /** E‖x‖² after centring. */
  readonly power: number;
  /**
   * For data with known features: how many are present in one sample, and the dimensions to speak of. A
   * feature's squared norm is then about power / active.
   */
  readonly features?:
    { readonly active: number; readonly dimensions: readonly number[] } | undefined;
}

/** One or two sentences on what this λ keeps and prunes. */
export function lambdaSentence({ lambda, target, power, features }: LambdaFacts): string {
  if (lambda === 0)
    return 'No penalty: nothing is pruned, so a feature may split over many groups.';
  if (target === 'decoder') {
    const relative = formatScientific(lambda / power);
    return `On the decoder alone λ has no closed form. Relative to the data it is ${relative}; the released code used 1.2e-3.`;
  }
  if (features === undefined) {
    const share = formatPercent(lambda / (2 * power));
    return `Keeps directions that hold more than ${share} of the data’s power; prunes weaker ones.`;
  }
  const norm = Math.sqrt(power / features.active);
  const kept = features.dimensions
    .map((dimension) => ({ dimension, frequency: prunedFrequency(lambda, dimension, norm) }))
    .filter(({ frequency }) => frequency < 1);
  const [first, ...more] = kept;
  if (first === undefined)
    return 'Prunes every shape, however common: λ is too strong for these data.';
  const rest = more.map(
    ({ dimension, frequency }) => `; of dimension ${dimension}, ${oneOf(frequency)}`,
  );
  return `Keeps a shape of dimension ${first.dimension} that appears in at least ${oneOf(first.frequency)} samples${rest.join('')}. Prunes rarer ones.`;
}

/** "1 of 333", rounded so that the number named is still kept. */
function oneOf(frequency: number): string {
  return `1 of ${formatInteger(Math.floor(1 / frequency))}`;
}
