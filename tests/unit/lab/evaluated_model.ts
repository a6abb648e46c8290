/** A model of four latents on rows of three numbers, with an evaluation: what a folder is written from. */
import type { Evaluation, FailedEvaluation } from '../../../src/lab/keep/evaluated_folder';
import type { EvaluatedModel } from '../../../src/lab/keep/run_evaluations';
import type { ModelReport } from '../../../src/lab/protocol/model_report';
import { modelSchema } from '../../../src/sae/config';

export const report: ModelReport = {
  name: 'TopK SAE',
  architecture: 'topk',
  rows: 7,
  split: 'all',
  explained_variance: 0.5,
  explained_variance_legacy: 0.5,
  mse: 1,
  l0: 2,
  pruned_l0: 2,
  pruned_explained_variance: 0.5,
  groups_per_token: 2,
  live_groups: 1,
  dead_groups: 0,
  dead_features: 0,
  group_coverage: 1,
  mean_stable_rank: 1,
  mean_rank90: 1,
};

/** The model after `step` steps of its run, as its evaluation `found`. */
export function evaluatedModel(
  step: number,
  found: Pick<Evaluation, 'report'> | Pick<FailedEvaluation, 'report'> = { report },
): EvaluatedModel {
  const numbers = (sign: number) => Float32Array.from({ length: 12 }, (_, i) => sign * i);
  return {
    step,
    config: modelSchema.parse({ architecture: 'topk', d_sae: 4, k: 2 }),
    weights: {
      groups: 4,
      rank: 1,
      width: 3,
      encoder: numbers(1),
      decoder: numbers(-1),
      encoderBias: new Float32Array(4),
      decoderBias: new Float32Array(3),
    },
    lambda: null,
    inputScale: 1,
    frequency: new Float32Array(4),
    ...found,
  };
}
