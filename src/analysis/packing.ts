/**
 * Packing: independent features that share one group, the opposite failure to splitting (docs/method/diagnostics.md).
 * With ground truth it is counted; without, it is read from the code cloud: features that take turns leave
 * separate rays or axes through the origin, where one many-dimensional feature leaves a filled cloud.
 */
import { at } from '../base/array';
import type { IndexedCodes } from './code_index';
import { RandomDraws, RandomStream } from '../base/random';
import { principalCodes, type PrincipalCodes } from './group_codes';
import { evenSample } from './even_sample';
import { heldFeatures } from './recovery_counts';
import type { FeatureRecovery } from './recovery_report_types';
import type { CodeDirections, GroupPacking, GroupRow, PackingReport } from './report_types';
import { separateDirections, type CloudDirections } from './separate_directions';

/** Points used of one group. */
const POINT_CAP = 500;
/** Share of points near no axis from which they count as one more feature. */
const REMAINDER = 0.2;

/** Clouds that say whether a single axis is there by chance. */
const AXIS_CLOUDS = 20;

/** Separate directions of a group's code cloud, from at most 500 points. */
export function codeDirections(indexed: IndexedCodes, group: number): CodeDirections {
  const codes = principalCodes(indexed, group, { limit: POINT_CAP });
  const found = separateDirections(codes.coordinates, codes.axes, false);
  return {
    axes: found.count,
    rays: separateDirections(codes.coordinates, codes.axes, true).count,
    axisShare: found.share,
    leastFeatures: leastFeatures(found, () => hasAxisByChance(codes, group)),
  };
}

/**
 * Features that a cloud shows at the least: its axes, and one more when a fifth of the points lie near none of
 * them. A single axis counts only where Gaussian clouds of the same mean and covariance show none: a long
 * Gaussian has one. Features that fire together, or many, show no axes, so this is a lower bound.
 */
function leastFeatures({ count, share }: CloudDirections, axisByChance: () => boolean): number {
  const remainder = 1 - share >= REMAINDER ? 1 : 0;
  if (count >= 2) return count + remainder;
  return count === 1 && remainder === 1 && !axisByChance() ? 2 : 1;
}

/** Whether one of twenty Gaussian clouds of a group's size, mean and covariance has a separate axis. */
function hasAxisByChance(codes: PrincipalCodes, group: number): boolean {
  for (let cloud = 0; cloud < AXIS_CLOUDS; cloud++) {
    const points = gaussianCloud(codes, group, NULL_CLOUDS + cloud);
    if (separateDirections(points, codes.axes, false).count > 0) return true;
  }
  return false;
}

/** Seeded Gaussian points [count, axes] with a code cloud's mean and variances along its principal axes. */
function gaussianCloud(
  { count, axes, mean, variances }: PrincipalCodes,
  group: number,
  cloud: number,
): Float64Array {
  const draws = new RandomDraws(0, RandomStream.diagnosticNulls, group, cloud);
  return Float64Array.from(
    { length: count * axes },
    (_, i) => at(mean, i % axes) + Math.sqrt(at(variances, i % axes)) * draws.normal(i),
  );
}

/**
 * Share of a cloud that is a bundle of lines: the points near its separate axes when there are two or more, and
 * all of it when fewer than a fifth lie near none.
 */
export function bundledShare({ axes, axisShare }: CodeDirections): number {
  if (axes < 2) return 0;
  return 1 - axisShare >= REMAINDER ? axisShare : 1;
}

/** Clouds drawn for the chance level. */
const NULL_CLOUDS = 200;

/**
 * Features per group. With `recovery` (ground truth) a group holds the features for which it is the best
 * group and which it captures to at least one half; else their number is read from its code cloud, from below.
 * `rows` is the group table. Beside the counts stands what seeded Gaussian clouds of the groups' sizes, means and
 * covariances would be called: 200 of them, at most 500 points each.
 */
export function describePacking(
  indexed: IndexedCodes,
  rows: readonly GroupRow[],
  recovery: readonly FeatureRecovery[] | null,
): PackingReport {
  const held = heldFeatures(recovery ?? []);
  const groups = rows.flatMap((row): GroupPacking[] => {
    const { group, firings, directions, irreducibility, irreducibilityChance95 } = row;
    if (directions === null) return [];
    return [
      {
        group,
        firings,
        ...directions,
        features: recovery === null ? null : (held.get(group) ?? []),
        irreducibility,
        irreducibilityChance95,
      },
    ];
  });
  const counts = groups.map(({ features, leastFeatures: least }) =>
    features === null ? least : features.length,
  );
  const live = Math.max(1, groups.length);
  return {
    basis: recovery === null ? 'codes' : 'truth',
    groups,
    meanFeatures: counts.reduce((sum, count) => sum + count, 0) / live,
    packedShare: counts.filter((count) => count > 1).length / live,
    packedShareChance: packedShareByChance(
      indexed,
      groups.map(({ group }) => group),
    ),
  };
}

/** Share of Gaussian clouds with the groups' sizes, means and covariances that count as more than one feature. */
function packedShareByChance(indexed: IndexedCodes, groups: readonly number[]): number {
  if (groups.length === 0) return 0;
  const sampled = evenSample(groups.length, NULL_CLOUDS);
  const each = Math.ceil(NULL_CLOUDS / sampled.length);
  let packed = 0;
  for (const position of sampled) {
    const group = at(groups, position);
    const codes = principalCodes(indexed, group, { limit: POINT_CAP });
    let axisByChance: boolean | null = null;
    for (let cloud = 0; cloud < each; cloud++) {
      const found = separateDirections(gaussianCloud(codes, group, cloud), codes.axes, false);
      const least = leastFeatures(found, () => (axisByChance ??= hasAxisByChance(codes, group)));
      if (least > 1) packed++;
    }
  }
  return packed / (each * sampled.length);
}
