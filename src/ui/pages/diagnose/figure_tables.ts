/**
 * What the figures of the Diagnose page save as CSV: the drawn numbers, and beside them what chance of the same size
 * gives. Columns named `…_chance` hold the null of docs/method/diagnostics.md; how many rows were read stands in every
 * file that is saved from the page (see `figure_source.ts`).
 */
import { at } from '../../../base/array';
import type { Diagnosis } from '../../../analysis/report_types';
import type { CsvTable } from '../../plots/props';

/** One row a live group; `firings` are the rows that its code rank was read on. */
export function ranksTable({ ranks, activity }: Pick<Diagnosis, 'ranks' | 'activity'>): CsvTable {
  return {
    columns: ['group', 'weight_stable_rank', 'code_stable_rank', 'frequency', 'firings'],
    rows: ranks.points.map(({ group, weightStableRank, codeStableRank, frequency }) => [
      group,
      weightStableRank,
      codeStableRank,
      frequency,
      Math.round(frequency * activity.rows),
    ]),
  };
}

/** One row a number of features held. Chance, which only a reading of codes has, is one share for all groups. */
export function heldTable(
  counts: readonly number[],
  { basis, packedShare, packedShareChance }: Diagnosis['packing'],
): CsvTable {
  const chance = basis === 'codes' ? packedShareChance : null;
  return {
    columns: ['features_held', 'groups', 'basis', 'packed_share', 'packed_share_chance'],
    rows: counts.map((count, held) => [held, count, basis, packedShare, chance]),
  };
}

/** One row a bin of frequencies, with the even share and where dense begins; dead units are in none. */
export function frequencyTable({
  frequencyHistogram: { from, counts },
  evenShare,
  denseThreshold,
  dead,
}: Diagnosis['activity']): CsvTable {
  const edge = (bin: number) => from - (from * bin) / counts.length;
  return {
    columns: [
      'log10_frequency_from',
      'log10_frequency_to',
      'units',
      'even_share',
      'dense_from',
      'dead_units',
    ],
    rows: counts.map((count, bin) => [
      edge(bin),
      edge(bin + 1),
      count,
      evenShare,
      denseThreshold,
      dead.length,
    ]),
  };
}

/** One row a bin of cosines with the nearest unit, with their mean and that of random orientations. */
export function nearestTable({
  nearestHistogram,
  meanNearest,
  meanNearestChance,
}: Diagnosis['overlap']): CsvTable {
  const bins = nearestHistogram.length;
  return {
    columns: ['cosine_from', 'cosine_to', 'units', 'mean_cosine', 'mean_cosine_chance'],
    rows: nearestHistogram.map((count, bin) => [
      bin / bins,
      (bin + 1) / bins,
      count,
      meanNearest,
      meanNearestChance,
    ]),
  };
}

/** One row a cluster; `rows` are those in which at least one of its units fires. */
export function redundancyTable({ clusters }: Diagnosis['splitting']): CsvTable {
  return {
    columns: [
      'cluster',
      'units',
      'columns',
      'components80',
      'redundancy',
      'redundancy_chance',
      'rows',
    ],
    rows: clusters.map((cluster) => [
      cluster.id,
      cluster.members.length,
      cluster.columns,
      cluster.components80,
      cluster.redundancy,
      cluster.redundancyApart,
      cluster.rows,
    ]),
  };
}

/** One row a pair of ranks; `counts` [size, size] runs from the largest rank of weights down. */
export function rankMatrixTable(counts: Float64Array, size: number): CsvTable {
  return {
    columns: ['weight_rank90', 'code_rank90', 'groups'],
    rows: Array.from({ length: counts.length }, (_, cell) => [
      size - Math.floor(cell / size),
      (cell % size) + 1,
      at(counts, cell),
    ]),
  };
}
