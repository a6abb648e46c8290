/**
 * True features against units: for each feature, how much energy every unit puts into the feature's
 * subspace, how well all of them together rebuild it there, and how well each unit alone predicts it. One
 * pass over the rows of a feature; splitting, packing and recovery are read from the result.
 */
import { at } from '../base/array';
import type { IndexedCodes } from './code_index';
import { type CodeSums, codeSums, TargetReadout, UnitReadout } from './feature_readout';
import { dot, multiplyTransposed } from '../base/linear_algebra';
import type { FeatureSpread } from './report_types';
import { countForShare } from './spectra';
import type { GroundTruth } from './types';
import { NO_GROUP } from './types';

/** Where each true feature occurs: slots of `truth.present` by feature. */
export interface IndexedTruth {
  readonly truth: GroundTruth;
  /** [features + 1]. */
  readonly offsets: Uint32Array;
  /** [occurrences], row · maxActive + position, ascending within a feature. */
  readonly entries: Uint32Array;
}

/** Rows of every feature, by one counting and one scattering pass. O(rows·maxActive). */
export function indexTruth(truth: GroundTruth): IndexedTruth {
  const count = truth.features.length;
  const offsets = new Uint32Array(count + 1);
  for (const feature of truth.present) {
    if (feature < count) offsets[feature + 1] = at(offsets, feature + 1) + 1;
  }
  for (let i = 0; i < count; i++) offsets[i + 1] = at(offsets, i + 1) + at(offsets, i);
  const next = offsets.slice();
  const entries = new Uint32Array(at(offsets, count));
  truth.present.forEach((feature, slot) => {
    if (feature >= count) return;
    entries[at(next, feature)] = slot;
    next[feature] = at(next, feature) + 1;
  });
  return { truth, offsets, entries };
}

/** One feature against all units. Energies are sums over rows, in squared units of the data. */
export interface FeatureMoments {
  readonly feature: number;
  /** Rows in which the feature is present. */
  readonly rows: number;
  /** [K], Σ ‖P_{V_i} c_j‖² over the rows with the feature. */
  readonly energies: Float64Array;
  /**
   * Share of the feature's energy rebuilt inside its subspace: 1 − Σ‖P_{V_i}(x* − x̂)‖² / Σ‖φ_i‖² over the
   * rows with the feature, where x* is the sum of the true contributions φ without noise. 0 without rows.
   */
  readonly reconstruction: number;
  /**
   * [K], R² of P_{V_i} c_j as a prediction of φ_i over *all* rows (zero where absent or silent), both about
   * their means. Clamped at 0; 0 for units that never fire together with the feature. Seen through V_i, so a
   * group that also holds other, orthogonal features is not punished here: packing reports that.
   */
  readonly r2: Float64Array;
  /** [rows], unit with the largest ‖P_{V_i} c_j‖ in each row with the feature; NO_GROUP where none fires. */
  readonly owners: Uint32Array;
}

/**
 * Moments of one feature. With n rows of the feature and G units that ever fire there:
 * O(G·d_i·r·d + n·s·d_i·r) where s groups fire in a row; K numbers twice in memory.
 */
