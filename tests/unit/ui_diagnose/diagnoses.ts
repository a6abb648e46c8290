/** A diagnosis for tests: a healthy model, with whatever the test says otherwise. */
import type { Diagnosis, FeatureSpread } from '../../../src/analysis/report_types';

export function spread(changes: Partial<FeatureSpread> = {}): FeatureSpread {
  return {
    feature: 0,
    name: 'circle',
    kind: 'circle',
    dimension: 2,
    rows: 500,
    reconstruction: 0.98,
    leastUnits: 1,
    units90: 1,
    units99: 1,
    splittingRatio: 1,
    topUnit: 3,
    topShare: 0.99,
    ...changes,
  };
}

interface Parts {
  readonly unit?: 'atoms' | 'groups';
  readonly features?: readonly FeatureSpread[] | null;
  /** Number of features that each live group holds. */
  readonly held?: readonly number[];
  readonly dead?: readonly number[];
  readonly live?: number;
  readonly rank?: number;
  readonly clusters?: readonly (readonly number[])[];
  readonly meanCodeRank90?: number;
}

export function diagnosis(parts: Parts = {}): Diagnosis {
  const { unit = 'groups', features = null, held = [1, 1, 1], dead = [], live = 3 } = parts;
  const clusters = parts.clusters ?? [];
  return {
    activity: {
      rows: 1000,
      groups: live + dead.length,
      rank: parts.rank ?? (unit === 'atoms' ? 1 : 4),
      l0: 4,
      groupsPerRow: 1,
      liveGroups: live,
      coverage: live / (live + dead.length),
      dead,
      evenShare: 1 / Math.max(1, live),
      denseThreshold: 10 / Math.max(1, live),
      dense: [],
      frequencyHistogram: { from: -4, counts: [live] },
    },
    ranks: {
      points: [],
      meanWeightRank90: 2,
      meanCodeRank90: parts.meanCodeRank90 ?? 2,
    },
    splitting: {
      unit,
      linkedFrom: { lowest: 0.7, highest: 0.7 },
      linksByChance: 0,
      clusters: clusters.map((members, id) => ({
        id,
        members,
        columns: members.length,
        components80: 1,
        redundancy: members.length,
        redundancyApart: 1.2,
        meanCosine: 0.95,
        maskedCosine: 0.1,
        maskedCosineChance: 0.05,
        maskedCosineChance95: 0.02,
        rows: 20,
      })),
      clusteredUnits: clusters.flat().length,
      features,
      meanUnits90: null,
      meanSplittingRatio: null,
      covering: null,
      exact: true,
    },
    packing: {
      basis: 'truth',
      groups: held.map((count, group) => ({
        group,
        firings: 300,
        features: Array.from({ length: count }, (_, index) => index),
        axes: count,
        rays: count,
        axisShare: 1,
        leastFeatures: Math.max(1, count),
        irreducibility: null,
        irreducibilityChance95: null,
      })),
      meanFeatures: 1,
      packedShare: 0,
      packedShareChance: 0,
    },
    overlap: {
      coherence: 0.2,
      coherenceChance95: 0.4,
      pair: [0, 1],
      activeGroups: 1,
      bound: null,
      nearestHistogram: [live],
      meanNearest: 0.1,
      meanNearestChance: 0.3,
      oriented: unit === 'atoms',
      closestPairs: [],
      exact: true,
    },
    irreducibility: { groups: [] },
    recovery: null,
  };
}
