/** Lists of workgroups that are longer than a dimension: every place is found again, in x and in y. */
import { expect, it } from 'vitest';
import { allocate } from '../../src/gpu/buffers';
import { PlanRunner } from '../../src/gpu/executor';
import type { Plan } from '../../src/gpu/plan';
import { readBuffer } from '../../src/gpu/readback';
import { defineUniforms } from '../../src/gpu/uniforms';
import { across, down } from '../../src/gpu/workgroups';
import { testDevice } from './adapter';

const COUNT = 70_001;
const BESIDE = 2;

const sourceOf = (place: string, beside: string): string => `
override COUNT: u32;
@group(0) @binding(0) var<storage, read_write> seen: array<u32>;
@compute @workgroup_size(1)
fn main(@builtin(workgroup_id) group: vec3<u32>) {
  let place = ${place}(group);
  if (place < COUNT) { seen[place * ${BESIDE}u + ${beside}] += place + uniforms.one; }
}`;

it.each([
  ['place_across', 'group.y', across(COUNT, BESIDE)],
  ['place_down', 'group.x', down(BESIDE, COUNT)],
])('%s finds every workgroup once', async (place, beside, workgroups) => {
  const device = await testDevice();
  const plan: Plan = {
    name: 'places',
    uniform: defineUniforms([['one', 'u32']]),
    buffers: [{ name: 'seen', type: 'u32', length: COUNT * BESIDE, shape: '[places, beside]' }],
    imports: [],
    clears: [],
    passes: [
      {
        name: 'places',
        kernel: { name: 'places', source: sourceOf(place, beside) },
        bindings: { seen: 'seen' },
        constants: { COUNT },
        workgroups,
      },
    ],
  };
  const buffers = await allocate(device, plan);
  const runner = await PlanRunner.create(device, plan, buffers);
  runner.setUniforms(0, { one: 1 });
  runner.upload();
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  runner.record(pass);
  pass.end();
  device.queue.submit([encoder.finish()]);
  const [buffer] = buffers.values();
  if (buffer === undefined) throw new RangeError('the plan has no buffer');
  const seen = new Uint32Array(await readBuffer(device, buffer));
  runner.destroy();
  buffer.destroy();
  expect(seen.findIndex((value, i) => value !== Math.floor(i / BESIDE) + 1)).toBe(-1);
});
