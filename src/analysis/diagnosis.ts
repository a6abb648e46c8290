/**
 * The whole Diagnose page as one object. Runs every diagnostic once, in an order that lets later ones use
 * earlier results, and holds no formula of its own.
 */
import { at, largest, smallest } from '../base/array';
import type { ActivityOptions } from './activity';
import { describeActivity } from './activity';
import type { IndexedCodes } from './code_index';
import { indexCodes, liveGroups } from './code_index';
import type { CoveringOptions } from './covering';
import { coveringNumbers } from './covering';
import type { FeatureMoments } from './feature_moments';
import { allFeatureMoments, featureSpread } from './feature_moments';
import type { GroupTableOptions } from './group_table';
import { groupRows, LINK_THRESHOLD, MINIMUM_POINTS, POINT_CAP } from './group_table';
import type { OverlapOptions, OverlapSearch } from './overlap';
import { describeOverlap, rowSpaces, searchOverlap } from './overlap';
import { describePacking } from './packing';
import { describeRecovery } from './recovery';
import type {
  CoveringEntry,
  Diagnosis,
  GroupRow,
  IrreducibilityReport,
  RanksReport,
  SplittingReport,
} from './report_types';
import type { CodeTable, Dictionary, GroundTruth } from './types';
import { unitClusters } from './unit_clusters';

export interface DiagnosisOptions
  extends
    Pick<GroupTableOptions, 'pointCap' | 'minimumPoints' | 'threshold' | 'onProgress'>,
    Pick<OverlapOptions, 'exactWork'>,
    Pick<ActivityOptions, 'denseFactor'> {
  /** s in the coherence bound; default: the mean number of groups a row, rounded, at least 1. */
  readonly activeGroups?: number | undefined;
  /** Features whose covering number is estimated; default: the first of each kind and dimension, 8 at most. */
  readonly coveringFeatures?: readonly number[] | undefined;
  readonly covering?: CoveringOptions | undefined;
}

const COVERED_FEATURES = 8;

/**
 * Every diagnostic of a dictionary on one code table; with `truth`, which must describe the same rows, also
 * splitting by energy, covering numbers, packing by count, and recovery. The result is plain JSON. Cost: that
 * of `groupTable`, a few milliseconds a live group for packing, and `featureMoments` for each feature.
 */
export function diagnose(
  dictionary: Dictionary,
  codes: CodeTable,
  truth: GroundTruth | null = null,
  options: DiagnosisOptions = {},
): Diagnosis {
  const { threshold = LINK_THRESHOLD, onProgress } = options;
  const stage = (from: number, to: number) => (fraction: number) =>
    onProgress?.(from + (to - from) * fraction);
  const indexed = indexCodes(dictionary, codes);
  const activity = describeActivity(indexed, options);
  const spaces = rowSpaces(dictionary, liveGroups(indexed), indexed.oriented);
  const search = searchOverlap(spaces, {
    threshold,
    exactWork: options.exactWork,
    onProgress: stage(0, 0.3),
  });
  const rows = groupRows(indexed, search, { ...options, onProgress: stage(0.3, 0.6) });
  const moments = truth === null ? null : allFeatureMoments(indexed, truth, stage(0.6, 0.8));
  const recovery =
    truth === null || moments === null ? null : describeRecovery(indexed, truth, moments);
  onProgress?.(0.85);
  const splitting = describeSplitting(indexed, search, truth, moments, options);
  onProgress?.(0.92);
  const packing = describePacking(indexed, rows, recovery === null ? null : recovery.features);
  onProgress?.(1);
  return {
    activity,
    ranks: describeRanks(rows, dictionary.rank),
    splitting,
    packing,
    overlap: describeOverlap(
      search,
      options.activeGroups ?? Math.max(1, Math.round(activity.groupsPerRow)),
    ),
    irreducibility: describeIrreducibility(rows, options),
    recovery,
  };
}

/** Weight against code ranks of the live groups. O(K). */
export function describeRanks(rows: readonly GroupRow[], rank: number): RanksReport {
  const live = rows.filter((row) => row.firings > 0);
  const count = (pick: (row: GroupRow) => number): number[] => {
    const counts = new Array<number>(rank + 1).fill(0);
    for (const row of live) counts[pick(row)] = at(counts, pick(row)) + 1;
    return counts;
  };
  return {
    points: live.map((row) => ({
      group: row.group,
      weightRank90: row.weightRank90,
      codeRank90: row.codeRank90,
      weightStableRank: row.weightStableRank,
      codeStableRank: row.codeStableRank,
      frequency: row.frequency,
    })),
    weightHistogram: count((row) => row.weightRank90),
    codeHistogram: count((row) => row.codeRank90),
    meanWeightRank90: mean(live.map((row) => row.weightRank90)) ?? 0,
    meanWeightStableRank: mean(live.map((row) => row.weightStableRank)) ?? 0,
    meanCodeRank90: mean(live.map((row) => row.codeRank90)) ?? 0,
    meanCodeStableRank: mean(live.map((row) => row.codeStableRank)) ?? 0,
  };
}

