/** What models of groups have in common, whatever their gate: settings, shape, penalty, sizes. */
import * as z from 'zod/mini';
import type { Dictionary } from '../../base/dictionary';
import { setting } from '../../base/setting';
import type {
  BrokenRule,
  Budget,
  LooseSettings,
  ModelShape,
  MoveSettings,
  NuclearTarget,
  Penalty,
} from './architecture';
import { looseGate, numberOr, tooMany } from './common';
import { withEnergyAsNorm } from './energy_as_norm';
import { moves } from './move_settings';
import { coefficient, count, initialNorm, refineCodes } from './shared_settings';

const scores = ['code_norm', 'decoded_energy'] as const;
const PAPER = 'SASA, Dalili & Mahdavi 2026';
/** λ_rel that keeps one group per feature in the trials on mixed features (docs/method/trials.md). */
const USUAL_STRENGTH = 3.3e-5;
/** Rank of a new model's groups: circles, spheres and helices fit in. */
const USUAL_RANK = 4;

/** The paper's form has no encoder bias, the released code's has one. */
const biasByDefault = ({ nuclear_target }: LooseSettings) => nuclear_target === 'decoder';

/** s, with what it means at a gate. */
export function activeGroups(meaning: string, formula: string) {
  return setting(count(4096), {
    label: 'Active groups',
    symbol: 's',
    meaning,
    formula,
    source: PAPER,
    limit: 'at most `n_groups`',
    live: true,
  });
}

/** What the nuclear norm is taken of, among the targets that a gate goes with. */
export function nuclearTarget<const T extends readonly [NuclearTarget, ...NuclearTarget[]]>(
  targets: T,
) {
  const choices = { composition: 'map', decoder: 'decoder', weight_decay: 'weight decay' };
  const formulas = {
    composition: 'map: Σ ‖DₖᵀEₖ‖∗',
    decoder: 'decoder: mean ‖Dₖ‖∗',
    weight_decay: 'weight decay: ½ Σ (‖Dₖ‖² + ‖Eₖ‖²)',
  };
  const withDecoder = targets.includes('decoder');
  return setting(z._default(z.enum(targets), targets[0]), {
    label: 'Penalty on',
    meaning: withDecoder
      ? 'What the nuclear norm shrinks: the whole map, the decoder alone, or weights by decay.'
      : 'What the nuclear norm shrinks: the whole map, or weights by decay.',
    formula: targets.map((target) => formulas[target]).join('\n'),
    source: withDecoder ? 'SASA (map, decay) and its released code (decoder)' : PAPER,
    choices: Object.fromEntries(targets.map((target) => [target, choices[target]])),
  });
}

/** Whether codes have a bias; `otherwise` says when they do where it is not set. */
export function groupBias(otherwise: string) {
  return setting(z.optional(z.boolean()), {
    label: 'Encoder bias',
    symbol: 'b_enc',
    meaning: 'Adds a trained bias to the codes. The paper’s form has none.',
    otherwise,
    unset: biasByDefault,
    advanced: true,
  });
}

/** Settings of SASA; a gate of another kind says after them what it means by its own. */
export const GROUP_SETTINGS = {
  n_groups: setting(count(65536), {
    label: 'Groups',
    symbol: 'K',
    meaning: 'How many subspaces the dictionary holds. It has N = K·r columns.',
    formula: 'x̂ = Σ Dₖᵀpₖ + b_dec over k ∈ S(x)',
    source: PAPER,
    doubling: true,
  }),
  group_rank: setting(count(32), {
    label: 'Block rank',
    symbol: 'r',
    meaning: 'Columns of one group: features of up to this dimension can stay whole.',
    formula: 'pₖ = Eₖ(x − b_dec) + b_enc,ₖ ∈ ℝʳ',
    source: PAPER,
  }),
  k_groups: activeGroups(
    'Groups that each row may use: those whose codes have the largest norms.',
    'S(x) = the s groups with the largest ‖pₖ‖₂\nl0 = s·r',
  ),
  nuclear_target: nuclearTarget(['composition', 'decoder', 'weight_decay']),
  nuclear_coefficient: setting(z.optional(coefficient()), {
    label: 'Strength',
    symbol: 'λ',
    meaning: 'Strength of the penalty. A direction is pruned when its energy falls below λ/2.',
    formula: 'gain = (1 − λ/(2σ))₊\nσ = p·t²/d for a feature of frequency p, norm t, dimension d',
    source: 'The minimiser of E‖x − Mx‖² + λ‖M‖∗',
    otherwise: 'from the relative one',
    live: true,
  }),
  nuclear_coefficient_relative: setting(z.optional(coefficient()), {
    label: 'Relative',
    symbol: 'λ_rel',
    meaning:
      'Strength of the penalty as a share of the data’s power, so it carries over to other data.',
    formula: 'λ = λ_rel · E‖x − x̄‖²',
    otherwise: '0',
    live: true,
  }),
  moves: moves(),
  decoder_init_norm: initialNorm('0.5 for `composition`, else 1'),
  use_encoder_bias: groupBias('true for `decoder`, else false'),
  score: setting(z.optional(z.enum(scores)), {
    label: 'Gate on',
    meaning:
      'What groups compete by: the norm of their codes, or the energy of what they decode to.',
    formula: 'code norm: ‖pₖ‖₂\ndecoded energy: ‖Dₖᵀpₖ‖₂',
    source: 'SASA (code norm)',
    otherwise: 'code_norm',
    choices: { code_norm: 'code norm', decoded_energy: 'decoded energy' },
    advanced: true,
  }),
  refine: refineCodes(),
};

