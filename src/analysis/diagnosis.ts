/**
 * The whole Diagnose page as one object. Runs every diagnostic once, in an order that lets later ones use
 * earlier results, and holds no formula of its own.
 */
import { at, largest, smallest } from '../base/array';
import { describeActivity } from './activity';
import type { IndexedCodes } from './code_index';
import { indexCodes, liveGroups } from './code_index';
import { coveringNumbers } from './covering';
import type { FeatureMoments } from './feature_moments';
import { allFeatureMoments, featureSpread } from './feature_moments';
import type { GroupTableOptions } from './group_table';
import { groupRows } from './group_table';
import type { OverlapSearch } from './overlap';
import { describeOverlap, rowSpaces, searchOverlap } from './overlap';
import { describePacking } from './packing';
import { describeRecovery, mean } from './recovery';
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

interface DiagnosisOptions extends Omit<GroupTableOptions, 'histogramBins'> {
  /** s in the coherence bound; default: the mean number of groups a row, rounded, at least 1. */
  readonly activeGroups?: number | undefined;
}

/** Features whose covering number is estimated, at most: the first of each kind and dimension. */
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
  const { threshold, onProgress } = options;
  const stage = (from: number, to: number) => (fraction: number) =>
    onProgress?.(from + (to - from) * fraction);
  const indexed = indexCodes(dictionary, codes);
  const activity = describeActivity(indexed);
  const spaces = rowSpaces(dictionary, liveGroups(indexed), indexed.oriented);
  const search = searchOverlap(spaces, { threshold, onProgress: stage(0, 0.3) });
  const rows = groupRows(indexed, search, { ...options, onProgress: stage(0.3, 0.6) });
  const moments = truth === null ? null : allFeatureMoments(indexed, truth, stage(0.6, 0.8));
  const recovery =
    truth === null || moments === null ? null : describeRecovery(indexed, truth, moments);
  onProgress?.(0.85);
  const splitting = describeSplitting(indexed, search, truth, moments);
  onProgress?.(0.92);
  const packing = describePacking(indexed, rows, recovery === null ? null : recovery.features);
  onProgress?.(1);
  return {
    activity,
    ranks: describeRanks(rows),
    splitting,
    packing,
    overlap: describeOverlap(
      search,
      options.activeGroups ?? Math.max(1, Math.round(activity.groupsPerRow)),
    ),
    irreducibility: describeIrreducibility(rows),
    recovery,
  };
}

/** Weight against code ranks of the live groups. O(K). */
export function describeRanks(rows: readonly GroupRow[]): RanksReport {
  const live = rows.filter((row) => row.firings > 0);
  return {
    points: live.map((row) => ({
      group: row.group,
      weightRank90: row.weightRank90,
      codeRank90: row.codeRank90,
      weightStableRank: row.weightStableRank,
      codeStableRank: row.codeStableRank,
      frequency: row.frequency,
    })),
    meanWeightRank90: mean(live.map((row) => row.weightRank90)) ?? 0,
    meanCodeRank90: mean(live.map((row) => row.codeRank90)) ?? 0,
  };
}

function describeSplitting(
  indexed: IndexedCodes,
  search: OverlapSearch,
  truth: GroundTruth | null,
  moments: readonly FeatureMoments[] | null,
): SplittingReport {
  const unit = indexed.dictionary.rank === 1 ? 'atoms' : 'groups';
  const clusters = unitClusters(indexed, search);
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
    features,
    meanUnits90: mean(counted.map(({ units90 }) => units90)),
    meanSplittingRatio: mean(counted.map(({ splittingRatio }) => splittingRatio)),
    covering: truth === null ? null : describeCovering(indexed, truth),
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
function describeCovering(indexed: IndexedCodes, truth: GroundTruth): CoveringEntry[] {
  const { rank, width, decoder } = indexed.dictionary;
  const live = liveGroups(indexed);
  const size = rank * width;
  const atoms = new Float64Array(live.length * size);
  live.forEach((group, i) => {
    atoms.set(decoder.subarray(group * size, (group + 1) * size), i * size);
  });
  return oneOfEachKind(truth).flatMap((index) =>
    coveringNumbers(atoms, width, at(truth.features, index), index),
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

function describeIrreducibility(rows: readonly GroupRow[]): IrreducibilityReport {
  const groups = rows.flatMap((row) => {
    const { group, irreducibility } = row;
    const { irreducibilityChance95: chance95, irreducibilityPoints: points } = row;
    return irreducibility === null || chance95 === null || points === null
      ? []
      : [{ group, irreducibility, chance95, points }];
  });
  groups.sort((a, b) => b.irreducibility - a.irreducibility || a.group - b.group);
  return { groups };
}
