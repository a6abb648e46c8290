/**
 * Words and stories: what columns, units and bits buy. 1000 steps of 512 words with 1024 columns; 400 steps of 1024
 * tokens of layer 4 with 2048 columns. What is active is 16 columns unless the name of the arm says otherwise.
 */
import type { Arm, Experiment, RunFile, Settings } from './experiment';
import { costs, fitted, quality, sasa, scalar } from './models';

const words = {
  data: { kind: 'words' },
  training: {
    train_batch_size_samples: 512,
    training_samples: 1000 * 512,
    lr: 2e-3,
    lr_warm_up_steps: 100,
    log_every: 50,
  },
};

const stories = {
  data: { kind: 'lm', model: 'stories15m', layer: 4, context_size: 256, seed: 0 },
  training: {
    train_batch_size_samples: 1024,
    training_samples: 400 * 1024,
    lr: 2e-3,
    lr_warm_up_steps: 100,
    log_every: 50,
  },
};

type Base = Omit<RunFile, 'models'>;

const arm = ({ data, training }: Base, name: string, model: Settings): Arm => ({
  name,
  run: { data, models: [model], training },
});

/** The architectures at a width of so many columns. */
function family(base: Base, columns: number): readonly Arm[] {
  return [
    arm(base, 'topk', scalar('topk', columns, 16)),
    arm(base, 'topk_signed', scalar('topk_signed', columns, 16)),
    arm(base, 'batchtopk', scalar('batchtopk', columns, 16)),
    arm(base, 'sasa-r2-s8', sasa([columns / 2, 2, 8])),
    arm(base, 'sasa-r4-s4', sasa([columns / 4, 4, 4])),
    arm(base, 'two-level-r2-s12', sasa([columns / 2, 2, 12], { k_columns: 16 })),
  ];
}

/** At as many units as SASA has active, and at about as many bits. */
function otherCosts(base: Base, columns: number): readonly Arm[] {
  return [
    ...[4, 8, 12, 24].map((k) => arm(base, `topk-k${k}`, scalar('topk', columns, k))),
    arm(base, 'sasa-r2-s12', sasa([columns / 2, 2, 12])),
    arm(base, 'sasa-r4-s6', sasa([columns / 4, 4, 6])),
  ];
}

/** N = 512, 2048 and 4096 beside the 1024 of the others. */
const widths: readonly Arm[] = [512, 2048, 4096].flatMap((columns) => [
  arm(words, `n${columns}-topk`, scalar('topk', columns, 16)),
  arm(words, `n${columns}-topk_signed`, scalar('topk_signed', columns, 16)),
  arm(words, `n${columns}-sasa-r2-s8`, sasa([columns / 2, 2, 8])),
]);

/** The learning rate, swept alike for all. */
function rates(base: Base, columns: number): readonly Arm[] {
  return [1e-3, 2e-3, 4e-3].flatMap((lr) =>
    family({ ...base, training: { ...base.training, lr } }, columns).map(({ name, run }) => ({
      name: `${name}-lr${lr}`,
      run,
    })),
  );
}

const measured = { measures: [...quality, ...costs, ...fitted], bits: true, leastSquares: true };

export const wordsExperiment: Experiment = {
  arms: [...family(words, 1024), ...otherCosts(words, 1024), ...widths],
  ...measured,
};

export const storiesExperiment: Experiment = {
  arms: [...family(stories, 2048), ...otherCosts(stories, 2048)],
  ...measured,
};

export const wordsRates: Experiment = { arms: rates(words, 1024), ...measured };

export const storiesRates: Experiment = { arms: rates(stories, 2048), ...measured };
