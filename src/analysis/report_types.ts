/**
 * The shapes of the two reports that the diagnostics produce: one row per group for the Groups page, and
 * one object for the whole Diagnose page. Plain numbers, strings and arrays only, so that a report goes
 * through a message, a file or a link unchanged. `null` stands where a number is not defined (a dead
 * group has no irreducibility); no field is ever NaN or infinite. What each number means, with its
 * formula and source, is in `formulas.ts`.
 */
import type { RecoveryReport } from './recovery_report_types';

/** Four readings of one spectrum σ₁ ≥ σ₂ ≥ … (docs/method/diagnostics.md); all 0 for a zero spectrum. */
export interface RankSummary {
  /** Number of σ² that hold 90 % of Σσ². */
  readonly rank90: number;
  /** Σσ² / σ₁². */
  readonly stableRank: number;
  /** (Σσ²)² / Σσ⁴. */
  readonly participationRatio: number;
  /** exp(−Σ q log q), q = σ / Σσ. */
  readonly entropyRank: number;
}

/** A row of the analysed code table and how strongly a group writes there. */
export interface StrongRow {
  readonly row: number;
  /** ‖D_kᵀ p_k‖, in the data's units. */
  readonly norm: number;
}

/** Well-separated directions through the origin in a group's code cloud. */
export interface CodeDirections {
  /** Axes: both half-lines together. */
  readonly axes: number;
  /** Half-lines. */
  readonly rays: number;
  /** Share of the points that lie near one of the axes. */
  readonly axisShare: number;
  /** Features that the cloud shows at the least; see `leastFeatures` in packing.ts. */
  readonly leastFeatures: number;
}

/** One row of the group table. A scalar SAE's latent is a group of rank 1. */
export interface GroupRow {
  readonly group: number;
  /** Rows in which the group fires. */
  readonly firings: number;
  /** firings / rows. */
  readonly frequency: number;
  /** Mean of ‖D_kᵀ p_k‖ over the rows where it fires; 0 for a dead group. */
  readonly meanNorm: number;
  /** Ranks of the map D_kᵀ E_k: what the group could do. */
  readonly weightRank90: number;
  readonly weightStableRank: number;
  readonly weightParticipation: number;
  readonly weightEntropyRank: number;
  /** Ranks of the covariance of its contributions: what the group does. 0 when it fires less than twice. */
  readonly codeRank90: number;
  readonly codeStableRank: number;
  readonly codeParticipation: number;
  readonly codeEntropyRank: number;
  /** Mean over principal planes of (1 − mixture)·(separability − its mean under the null), bits; null below two dimensions or too few firings. */
  readonly irreducibility: number | null;
  /** In 95 of 100 Gaussian clouds of as many points |irreducibility| stays below this, bits; null as above. */
  readonly irreducibilityChance95: number | null;
  /** Points that it was measured on; null as above. */
  readonly irreducibilityPoints: number | null;
  /** Share of points near a line in the most reducible direction, averaged over planes; null as above. */
  readonly mixture: number | null;
  /** Bits, averaged over planes; null as above. */
  readonly separability: number | null;
  /** Separate directions of its code cloud; null for a unit of rank 1 or one that never fires. */
  readonly directions: CodeDirections | null;
  /** Index into the clusters of groups that nearly share a direction; null when it has no such neighbour. */
  readonly cluster: number | null;
  /** Counts of ‖D_kᵀ p_k‖ in equal bins from 0 to the largest. */
  readonly histogram: readonly number[];
}

/** Weight rank against code rank of one live group. */
interface RankPoint {
  readonly group: number;
  readonly weightRank90: number;
  readonly codeRank90: number;
  readonly weightStableRank: number;
  readonly codeStableRank: number;
  readonly frequency: number;
}

export interface RanksReport {
  /** Live groups, in index order. */
  readonly points: readonly RankPoint[];
  /** Means over live groups; 0 when none lives. */
  readonly meanWeightRank90: number;
  readonly meanCodeRank90: number;
}

export interface ActivityReport {
  readonly rows: number;
  readonly groups: number;
  readonly rank: number;
  /** Non-zero codes per row. */
  readonly l0: number;
  readonly groupsPerRow: number;
  readonly liveGroups: number;
  /** Share of groups that fired at least once in the analysed rows. */
  readonly coverage: number;
  /** Groups that never fired in the analysed rows. */
  readonly dead: readonly number[];
  /** Firings of the mean live group / rows: what the gate gives each when it shares them out evenly. */
  readonly evenShare: number;
  /** A group is dense when it fires in more than this share of rows; 1 or more where none can. */
  readonly denseThreshold: number;
  readonly dense: readonly { readonly group: number; readonly frequency: number }[];
  /** Groups by log10 frequency: equal bins from `from` (dead groups are left out) to 0. */
  readonly frequencyHistogram: { readonly from: number; readonly counts: readonly number[] };
}

/** A connected component of units that nearly share a direction. */
export interface UnitCluster {
  readonly id: number;
  /** Unit indices, ascending: groups, or atoms (g·r + i) where the report is about atoms. */
  readonly members: readonly number[];
  /** Columns of the dictionary in the cluster: members × rows each. */
  readonly columns: number;
  /** Principal components of the cluster's summed contribution for 80 % of its variance; 0 when it never fires. */
  readonly components80: number;
  /** members / components80; null when it never fires. */
  readonly redundancy: number | null;
  /** The same if its units kept their own variances but shared no direction and fired apart; null as above. */
  readonly redundancyApart: number | null;
  /** Mean cosine over the linked pairs. */
  readonly meanCosine: number;
  /** Mean masked cosine similarity over the linked pairs, on rows where either fires; null when none fires. */
  readonly maskedCosine: number | null;
  /** Mean of it over all orders of the rows, firing as often and as strongly; null as above. */
  readonly maskedCosineChance: number | null;
  /** 95 of 100 orders of the rows lie this close to `maskedCosineChance`; null as above. */
  readonly maskedCosineChance95: number | null;
  /** Rows in which at least one member fires. */
  readonly rows: number;
}

