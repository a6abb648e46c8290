/**
 * What every number of the lab means, as data: label, formula in plain text, unit and source, by metric
 * id. Tooltips, table headers and the docs read this one table, so that a formula is written once. Ids with
 * a slash are the logged names of a run; the others name fields of the reports.
 */
import { LAB, LOGGED, SAELENS, SASA, type MetricFormula } from './logged_formulas';

export type { MetricFormula } from './logged_formulas';

const ENGELS = 'Engels et al. 2024, arXiv:2405.14860';

const COSTS = {
  pruned_l0: {
    label: 'Pruned l0',
    formula: 'E[Σ over firing units of #{σᵢ ≥ 0.1 σ₁}], σ of D_kᵀE_k',
    unit: 'columns',
    source: LAB,
  },
  bits_per_token: {
    label: 'Bits a token',
    formula:
      'Σ_k H(p_k) + entropy of the rounded coordinates where the unit fires, at the step that loses 0.01 of explained variance',
    unit: 'bits',
    source: 'after MDL-SAE, Ayonrinde et al. 2024, arXiv:2410.11179',
  },
} as const satisfies Record<string, MetricFormula>;

const GROUPS = {
  frequency: {
    label: 'Fires',
    formula: 'rows in which the unit fires / rows',
    unit: '',
    source: SAELENS,
  },
  mean_norm: {
    label: 'Mean norm',
    formula: 'mean of ‖D_kᵀp_k‖ over the rows where the unit fires',
    unit: 'data units',
    source: LAB,
  },
  singular_values_map: {
    label: 'Singular values of the map',
    formula: 'σ of D_kᵀE_k = σ of L_DᵀL_E, where D = L_D Q_D and E = L_E Q_E',
    unit: '',
    source: SASA,
  },
  singular_values_codes: {
    label: 'Singular values of the codes',
    formula:
      'σ_j = √λ_j of the covariance, about the mean, of D_kᵀp_k over the rows where it fires',
    unit: 'data units',
    source: LAB,
  },
  weight_rank90: {
    label: 'Weight rank',
    formula: 'number of σ² that hold 90 % of Σσ², σ of D_kᵀE_k: what the unit could do',
    unit: '',
    source: SASA,
  },
  code_rank90: {
    label: 'Code rank',
    formula:
      'principal components for 90 % of the variance of D_kᵀp_k where it fires: what it does',
    unit: '',
    source: LAB,
  },
  stable_rank: { label: 'Stable rank', formula: 'Σσ² / σ₁²', unit: '', source: SASA },
  participation_ratio: {
    label: 'Participation ratio',
    formula: '(Σσ²)² / Σσ⁴',
    unit: '',
    source: 'Gao et al. 2017',
  },
  entropy_rank: {
    label: 'Entropy rank',
    formula: 'exp(−Σ q log q), q = σ / Σσ',
    unit: '',
    source: 'Roy & Vetterli 2007',
  },
  irreducibility: {
    label: 'Irreducibility',
    formula:
      'mean over planes of consecutive principal axes of (1 − max(mixture, bundle))·(separability − its mean over Gaussian clouds of as many points); bundle: share of the points on 2 or more separate axes, 1 from 80 %',
    unit: 'bits',
    source: ENGELS,
  },
  mixture: {
    label: 'Mixture',
    formula: 'max over v, c of P(|v·f + c| < ε·rms(v·f + c)), ε = 0.1',
    unit: '',
    source: ENGELS,
  },
  separability: {
    label: 'Separability',
    formula:
      'mutual information of the whitened coordinates, 6 × 6 bins of equal counts, in the rotation of 100 that is least for the other half of the points',
    unit: 'bits',
    source: ENGELS,
  },
} as const satisfies Record<string, MetricFormula>;

