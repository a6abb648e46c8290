/**
 * The schedule of a run: what the learning rate and the other uniforms of a step are, against docs/method/training.md
 * and the words of docs/run-file.md.
 */
import { describe, expect, it } from 'vitest';
import { modelSchema } from '../../../src/sae/config';
import {
  decaySteps,
  learningRate,
  uniformsAt,
  type OptimiserSettings,
} from '../../../src/sae/schedule';

const settings: OptimiserSettings = {
  lr: 0.1,
  lr_warm_up_steps: 4,
  lr_decay_steps: 5,
  adam_beta1: 0.9,
  adam_beta2: 0.999,
  weight_decay: 0.02,
};

const rates = (change: Partial<OptimiserSettings>, steps: number) =>
  Array.from({ length: steps }, (_, t) => learningRate({ ...settings, ...change }, t, steps));

function expectRates(found: readonly number[], wanted: readonly number[]): void {
  expect(found).toHaveLength(wanted.length);
  found.forEach((rate, t) => expect(rate, `step ${t}`).toBeCloseTo(wanted[t] ?? NaN, 12));
}

describe('learning rate', () => {
  it('warms up, stays, and decays to one share of the decay, never to zero', () => {
    expectRates(
      rates({}, 12),
      [0.025, 0.05, 0.075, 0.1, 0.1, 0.1, 0.1, 0.1, 0.08, 0.06, 0.04, 0.02],
    );
  });

  it('is constant without warm-up and decay', () => {
    expectRates(rates({ lr_warm_up_steps: 0, lr_decay_steps: 0 }, 3), [0.1, 0.1, 0.1]);
  });

  it('decays over the last fifth where nothing is said', () => {
    expect(decaySteps({ ...settings, lr_decay_steps: undefined }, 1000)).toBe(200);
    const found = rates({ lr_warm_up_steps: 0, lr_decay_steps: undefined }, 10);
    expectRates(found, [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.05]);
  });

  it('takes the smaller of both where warm-up and decay meet, and decays over the whole run at most', () => {
    expectRates(rates({ lr_decay_steps: 100 }, 4), [0.025, 0.05, 0.05, 0.025]);
  });
});

describe('uniforms of a step', () => {
  const sasa = {
    architecture: 'topk_sasa',
    n_groups: 8,
    group_rank: 2,
    k_groups: 2,
    dead_group_window: 77,
    aux_coefficient: 0.25,
  } as const;
  const model = { lambda: 0.4, sparsity: 0.3, rms: 2, inputScale: 0.5 };
  const at = (input: Parameters<typeof modelSchema.parse>[0], step: number) =>
    uniformsAt(modelSchema.parse(input), settings, model, step, 12, 32);

  it('counts tokens including the batch of the step, and corrects the bias of both moments', () => {
    const values = at(sasa, 2);
    expect(values['tokens_seen']).toBe(96);
    expect(values['dead_window']).toBe(77);
    expect(values['correction1']).toBeCloseTo(1 / (1 - 0.9 ** 3), 12);
    expect(values['correction2']).toBeCloseTo(1 / (1 - 0.999 ** 3), 9);
    expect(values['lr']).toBeCloseTo(0.075, 12);
    expect(values['weight_decay']).toBe(0.02);
    expect(values['aux_coefficient']).toBe(0.25);
    expect(values['input_scale']).toBe(0.5);
  });

  it('takes λ whole for a sum over groups, and a K-th of it for the mean of the decoder option', () => {
    expect(at(sasa, 0)['penalty_strength']).toBe(0.4);
    expect(at({ ...sasa, nuclear_target: 'weight_decay' }, 0)['penalty_strength']).toBe(0.4);
    expect(at({ ...sasa, nuclear_target: 'decoder' }, 0)['penalty_strength']).toBe(0.05);
  });

  it('has an L1 coefficient for the standard architecture alone, and no clip unless one is set', () => {
    const standard = { architecture: 'standard', d_sae: 8, l1_coefficient: 0.3 };
    expect(at(standard, 0)['sparsity_strength']).toBe(0.3);
    expect(at(sasa, 0)['max_grad_norm']).toBeGreaterThan(1e38);
    const clipped = { ...settings, max_grad_norm: 1.5 };
    const values = uniformsAt(modelSchema.parse(sasa), clipped, model, 0, 12, 32);
    expect(values['max_grad_norm']).toBe(1.5);
  });
});
