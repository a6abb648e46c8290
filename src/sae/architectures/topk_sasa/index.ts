/**
 * SASA: groups of r columns, of which the s with the longest codes describe a row; a nuclear norm finds the rank of
 * each. README.md has the paper.
 */
import * as z from 'zod/mini';
import { setting } from '../../../base/setting';
import { keyParts } from '../../parts';
import {
  defineArchitecture,
  type BrokenRule,
  type LooseSettings,
  type NuclearTarget,
} from '../architecture';
import { looseGate, numberOr, tooMany } from '../common';
import { moves } from '../move_settings';
import { coefficient, count, initialNorm, SHARED_SETTINGS } from '../shared_settings';

const targets = ['composition', 'decoder', 'weight_decay'] as const satisfies NuclearTarget[];
const PAPER = 'SASA, Dalili & Mahdavi 2026';
/** λ_rel that keeps one group per feature in the trials on mixed features (docs/method/trials.md). */
const USUAL_STRENGTH = 3.3e-5;
/** Rank of a new model's groups: circles, spheres and helices fit in. */
const USUAL_RANK = 4;

/** The paper's form has no encoder bias, the released code's has one. */
const biasByDefault = ({ nuclear_target }: LooseSettings) => nuclear_target === 'decoder';

const schema = z.strictObject({
  architecture: z.literal('topk_sasa'),
  ...SHARED_SETTINGS,
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
  k_groups: setting(count(4096), {
    label: 'Active groups',
    symbol: 's',
    meaning: 'Groups that each row may use: those whose codes have the largest norms.',
    formula: 'S(x) = the s groups with the largest ‖pₖ‖₂\nl0 = s·r',
    source: PAPER,
    limit: 'at most `n_groups`',
    live: true,
  }),
  nuclear_target: setting(z._default(z.enum(targets), 'composition'), {
    label: 'Penalty on',
    meaning:
      'What the nuclear norm shrinks: the whole map, the decoder alone, or weights by decay.',
    formula: 'map: Σ ‖DₖᵀEₖ‖∗\ndecoder: mean ‖Dₖ‖∗\nweight decay: ½ Σ (‖Dₖ‖² + ‖Eₖ‖²)',
    source: 'SASA (map, decay) and its released code (decoder)',
    choices: { composition: 'map', decoder: 'decoder', weight_decay: 'weight decay' },
  }),
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
  use_encoder_bias: setting(z.optional(z.boolean()), {
    label: 'Encoder bias',
    symbol: 'b_enc',
    meaning: 'Adds a trained bias to the codes. The paper’s form has none.',
    otherwise: 'true for `decoder`, else false',
    unset: biasByDefault,
    advanced: true,
  }),
});

type Config = z.output<typeof schema>;

/** The form of λ that decides: the absolute one where it is set, else the relative one. */
function strengthOf({
  nuclear_coefficient: absolute,
  nuclear_coefficient_relative: relative = 0,
}: Config) {
  return absolute === undefined
    ? { setting: 'nuclear_coefficient_relative', value: relative, relative: true }
    : { setting: 'nuclear_coefficient', value: absolute, relative: false };
}

/** What makes moves impossible. */
function brokenMoves({ moves: on, group_rank, nuclear_target }: Config): readonly BrokenRule[] {
  if (on === undefined) return [];
  const broken = (sentence: string) => [{ setting: 'moves', sentence }];
  if (group_rank === 1) {
    return broken('is on; with `group_rank` 1 there is nothing to take apart: leave it out');
  }
  return nuclear_target === 'decoder'
    ? broken(
        'is on; with `nuclear_target` "decoder" rows are brought to norm 1, which undoes what a move balances: leave it out, or take "composition"',
      )
    : [];
}

const shape = ({ n_groups, group_rank, k_groups }: Config) => ({
  groups: n_groups,
  rank: group_rank,
  slots: k_groups,
});

export const topkSasa = defineArchitecture({
  id: 'topk_sasa',
  schema,
  words: {
    name: 'SASA',
    choice: 'SASA',
    detail: 'groups with a norm gate',
    unit: 'group',
    size: (number) => `${number('n_groups')} groups × ${number('group_rank')}`,
  },
  gate: () => ({ kind: 'top_of_row', score: 'norm', key: keyParts.any }),
  strength: {
    absolute: 'nuclear_coefficient',
    relative: 'nuclear_coefficient_relative',
    usual: USUAL_STRENGTH,
    unset: 0,
  },
  underScale: { nuclear_coefficient: 2 },
  folder: {
    save: ({ n_groups, group_rank, k_groups }) => ({ n_groups, group_rank, k_groups }),
    load: ({ n_groups, group_rank, k_groups }, hasEncoderBias) => ({
      settings: {
        n_groups,
        group_rank,
        k_groups,
        ...(hasEncoderBias ? { use_encoder_bias: true } : {}),
      },
    }),
  },
  shape,
  movement: (config) => config.moves ?? null,
  rules: (config) => [
    ...tooMany('k_groups', config.k_groups, 'n_groups', config.n_groups),
    ...brokenMoves(config),
  ],
  warnings: (config, width) => [
    ...looseGate(shape(config), width),
    ...(config.group_rank > width
      ? [`a block of rank ${config.group_rank} has more rows than the data have dimensions.`]
      : []),
  ],
  encoderBias: (config) => config.use_encoder_bias ?? biasByDefault(config),
  initialNorm: ({ nuclear_target }) => (nuclear_target === 'composition' ? 0.5 : 1),
  unitRows: ({ nuclear_target }) => nuclear_target === 'decoder',
  penalty: (config) => ({
    kind: 'nuclear',
    target: config.nuclear_target,
    strength: strengthOf(config),
  }),
  live: (config) => {
    const { setting: name, value } = strengthOf(config);
    return [
      { setting: name, value },
      { setting: 'k_groups', value: config.k_groups },
    ];
  },
  budget: (settings) => {
    const rank = numberOr(settings, 'group_rank', USUAL_RANK);
    return {
      columns: numberOr(settings, 'n_groups', 64) * rank,
      active: numberOr(settings, 'k_groups', 1) * rank,
    };
  },
  sized: ({ columns, active }) => ({
    n_groups: Math.max(1, Math.round(columns / USUAL_RANK)),
    group_rank: USUAL_RANK,
    k_groups: Math.max(1, Math.round(active / USUAL_RANK)),
    nuclear_coefficient_relative: USUAL_STRENGTH,
  }),
});
