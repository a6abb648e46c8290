/**
 * A batch in slices has the gradients of the whole batch: float64 sums differ in their order alone. Held to the step
 * that is taken at once, whose gradients are derivatives of the loss (gradients.test.ts).
 */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import type { ModelInput } from '../../../src/sae/config';
import { runTwin } from '../../../src/sae/twin/executor';
import { randomStep } from './random_step';
import { floatsOf, twinBuffers } from './twin_step';

const models: Readonly<Record<string, ModelInput>> = {
  relu: { architecture: 'standard', d_sae: 15, l1_coefficient: 0.3 },
  jumprelu: {
    architecture: 'jumprelu',
    d_sae: 15,
    l0_coefficient: 0.2,
    jumprelu_sparsity_loss_mode: 'tanh',
  },
};

describe.each(Object.entries(models))('%s', (_name, model) => {
  const shape = { model, width: 5, batch: 64, maxGradNorm: 1e9 } as const;
  const taken = (mostPlaces?: number) => {
    const step = randomStep({ ...shape, ...(mostPlaces === undefined ? {} : { mostPlaces }) });
    const buffers = twinBuffers(step);
    runTwin(step.plan, buffers, step.uniforms);
    return { step, buffers };
  };
  const whole = taken();
  const sliced = taken(16 * 15);

  it('takes four slices over lists of a quarter of the places', () => {
    const lists = (run: typeof whole) => floatsOf(run.buffers, 'coefs').length;
    expect(
      sliced.step.plan.passes.filter(({ name }) => name.startsWith('list codes')),
    ).toHaveLength(4);
    expect(lists(sliced) * 4).toBe(lists(whole));
    expect(sliced.step.layout.batch).toBe(64);
  });

  const tensors = ['encoder', 'decoder', 'biases', 'log_thresholds'];
  it.each(tensors.filter((name) => whole.buffers.has(name)))(
    'adds up the gradient of %s',
    (tensor) => {
      for (const name of [`${tensor}_gradient`, tensor]) {
        const wanted = floatsOf(whole.buffers, name);
        floatsOf(sliced.buffers, name).forEach((value, i) => {
          expect(Math.abs(value - at(wanted, i)), `${name}[${i}]`).toBeLessThan(1e-12);
        });
      }
    },
  );

  it('knows every row, and the norm of the whole gradient', () => {
    const stats = floatsOf(whole.buffers, 'row_stats');
    floatsOf(sliced.buffers, 'row_stats').forEach((value, i) => {
      expect(value).toBeCloseTo(at(stats, i), 10);
    });
    const norm = (run: typeof whole) =>
      at(floatsOf(run.buffers, 'penalty'), run.step.layout.normOffset);
    expect(norm(sliced)).toBeCloseTo(norm(whole), 10);
  });
});