const SPLITTING = {
  units90: {
    label: 'Units for 90 %',
    formula: 'units that carry 90 % of Σ_j E[‖P_{V_i} c_j‖² | i active], c_j = D_jᵀp_j',
    unit: 'units',
    source: SASA,
  },
  units99: {
    label: 'Units for 99 %',
    formula: 'units that carry 99 % of Σ_j E[‖P_{V_i} c_j‖² | i active]',
    unit: 'units',
    source: SASA,
  },
  splitting_ratio: {
    label: 'Splitting ratio',
    formula:
      'units for 90 % / the fewest that could hold the feature: ⌈d_i / r⌉, d_i + 1 for latents with codes ≥ 0; 1 is no splitting',
    unit: '',
    source: SASA,
  },
  feature_reconstruction: {
    label: 'Reconstruction in the subspace',
    formula: '1 − Σ‖P_{V_i}(x* − x̂)‖² / Σ‖φ_i‖² over rows with i, x* without noise',
    unit: '',
    source: LAB,
  },
  redundancy: {
    label: 'Redundancy',
    formula:
      'units in the cluster / principal components for 80 % of its variance; chance: of their variances pooled',
    unit: '',
    source: SASA,
  },
  masked_cosine: {
    label: 'Masked cosine',
    formula:
      'cosine of ‖D_aᵀp_a‖ and ‖D_bᵀp_b‖ over the rows where either fires; chance: Σa·Σb / (rows·√(Σa²·Σb²))',
    unit: '',
    source: 'Bricken et al. 2023',
  },
  cluster: {
    label: 'Splitting cluster',
    formula:
      'connected component of units whose smallest principal angle has cosine ≥ 0.7 (atoms), or the cosine that random blocks reach as rarely',
    unit: '',
    source: SASA,
  },
  covering: {
    label: 'Covering number',
    formula:
      'fewest atoms with every unit vector of V_i within ε of the span of at most k of them (greedy + OMP, upper estimate)',
    unit: 'atoms',
    source: SASA,
  },
  features_per_group: {
    label: 'Features per group',
    formula: 'features whose best group this is and which it captures ≥ 0.5; mean over live groups',
    unit: 'features',
    source: LAB,
  },
  least_features: {
    label: 'Features shown at the least',
    formula: 'separate axes if ≥ 2, + 1 if a fifth of the points lie near none; else 1',
    unit: 'features',
    source: LAB,
  },
  packed_share: {
    label: 'Packed groups',
    formula: 'live groups that hold more than one feature / live groups',
    unit: '',
    source: LAB,
  },
  axes: {
    label: 'Separate axes',
    formula: 'cones of 20° with ≥ 5 % of the points and at most ¼ as many between 20° and 40°',
    unit: '',
    source: LAB,
  },
} as const satisfies Record<string, MetricFormula>;

const GEOMETRY = {
  principal_cosine: {
    label: 'Overlap',
    formula: 'σ₁(Q_i Q_jᵀ): cosine of the smallest angle between the rank90 row spaces',
    unit: '',
    source: 'Björck & Golub 1973',
  },
  coherence: {
    label: 'Block coherence μ',
    formula: 'max_{i≠j} ‖Q_i Q_jᵀ‖₂, of atoms with codes ≥ 0 max cos; theory wants μ < 1/(2s − 1)',
    unit: '',
    source: SASA,
  },
  capture: {
    label: 'Capture',
    formula: '‖Q_k V_iᵀ‖_F² / d_i, Q_k the rank90 row space of the unit, V_i the frame',
    unit: '',
    source: LAB,
  },
  contribution_r2: {
    label: 'Contribution R²',
    formula: '1 − Var(φ_i − P_{V_i} c_k) / Var(φ_i) over all rows',
    unit: '',
    source: LAB,
  },
  rank_error: {
    label: 'Rank error',
    formula: '|rank90 − d_i| of the matched unit',
    unit: '',
    source: SASA,
  },
  consolidated_share: {
    label: 'Consolidated',
    formula: 'features whose strongest unit carries ≥ 90 % of their energy / features',
    unit: '',
    source: SASA,
  },
  circular_correlation: {
    label: 'Circular correlation',
    formula: '|Σ_{i<j} sin(θ_i − θ_j) sin(φ_i − φ_j)| / √(Σ sin²(θ_i − θ_j) · Σ sin²(φ_i − φ_j))',
    unit: '',
    source: 'Fisher & Lee 1983',
  },
  geodesic_spearman: {
    label: 'Geodesic Spearman',
    formula: 'rank correlation of shortest-path distances in 8-neighbour graphs of truth and codes',
    unit: '',
    source: 'Tenenbaum et al. 2000',
  },
} as const satisfies Record<string, MetricFormula>;

const ALL = { ...LOGGED, ...COSTS, ...GROUPS, ...SPLITTING, ...GEOMETRY };

/** Id of a metric with a formula. */
export type MetricId = keyof typeof ALL;

/** Every metric by id. */
export const FORMULAS: Readonly<Record<MetricId, MetricFormula>> = ALL;
