/**
 * Singular values of a group's map D_kᵀE_k, of its decoder block and of its codes, and the ranks that
 * are read from a spectrum (docs/method/diagnostics.md). All of it in r × r matrices: D = L_D Q_D and E = L_E Q_E give
 * DᵀE = Q_Dᵀ (L_Dᵀ L_E) Q_E, whose singular values are those of the small middle factor.
 */
import { at } from '../base/array';
import { lowerFactor, multiply, transpose } from '../base/linear_algebra';
import type { RankSummary } from './report_types';
import { singularValueDecomposition, singularValues } from '../base/singular_values';
import type { Dictionary } from './types';

/** Ranks of a spectrum σ (any order, σ ≥ 0): see RankSummary. All 0 for a zero spectrum. O(n log n). */
export function summarizeRanks(spectrum: ArrayLike<number>): RankSummary {
  const sigma = Array.from(spectrum).sort((a, b) => b - a);
  const largest = sigma[0] ?? 0;
  if (!(largest > 0)) return { rank90: 0, stableRank: 0, participationRatio: 0, entropyRank: 0 };
  // Relative to the largest value, so that neither tiny nor huge spectra leave float64's range.
  const relative = sigma.map((value) => value / largest);
  const energies = relative.map((value) => value * value);
  const total = sum(energies);
  const fourth = sum(energies.map((energy) => energy * energy));
  const mass = sum(relative);
  const entropy = sum(relative.map((v) => (v > 0 ? -(v / mass) * Math.log(v / mass) : 0)));
  return {
    rank90: countForShare(energies, 0.9),
    stableRank: total,
    participationRatio: (total * total) / fourth,
    entropyRank: Math.exp(entropy),
  };
}

/** How many of the largest energies (given in descending order) hold `share` of their sum; 0 for none. */
export function countForShare(energies: ArrayLike<number>, share: number): number {
  let total = 0;
  for (let i = 0; i < energies.length; i++) total += at(energies, i);
  if (!(total > 0)) return 0;
  // Sums of shares are rounded: a spectrum that meets the share exactly must not need one value more.
  const goal = total * share * (1 - 1e-12);
  let held = 0;
  for (let i = 0; i < energies.length; i++) {
    held += at(energies, i);
    if (held >= goal) return i + 1;
  }
  return energies.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Block k of a [K·r, d] matrix as float64 [r, d]. */
export function blockOf(
  matrix: Float32Array,
  dictionary: Pick<Dictionary, 'rank' | 'width'>,
  group: number,
): Float64Array {
  const size = dictionary.rank * dictionary.width;
  return Float64Array.from(matrix.subarray(group * size, (group + 1) * size));
}

/** Singular values of the map D_kᵀE_k, largest first, [r]. O(r²·d). */
export function mapSingularValues(
  dictionary: Pick<Dictionary, 'rank' | 'width' | 'encoder' | 'decoder'>,
  group: number,
): Float64Array {
  const { rank, width } = dictionary;
  const decoder = lowerFactor(blockOf(dictionary.decoder, dictionary, group), rank, width);
  const encoder = lowerFactor(blockOf(dictionary.encoder, dictionary, group), rank, width);
  const middle = multiply(transpose(decoder.lower, rank, rank), encoder.lower, rank, rank, rank);
  return singularValues(middle, rank, rank);
}

/** Singular values of the decoder block D_k, largest first, [r]. O(r²·d). */
export function decoderSingularValues(dictionary: Dictionary, group: number): Float64Array {
  const { rank, width } = dictionary;
  return singularValues(
    lowerFactor(blockOf(dictionary.decoder, dictionary, group), rank, width).lower,
    rank,
    rank,
  );
}

/** The map of a group: its spectrum and where it writes. */
export interface GroupMap {
  /** [r], largest first. */
  readonly singularValues: Float64Array;
  readonly ranks: RankSummary;
  /** [rank90, d], orthonormal: the group's rank-90 row space, strongest direction first. */
  readonly basis: Float64Array;
}

/**
 * Spectrum of the map D_kᵀE_k and the rank-90 row space Q_k: the output directions of its rank90
 * strongest singular values. They lie in the row space of D_k; taking them from the map rather than
 * from the decoder leaves out atoms that the encoder never drives. O(r²·d).
 */
export function groupMap(dictionary: Dictionary, group: number): GroupMap {
  const { rank, width } = dictionary;
  const decoder = lowerFactor(blockOf(dictionary.decoder, dictionary, group), rank, width);
  const encoder = lowerFactor(blockOf(dictionary.encoder, dictionary, group), rank, width);
  const middle = multiply(transpose(decoder.lower, rank, rank), encoder.lower, rank, rank, rank);
  const { values, left } = singularValueDecomposition(middle, rank, rank);
  const ranks = summarizeRanks(values);
  return {
    singularValues: values,
    ranks,
    basis: multiply(
      left.subarray(0, ranks.rank90 * rank),
      decoder.basis,
      ranks.rank90,
      rank,
      width,
    ),
  };
}
