/**
 * Splitting without ground truth: units (atoms, or groups of rank above 1) that nearly share a
 * direction, how many dimensions such a cluster really uses, and whether its members fire together.
 * A circle tiled by twelve atoms shows as one cluster of twelve that needs two components.
 */
import { at } from '../base/array';
import type { IndexedCodes } from './code_index';
import { firingsOf, normsOf, rowsOf } from './code_index';
import { lowerFactor } from './linear_algebra';
import type { OverlapSearch } from './overlap';
import { evenSample } from './even_sample';
import type { UnitCluster } from './report_types';
import { symmetricEigenvalues } from './singular_values';
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
 * Every cluster with its redundancy. Links are |cos| ≥ threshold for atoms and smallest principal angles for
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
  const components80 = componentsOf(indexed, units, rows, 0.8);
  let cosine = 0;
  let masked = 0;
  let links = 0;
  let maskedLinks = 0;
  for (const unit of units) {
    for (const neighbour of search.nearest.get(unit) ?? []) {
      if (neighbour.cosine < search.threshold || countedFromOtherEnd(search, unit, neighbour.group))
        continue;
      cosine += neighbour.cosine;
      links++;
      const similarity = maskedCosine(indexed, unit, neighbour.group);
      if (similarity === null) continue;
      masked += similarity;
      maskedLinks++;
    }
  }
  return {
    id,
    members: units,
    columns: units.length * indexed.dictionary.rank,
    components80,
    redundancy: components80 > 0 ? units.length / components80 : null,
    meanCosine: links > 0 ? cosine / links : 0,
    maskedCosine: maskedLinks > 0 ? masked / maskedLinks : null,
    rows: rows.length,
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
  const energyA = normsA.reduce((sum, norm) => sum + norm * norm, 0);
  const energyB = normsB.reduce((sum, norm) => sum + norm * norm, 0);
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

/** Principal components that hold `share` of the variance of the units' summed contribution; 0 when it has none. */
function componentsOf(
  indexed: IndexedCodes,
  units: readonly number[],
  rows: Uint32Array,
  share: number,
): number {
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
      const slot = at(indexed.entries, e);
      const position = positionOf.get(Math.floor(slot / indexed.codes.slots));
      if (position === undefined) continue;
      for (let i = 0; i < rank; i++) {
        const code = at(indexed.codes.codes, slot * rank + i);
        const from = (u * rank + i) * size;
        for (let c = 0; c < size; c++) {
          points[position * size + c] =
            (points[position * size + c] ?? 0) + code * (factor[from + c] ?? 0);
        }
      }
    }
  });
  const spectrum = symmetricEigenvalues(covarianceOf(points, sample.length, size), size);
  return countForShare(
    spectrum.map((value) => Math.max(0, value)),
    share,
  );
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