/** How one true feature is spread over units (ground truth). */
export interface FeatureSpread {
  readonly feature: number;
  readonly name: string;
  readonly kind: string;
  readonly dimension: number;
  /** Rows in which the feature is present. */
  readonly rows: number;
  /** Share of the feature's energy that the contributions rebuild inside its subspace; can be negative. */
  readonly reconstruction: number;
  /** Fewest units that could hold it: see `leastUnits`. */
  readonly leastUnits: number;
  /** Units that carry 90 % and 99 % of the energy; null when the reconstruction is below one half. */
  readonly units90: number | null;
  readonly units99: number | null;
  /** units90 / leastUnits; null as above. */
  readonly splittingRatio: number | null;
  /** Unit with the most energy, and its share; null when no unit fires on the feature. */
  readonly topUnit: number | null;
  readonly topShare: number;
}

/** Estimated number of atoms needed to reach every direction of one feature. */
export interface CoveringEntry {
  readonly feature: number;
  readonly k: number;
  readonly epsilon: number;
  /** Atoms used by the greedy cover. */
  readonly atoms: number;
  /** Share of the sampled unit vectors within ε; below 1 when the dictionary cannot cover the feature. */
  readonly covered: number;
  /** The same share for as many atoms in random directions. */
  readonly coveredByChance: number;
}

export interface SplittingReport {
  /** What is counted: atoms for a scalar SAE (rank 1), else groups. */
  readonly unit: 'atoms' | 'groups';
  /**
   * Cosines (of the smallest principal angle) from which live units are linked, by the dimensions that occur; null
   * where spaces of their dimensions always meet, so that no overlap is a sign of anything.
   */
  readonly linkedFrom: { readonly lowest: number; readonly highest: number } | null;
  /** Pairs of as many randomly oriented units that would be linked, on average. */
  readonly linksByChance: number;
  /** Components of at least two live units, largest first; `id` is the index in this array. */
  readonly clusters: readonly UnitCluster[];
  readonly clusteredUnits: number;
  /** Ground truth only, else null. */
  readonly features: readonly FeatureSpread[] | null;
  /** Means over features with a defined splitting ratio; null without ground truth or such a feature. */
  readonly meanUnits90: number | null;
  readonly meanSplittingRatio: number | null;
  /** Ground truth only, else null. */
  readonly covering: readonly CoveringEntry[] | null;
  /** False when the neighbour search was a screened one (large dictionaries): links may be missing. */
  readonly exact: boolean;
}

/** What one live group holds. */
export interface GroupPacking extends CodeDirections {
  readonly group: number;
  /** Rows in which it fires; its directions are read from 500 of them at most. */
  readonly firings: number;
  /** Features for which this is the best group and which it captures ≥ 0.5; null without ground truth. */
  readonly features: readonly number[] | null;
  /** As in GroupRow. */
  readonly irreducibility: number | null;
  readonly irreducibilityChance95: number | null;
}

export interface PackingReport {
  /** Whether `meanFeatures` and `packedShare` count true features or read code clouds, from below. */
  readonly basis: 'truth' | 'codes';
  /** Live groups; empty for a scalar SAE. */
  readonly groups: readonly GroupPacking[];
  /** Mean features per live group. */
  readonly meanFeatures: number;
  /** Share of live groups holding more than one. */
  readonly packedShare: number;
  /** Share of Gaussian clouds of the groups' sizes, means and covariances that would count as holding more than one. */
  readonly packedShareChance: number;
}

export interface NearestGroup {
  readonly group: number;
  /** Cosine of the smallest principal angle between the rank-90 row spaces; see `OverlapReport.oriented`. */
  readonly cosine: number;
}

export interface OverlapReport {
  /** Block coherence μ = max over pairs of live groups; a lower bound when `exact` is false. */
  readonly coherence: number;
  /** μ of as many randomly oriented spaces of the same dimensions stays below this in 95 of 100 cases. */
  readonly coherenceChance95: number;
  /** The pair that attains it; null with fewer than two live groups. */
  readonly pair: readonly [number, number] | null;
  /** s: groups active in a row, as used in the bound. */
  readonly activeGroups: number;
  /** 1 / (2s − 1); null at s = 1, where it is no condition. */
  readonly bound: number | null;
  /** Live groups by cosine with their nearest group, equal bins over [0, 1]. */
  readonly nearestHistogram: readonly number[];
  readonly meanNearest: number;
  /** The same mean for randomly oriented spaces of the same dimensions. */
  readonly meanNearestChance: number;
  /** Whether cosines keep their sign, as they do for atoms whose codes are never negative. */
  readonly oriented: boolean;
  /** Pairs with the largest cosines, strongest first. */
  readonly closestPairs: readonly {
    readonly a: number;
    readonly b: number;
    readonly cosine: number;
  }[];
  readonly exact: boolean;
}

export interface IrreducibilityReport {
  /** Groups with a defined score, most irreducible first. */
  readonly groups: readonly {
    readonly group: number;
    readonly irreducibility: number;
    readonly chance95: number;
    readonly points: number;
  }[];
}

/** The whole Diagnose page. */
export interface Diagnosis {
  readonly activity: ActivityReport;
  readonly ranks: RanksReport;
  readonly splitting: SplittingReport;
  readonly packing: PackingReport;
  readonly overlap: OverlapReport;
  readonly irreducibility: IrreducibilityReport;
  /** Ground truth only, else null. */
  readonly recovery: RecoveryReport | null;
}
