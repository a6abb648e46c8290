/**
 * What recovery says of every known feature: part of the Diagnose page’s report, under the rules of
 * report_types.ts.
 */

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
  /** rank90 / d: capture by the same number of random directions, on average; null when unmatched. */
  readonly captureChance: number | null;
  /** |circular correlation| of code angle and true angle; circles only. */
  readonly circularCorrelation: number | null;
  /** It stays below this in 95 of 100 orders of the rows; null as above. */
  readonly circularChance95: number | null;
  /** Spearman correlation of code distances and geodesic distances; curved features of known geodesics. */
  readonly geodesicSpearman: number | null;
  /** Its absolute value stays below this in 95 of 100 orders of the rows; null as above. */
  readonly geodesicChance95: number | null;
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
