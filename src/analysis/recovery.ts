/**
 * Recovery of known features: which group holds which feature, how much of its subspace, at what rank,
 * and whether the codes keep the shape (docs/method/diagnostics.md, Capture). Read from the feature moments and the
 * groups' maps.
 */
import { at, largest } from '../base/array';
import { assignMaximum } from './assignment';
import type { IndexedCodes } from './code_index';
import { contributionCoordinates, rowsOf } from './code_index';
import {
  circularChance95,
  circularCorrelation,
  geodesicSpearman,
  type CorrelationAboveChance,
} from './correlation';
import type { FeatureMoments } from './feature_moments';
import { dot, symmetricEigen } from '../base/linear_algebra';
import { captureOf } from './overlap';
import { evenSample } from './even_sample';
import type { FeatureRecovery, RecoveryReport } from './recovery_report_types';
import type { GroupMap } from './spectra';
import { groupMap } from './spectra';
import type { GroundTruth } from './types';

/** Kinds whose points have geodesics worth comparing; spelling variants are folded by `foldKind`. */
const CURVED_KINDS: ReadonlySet<string> = new Set([
  'sphere',
  'torus',
  'helix',
  'swissroll',
  'mobius',
  'moebius',
]);
/** Points compared for a curved feature; the cost grows with their cube. */
const CURVE_POINTS = 128;
const CIRCLE_POINTS = 4000;
/** Share of a feature's energy that one group must carry for the feature to count as consolidated. */
const CONSOLIDATED = 0.9;

function foldKind(kind: string): string {
  return kind
    .toLowerCase()
    .normalize('NFD')
    .replace(/[^a-z]/g, '');
}

/**
 * Recovery of every feature. Matching is one-to-one (Hungarian) and maximises Σ d_i·R², the dimensions of the
 * data that the matched groups explain (docs/decisions/0010); a pair of R² 0 is no match.
 * F features, K groups: O(F²·K) for the matching, O(r²·d) for each of at most 2F maps, and about
 * 10 ms for each curved feature.
 */
export function describeRecovery(
  indexed: IndexedCodes,
  truth: GroundTruth,
  moments: readonly FeatureMoments[],
): RecoveryReport {
  const groups = indexed.dictionary.groups;
  const scores = new Float64Array(moments.length * groups);
  moments.forEach(({ r2, feature }, i) => {
    const { dimension } = at(truth.features, feature);
    scores.set(
      r2.map((value) => dimension * value),
      i * groups,
    );
  });
  const matched = assignMaximum(scores, moments.length, groups);
  const maps = new Map<number, GroupMap>();
  const mapOf = (group: number): GroupMap => {
    const map = maps.get(group) ?? groupMap(indexed.dictionary, group);
    maps.set(group, map);
    return map;
  };
  const features = moments.map((feature, i) => {
    const group = at(matched, i);
    const valid = group >= 0 && at(feature.r2, group) > 0;
    return describeFeature(indexed, truth, feature, valid ? group : null, mapOf);
  });
  return summarize(features);
}

function describeFeature(
  indexed: IndexedCodes,
  truth: GroundTruth,
  moments: FeatureMoments,
  group: number | null,
  mapOf: (group: number) => GroupMap,
): FeatureRecovery {
  const { width } = indexed.dictionary;
  const { name, kind, dimension, frame } = at(truth.features, moments.feature);
  const rows = Float64Array.from(frame);
  const best = indexOfLargest(moments.r2);
  const total = moments.energies.reduce((sum, value) => sum + value, 0);
  const rank90 = group === null ? null : mapOf(group).ranks.rank90;
  const folded = foldKind(kind);
  const shape = group === null ? null : sharedPoints(indexed, truth, moments.feature, group);
  const circle = folded === 'circle' && shape !== null ? circleAgreement(shape) : null;
  const geodesic = CURVED_KINDS.has(folded) && shape !== null ? geodesicAgreement(shape) : null;
  return {
    feature: moments.feature,
    name,
    kind,
    dimension,
    rows: moments.rows,
    group,
    r2: group === null ? 0 : at(moments.r2, group),
    capture: group === null ? 0 : captureOf(mapOf(group).basis, rows, width),
    rank90,
    rankError: rank90 === null ? null : Math.abs(rank90 - dimension),
    bestGroup: best,
    bestR2: best === null ? 0 : at(moments.r2, best),
    bestCapture: best === null ? 0 : captureOf(mapOf(best).basis, rows, width),
    topShare: total > 0 ? largest(moments.energies) / total : 0,
    captureChance: rank90 === null ? null : rank90 / width,
    circularCorrelation: circle?.value ?? null,
    circularChance95: circle?.chance95 ?? null,
    geodesicSpearman: geodesic?.value ?? null,
    geodesicChance95: geodesic?.chance95 ?? null,
  };
}