function describeSplitting(
  indexed: IndexedCodes,
  search: OverlapSearch,
  truth: GroundTruth | null,
  moments: readonly FeatureMoments[] | null,
  options: DiagnosisOptions,
): SplittingReport {
  const unit = indexed.dictionary.rank === 1 ? 'atoms' : 'groups';
  const clusters = unitClusters(indexed, search);
  const redundancies = clusters.flatMap(({ redundancy }) =>
    redundancy === null ? [] : [redundancy],
  );
  const features =
    truth === null || moments === null
      ? null
      : moments.map((moment) => featureSpread(moment, truth, indexed));
  const counted = (features ?? []).flatMap(({ units90, splittingRatio }) =>
    units90 === null || splittingRatio === null ? [] : [{ units90, splittingRatio }],
  );
  return {
    unit,
    ...linksOf(search),
    clusters,
    clusteredUnits: clusters.reduce((sum, { members }) => sum + members.length, 0),
    meanRedundancy: mean(redundancies),
    features,
    meanUnits90: mean(counted.map(({ units90 }) => units90)),
    meanSplittingRatio: mean(counted.map(({ splittingRatio }) => splittingRatio)),
    covering: truth === null ? null : describeCovering(indexed, truth, options),
    exact: search.exact,
  };
}

/** From which cosines units were linked, and how many pairs chance alone would have linked. */
function linksOf({
  thresholds,
  dimensions,
}: OverlapSearch): Pick<SplittingReport, 'linkedFrom' | 'linksByChance'> {
  const sizes = [...dimensions.keys()];
  const cosines = sizes
    .flatMap((m) => sizes.map((k) => thresholds.of(m, k)))
    .filter((cosine) => Number.isFinite(cosine));
  const units = [...dimensions.values()].reduce((sum, count) => sum + count, 0);
  return {
    linkedFrom:
      cosines.length === 0 ? null : { lowest: smallest(cosines), highest: largest(cosines) },
    linksByChance: ((units * Math.max(0, units - 1)) / 2) * Math.exp(thresholds.logChance),
  };
}

/** Covering numbers by the atoms of live groups. */
function describeCovering(
  indexed: IndexedCodes,
  truth: GroundTruth,
  { coveringFeatures, covering }: DiagnosisOptions,
): CoveringEntry[] {
  const { rank, width, decoder } = indexed.dictionary;
  const live = liveGroups(indexed);
  const size = rank * width;
  const atoms = new Float64Array(live.length * size);
  live.forEach((group, i) => {
    atoms.set(decoder.subarray(group * size, (group + 1) * size), i * size);
  });
  const chosen = coveringFeatures ?? oneOfEachKind(truth);
  return chosen.flatMap((index) =>
    coveringNumbers(atoms, width, at(truth.features, index), index, covering),
  );
}

function oneOfEachKind(truth: GroundTruth): number[] {
  const first = new Map<string, number>();
  truth.features.forEach(({ kind, dimension }, index) => {
    const key = `${kind} ${dimension}`;
    if (!first.has(key)) first.set(key, index);
  });
  return [...first.values()].slice(0, COVERED_FEATURES);
}

function describeIrreducibility(
  rows: readonly GroupRow[],
  { pointCap = POINT_CAP, minimumPoints = MINIMUM_POINTS }: DiagnosisOptions,
): IrreducibilityReport {
  const groups = rows.flatMap((row) => {
    const { group, irreducibility, mixture, separability } = row;
    const { irreducibilityChance95: chance95, irreducibilityPoints: points } = row;
    return irreducibility === null ||
      chance95 === null ||
      points === null ||
      mixture === null ||
      separability === null
      ? []
      : [{ group, irreducibility, chance95, points, mixture, separability }];
  });
  groups.sort((a, b) => b.irreducibility - a.irreducibility || a.group - b.group);
  return { groups, pointCap, minimumPoints };
}

/** Mean; null of nothing. */
function mean(values: readonly number[]): number | null {
  return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
}
