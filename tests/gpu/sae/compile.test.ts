/**
 * Every plan, for every architecture and option, binds within WebGPU's default limits, and every program in it
 * compiles on the adapter. The first is a matter of WebGPU's own checks, which need no driver; the second takes
 * a driver, a third of a second and more for a program on a software adapter, so each program is compiled once.
 */
import { describe, expect, it } from 'vitest';
import { allocate } from '../../../src/gpu/buffers';
import { PlanRunner } from '../../../src/gpu/executor';
import type { Pass, Plan } from '../../../src/gpu/plan';
import { modelSchema, type ModelInput } from '../../../src/sae/config';
import { stepPlan } from '../../../src/sae/step_plan';
import { checkingDevice, testDevice } from '../adapter';

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

/** Constants that tell a kernel where and how many; all others choose what it is made of. */
const PLACE_OR_COUNT = /(^|_)OFFSET$|^(K|N|LENGTH|COUNT|BLOCKS)$/;

/** What tells a pass's program from others: its text, and the constants that choose among its branches. */
function programOf({ kernel, constants }: Pass): string {
  const choices = Object.entries(constants).filter(([name]) => !PLACE_OR_COUNT.test(name));
  return JSON.stringify([kernel.name, kernel.enables, ...choices.sort()]);
}

const compiled = new Set<string>();

/** Compiles and binds a plan, as a run does, and gives the number of its dispatches. */
async function bind(device: GPUDevice, plan: Plan): Promise<number> {
  const buffers = await allocate(device, plan);
  for (const imported of plan.imports) {
    buffers.set(imported, device.createBuffer({ size: 33 * 8 * 4, usage: GPUBufferUsage.STORAGE }));
  }
  const runner = await PlanRunner.create(device, plan, buffers);
  const dispatches = runner.dispatches(true);
  runner.destroy();
  for (const buffer of buffers.values()) buffer.destroy();
  return dispatches;
}

describe.each(Object.entries(models))('%s', (_name, input) => {
  describe.each([
    ['direct', false],
    ['tiled', false],
    ['tiled', true],
  ] as const)('%s scores, clip %s', (variant, clip) => {
    const config = modelSchema.parse(input);
    const { plan } = stepPlan({ config, width: 7, batch: 33, variant, clip });

    it('binds within the default limits, in at most 20 dispatches', async () => {
      // A dependent dispatch costs time on every adapter, so a step has at most 20.
      expect(await bind(await checkingDevice(), plan)).toBeLessThanOrEqual(20);
    });

    it('compiles on the adapter', async () => {
      const passes = plan.passes.filter((pass) => !compiled.has(programOf(pass)));
      await bind(await testDevice(), { ...plan, passes });
      for (const pass of plan.passes) compiled.add(programOf(pass));
    });
  });
});
