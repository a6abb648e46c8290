/**
 * Words and stories: what columns, units and bits buy. 1000 steps of 512 words with 1024 columns; 400 steps of 1024
 * tokens of layer 4 with 2048 columns. What is active is 16 columns unless the name of a model says otherwise.
 */
import type { Arm, Experiment, RunFile, Settings } from './experiment';
import { costs, faithfulness, fitted, quality, sasa, scalar } from './models';

type Base = Omit<RunFile, 'models'>;

const words: Base = {
  data: { kind: 'words' },
  training: {
    train_batch_size_samples: 512,
    training_samples: 1000 * 512,
    lr: 8e-3,
    lr_warm_up_steps: 100,
    log_every: 50,
  },
};

const stories: Base = {
  data: { kind: 'lm', model: 'stories15m', layer: 4, context_size: 256, seed: 0 },
  training: {
    train_batch_size_samples: 1024,
    training_samples: 400 * 1024,
    lr: 4e-3,
    lr_warm_up_steps: 100,
    log_every: 50,
  },
};

/** What every arm is swept over, alike. */
export const RATES = [1e-3, 2e-3, 4e-3, 8e-3, 1.6e-2];

interface NamedModel {
  readonly name: string;
  readonly model: Settings;
}

const named = (name: string, model: Settings): NamedModel => ({ name, model });
const refined = ({ name, model }: NamedModel): NamedModel =>
  named(`${name}-refine`, { ...model, refine: true });

const at = ({ data, training }: Base, lr: number): Base => ({
  data,
  training: { ...training, lr },
});

/** A run of its own for every model. */
const alone = ({ data, training }: Base, models: readonly NamedModel[]): readonly Arm[] =>
  models.map(({ name, model }) => ({ name, run: { data, models: [model], training } }));

/** One run for all: rows of a language model cost as much as a model that trains on them. */
const together = ({ data, training }: Base, name: string, models: readonly NamedModel[]): Arm => ({
  name,
  run: { data, models: models.map((each) => ({ ...each.model, name: each.name })), training },
});

/** The architectures at a width of so many columns. */
const family = (columns: number): readonly NamedModel[] => [
  ...oneLevel(columns),
  twoLevel(columns),
];

function oneLevel(columns: number): readonly NamedModel[] {
  return [
    named('topk', scalar('topk', columns, 16)),
    named('topk_signed', scalar('topk_signed', columns, 16)),
    batchTopk(columns),
    named('sasa-r2-s8', sasa([columns / 2, 2, 8])),
    named('sasa-r4-s4', sasa([columns / 4, 4, 4])),
  ];
}

const batchTopk = (columns: number): NamedModel =>
  named('batchtopk', scalar('batchtopk', columns, 16));

/** Those that train at one rate. BatchTopK wants twice as much as they do. */
const withoutBatch = (columns: number): readonly NamedModel[] =>
  family(columns).filter(({ name }) => name !== batchTopk(columns).name);

const twoLevel = (columns: number): NamedModel =>
  named('two-level-r2-s12', sasa([columns / 2, 2, 12], { k_columns: 16 }));

/** TopK with fewer and more active, for its frontier. */
const topkAt = (columns: number, counts: readonly number[]): readonly NamedModel[] =>
  counts.map((k) => named(`topk-k${k}`, scalar('topk', columns, k)));

/** The frontier of TopK. */
const topkCosts = (columns: number) => topkAt(columns, [4, 8, 12, 24]);

/** At as many units as SASA has active, and at about as many bits. */
function otherCosts(columns: number): readonly NamedModel[] {
  return [
    ...topkCosts(columns),
    named('sasa-r2-s12', sasa([columns / 2, 2, 12])),
    named('sasa-r4-s6', sasa([columns / 4, 4, 6])),
  ];
}

const wide = (columns: number): readonly NamedModel[] =>
  [
    named('topk', scalar('topk', columns, 16)),
    ...topkAt(columns, [8, 12]),
    named('topk_signed', scalar('topk_signed', columns, 16)),
    named('sasa-r2-s8', sasa([columns / 2, 2, 8])),
  ].map(({ name, model }) => named(`n${columns}-${name}`, model));

const measured = { measures: [...quality, ...costs, ...fitted], bits: true, leastSquares: true };

/** All at the rates that the sweeps found best for them. */
export const wordsExperiment: Experiment = {
  title: 'Word vectors, N = 1024',
  arms: [
    ...alone(words, [
      ...withoutBatch(1024),
      ...otherCosts(1024),
      ...[...withoutBatch(1024), ...topkCosts(1024)].map(refined),
      ...[512, 2048, 4096].flatMap(wide),
    ]),
    ...alone(at(words, 1.6e-2), [batchTopk(1024), refined(batchTopk(1024))]),
  ],
  ...measured,
};

export const storiesExperiment: Experiment = {
  title: 'stories15M, layer 4, N = 2048',
  arms: [
    together(stories, 'plain', withoutBatch(2048)),
    together(stories, 'costs', otherCosts(2048)),
    together(stories, 'refined', withoutBatch(2048).map(refined)),
    together(at(stories, 8e-3), 'batch', [batchTopk(2048), refined(batchTopk(2048))]),
    together(stories, 'refined-costs', topkCosts(2048).map(refined)),
  ],
  ...measured,
  measures: [...measured.measures, ...faithfulness],
  spliced: ['topk', 'sasa-r2-s8', 'sasa-r4-s4', 'two-level-r2-s12'].map((name) => `plain/${name}`),
};

export const wordsRates: Experiment = {
  title: 'Word vectors, learning rates',
  arms: RATES.flatMap((lr) =>
    alone(
      at(words, lr),
      family(1024).map(({ name, model }) => named(`${name}-lr${lr}`, model)),
    ),
  ),
  ...measured,
};

export const storiesRates: Experiment = {
  title: 'stories15M, learning rates',
  arms: RATES.flatMap((lr) => [
    together(at(stories, lr), `lr${lr}`, oneLevel(2048)),
    ...alone(at(stories, lr), [named(`two-level-lr${lr}`, twoLevel(2048).model)]),
  ]),
  ...measured,
};

const strength = (name: string, lambda: number, shape: Parameters<typeof sasa>[0]): NamedModel =>
  named(`${name}-lambda${lambda}`, sasa(shape, { nuclear_coefficient_relative: lambda }));

const longer = ({ data, training }: Base, times: number): Base => ({
  data,
  training: { ...training, training_samples: Number(training['training_samples']) * times },
});

/** What the presets are set by: how long, and how strong a penalty. */
export const presetsExperiment: Experiment = {
  title: 'Presets',
  arms: [
    ...[1, 2, 3].map((times) =>
      together(longer(words, times), `words-${times}000`, [
        named('topk', scalar('topk', 1024, 16)),
        named('sasa-r2-s8', sasa([512, 2, 8])),
      ]),
    ),
    together(
      words,
      'words-lambda',
      [0, 1e-5, 1e-4, 3e-4].map((lambda) => strength('r2', lambda, [512, 2, 8])),
    ),
    together(stories, 'stories-lambda', [
      ...[0, 1e-5, 1e-4].map((lambda) => strength('r2', lambda, [1024, 2, 8])),
      ...[0, 1e-5, 1e-4].map((lambda) => strength('r4', lambda, [512, 4, 4])),
    ]),
  ],
  ...measured,
};
