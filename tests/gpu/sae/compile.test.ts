/**
 * Every plan, for every architecture and option, binds within WebGPU's default limits, and every program in it
 * compiles on the adapter. The first is a matter of WebGPU's own checks, which need no driver; the second takes
 * a driver, a third of a second and more for a program on a software adapter, so each program is compiled once.
 */
import { describe, expect, it } from 'vitest';
import { allocate } from '../../../src/gpu/buffers';
import { PlanRunner } from '../../../src/gpu/executor';
import type { Pass, Plan } from '../../../src/gpu/plan';
import { modelSchema } from '../../../src/sae/config';
import { stepPlan } from '../../../src/sae/step_plan';
import { casesOf } from '../../support/architecture_cases';
import { checkingDevice, testDevice } from '../adapter';

/** Constants that tell a kernel where and how many; all others choose what it is made of. */
const PLACE_OR_COUNT = /(^|_)OFFSET$|^(K|N|LENGTH|COUNT|BLOCKS)$/;

/** What tells a pass's program from others: its text, and the constants that choose among its branches. */
function programOf({ kernel, constants }: Pass): string {
  const choices = Object.entries(constants).filter(([name]) => !PLACE_OR_COUNT.test(name));
  // The text, not the name: a kernel has others with other parts.
  return JSON.stringify([kernel.source, kernel.enables, ...choices.sort()]);
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

describe.each(Object.entries(casesOf('compile')))('%s', (_name, input) => {
  describe.each([
    ['direct', false],
    ['quads', false],
    ['tiled', false],
    ['tiled', true],
  ] as const)('%s scores, clip %s', (variant, clip) => {
    const config = modelSchema.parse(input);
    const { plan } = stepPlan({ config, width: 7, batch: 33, variant, clip });

    it('binds within the default limits, in at most 20 dispatches', async () => {
      // A dependent dispatch costs time on every adapter, so a step has at most 20.
      // What only checks has no subgroups; the device of the tests has as little room.
      const device = variant === 'quads' ? await testDevice() : await checkingDevice();
      expect(await bind(device, plan)).toBeLessThanOrEqual(20);
    });

    it('compiles on the adapter', async () => {
      const passes = plan.passes.filter((pass) => !compiled.has(programOf(pass)));
      await bind(await testDevice(), { ...plan, passes });
      for (const pass of plan.passes) compiled.add(programOf(pass));
    });
  });
});
