/**
 * Every kernel compiles, and every plan binds, for every architecture and option, on a device with the
 * adapter's own limits and on one with WebGPU's defaults.
 */
import { describe, expect, it } from 'vitest';
import { allocate } from '../../../src/gpu/buffers';
import { PlanRunner } from '../../../src/gpu/executor';
import { modelSchema, type ModelInput } from '../../../src/sae/config';
import { stepPlan } from '../../../src/sae/step_plan';
import { defaultLimitsDevice, testDevice } from '../adapter';

const sasa = { architecture: 'topk_sasa', n_groups: 10, group_rank: 3, k_groups: 2 } as const;
const models: Record<string, ModelInput> = {
  'map objective': sasa,
  'decoder objective': { ...sasa, nuclear_target: 'decoder' },
  'weight decay objective': { ...sasa, nuclear_target: 'weight_decay' },
  'preact auxiliary loss': { ...sasa, aux_loss: 'preact', use_encoder_bias: true },
  'layer norm, many slots': { ...sasa, k_groups: 9, normalize_activations: 'layer_norm' },
  'block rank 32': { ...sasa, n_groups: 3, group_rank: 32 },
  topk: { architecture: 'topk', d_sae: 40, k: 5 },
  'topk, many winners': { architecture: 'topk', d_sae: 40, k: 20 },
  'topk, residual auxiliary loss': { architecture: 'topk', d_sae: 40, k: 5, aux_loss: 'residual' },
  standard: { architecture: 'standard', d_sae: 40, l1_coefficient: 0.1 },
};

describe.each(Object.entries(models))('%s', (_name, input) => {
  it.each([
    ['direct', false],
    ['tiled', false],
    ['tiled', true],
  ] as const)('compiles with %s scores, clip %s', async (variant, clip) => {
    for (const device of [await testDevice(), await defaultLimitsDevice()]) {
      const config = modelSchema.parse(input);
      const { plan } = stepPlan({ config, width: 7, batch: 33, variant, clip });
      const buffers = await allocate(device, plan);
      for (const imported of plan.imports) {
        buffers.set(
          imported,
          device.createBuffer({ size: 33 * 8 * 4, usage: GPUBufferUsage.STORAGE }),
        );
      }
      const runner = await PlanRunner.create(device, plan, buffers);
      // architecture.md: a dependent dispatch costs time on every adapter, so a step has at most 20.
      expect(runner.dispatches(true)).toBeLessThanOrEqual(20);
      runner.destroy();
      for (const buffer of buffers.values()) buffer.destroy();
    }
  });
});
