/**
 * Every setting of a run in words: its label and symbol, what it means in one line, its formula, and
 * where it comes from. Written once; the Train page shows them as labels and on hover.
 */

export interface SettingText {
  readonly label: string;
  /** The symbol of the mathematics: K, r, s, λ. */
  readonly symbol?: string;
  /** One line: what it does. */
  readonly meaning: string;
  readonly formula?: string;
  /** Paper, section or program it is taken from. */
  readonly source?: string;
  /** Unit of the number. */
  readonly unit?: string;
  /** What stands in the empty field: the choice the lab makes. */
  readonly automatic?: string;
}

/** Settings of a model, by the schema's key. */
export const modelTexts = {
  n_groups: {
    label: 'Groups',
    symbol: 'K',
    meaning: 'How many subspaces the dictionary holds. It has N = K·r columns.',
    formula: 'x̂ = Σ Dₖᵀpₖ + b_dec over k ∈ S(x)',
    source: 'SASA, Dalili & Mahdavi 2026',
  },
  group_rank: {
    label: 'Block rank',
    symbol: 'r',
    meaning: 'Columns of one group: the largest dimension a feature can keep whole.',
    formula: 'pₖ = Eₖ(x − b_dec) + b_enc,ₖ ∈ ℝʳ',
    source: 'SASA, Dalili & Mahdavi 2026',
  },
  k_groups: {
    label: 'Active groups',
    symbol: 's',
    meaning: 'Groups that each sample may use, chosen by the length of their codes.',
    formula: 'S(x) = the s groups with the largest ‖pₖ‖₂\nl0 = s·r',
    source: 'SASA, Dalili & Mahdavi 2026',
  },
  nuclear_target: {
    label: 'Penalty on',
    meaning:
      'What the nuclear norm shrinks: the whole map, the decoder alone, or weights by decay.',
    formula: 'map: Σ ‖DₖᵀEₖ‖∗\ndecoder: mean ‖Dₖ‖∗\nweight decay: ½ Σ (‖Dₖ‖² + ‖Eₖ‖²)',
    source: 'SASA (map, decay) and its released code (decoder)',
  },
  nuclear_coefficient_relative: {
    label: 'Relative',
    symbol: 'λ_rel',
    meaning:
      'Strength of the penalty as a share of the data’s power, so it carries over to other data.',
    formula: 'λ = λ_rel · E‖x‖²',
  },
  nuclear_coefficient: {
    label: 'Strength',
    symbol: 'λ',
    meaning: 'Strength of the penalty. A direction is pruned when its energy falls below λ/2.',
    formula: 'gain = (1 − λ/(2σ))₊\nσ = p·t²/d for a feature of frequency p, norm t, dimension d',
    source: 'The minimiser of E‖x − Mx‖² + λ‖M‖∗',
  },
  d_sae: {
    label: 'Latents',
    symbol: 'N',
    meaning: 'Atoms of the dictionary, one direction each.',
    formula: 'x̂ = Σ zⱼdⱼ + b_dec',
  },
  k: {
    label: 'Active latents',
    symbol: 'k',
    meaning: 'Latents that each sample may use: the k largest pre-activations.',
    formula: 'z = TopK(E (x − b_dec) + b_enc)',
    source: 'Gao et al. 2024',
  },
  l1_coefficient: {
    label: 'Sparsity',
    symbol: 'λ₁',
    meaning: 'Weight of the L1 penalty that keeps latents at zero.',
    formula: 'L = ‖x − x̂‖² + λ₁ Σ |zⱼ|·‖dⱼ‖₂',
    source: 'Bricken et al. 2023',
  },
  aux_loss: {
    label: 'Revive dead by',
    meaning: 'Auxiliary loss in which dead units reconstruct what the living ones leave over.',
    formula: 'residual: p′ₖ = Eₖ(x − x̂)\npre-activation: pₖ of the input',
    source: 'SASA (residual) and its released code (pre-activation)',
  },
  aux_coefficient: {
    label: 'Auxiliary weight',
    symbol: 'α',
    meaning: 'Weight of the auxiliary loss.',
    formula: 'L = … + α · L_aux',
    source: 'Gao et al. 2024: 1/32; SASA: 1',
  },
  k_aux: {
    label: 'Auxiliary columns',
    symbol: 'k_aux',
    meaning: 'Columns the auxiliary loss may use for one sample.',
    automatic: 'd/2',
    source: 'Gao et al. 2024',
  },
  dead_group_window: {
    label: 'Dead after',
    meaning: 'A unit is dead when none of this many samples selected it.',
    unit: 'samples',
  },
  normalize_activations: {
    label: 'Normalise input',
    meaning:
      'Rescales samples before encoding; undone on the way out, so losses stay in raw units.',
    formula: 'layer norm: (x − μ)/(σ + 1e-5)\nmean norm: x · √d / mean‖x‖',
    source: 'SAELens',
  },
  apply_b_dec_to_input: {
    label: 'Subtract',
    symbol: 'b_dec',
    meaning: 'Encodes x − b_dec instead of x.',
  },
  use_encoder_bias: {
    label: 'Encoder bias',
    symbol: 'b_enc',
    meaning: 'Adds a trained bias to the codes. The paper’s form has none.',
  },
  decoder_init_norm: {
    label: 'Initial atom norm',
    meaning: 'Norm of the decoder’s rows before training.',
    automatic: 'auto',
  },
} as const satisfies Record<string, SettingText>;

