/**
 * How many known features share a group, are spread over several, or are lost: the counts of a table that compares
 * runs (docs/method/diagnostics.md, Packing and Splitting).
 */
import type { FeatureRecovery } from './recovery_report_types';
import type { FeatureSpread } from './report_types';

/** Least capture by which a group holds a feature (docs/method/diagnostics.md). */
const HELD_CAPTURE = 0.5;

/** The features that each group holds: it is their best group and captures at least half of their subspace. */
export function heldFeatures(
  recovery: readonly FeatureRecovery[],
): ReadonlyMap<number, readonly number[]> {
  const held = new Map<number, number[]>();
  for (const { feature, bestGroup, bestCapture } of recovery) {
    if (bestGroup === null || bestCapture < HELD_CAPTURE) continue;
    held.set(bestGroup, [...(held.get(bestGroup) ?? []), feature]);
  }
  return held;
}

export interface RecoveryCounts {
  /** Features held by a group that holds another one, too. */
  readonly packed: number;
  /** Features whose energy takes more units than the fewest that could hold them, for 90 % of it. */
  readonly split: number;
  /** Features present of which less than half is rebuilt; whether they are split is not asked. */
  readonly lost: number;
}

/** Counts over the features of a model, from what recovery and spread say of each. */
export function countFeatures(
  recovery: readonly FeatureRecovery[],
  spreads: readonly FeatureSpread[],
): RecoveryCounts {
  const shared = [...heldFeatures(recovery).values()].filter(({ length }) => length > 1);
  return {
    packed: shared.reduce((sum, { length }) => sum + length, 0),
    split: spreads.filter(({ units90, leastUnits }) => units90 !== null && units90 > leastUnits)
      .length,
    lost: spreads.filter(({ units90, rows }) => units90 === null && rows > 0).length,
  };
}