interface GroupConfig {
  readonly score?: (typeof scores)[number] | undefined;
  readonly n_groups: number;
  readonly group_rank: number;
  readonly k_groups: number;
  readonly nuclear_target: NuclearTarget;
  readonly nuclear_coefficient?: number | undefined;
  readonly nuclear_coefficient_relative?: number | undefined;
  readonly moves?: MoveSettings | undefined;
  readonly use_encoder_bias?: boolean | undefined;
  readonly refine?: boolean | undefined;
}

/** The form of λ that decides: the absolute one where it is set, else the relative one. */
function strengthOf({
  nuclear_coefficient: absolute,
  nuclear_coefficient_relative: relative = 0,
}: GroupConfig) {
  return absolute === undefined
    ? { setting: 'nuclear_coefficient_relative', value: relative, relative: true }
    : { setting: 'nuclear_coefficient', value: absolute, relative: false };
}

/** What makes moves impossible. */
function brokenMoves(config: GroupConfig): readonly BrokenRule[] {
  if (config.moves === undefined) return [];
  const broken = (sentence: string) => [{ setting: 'moves', sentence }];
  if (config.group_rank === 1) {
    return broken('is on; with `group_rank` 1 there is nothing to take apart: leave it out');
  }
  if (config.nuclear_target === 'decoder') {
    return broken(
      'is on; with `nuclear_target` "decoder" rows are brought to norm 1, which undoes what a move balances: leave it out, or take "composition"',
    );
  }
  if (config.refine === true) {
    return broken(
      'is on; with `refine` codes depend on each other, and a move is judged by codes that do not: leave out one of the two',
    );
  }
  return groupScore(config) === 'norm'
    ? []
    : broken('is on; a move is judged by a gate on the norm of codes: leave `score` out, or it');
}

const shape = ({ n_groups, group_rank, k_groups }: GroupConfig): ModelShape => ({
  groups: n_groups,
  rank: group_rank,
  slots: k_groups,
});

/** What a gate of groups ranks. */
export function groupScore({ score }: Pick<GroupConfig, 'score'>): 'norm' | 'energy' {
  return score === 'decoded_energy' ? 'energy' : 'norm';
}

/** What all of them answer alike. */
export const groupModels = {
  strength: {
    absolute: 'nuclear_coefficient',
    relative: 'nuclear_coefficient_relative',
    usual: USUAL_STRENGTH,
    unset: 0,
  },
  underScale: { nuclear_coefficient: 2 },
  shape,
  movement: (config: GroupConfig) => config.moves ?? null,
  refines: ({ refine }: GroupConfig) => refine === true,
  rules: (config: GroupConfig) => [
    ...tooMany('k_groups', config.k_groups, 'n_groups', config.n_groups),
    ...brokenMoves(config),
  ],
  /** `columns`: those that a row may use, where it is not all of its groups. */
  warnings: (config: GroupConfig, width: number, columns = Infinity) => [
    ...(columns < width ? [] : looseGate(shape(config), width)),
    ...(config.group_rank > width
      ? [`a block of rank ${config.group_rank} has more rows than the data have dimensions.`]
      : []),
  ],
  encoderBias: (config: GroupConfig) => config.use_encoder_bias ?? biasByDefault({ ...config }),
  initialNorm: ({ nuclear_target }: GroupConfig) => (nuclear_target === 'composition' ? 0.5 : 1),
  unitRows: ({ nuclear_target }: GroupConfig) => nuclear_target === 'decoder',
  penalty: (config: GroupConfig): Penalty => ({
    kind: 'nuclear',
    target: config.nuclear_target,
    strength: strengthOf(config),
  }),
  live: (config: GroupConfig) => {
    const { setting: name, value } = strengthOf(config);
    return [
      { setting: name, value },
      { setting: 'k_groups', value: config.k_groups },
    ];
  },
  budget: (settings: LooseSettings): Budget => {
    const rank = numberOr(settings, 'group_rank', USUAL_RANK);
    return {
      columns: numberOr(settings, 'n_groups', 64) * rank,
      active: numberOr(settings, 'k_groups', 1) * rank,
    };
  },
  sized: ({ columns, active }: Budget) => ({
    n_groups: Math.max(1, Math.round(columns / USUAL_RANK)),
    group_rank: USUAL_RANK,
    k_groups: Math.max(1, Math.round(active / USUAL_RANK)),
    nuclear_coefficient_relative: USUAL_STRENGTH,
  }),
} as const;

/** What cfg.json says of them, and the same read back. A folder has codes whose norm is the score. */
export const groupFolder = {
  weights: ({ score }: GroupConfig, weights: Dictionary) =>
    score === 'decoded_energy' ? withEnergyAsNorm(weights) : weights,
  save: ({ n_groups, group_rank, k_groups }: GroupConfig) => ({ n_groups, group_rank, k_groups }),
  load: ({ n_groups, group_rank, k_groups }: LooseSettings, hasEncoderBias: boolean) => ({
    settings: {
      n_groups,
      group_rank,
      k_groups,
      // What the lab remembers of training is of another basis.
      score: undefined,
      ...(hasEncoderBias ? { use_encoder_bias: true } : {}),
    },
  }),
} as const;
