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
export interface ModelReport extends NotDefined, Partial<Bits> {
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
  /** l0 without directions of σ < 0.1 σ₁ of the map, and the explained variance without them. */
  readonly pruned_l0: number;
  readonly pruned_explained_variance: number | null;
  readonly groups_per_token: number;
  /** Groups that fired on the evaluated rows, and groups (columns) that never did. */
  readonly live_groups: number;
  readonly dead_groups: number;
  readonly dead_features: number;
  /** Share of groups that fired at least once. */
  readonly group_coverage: number;
  /** Means over live groups of the rank of the map D_kᵀE_k. */
  readonly mean_stable_rank: number;
  readonly mean_rank90: number;
  /** For synthetic data only. */
  readonly recovery?: RecoveryReport;
  /** Where it was asked for. */
  readonly codes?: FittedCodesReport;
}

/** What the dictionary is worth with better codes than its encoder's, on the same rows. */
export interface FittedCodesReport extends NotDefined {
  /** On the units that the gate chose. */
  readonly least_squares: FittedCodes;
  /** On as many units, chosen by their contributions from twice as many; null where no others can be chosen. */
  readonly prune2: FittedCodes | null;
}

/** Codes by least squares: what they rebuild and what they cost, bits where those of the model were asked for as well. */
export interface FittedCodes extends NotDefined, Partial<Bits> {
  readonly explained_variance: number | null;
  readonly mse: number;
  readonly l0: number;
  readonly groups_per_token: number;
}

/**
 * What the codes cost in bits, where it was asked for. Null, with the reason in `not_defined`, on too few rows, on rows
 * without variance, or where no step of the curve loses 0.01.
 */
interface Bits {
  /** Index and coefficients at a loss of 0.01 of `rate_explained_variance`, and the 95 % interval of the sampling of rows. */
  readonly bits_per_token: number | null;
  readonly bits_per_token_low: number | null;
  readonly bits_per_token_high: number | null;
  readonly bits_coefficients: number | null;
  /** Σ_k H(p_k), and mean log₂ C(K, s). */
  readonly bits_index: number | null;
  readonly bits_index_uniform: number | null;
  /** Rows that frequencies and entropies were counted on, and of the evaluated ones those whose loss was measured. */
  readonly bits_rows: {
    readonly training: number;
    readonly evaluated: number;
    readonly judged: number;
  };
  /** Of the codes as they are, on the judged rows. */
  readonly rate_explained_variance: number | null;
  /** Finest step first; empty where there are no bits. */
  readonly rate_curve: readonly RatePoint[];
}

/** One step of the quantiser. */
interface RatePoint {
  /** Δ, in the data's units. */
  readonly delta: number;
  /** Index and coefficients, bits a token. */
  readonly bits: number;
  readonly explained_variance: number;
}

/** The bits of a model with reasons for what is missing. */
export type BitsReport = Bits & NotDefined;

/**
 * What the page says of a model's held-out quality and of what its codes cost. Evaluations of earlier labs lack costs, those
 * of the command line lack bits unless they were asked for, and the list of runs leaves curves and codes by least squares to
 * their folders.
 */
export type QualityReport = Pick<
  ModelReport,
  'rows' | 'split' | 'explained_variance' | 'mse' | 'l0' | 'dead_groups'
> &
  Partial<
    Pick<ModelReport, 'pruned_l0' | 'pruned_explained_variance' | 'groups_per_token' | 'codes'>
  > &
  Partial<Bits> &
  NotDefined;

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
  /** Features that share their group, that take more units than they need, and that are rebuilt to less than half. */
  readonly packed_features: number;
  readonly split_features: number;
  readonly lost_features: number;
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
