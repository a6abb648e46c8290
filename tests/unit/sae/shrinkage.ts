/**
 * A problem whose solution is known in closed form (docs/method/training.md): one group that sees a slice of data with
 * covariance diag(σ) minimises E‖x − Mx‖² + λ‖M‖_* with M diagonal, gains (1 − λ/2σ_j)₊. The batch holds
 * ±√(d σ_j) e_j for every axis, so its covariance is diag(σ) exactly and every step sees all of it.
 */
import { at } from '../../../src/base/array';
import type { UniformValues } from '../../../src/gpu/uniforms';
import { modelSchema } from '../../../src/sae/config';
import { initialWeights } from '../../../src/sae/initial';
import type { KernelVariant } from '../../../src/sae/layout';
import { stepUniforms, uniformsAt } from '../../../src/sae/schedule';
import { stepPlan } from '../../../src/sae/step_plan';
import { asStored, testOptimiser, type RandomStep } from './random_step';

/** Energies σ_j; the last lies below λ/2 and is pruned. */
export const energies = [1, 0.5, 0.2, 0.03] as const;
const LAMBDA = 0.1;
const WIDTH = energies.length;
const BATCH = 2 * WIDTH;
export const STEPS = 1200;

/** What the gains of the trained map have to be. */
export const gains = energies.map((energy) => Math.max(0, 1 - LAMBDA / (2 * energy)));

const config = modelSchema.parse({
  architecture: 'topk_sasa',
  n_groups: 1,
  group_rank: WIDTH,
  k_groups: 1,
  nuclear_coefficient: LAMBDA,
  aux_loss: 'none',
});

/** The step with its starting weights. */
export function shrinkageStep(variant: KernelVariant): RandomStep {
  const planned = stepPlan({ config, width: WIDTH, batch: BATCH, variant, clip: false });
  const weights = initialWeights(config, WIDTH, new Float32Array(WIDTH), 3, 0, 1);
  const x = new Float32Array(BATCH * WIDTH);
  energies.forEach((energy, j) => {
    x[2 * j * WIDTH + j] = Math.sqrt(WIDTH * energy);
    x[(2 * j + 1) * WIDTH + j] = -Math.sqrt(WIDTH * energy);
  });
  return {
    ...planned,
    config,
    uniforms: uniformsOf(0),
    contents: new Map([
      ['x', x],
      ['data_mean', new Float32Array(WIDTH)],
      ['encoder', Float32Array.from(weights.encoder)],
      ['decoder', Float32Array.from(weights.decoder)],
    ]),
  };
}

/** Uniforms of step t: the rate falls over the second half, so that Adam comes to rest. */
export function uniformsOf(step: number): UniformValues {
  const settings = { ...testOptimiser, lr: 1e-2, lr_decay_steps: STEPS / 2 };
  const model = { lambda: LAMBDA, sparsity: 0, rms: 1, inputScale: 1 };
  return asStored(stepUniforms, uniformsAt(config, settings, model, step, STEPS, BATCH));
}

/** Map DᵀE [d, d] of the trained weights [r, d]. */
export function mapOf(
  encoder: ArrayLike<number>,
  decoder: ArrayLike<number>,
): readonly (readonly number[])[] {
  return energies.map((_, a) =>
    energies.map((__, b) => {
      let sum = 0;
      for (let i = 0; i < WIDTH; i += 1) {
        sum += at(decoder, i * WIDTH + a) * at(encoder, i * WIDTH + b);
      }
      return sum;
    }),
  );
}
