/**
 * Known shapes: does every true feature end in a group of its own? 2500 steps of 512, with too few groups, with as many
 * as features and with more, and where the number of active groups is not the number of features that are present.
 */
import type { ZooInput } from '../../src/data/zoo_spec';
import type { Arm, Experiment, Settings } from './experiment';
import { MOVES, quality, rates, recovered, sasa, scalar, type Gate } from './models';

/** Rank of all groups: that of the widest feature. */
const RANK = 4;

const training: Settings = {
  train_batch_size_samples: 512,
  training_samples: 2500 * 512,
  lr: 2e-3,
  lr_warm_up_steps: 200,
  log_every: 50,
};

const preset = (name: string): Settings => ({ kind: 'synthetic', preset: name });
const made = (spec: ZooInput): Settings => ({ kind: 'synthetic', spec });

const MIXED: ZooInput = {
  width: 128,
  features: [
    { kind: 'circle', count: 16 },
    { kind: 'sphere', count: 16 },
    { kind: 'signed_line', count: 16 },
    { kind: 'helix', count: 8 },
    { kind: 'gaussian', dimension: 4, count: 8 },
  ],
  frequency: { kind: 'exactly', active: 3 },
  noise: 0.11,
};

const active = (count: number): Settings =>
  made({ ...MIXED, frequency: { kind: 'exactly', active: count } });

/** The 64 features in turns, so that a frequency that falls with the number favours no kind. */
const inTurns: ZooInput['features'] = Array.from({ length: 8 }, (_, turn) => [
  { kind: 'circle' as const, name: `circle ${2 * turn + 1}` },
  { kind: 'sphere' as const, name: `sphere ${2 * turn + 1}` },
  { kind: 'signed_line' as const, name: `line ${2 * turn + 1}` },
  { kind: 'helix' as const, name: `helix ${turn + 1}` },
  { kind: 'circle' as const, name: `circle ${2 * turn + 2}` },
  { kind: 'sphere' as const, name: `sphere ${2 * turn + 2}` },
  { kind: 'signed_line' as const, name: `line ${2 * turn + 2}` },
  { kind: 'gaussian' as const, dimension: 4, name: `gaussian ${turn + 1}` },
]).flat();

/** Σ 1/i over 64 features: the first of them is present so often that three are on average. */
const HARMONIC = inTurns.reduce((sum, _, index) => sum + 1 / (index + 1), 0);
const zipf = made({
  ...MIXED,
  features: inTurns,
  frequency: { kind: 'zipf', probability: 3 / HARMONIC },
});

interface World {
  readonly name: string;
  readonly data: Settings;
  readonly groups: number;
  readonly active: number;
}

const worlds: readonly World[] = [
  { name: 'k64', data: preset('zoo'), groups: 64, active: 3 },
  { name: 'k72', data: preset('zoo'), groups: 72, active: 3 },
  { name: 'k96', data: preset('zoo'), groups: 96, active: 3 },
  { name: 'zoo2-k208', data: preset('zoo2'), groups: 208, active: 3 },
  { name: 'd64', data: made({ ...MIXED, width: 64 }), groups: 64, active: 3 },
  { name: 'zipf', data: zipf, groups: 64, active: 3 },
  { name: 'noise30', data: made({ ...MIXED, noise: 0.3 }), groups: 64, active: 3 },
  { name: 'active4-s3', data: active(4), groups: 80, active: 3 },
  { name: 'active5-s3', data: active(5), groups: 80, active: 3 },
  { name: 'active3-s2', data: active(3), groups: 80, active: 2 },
  { name: 'active3-s4', data: active(3), groups: 80, active: 4 },
];

function withMoves(
  { name, data, groups, active: s }: World,
  moves: keyof typeof MOVES,
  gate: Gate = 'topk_sasa',
): Arm {
  const models = [sasa([groups, RANK, s], MOVES[moves], gate)];
  return { name: `${name}-${moves}`, run: { data, models, training } };
}

const measures = [...quality, ...recovered];

/** Circle, sphere and helix as the lab opens with them, where there is nothing to move. */
const shapes: Arm = {
  name: 'figure1-both',
  run: {
    data: preset('figure1'),
    models: [
      {
        architecture: 'topk_sasa',
        n_groups: 64,
        group_rank: RANK,
        k_groups: 1,
        nuclear_coefficient: 0.003,
        ...MOVES.both,
      },
    ],
    training: { train_batch_size_samples: 256, training_samples: 256_000, lr: 2e-3, log_every: 50 },
  },
};

/** Exactly so many features in a row, and the row's gate. */
export const zoo: Experiment = {
  title: 'Known shapes, exactly so many a row',
  arms: [
    ...worlds.flatMap((world) =>
      (['none', 'unpack', 'both'] as const).map((moves) => withMoves(world, moves)),
    ),
    { name: 'topk', run: { data: preset('zoo'), models: [scalar('topk', 384, 12)], training } },
    shapes,
  ],
  measures,
  bits: false,
  leastSquares: false,
};

/** The Zipf world of above, in which the number that is present varies as well, with a gate over the batch. */
const zipfBatch: World = { name: 'zipf-batch-k64-s3', data: zipf, groups: 64, active: 3 };

/** Features present independently: a gate over the row against one over the batch, and what finds s. */
export const zooIndependent: Experiment = {
  title: 'Known shapes, each by itself',
  arms: [
    ...(['none', 'both'] as const).map((moves) => withMoves(zipfBatch, moves, 'batch_topk_sasa')),
    ...gated(),
  ],
  measures: [...measures, ...rates],
  bits: true,
  leastSquares: false,
};

/** Every gate at every number of active groups, without moves and with them. */
function gated(): readonly Arm[] {
  return (
    [
      ['row', 'topk_sasa'],
      ['batch', 'batch_topk_sasa'],
    ] as const
  ).flatMap(([name, gate]) =>
    [
      ...[2, 3, 4, 5].map((s) => ({ groups: 80, s })),
      ...(gate === 'batch_topk_sasa' ? [{ groups: 64, s: 3 }] : []),
    ].flatMap(({ groups, s }) => {
      const data = preset('zoo_independent');
      const world = { name: `${name}-k${groups}-s${s}`, data, groups, active: s };
      return (['none', 'both'] as const).map((moves) => withMoves(world, moves, gate));
    }),
  );
}
