/**
 * The final evaluation of one model as report.json, `lab eval` and the page say it. Names and definitions:
 * docs/method/metrics.md and diagnostics.md.
 */
import type { Split } from '../../data/source';
import type { ArchitectureId } from '../../sae/config';
import type { NotDefined } from '../run/not_defined';

/**
 * Final evaluation of one model: report.json and what `lab eval` prints, so its keys are for people and
 * programs outside. Names and definitions: docs/method/metrics.md and diagnostics.md.
 */
export interface ModelReport extends NotDefined {
  readonly name: string;
  readonly architecture: ArchitectureId;
  /** Rows evaluated, and which. */
  readonly rows: number;
  readonly split: Split;
  /** Null, with the reason in `not_defined`, for rows without variance. */
  readonly explained_variance: number | null;
  readonly explained_variance_legacy: number | null;
  /** Sum over d, mean over rows. */
  readonly mse: number;
  readonly l0: number;
  readonly groups_per_token: number;
  /** Groups (columns) that never fired on the evaluated rows. */
  readonly dead_groups: number;
  readonly dead_features: number;
  /** Share of groups that fired at least once. */
  readonly group_coverage: number;
  /** Means over live groups of the rank of the map D_kᵀE_k. */
  readonly mean_stable_rank: number;
  readonly mean_rank90: number;
  /** For synthetic data only. */
  readonly recovery?: RecoveryReport;
}

/** What the page says of a model's held-out quality. */
export type QualityReport = Pick<
  ModelReport,
  'rows' | 'split' | 'explained_variance' | 'mse' | 'l0' | 'dead_groups'
>;

/** What became of the known features. */
export interface RecoveryReport {
  /** Over all features, and over those with d_i ≥ 2 (null when there are none). */
  readonly mean_capture: number;
  readonly mean_capture_multi_dimensional: number | null;
  /** The same by each feature's best group, which several features may share. */
  readonly mean_best_capture_multi_dimensional: number | null;
  /** Mean |rank90 − d_i| of the matched groups; null when none is matched. */
  readonly mean_rank_error: number | null;
  readonly mean_rank_error_multi_dimensional: number | null;
  readonly features: readonly FeatureReport[];
}

export interface FeatureReport {
  readonly name: string;
  readonly kind: string;
  readonly dimension: number;
  /** Units that carry 90 % and 99 % of the feature's energy. */
  readonly units90: number | null;
  readonly units99: number | null;
  /** Share of the energy carried by the strongest unit. */
  readonly top_share: number;
  /** Share of the feature's energy reconstructed inside its own subspace. */
  readonly reconstruction: number;
  /** Group matched to the feature, null when none is left for it. */
  readonly matched_group: number | null;
  readonly capture: number;
  /** Group of the highest contribution R², matched to this feature or to another, and its capture. */
  readonly best_group: number | null;
  readonly best_capture: number;
  readonly r2: number;
  /** rank90 of the matched group's map; null when unmatched. */
  readonly rank90: number | null;
}
