/** λ and λ_rel: λ = λ_rel · c² · E‖x‖², the absolute one as it is given (docs/run-file.md). */
import { expect, it } from 'vitest';
import { inputUnitsOf } from '../../../src/sae/input_units';
import { modelSchema } from '../../../src/sae/config';
import { absoluteStrength, nuclearStrength, relativeStrength } from '../../../src/sae/penalty';

/** c = √64 / 2 = 4. */
const statistics = { width: 64, power: 3, meanNorm: 2, sampledRows: 100 };

it('is as given, or relative to the power of the rows as they are trained on', () => {
  for (const [normalize_activations, scale] of [
    ['none', 1],
    ['layer_norm', 1],
    ['expected_average_only_in', 4],
  ] as const) {
    const units = inputUnitsOf(normalize_activations, statistics);
    const lambdaOf = (own: object) =>
      nuclearStrength(
        modelSchema.parse({
          architecture: 'topk_sasa',
          n_groups: 4,
          group_rank: 2,
          k_groups: 1,
          normalize_activations,
          ...own,
        }),
        units,
      );
    expect(units).toEqual({ power: 3, inputScale: scale });
    expect(lambdaOf({ nuclear_coefficient: 0.5 })).toBe(0.5);
    expect(lambdaOf({ nuclear_coefficient: 0.5, nuclear_coefficient_relative: 7 })).toBe(0.5);
    expect(lambdaOf({ nuclear_coefficient_relative: 0.01 })).toBeCloseTo(0.03 * scale ** 2, 12);
    expect(lambdaOf({})).toBe(0);
    expect(relativeStrength(absoluteStrength(0.01, units), units)).toBeCloseTo(0.01, 12);
  }
});

it('is none for a model without a nuclear penalty', () => {
  const model = modelSchema.parse({ architecture: 'topk', d_sae: 8, k: 2 });
  expect(nuclearStrength(model, { power: 3, inputScale: 2 })).toBeNull();
});
