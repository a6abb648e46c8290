/**
 * A model of a run at one step: weights, settings and an encoder that all say the same, though training goes on
 * meanwhile. What is asked of a model that still trains (its evaluation, its folder, its groups) is asked of a copy.
 */
import { Encoder } from './encoder';
import type { TrainedModel } from './encoding';
import type { RunModels } from './kept_models';

export interface SteadyModel extends TrainedModel {
  readonly step: number;
  /** λ in absolute units, null for models without a nuclear penalty. */
  readonly lambda: number | null;
  /** c of `expected_average_only_in`; 1 for the other normalisations. */
  readonly inputScale: number;
  /** Frees the copy; what was read of it stays. */
  destroy(): void;
}

/**
 * One model as it is now. `device` is where a copy encodes; null when the training is over and the models themselves
 * stay as they are. Rejects with LabError `out_of_memory`.
 */
export async function steadyModel(
  models: RunModels,
  model: number,
  device: (() => Promise<GPUDevice>) | null,
): Promise<SteadyModel> {
  // Read in one turn with the copy of the weights being submitted: no step comes between.
  const { step } = models;
  const facts = {
    step,
    config: models.modelConfig(model),
    lambda: models.lambdas[model] ?? null,
    inputScale: models.inputScales[model] ?? 1,
  };
  const weights = await models.weights(model);
  if (device === null) {
    return {
      ...facts,
      weights,
      encode: (x, rows, onProgress) => models.encode(model, x, rows, onProgress),
      destroy: () => undefined,
    };
  }
  const encoder = await Encoder.upload(await device(), facts.config, weights);
  return {
    ...facts,
    weights,
    encode: (x, rows, onProgress) => encoder.encode(x, rows, onProgress),
    destroy: () => encoder.destroy(),
  };
}
