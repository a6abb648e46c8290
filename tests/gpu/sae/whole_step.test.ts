/**
 * Whole steps on the GPU: the same groups win as in the float64 executor and the gradients agree with its
 * own, and twice the same start gives the same weights, bit for bit. Single passes are held to their
 * twins in parity.test.ts; what is tested here is that the list runs in its order, with its clears.
 */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { runTwin } from '../../../src/sae/twin/executor';
import type { StepCase } from '../../../src/sae/architectures/cases';
import { randomStep, type RandomStep } from '../../unit/sae/random_step';
import { floatsOf, twinBuffers, wordsOf } from '../../unit/sae/twin_step';
import { testDevice } from '../adapter';
import { UNIT } from './error_bounds';
import { GpuStep } from './gpu_step';

const sasa = { architecture: 'topk_sasa', n_groups: 17, group_rank: 3, k_groups: 2 } as const;

/** Gradients are stored, so that they can be compared; the clip is too wide to bind. */
const shape = { width: 17, batch: 33, dead: 'some', maxGradNorm: 1e6 } as const;

const cases: Readonly<Record<string, StepCase>> = {
  'map objective, residual loss': { ...shape, model: sasa },
  'decoder objective, preact loss, layer norm': {
    ...shape,
    model: {
      ...sasa,
      nuclear_target: 'decoder',
      aux_loss: 'preact',
      normalize_activations: 'layer_norm',
    },
  },
  'topk, tiled kernels': {
    ...shape,
    variant: 'tiled',
    model: { architecture: 'topk', d_sae: 33, k: 5 },
  },
  batchtopk: { ...shape, model: { architecture: 'batchtopk', d_sae: 33, k: 5 } },
  'groups of a batch': {
    ...shape,
    model: { ...sasa, architecture: 'batch_topk_sasa', use_encoder_bias: true },
  },
  'refined codes': { ...shape, model: { architecture: 'topk', d_sae: 33, k: 5, refine: true } },
  'refined codes of groups, tiled kernels': {
    ...shape,
    variant: 'tiled',
    model: { ...sasa, refine: true, use_encoder_bias: true },
  },
  'relu, in four slices': {
    ...shape,
    batch: 64,
    mostPlaces: 16 * 33,
    model: { architecture: 'standard', d_sae: 33, l1_coefficient: 0.2 },
  },
  'jumprelu, tiled kernels, in two slices': {
    ...shape,
    batch: 64,
    mostPlaces: 32 * 33,
    variant: 'tiled',
    model: { architecture: 'jumprelu', d_sae: 33, l0_coefficient: 0.2 },
  },
};

const MATRICES = ['encoder', 'decoder', 'biases'] as const;
const STEPS = 5;

/** Takes some steps from the start; the first starts from clean gradients, the others from what was left. */
async function weightsAfter(step: RandomStep, steps: number): Promise<Float32Array[]> {
  const gpu = await GpuStep.create(await testDevice(), step);
  for (let i = 0; i < steps; i += 1) gpu.run();
  const weights: Float32Array[] = [];
  for (const name of MATRICES) weights.push(await gpu.read(name));
  gpu.destroy();
  return weights;
}

describe.each(Object.entries(cases))('%s', (_name, test) => {
  const step = randomStep(test);

  it('switches on the groups of the float64 step and has its gradients', async () => {
    const buffers = twinBuffers(step);
    runTwin(step.plan, buffers, step.uniforms);
    const gpu = await GpuStep.create(await testDevice(), step);
    gpu.run();
    const fired = new Uint32Array((await gpu.read('fired')).buffer);
    expect(fired).toEqual(wordsOf(buffers, 'fired'));
    const { width, batch, rank, main, auxiliary, refinement } = step.layout;
    // The longest chain of sums: encode, decode, dead ones likewise, code gradient, sum over both branches.
    const codes = main.slots * rank + (auxiliary?.slots ?? 0) * (auxiliary?.rank ?? 0);
    // With a step on the codes they are made, decoded and gone back through twice.
    const terms = (refinement === null ? 1 : 2) * (4 * width + 2 * codes + 2 * batch);
    for (const name of MATRICES) {
      const wanted = floatsOf(buffers, `${name}_gradient`);
      const found = await gpu.read(`${name}_gradient`);
      const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(largest).toBeGreaterThan(0);
      wanted.forEach((value, i) => {
        const error = Math.abs(at(found, i) - value) / largest;
        expect(error, `${name}[${i}]`).toBeLessThanOrEqual(terms * UNIT);
      });
    }
    gpu.destroy();
  });

  it('gives the same weights twice, bit for bit, and other weights after one step more', async () => {
    const once = await weightsAfter(step, STEPS);
    expect(await weightsAfter(step, STEPS)).toEqual(once);
    expect(await weightsAfter(step, STEPS + 1)).not.toEqual(once);
  });
});
