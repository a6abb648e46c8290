/**
 * The Groups page's table: one row per group with its activity, ranks, irreducibility and cluster. Puts
 * the other diagnostics together and decides nothing itself.
 */
import type { IndexedCodes } from './code_index';
import { firingsOf, normHistogram, normsOf } from './code_index';
import { codeSingularValues, principalCodes } from './group_codes';
import { cloudIrreducibility, type CloudIrreducibility } from './irreducibility';
import type { OverlapSearch, RowSpaces } from './overlap';
import { searchOverlap } from './overlap';
import { bundledShare, codeDirections } from './packing';
import type { CodeDirections, GroupRow } from './report_types';
import { groupMap, summarizeRanks } from './spectra';
import { clusterMembers } from './unit_clusters';

export interface GroupTableOptions {
  /** Bins of each norm histogram; default 16. */
  readonly histogramBins?: number | undefined;
  /** Least firings for an irreducibility; default 128. */
  readonly minimumPoints?: number | undefined;
  /** Cosine of two atoms above which units are linked into clusters; see `searchOverlap`. */
  readonly threshold?: number | undefined;
  readonly onProgress?: ((fraction: number) => void) | undefined;
}

/** Most points of a group used for irreducibility, spread evenly over its firings. */
const POINT_CAP = 4000;
/**
 * Least firings for an irreducibility. Fewer have no power: a circle with radial noise of a fifth stands out from
 * Gaussians of 90 points in three cases of four, of 128 in nine of ten, of 180 always.
 */
export const MINIMUM_POINTS = 128;

/**
 * One row per group, in index order, from an index of its codes and the row spaces of its live groups. About
 * 200 passes over a group's points a plane for irreducibility, and the all-pairs pass of `searchOverlap` for
 * the clusters.
 */
export function groupTable(
  indexed: IndexedCodes,
  spaces: RowSpaces,
  options: GroupTableOptions = {},
): GroupRow[] {
  const { threshold, onProgress } = options;
  const search = searchOverlap(spaces, {
    threshold,
    onProgress: (fraction) => onProgress?.(0.3 * fraction),
  });
  return groupRows(indexed, search, {
    ...options,
    onProgress: (fraction) => onProgress?.(0.3 + 0.7 * fraction),
  });
}

/** The table where the overlap search exists already. */
export function groupRows(
  indexed: IndexedCodes,
  search: OverlapSearch,
  options: GroupTableOptions = {},
): GroupRow[] {
  const { histogramBins = 16, minimumPoints, onProgress } = options;
  const { dictionary, codes } = indexed;
  const clusterOf = new Map(
    clusterMembers(search).flatMap((list, id) => list.map((group) => [group, id] as const)),
  );
  const rows: GroupRow[] = [];
  for (let group = 0; group < dictionary.groups; group++) {
    const firings = firingsOf(indexed, group);
    const weight = groupMap(dictionary, group).ranks;
    const code = summarizeRanks(codeSingularValues(indexed, group));
    const directions = dictionary.rank > 1 && firings > 0 ? codeDirections(indexed, group) : null;
    const cloud = groupIrreducibility(indexed, group, code.rank90, directions, minimumPoints);
    rows.push({
      group,
      firings,
      frequency: codes.rows > 0 ? firings / codes.rows : 0,
      meanNorm:
        firings > 0 ? normsOf(indexed, group).reduce((sum, norm) => sum + norm, 0) / firings : 0,
      weightRank90: weight.rank90,
      weightStableRank: weight.stableRank,
      weightParticipation: weight.participationRatio,
      weightEntropyRank: weight.entropyRank,
      codeRank90: code.rank90,
      codeStableRank: code.stableRank,
      codeParticipation: code.participationRatio,
      codeEntropyRank: code.entropyRank,
      irreducibility: cloud?.score ?? null,
      irreducibilityChance95: cloud?.chance95 ?? null,
      irreducibilityPoints: cloud?.points ?? null,
      mixture: cloud?.mixture ?? null,
      separability: cloud?.separability ?? null,
      directions,
      cluster: clusterOf.get(group) ?? null,
      histogram: normHistogram(indexed, group, histogramBins).counts,
    });
    if (group % 16 === 0) onProgress?.(group / dictionary.groups);
  }
  onProgress?.(1);
  return rows;
}

/**
 * Irreducibility of one group's code cloud: planes of consecutive principal axes among its first
 * max(2, code rank90), because planes of noise would only dilute the mean. null for rank 1 and for groups
 * that fire fewer than `minimumPoints` times.
 */
function groupIrreducibility(
  indexed: IndexedCodes,
  group: number,
  codeRank90: number,
  directions: CodeDirections | null,
  minimumPoints = MINIMUM_POINTS,
): CloudIrreducibility | null {
  if (directions === null || firingsOf(indexed, group) < minimumPoints) return null;
  const { coordinates, axes } = principalCodes(indexed, group, { limit: POINT_CAP });
  return cloudIrreducibility(coordinates, axes, codeRank90, bundledShare(directions));
}
