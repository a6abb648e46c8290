/**
 * The shapes of the two reports that the diagnostics produce: one row a group for the Groups page, and
 * one object for the whole Diagnose page. Plain numbers, strings and arrays only, so that a report goes
 * through a message, a file or a link unchanged. `null` stands where a number is not defined (a dead
 * group has no irreducibility); no field is ever NaN or infinite. What each number means, with its
 * formula and source, is in `formulas.ts`.
 */

/** Four readings of one spectrum σ₁ ≥ σ₂ ≥ … (docs/method.md §6); all 0 for a zero spectrum. */
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

/** One row of the group table. A scalar SAE's latent is a group of rank 1. */
export interface GroupRow {
  readonly group: number;
  /** Rows in which the group fires. */
  readonly firings: number;
  /** firings / rows. */
  readonly frequency: number;
  /** Mean of ‖D_kᵀ p_k‖ over the rows where it fires; 0 for a dead group. */
  readonly meanNorm: number;
  /** Largest ‖D_kᵀ p_k‖; the right end of `histogram`. */
  readonly maxNorm: number;
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
  /** Mean over principal planes of (1 − mixture)·separability, bits; null below two dimensions or too few firings. */
  readonly irreducibility: number | null;
  /** Share of points near a line in the most reducible direction, averaged over planes; null as above. */
  readonly mixture: number | null;
  /** Bits, averaged over planes; null as above. */
  readonly separability: number | null;
  /** Index into the clusters of groups that nearly share a direction; null when it has no such neighbour. */
  readonly cluster: number | null;
  readonly strongestRows: readonly StrongRow[];
  /** Counts of ‖D_kᵀ p_k‖ in equal bins from 0 to `maxNorm`. */
  readonly histogram: readonly number[];
}

/** Weight rank against code rank of one live group. */
export interface RankPoint {
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
  /** Live groups by weight rank90; index 0 is rank 0. */
  readonly weightHistogram: readonly number[];
  /** Live groups by code rank90; index 0 is rank 0. */
  readonly codeHistogram: readonly number[];
  /** Means over live groups; 0 when none lives. */
  readonly meanWeightRank90: number;
  readonly meanWeightStableRank: number;
  readonly meanCodeRank90: number;
  readonly meanCodeStableRank: number;
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
  /** A group is dense when it fires in more than this share of rows. */
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
  /** members / components80: 1 is no redundancy; null when it never fires. */
  readonly redundancy: number | null;
  /** Mean cosine over the linked pairs. */
  readonly meanCosine: number;
  /** Mean masked cosine similarity over the linked pairs, on rows where either fires; null when none fires. */
  readonly maskedCosine: number | null;
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
  /** Units that carry 90 % and 99 % of the energy; null when the reconstruction is below one half. */
  readonly units90: number | null;
  readonly units99: number | null;
  /** units90 / d_i for atoms, units90 for groups; null as above. */
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
}

export interface SplittingReport {
  /** What is counted: atoms for a scalar SAE (rank 1), else groups. */
  readonly unit: 'atoms' | 'groups';
  /** Cosine (of the smallest principal angle) above which two live units are linked. */
  readonly threshold: number;
  /** Components of at least two live units, largest first; `id` is the index in this array. */
  readonly clusters: readonly UnitCluster[];
  readonly clusteredUnits: number;
  /** Mean redundancy over clusters that fire; null when there are none. */
  readonly meanRedundancy: number | null;
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
export interface GroupPacking {
  readonly group: number;
  /** Features for which this is the best group and which it captures ≥ 0.5; null without ground truth. */
  readonly features: readonly number[] | null;
  /** Well-separated axes in its code cloud. */
  readonly axes: number;
  /** Well-separated rays (half-lines) in its code cloud. */
  readonly rays: number;
  /** Share of its points that lie near one of those axes. */
  readonly axisShare: number;
  /** Features read from the cloud: its axes, plus one when a fifth of the points lie near none; at least 1. */
  readonly estimatedFeatures: number;
  /** As in GroupRow. */
  readonly irreducibility: number | null;
}

export interface PackingReport {
  /** Whether `meanFeatures` and `packedShare` count true features or axes of code clouds. */
  readonly basis: 'truth' | 'codes';
  readonly groups: readonly GroupPacking[];
  /** Mean features (or axes) per live group. */
  readonly meanFeatures: number;
  /** Share of live groups holding more than one. */
  readonly packedShare: number;
}

export interface NearestGroup {
  readonly group: number;
  /** Cosine of the smallest principal angle between the rank-90 row spaces. */
  readonly cosine: number;
}

export interface OverlapReport {
  /** Block coherence μ = max over pairs of live groups; a lower bound when `exact` is false. */
  readonly coherence: number;
  /** The pair that attains it; null with fewer than two live groups. */
  readonly pair: readonly [number, number] | null;
  /** s: groups active in a row, as used in the bound. */
  readonly activeGroups: number;
  /** 1 / (2s − 1). */
  readonly bound: number;
  readonly withinBound: boolean;
  /** Live groups by cosine with their nearest group, equal bins over [0, 1]. */
  readonly nearestHistogram: readonly number[];
  readonly meanNearest: number;
  /** Pairs with the largest cosines, strongest first. */
  readonly closestPairs: readonly {
    readonly a: number;
    readonly b: number;
    readonly cosine: number;
  }[];
  readonly exact: boolean;
}

/** One true feature against the dictionary. */
export interface FeatureRecovery {
  readonly feature: number;
  readonly name: string;
  readonly kind: string;
  readonly dimension: number;
  readonly rows: number;
  /** Group matched one-to-one by d_i·R² (Hungarian); null when no group is left with R² above 0. */
  readonly group: number | null;
  /** R² of the matched group's contribution as a prediction of the feature's contribution; 0 when unmatched. */
  readonly r2: number;
  /** Capture of the feature by the matched group; 0 when unmatched. */
  readonly capture: number;
  /** rank90 of the matched group's map, and |rank90 − d_i|; null when unmatched. */
  readonly rank90: number | null;
  readonly rankError: number | null;
  /** Group with the largest R², matched or not; null when no group fires. */
  readonly bestGroup: number | null;
  readonly bestR2: number;
  readonly bestCapture: number;
  /** Share of the feature's energy that its strongest group carries. */
  readonly topShare: number;
  /** |circular correlation| of code angle and true angle; circles only. */
  readonly circularCorrelation: number | null;
  /** Spearman correlation of code distances and geodesic distances; curved features of known geodesics. */
  readonly geodesicSpearman: number | null;
}

export interface RecoveryReport {
  readonly features: readonly FeatureRecovery[];
  /** Over features that occur in the analysed rows; 0 when none does. */
  readonly meanR2: number;
  readonly meanCapture: number;
  /** Over matched features; null when none is. */
  readonly meanRankError: number | null;
  /** The same two over features with d_i ≥ 2; null when there are none. */
  readonly meanCaptureMultiDimensional: number | null;
  /** By each feature's best group, which several features may share. */
  readonly meanBestCaptureMultiDimensional: number | null;
  readonly meanRankErrorMultiDimensional: number | null;
  /** Share of features whose strongest group carries ≥ 90 % of their energy. */
  readonly consolidatedShare: number;
}

export interface IrreducibilityReport {
  /** Groups with a defined score, most irreducible first. */
  readonly groups: readonly {
    readonly group: number;
    readonly irreducibility: number;
    readonly mixture: number;
    readonly separability: number;
  }[];
  /** Most points of one group that were used. */
  readonly pointCap: number;
  /** Least points a group must have to be scored. */
  readonly minimumPoints: number;
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