/** Settings of the training and the data, by the schema's key. */
export const trainingTexts = {
  training_samples: {
    label: 'Samples',
    meaning: 'Samples seen in the whole run; one batch is one step.',
    formula: 'steps = ⌈samples / batch⌉',
  },
  train_batch_size_samples: {
    label: 'Batch',
    symbol: 'B',
    meaning: 'Samples of one step. All models train on the same batches.',
  },
  lr: {
    label: 'Learning rate',
    symbol: 'η',
    meaning: 'Step size of Adam at its highest.',
  },
  lr_warm_up_steps: {
    label: 'Warm-up',
    meaning: 'Steps over which the learning rate rises from zero.',
    unit: 'steps',
  },
  lr_decay_steps: {
    label: 'Decay',
    meaning: 'Steps at the end over which the learning rate falls to zero.',
    unit: 'steps',
    automatic: 'last fifth',
  },
  adam_beta1: {
    label: 'Adam β₁',
    meaning: 'How slowly the mean of the gradients moves.',
  },
  adam_beta2: {
    label: 'Adam β₂',
    meaning: 'How slowly the mean of their squares moves.',
  },
  weight_decay: {
    label: 'Weight decay',
    meaning: 'Decoupled decay of all weights (AdamW).',
  },
  max_grad_norm: {
    label: 'Clip gradient at',
    meaning: 'Largest norm of a model’s whole gradient; longer ones are scaled down to it.',
    automatic: 'off',
    source: 'Released code: 1.0',
  },
  seed: {
    label: 'Seed of weights',
    meaning:
      'Random numbers of the initial weights. The same seed gives the same run on the same GPU.',
  },
  log_every: {
    label: 'Log every',
    meaning: 'Steps between points of the curves.',
    unit: 'steps',
  },
} as const satisfies Record<string, SettingText>;

export const dataTexts = {
  seed: {
    label: 'Seed of data',
    meaning: 'Random numbers of the features and of the samples.',
  },
  order: {
    label: 'Order of rows',
    meaning: 'Shuffled anew in every pass, or as the file has them, again and again.',
  },
} as const satisfies Record<string, SettingText>;

export type ModelSettingKey = keyof typeof modelTexts;
export type TrainingSettingKey = keyof typeof trainingTexts;

/** Names of choices, by the schema's value. */
export const choiceTexts: Readonly<Record<string, string>> = {
  topk_sasa: 'SASA',
  topk: 'TopK',
  standard: 'ReLU + L1',
  composition: 'map',
  decoder: 'decoder',
  weight_decay: 'weight decay',
  residual: 'residual',
  preact: 'pre-activation',
  none: 'none',
  layer_norm: 'layer norm',
  expected_average_only_in: 'mean norm',
  shuffled: 'shuffled',
  sequential: 'file order',
};
