/**
 * Splitting without ground truth: units (atoms, or groups of rank above 1) that nearly share a
 * direction, how many dimensions such a cluster really uses, and whether its members fire together.
 * A circle tiled by twelve atoms shows as one cluster of twelve that needs two components. Both numbers come
 * with what unrelated units would give: ten of twelve equal components hold 80 %, so 1.2 is no redundancy.
 */
import { at } from '../base/array';
import type { IndexedCodes } from './code_index';
import { cosineByChance, type ChanceMoments, type StrengthSums } from './chance';
import { firingsOf, normsOf, rowsOf } from './code_index';
import { lowerFactor } from '../base/linear_algebra';
import type { OverlapSearch } from './overlap';
import { evenSample } from './even_sample';
import { Z95 } from './irreducibility';
import type { UnitCluster } from './report_types';
import { symmetricEigenvalues } from '../base/singular_values';
import { blockOf, countForShare } from './spectra';

/** Rows used for the principal components of one cluster. */
const ROW_CAP = 1000;

/**
 * Connected components of at least two units under the links of `search`, largest first, then by lowest
 * member; members ascending. The position in this list is a cluster's id everywhere. O(K log K).
 */
export function clusterMembers(search: OverlapSearch): number[][] {
  const members = new Map<number, number[]>();
  for (const [unit, label] of search.component) {
    const list = members.get(label);
    if (list === undefined) members.set(label, [unit]);
    else list.push(unit);
  }
  return [...members.values()]
    .filter((units) => units.length > 1)
    .map((units) => units.sort((a, b) => a - b))
    .sort((a, b) => b.length - a.length || at(a, 0) - at(b, 0));
}

/**
 * Every cluster with its redundancy. Links are cosines of atoms, and smallest principal angles of
 * groups; means are taken over the links that the search kept (each unit's nearest few). Cost of a cluster of
 * c columns on n rows: O(min(c, d)²·(d + 1000) + n·log n) and O(n) for each link.
 */
export function unitClusters(indexed: IndexedCodes, search: OverlapSearch): UnitCluster[] {
  return clusterMembers(search).map((units, id) => describeCluster(indexed, search, units, id));
}

function describeCluster(
  indexed: IndexedCodes,
  search: OverlapSearch,
  units: readonly number[],
  id: number,
): UnitCluster {
  const rows = unionOfRows(indexed, units);
  const components80 = countForShare(spectrumOf(indexed, units, rows), SHARE);
  const apart = units.flatMap((unit) => Array.from(spectrumOf(indexed, [unit], rows)));
  const componentsApart = countForShare(
    apart.sort((a, b) => b - a),
    SHARE,
  );
  const cosines: number[] = [];
  const masked: { similarity: number; chance: ChanceMoments }[] = [];
  for (const unit of units) {
    for (const { group: other, cosine } of search.nearest.get(unit) ?? []) {
      if (!search.isLinked(unit, other, cosine) || countedFromOtherEnd(search, unit, other))
        continue;
      cosines.push(cosine);
      const similarity = maskedCosine(indexed, unit, other);
      if (similarity === null) continue;
      const chance = cosineByChance(
        indexed.codes.rows,
        strengthSums(indexed, unit),
        strengthSums(indexed, other),
      );
      masked.push({ similarity, chance });
    }
  }
  const fires = masked.length > 0;
  return {
    id,
    members: units,
    columns: units.length * indexed.dictionary.rank,
    components80,
    redundancy: components80 > 0 ? units.length / components80 : null,
    redundancyApart: componentsApart > 0 ? units.length / componentsApart : null,
    meanCosine: cosines.length > 0 ? meanOf(cosines) : 0,
    maskedCosine: fires ? meanOf(masked.map(({ similarity }) => similarity)) : null,
    maskedCosineChance: fires ? meanOf(masked.map(({ chance }) => chance.mean)) : null,
    // Links of one cluster may rise and fall together: their mean is taken to be as loose as one of them.
    maskedCosineChance95: fires ? Z95 * meanOf(masked.map(({ chance }) => chance.deviation)) : null,
    rows: rows.length,
  };
}

/** Share of a cluster's variance that its components must hold. */
const SHARE = 0.8;

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Sums of a unit's strengths ‖D_kᵀp_k‖ over all rows. */
function strengthSums(indexed: IndexedCodes, unit: number): StrengthSums {
  const norms = normsOf(indexed, unit);
  return {
    sum: norms.reduce((sum, norm) => sum + norm, 0),
    squares: norms.reduce((sum, norm) => sum + norm * norm, 0),
  };
}