export function featureMoments(
  indexed: IndexedCodes,
  { truth, offsets, entries }: IndexedTruth,
  sums: CodeSums,
  feature: number,
): FeatureMoments {
  const { dictionary, codes } = indexed;
  const { groups, width } = dictionary;
  const { frame, dimension } = at(truth.features, feature);
  const basis = Float64Array.from(frame);
  const units = new UnitReadout(indexed, basis, dimension);
  const target = new TargetReadout(truth, basis, dimension, width);
  const bias = Float64Array.from(dictionary.decoderBias);
  const offset = multiplyTransposed(basis, bias, dimension, width, 1);

  const begin = at(offsets, feature);
  const count = at(offsets, feature + 1) - begin;
  const energies = new Float64Array(groups);
  const cross = new Float64Array(groups);
  const owners = new Uint32Array(count).fill(NO_GROUP);
  const mean = new Float64Array(dimension);
  const residual = new Float64Array(dimension);
  const projected = new Float64Array(dimension);
  let energy = 0;
  let error = 0;
  for (let n = 0; n < count; n++) {
    const entry = at(entries, begin + n);
    const row = Math.floor(entry / truth.maxActive);
    const own = entry * truth.coordinateStride;
    for (let a = 0; a < dimension; a++) {
      const value = truth.coordinates[own + a] ?? 0;
      mean[a] = (mean[a] ?? 0) + value / codes.rows;
      energy += value * value;
      residual[a] = -(offset[a] ?? 0);
    }
    target.addRow(row, residual);
    let strongest = 0;
    for (let coded = at(codes.offsets, row); coded < at(codes.offsets, row + 1); coded++) {
      const group = at(codes.active, coded);
      if (group >= groups) continue;
      units.project(group, coded, projected);
      let strength = 0;
      let agreement = 0;
      for (let a = 0; a < dimension; a++) {
        const value = projected[a] ?? 0;
        strength += value * value;
        agreement += value * (truth.coordinates[own + a] ?? 0);
        residual[a] = (residual[a] ?? 0) - value;
      }
      energies[group] = (energies[group] ?? 0) + strength;
      cross[group] = (cross[group] ?? 0) + agreement;
      if (strength > strongest) {
        strongest = strength;
        owners[n] = group;
      }
    }
    error += dot(residual, 0, residual, 0, dimension);
  }
  const variance = energy - codes.rows * dot(mean, 0, mean, 0, dimension);
  const r2 = new Float64Array(groups);
  for (let k = 0; k < groups; k++) {
    const agreement = cross[k] ?? 0;
    if (!(agreement > 0) || !(variance > 0)) continue;
    const { total, mean: unitMean } = units.overAllRows(k, sums);
    let meanError = 0;
    for (let a = 0; a < dimension; a++) meanError += ((mean[a] ?? 0) - at(unitMean, a)) ** 2;
    const unexplained = energy - 2 * agreement + total - codes.rows * meanError;
    r2[k] = Math.max(0, 1 - unexplained / variance);
  }
  return {
    feature,
    rows: count,
    energies,
    reconstruction: energy > 0 ? 1 - error / energy : 0,
    r2,
    owners,
  };
}

/** Moments of every feature, in order. Cost: the sum over features. */
export function allFeatureMoments(
  indexed: IndexedCodes,
  truth: GroundTruth,
  onProgress?: (fraction: number) => void,
): FeatureMoments[] {
  const indexedTruth = indexTruth(truth);
  const sums = codeSums(indexed);
  return truth.features.map((_, feature) => {
    const moments = featureMoments(indexed, indexedTruth, sums, feature);
    onProgress?.((feature + 1) / truth.features.length);
    return moments;
  });
}

/** Least share of a feature's energy that must be rebuilt before its units are counted (docs/method/diagnostics.md). */
const SPLITTING_RECONSTRUCTION = 0.5;

/**
 * Fewest units that can hold a feature of d_i dimensions: d_i / r of them, rounded up; d_i + 1 atoms when codes are
 * never negative, since positive combinations of d_i atoms leave directions out (Davis 1954). A line with
 * one end needs one atom.
 */
function leastUnits(
  kind: string,
  dimension: number,
  { dictionary: { rank }, oriented }: Pick<IndexedCodes, 'dictionary' | 'oriented'>,
): number {
  if (oriented) return kind === 'line' ? dimension : dimension + 1;
  return Math.ceil(dimension / rank);
}

/** How a feature is spread over units, from its moments. O(K log K). */
export function featureSpread(
  moments: FeatureMoments,
  truth: GroundTruth,
  indexed: IndexedCodes,
): FeatureSpread {
  const { name, kind, dimension } = at(truth.features, moments.feature);
  const descending = moments.energies.slice().sort().reverse();
  const total = descending.reduce((sum, value) => sum + value, 0);
  const counted = moments.rows > 0 && moments.reconstruction >= SPLITTING_RECONSTRUCTION;
  const units90 = counted ? countForShare(descending, 0.9) : null;
  const least = leastUnits(kind, dimension, indexed);
  return {
    feature: moments.feature,
    name,
    kind,
    dimension,
    rows: moments.rows,
    reconstruction: moments.reconstruction,
    leastUnits: least,
    units90,
    units99: counted ? countForShare(descending, 0.99) : null,
    splittingRatio: units90 === null ? null : units90 / least,
    topUnit: total > 0 ? moments.energies.indexOf(at(descending, 0)) : null,
    topShare: total > 0 ? at(descending, 0) / total : 0,
  };
}
