/**
 * Formulas of the metrics that a run logs, under their logged names (docs/method/metrics.md). Read through `formulas.ts`.
 */

/** One metric. */
export interface MetricFormula {
  /** Short name, sentence case. */
  readonly label: string;
  /** Plain text with Unicode mathematics. */
  readonly formula: string;
  /** '' for a pure number. */
  readonly unit: string;
  /** Where the definition comes from. */
  readonly source: string;
}

export const SASA = 'Dalili & Mahdavi 2026, arXiv:2606.06333';
export const SAELENS = 'SAELens';
export const LAB = 'This lab';

export const LOGGED = {
  'losses/overall_loss': {
    label: 'Loss',
    formula: 'L = (1/B) Σ_b ‖x_b − x̂_b‖² + λ·R + α·L_aux',
    unit: 'squared data units',
    source: SASA,
  },
  'losses/mse_loss': {
    label: 'Reconstruction loss',
    formula: '(1/B) Σ_b ‖x_b − x̂_b‖²: sum over dimensions, mean over rows',
    unit: 'squared data units',
    source: SASA,
  },
  'losses/nuclear_loss': {
    label: 'Nuclear penalty',
    formula:
      'λ·R; composition: R = Σ_k ‖D_kᵀE_k‖_*; decoder: R = mean_k ‖D_k‖_*; weight decay: R = ½ Σ_k (‖D_k‖² + ‖E_k‖²)',
    unit: 'squared data units',
    source: SASA,
  },
  'losses/auxiliary_reconstruction_loss': {
    label: 'Auxiliary loss',
    formula: 'α·‖e − Σ_{dead k} D_kᵀ p′_k‖², e = x − x̂ held fixed, p′_k = E_k e',
    unit: 'squared data units',
    source: `${SASA}; Gao et al. 2024, arXiv:2406.04093`,
  },
  'losses/l1_loss': {
    label: 'L1 penalty',
    formula: 'λ₁ · (1/B) Σ_b Σ_j |z_bj|·‖d_j‖',
    unit: 'squared data units',
    source: SAELENS,
  },
  'metrics/explained_variance': {
    label: 'Explained variance',
    formula: '1 − Σ‖x − x̂‖² / Σ‖x − x̄‖², x̄ per dimension over the whole set; the mean scores 0',
    unit: '',
    source: SAELENS,
  },
  'metrics/explained_variance_legacy': {
    label: 'Explained variance (legacy, uncentred)',
    formula: '1 − Σ‖x − x̂‖² / Σ‖x‖²: higher than the centred number wherever the data have a mean',
    unit: '',
    source: 'Older tools; kept for comparison',
  },
  'metrics/l0': {
    label: 'L0',
    formula: 'mean number of non-zero codes per row; at most s·r for a group model',
    unit: 'columns',
    source: SAELENS,
  },
  'metrics/groups_per_token': {
    label: 'Units per row',
    formula:
      'mean number of units with a code that is not zero in a row; at most s for a top-s gate',
    unit: 'units',
    source: SASA,
  },
  'metrics/mean_stable_rank': {
    label: 'Mean stable rank',
    formula: 'mean over live units of Σσ²/σ₁², σ of D_kᵀE_k',
    unit: '',
    source: SASA,
  },
  'metrics/mean_rank90': {
    label: 'Mean rank90',
    formula: 'mean over live units of the number of σ² that hold 90 % of Σσ², σ of D_kᵀE_k',
    unit: '',
    source: SASA,
  },
  'metrics/group_coverage': {
    label: 'Unit coverage',
    formula:
      'share of units: selected in the last dead_group_window samples while training, else fired in the evaluated rows',
    unit: '',
    source: SASA,
  },
  'metrics/eta': {
    label: 'Step on codes',
    formula: 'η of v = p + η·E_C(x − b_dec − D_Cᵀp), trained',
    unit: '',
    source: LAB,
  },
  'sparsity/dead_groups': {
    label: 'Dead units',
    formula: 'units not selected in the last dead_group_window samples',
    unit: 'units',
    source: SASA,
  },
  'sparsity/dead_features': {
    label: 'Dead columns',
    formula: 'columns of the dictionary not active in the last dead_group_window samples',
    unit: 'columns',
    source: SAELENS,
  },
  'details/current_learning_rate': {
    label: 'Learning rate',
    formula: 'linear warm-up, constant, linear decay to 0',
    unit: '',
    source: SAELENS,
  },
  'details/n_training_samples': {
    label: 'Training samples',
    formula: 'rows seen so far: steps × batch',
    unit: 'rows',
    source: SAELENS,
  },
  'details/grad_norm': {
    label: 'Gradient norm',
    formula: '‖∇L‖₂ over all parameters, before clipping',
    unit: '',
    source: SAELENS,
  },
} as const satisfies Record<string, MetricFormula>;
