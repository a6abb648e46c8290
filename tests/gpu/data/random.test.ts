/**
 * shaders/random.wgsl against src/base/random.ts: random words bit for bit, uniforms exactly, normals
 * within what WGSL allows the few operations that make them.
 */
import { expect, it } from 'vitest';
import randomWgsl from '../../../shaders/random.wgsl?raw';
import { at } from '../../../src/base/array';
import { RandomDraws } from '../../../src/base/random';
import { allocate } from '../../../src/gpu/buffers';
import { PlanRunner } from '../../../src/gpu/executor';
import type { Plan } from '../../../src/gpu/plan';
import { readBuffer } from '../../../src/gpu/readback';
import { defineUniforms } from '../../../src/gpu/uniforms';
import { testDevice } from '../adapter';

const BLOCKS = 4096;

const plan: Plan = {
  name: 'random',
  uniform: defineUniforms([
    ['seed', 'u32'],
    ['stream', 'u32'],
    ['step', 'u32'],
    ['row', 'u32'],
    // Keeps the compiler from computing the edges itself.
    ['zero', 'u32'],
  ]),
  buffers: [
    { name: 'words', type: 'u32', length: 4 * BLOCKS, shape: '[blocks, 4]' },
    { name: 'normals', type: 'f32', length: 4 * BLOCKS, shape: '[blocks, 4]' },
    { name: 'turns', type: 'f32', length: 4 * BLOCKS, shape: '[blocks, 4]' },
    { name: 'edges', type: 'f32', length: 4, shape: '[4]' },
  ],
  imports: [],
  clears: [],
  passes: [
    {
      name: 'draw',
      kernel: {
        name: 'draw',
        source: `${randomWgsl}
          @group(0) @binding(0) var<storage, read_write> words: array<vec4<u32>>;
          @group(0) @binding(1) var<storage, read_write> normals: array<vec4<f32>>;
          @group(0) @binding(2) var<storage, read_write> turns: array<vec4<f32>>;
          @group(0) @binding(3) var<storage, read_write> edges: array<vec4<f32>>;
          @compute @workgroup_size(64)
          fn main(@builtin(global_invocation_id) id: vec3<u32>) {
            let block = philox4x32(
              vec4<u32>(id.x, uniforms.row, uniforms.step, 0u),
              vec2<u32>(uniforms.seed, uniforms.stream),
            );
            words[id.x] = block;
            normals[id.x] = normals_from_block(block);
            let u = uniform_from_bits(block.x);
            turns[id.x] = vec4<f32>(u, 0.5 * u, cos_sin_of_turn(0.5 * u));
            let all = 0xffffffffu + uniforms.zero;
            if (id.x == 0u) {
              edges[0] = normals_from_block(vec4<u32>(all, all, uniforms.zero, uniforms.zero));
            }
          }`,
      },
      bindings: { words: 'words', normals: 'normals', turns: 'turns', edges: 'edges' },
      constants: {},
      workgroups: [BLOCKS / 64, 1, 1],
    },
  ],
};

it('draws the same words, the same uniforms and nearly the same normals as the CPU', async () => {
  const device = await testDevice();
  const buffers = await allocate(device, plan);
  const runner = await PlanRunner.create(device, plan, buffers);
  const address = { seed: 0xfedcba98, stream: 3, step: 0x80000001, row: 12345 };
  runner.setUniforms(0, { ...address, zero: 0 });
  runner.upload();
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  runner.record(pass);
  pass.end();
  device.queue.submit([encoder.finish()]);
  const read = async (name: string): Promise<ArrayBuffer> => {
    const buffer = buffers.get(name);
    if (buffer === undefined) throw new Error(`no buffer ${name}`);
    return readBuffer(device, buffer);
  };
  const words = new Uint32Array(await read('words'));
  const normals = new Float32Array(await read('normals'));
  const turns = new Float32Array(await read('turns'));

  const draws = new RandomDraws(address.seed, address.stream, address.step, address.row);
  expect(words).toEqual(Uint32Array.from(words, (_, draw) => draws.u32(draw)));

  // In units of ε = 2⁻²⁴ (half an ulp of 1, the error of one correctly rounded operation):
  // ln: division 2.5 ulp = 5ε, 8 operations of Horner's scheme that matter less than 2ε together, two
  // sums that can lose a factor 2 to cancellation: ≤ 16ε. √ halves it and adds inverseSqrt and division
  // (4.5 ulp = 9ε): ≤ 17ε of the radius. cos and sin: argument 2ε, Horner 4ε: ≤ 6ε. Product ε. In all
  // 24ε of the radius, which is at most 5.77.
  const normalBound = 24 * 2 ** -24 * 5.77;
  const turnBound = 6 * 2 ** -24;
  let worstNormal = 0;
  let worstTurn = 0;
  for (let draw = 0; draw < normals.length; draw += 1) {
    worstNormal = Math.max(worstNormal, Math.abs(at(normals, draw) - draws.normal(draw)));
  }
  for (let block = 0; block < BLOCKS; block += 1) {
    const u = draws.uniform(4 * block);
    expect(at(turns, 4 * block)).toBe(u);
    expect(at(turns, 4 * block + 1)).toBe(u / 2);
    worstTurn = Math.max(
      worstTurn,
      Math.abs(at(turns, 4 * block + 2) - Math.cos(Math.PI * u)),
      Math.abs(at(turns, 4 * block + 3) - Math.sin(Math.PI * u)),
    );
  }
  expect(worstNormal).toBeLessThan(normalBound);
  expect(worstTurn).toBeLessThan(turnBound);

  // The largest uniform gives radius 0, the smallest √(48 ln 2), here at angle 0.
  const edges = new Float32Array(await read('edges'));
  expect(Math.abs(at(edges, 0))).toBe(0);
  expect(Math.abs(at(edges, 1))).toBe(0);
  expect(Math.abs(at(edges, 2) - Math.sqrt(48 * Math.LN2))).toBeLessThan(normalBound);
  expect(Math.abs(at(edges, 3))).toBe(0);
  runner.destroy();
});