/** A link kept in both lists is counted once, from its lower end. */
function countedFromOtherEnd(search: OverlapSearch, unit: number, other: number): boolean {
  if (unit < other) return false;
  return (search.nearest.get(other) ?? []).some((neighbour) => neighbour.group === unit);
}

/**
 * Cosine of the activation strengths ‖D_kᵀp_k‖ of two units over the rows where either fires (elsewhere
 * both are zero); null when neither fires. 1: always together in proportion; 0: never in one row.
 * O(n_a + n_b).
 */
export function maskedCosine(indexed: IndexedCodes, a: number, b: number): number | null {
  const rowsA = rowsOf(indexed, a);
  const rowsB = rowsOf(indexed, b);
  const normsA = normsOf(indexed, a);
  const normsB = normsOf(indexed, b);
  let together = 0;
  let i = 0;
  let j = 0;
  while (i < rowsA.length && j < rowsB.length) {
    const difference = at(rowsA, i) - at(rowsB, j);
    if (difference === 0) together += at(normsA, i++) * at(normsB, j++);
    else if (difference < 0) i++;
    else j++;
  }
  const { squares: energyA } = strengthSums(indexed, a);
  const { squares: energyB } = strengthSums(indexed, b);
  if (energyA + energyB === 0) return null;
  return energyA > 0 && energyB > 0 ? together / Math.sqrt(energyA * energyB) : 0;
}

/** Rows in which at least one of the units fires, ascending. */
function unionOfRows(indexed: IndexedCodes, units: readonly number[]): Uint32Array {
  const total = units.reduce((sum, unit) => sum + firingsOf(indexed, unit), 0);
  const all = new Uint32Array(total);
  let filled = 0;
  for (const unit of units) {
    const rows = rowsOf(indexed, unit);
    all.set(rows, filled);
    filled += rows.length;
  }
  all.sort();
  return all.filter((row, i) => i === 0 || row !== at(all, i - 1));
}

/** Variances of the units' summed contribution along its principal components, largest first. */
function spectrumOf(
  indexed: IndexedCodes,
  units: readonly number[],
  rows: Uint32Array,
): Float64Array {
  const { rank, width } = indexed.dictionary;
  const columns = units.length * rank;
  const stacked = new Float64Array(columns * width);
  units.forEach((unit, i) => {
    stacked.set(blockOf(indexed.dictionary.decoder, indexed.dictionary, unit), i * rank * width);
  });
  // Contributions in orthonormal coordinates when those are fewer than d, else in input space.
  const small = columns <= width;
  const size = small ? columns : width;
  const factor = small ? lowerFactor(stacked, columns, width).lower : stacked;
  const sample = evenSample(rows.length, ROW_CAP).map((i) => at(rows, i));
  const positionOf = new Map(Array.from(sample, (row, i) => [row, i]));
  const points = new Float64Array(sample.length * size);
  units.forEach((unit, u) => {
    for (let e = at(indexed.offsets, unit); e < at(indexed.offsets, unit + 1); e++) {
      const position = positionOf.get(at(indexed.rows, e));
      if (position === undefined) continue;
      const entry = at(indexed.entries, e);
      for (let i = 0; i < rank; i++) {
        const code = at(indexed.codes.codes, entry * rank + i);
        const from = (u * rank + i) * size;
        for (let c = 0; c < size; c++) {
          points[position * size + c] =
            (points[position * size + c] ?? 0) + code * (factor[from + c] ?? 0);
        }
      }
    }
  });
  const spectrum = symmetricEigenvalues(covarianceOf(points, sample.length, size), size);
  return spectrum.map((value) => Math.max(0, value));
}

/** Covariance [size, size] of n points about their mean (divided by n). O(n·size²). */
function covarianceOf(points: Float64Array, n: number, size: number): Float64Array {
  const mean = new Float64Array(size);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < size; c++) mean[c] = (mean[c] ?? 0) + (points[i * size + c] ?? 0) / n;
  }
  const covariance = new Float64Array(size * size);
  const centred = new Float64Array(size);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < size; c++) centred[c] = (points[i * size + c] ?? 0) - (mean[c] ?? 0);
    for (let a = 0; a < size; a++) {
      const value = (centred[a] ?? 0) / n;
      if (value === 0) continue;
      for (let b = 0; b < size; b++) {
        covariance[a * size + b] = (covariance[a * size + b] ?? 0) + value * (centred[b] ?? 0);
      }
    }
  }
  return covariance;
}
