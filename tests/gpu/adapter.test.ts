/**
 * The devices that all other GPU tests stand on: they exist, have the limits they promise, compute, and do
 * not swallow mistakes.
 */
import { describe, expect, it } from 'vitest';
import { defaultLimitsDevice, testAdapter, testDevice } from './adapter';

/** Doubles `values` on the device. */
async function doubled(
  device: GPUDevice,
  values: Float32Array<ArrayBuffer>,
): Promise<Float32Array> {
  const storage = device.createBuffer({
    size: values.byteLength,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  });
  const readback = device.createBuffer({
    size: values.byteLength,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
  });
  const pipeline = device.createComputePipeline({
    layout: 'auto',
    compute: {
      module: device.createShaderModule({
        code: `
          @group(0) @binding(0) var<storage, read_write> values: array<f32>;
          @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
            if (id.x < arrayLength(&values)) { values[id.x] *= 2; }
          }`,
      }),
    },
  });
  device.queue.writeBuffer(storage, 0, values);
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(
    0,
    device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [{ binding: 0, resource: { buffer: storage } }],
    }),
  );
  pass.dispatchWorkgroups(Math.ceil(values.length / 64));
  pass.end();
  encoder.copyBufferToBuffer(storage, 0, readback, 0, values.byteLength);
  device.queue.submit([encoder.finish()]);
  await readback.mapAsync(GPUMapMode.READ);
  const result = new Float32Array(readback.getMappedRange().slice(0));
  storage.destroy();
  readback.destroy();
  return result;
}

describe('the devices of the GPU tests', () => {
  it.each([
    ['with all limits', testDevice],
    ['with default limits', defaultLimitsDevice],
  ])('compute: the device %s doubles 1000 numbers exactly', async (_, request) => {
    const values = Float32Array.from({ length: 1000 }, (_, index) => index / 7);
    const result = await doubled(await request(), values);
    expect(result).toEqual(values.map((value) => value * 2));
  });

  it('has every limit of the adapter, where the default-limits device has WebGPU’s defaults', async () => {
    const adapter = await testAdapter();
    const strong = await testDevice();
    const weak = await defaultLimitsDevice();
    expect(strong.limits.maxStorageBufferBindingSize).toBe(
      adapter.limits.maxStorageBufferBindingSize,
    );
    expect(strong.limits.maxComputeInvocationsPerWorkgroup).toBe(
      adapter.limits.maxComputeInvocationsPerWorkgroup,
    );
    // Default values: WebGPU, section 3.6.2 "Limits".
    expect(weak.limits.maxStorageBufferBindingSize).toBe(134_217_728);
    expect(weak.limits.maxComputeWorkgroupStorageSize).toBe(16_384);
    expect(weak.limits.maxStorageBuffersPerShaderStage).toBe(8);
  });

  it('gives the same device to every test of a file', async () => {
    expect(await testDevice()).toBe(await testDevice());
    expect(await testDevice()).not.toBe(await defaultLimitsDevice());
  });

  it.fails('fails the test in which WebGPU reports a mistake that nobody catches', async () => {
    const device = await testDevice();
    device.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE });
  });

  it('leaves alone a mistake that an error scope catches', async () => {
    const device = await testDevice();
    device.pushErrorScope('validation');
    device.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE });
    expect(await device.popErrorScope()).not.toBeNull();
  });
});
