/** Plans that are compiled at the same time: what is wrong with one is told of that one, and of no other. */
import { expect, it } from 'vitest';
import { PlanRunner } from '../../src/gpu/executor';
import type { Plan } from '../../src/gpu/plan';
import { defineUniforms } from '../../src/gpu/uniforms';
import { checkingDevice } from './adapter';
import { liveBuffers } from './live_buffers';

/** A plan of one pass that zeroes a buffer; each name has a program of its own. */
function planOf(name: string, statement = 'out[0] = 0.0;'): Plan {
  const source = `// ${name}
@group(0) @binding(0) var<storage, read_write> out: array<f32>;
@compute @workgroup_size(1) fn main() { ${statement} }`;
  return {
    name,
    uniform: defineUniforms([['one', 'f32']]),
    buffers: [],
    imports: ['out'],
    clears: [],
    passes: [
      {
        name: `${name} pass`,
        kernel: { name: `${name} kernel`, source },
        bindings: { out: 'out' },
        constants: {},
        workgroups: [1, 1, 1],
      },
    ],
  };
}

it.each([
  ['before', ['unbindable', 'sound']],
  ['after', ['sound', 'unbindable']],
] as const)('blames the plan that cannot be bound, begun %s the other', async (_, names) => {
  const device = await checkingDevice();
  const buffer = (usage: GPUBufferUsageFlags) => device.createBuffer({ size: 16, usage });
  const buffers = {
    sound: buffer(GPUBufferUsage.STORAGE),
    // Not to be bound as storage.
    unbindable: buffer(GPUBufferUsage.COPY_DST),
  };
  const live = liveBuffers(device);
  const made = names.map((name) =>
    PlanRunner.create(device, planOf(`${name} ${names[0]}`), new Map([['out', buffers[name]]])),
  );
  const outcomes = await Promise.allSettled(made);
  for (const [index, outcome] of outcomes.entries()) {
    if (names[index] === 'sound') {
      expect(outcome.status).toBe('fulfilled');
      if (outcome.status === 'fulfilled') outcome.value.destroy();
    } else {
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: {
          code: 'gpu_validation',
          message: expect.stringMatching(/^unbindable/) as unknown,
        },
      });
    }
  }
  expect(live()).toEqual([]);
});

it("tells the compiler's words, and leaves no scope open", async () => {
  const device = await checkingDevice();
  const live = liveBuffers(device);
  const out = device.createBuffer({ size: 16, usage: GPUBufferUsage.STORAGE });
  const plan = planOf('misspelt', 'out[0] = nowhere;');
  await expect(PlanRunner.create(device, plan, new Map([['out', out]]))).rejects.toMatchObject({
    code: 'gpu_validation',
    message: expect.stringContaining('nowhere') as unknown,
  });
  await expect(PlanRunner.create(device, plan, new Map())).rejects.toMatchObject({
    code: 'internal',
  });
  out.destroy();
  expect(live()).toEqual([]);
  // Nothing is left to pop.
  await expect(device.popErrorScope()).rejects.toThrow();
});