/** Index of the largest value above 0, lowest index first; null when there is none. */
function indexOfLargest(values: Float64Array): number | null {
  let best: number | null = null;
  values.forEach((value, i) => {
    if (value > 0 && (best === null || value > at(values, best))) best = i;
  });
  return best;
}

/** The rows in which a feature is present and a group fires, seen from both sides. */
interface SharedPoints {
  readonly count: number;
  readonly dimension: number;
  readonly rank: number;
  /** [count, dimension], true coordinates. */
  readonly truth: Float64Array;
  /** [count, rank], contribution in orthonormal coordinates. */
  readonly codes: Float64Array;
}

function sharedPoints(
  indexed: IndexedCodes,
  truth: GroundTruth,
  feature: number,
  group: number,
): SharedPoints {
  const { rank } = indexed.dictionary;
  const { dimension } = at(truth.features, feature);
  const pairs: { entry: number; slot: number }[] = [];
  const begin = at(indexed.offsets, group);
  rowsOf(indexed, group).forEach((row, i) => {
    for (let slot = row * truth.maxActive; slot < (row + 1) * truth.maxActive; slot++) {
      if (at(truth.present, slot) === feature) pairs.push({ entry: begin + i, slot });
    }
  });
  const count = pairs.length;
  const coordinates = new Float64Array(count * dimension);
  const codes = new Float64Array(count * rank);
  pairs.forEach(({ entry, slot }, i) => {
    for (let a = 0; a < dimension; a++) {
      coordinates[i * dimension + a] = at(truth.coordinates, slot * truth.coordinateStride + a);
    }
    contributionCoordinates(indexed, group, entry, codes, i * rank);
  });
  return { count, dimension, rank, truth: coordinates, codes };
}

/** |circular correlation| of the true angle and the angle in the codes' strongest plane; null without a plane. */
function circleAgreement({
  count,
  dimension,
  rank,
  truth,
  codes,
}: SharedPoints): CorrelationAboveChance | null {
  if (rank < 2 || dimension < 2 || count < 3) return null;
  // Second moments about the origin: the plane of the angle passes through it.
  const moments = new Float64Array(rank * rank);
  for (let n = 0; n < count; n++) {
    for (let i = 0; i < rank; i++) {
      for (let j = 0; j < rank; j++) {
        moments[i * rank + j] =
          (moments[i * rank + j] ?? 0) + (codes[n * rank + i] ?? 0) * (codes[n * rank + j] ?? 0);
      }
    }
  }
  const { vectors } = symmetricEigen(moments, rank);
  const chosen = evenSample(count, CIRCLE_POINTS);
  const trueAngles = Float64Array.from(chosen, (n) =>
    Math.atan2(at(truth, n * dimension + 1), at(truth, n * dimension)),
  );
  const codeAngles = Float64Array.from(chosen, (n) =>
    Math.atan2(dot(vectors, rank, codes, n * rank, rank), dot(vectors, 0, codes, n * rank, rank)),
  );
  return {
    value: Math.abs(circularCorrelation(trueAngles, codeAngles)),
    chance95: circularChance95(trueAngles, codeAngles),
  };
}

function geodesicAgreement({
  count,
  dimension,
  rank,
  truth,
  codes,
}: SharedPoints): CorrelationAboveChance | null {
  if (count < 3) return null;
  const chosen = evenSample(count, CURVE_POINTS);
  const take = (values: Float64Array, width: number): Float64Array => {
    const taken = new Float64Array(chosen.length * width);
    chosen.forEach((n, i) => taken.set(values.subarray(n * width, (n + 1) * width), i * width));
    return taken;
  };
  return geodesicSpearman(take(truth, dimension), dimension, take(codes, rank), rank);
}

function summarize(features: readonly FeatureRecovery[]): RecoveryReport {
  const present = features.filter((feature) => feature.rows > 0);
  const multiDimensional = present.filter((feature) => feature.dimension >= 2);
  const rankErrors = (list: readonly FeatureRecovery[]) =>
    list.flatMap(({ rankError }) => (rankError === null ? [] : [rankError]));
  return {
    features,
    meanR2: mean(present.map((feature) => feature.r2)) ?? 0,
    meanCapture: mean(present.map((feature) => feature.capture)) ?? 0,
    meanRankError: mean(rankErrors(present)),
    meanCaptureMultiDimensional: mean(multiDimensional.map((feature) => feature.capture)),
    meanBestCaptureMultiDimensional: mean(multiDimensional.map((feature) => feature.bestCapture)),
    meanRankErrorMultiDimensional: mean(rankErrors(multiDimensional)),
    consolidatedShare:
      mean(present.map((feature) => (feature.topShare >= CONSOLIDATED ? 1 : 0))) ?? 0,
  };
}

/** Mean; null of nothing. */
export function mean(values: readonly number[]): number | null {
  return values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
}
