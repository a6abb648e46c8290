/**
 * The ground that the lab stands on in a browser: the page is served, and a module worker in it gets a
 * WebGPU adapter and computes. When this fails, no other end-to-end failure says anything about the lab.
 */
import { describe, expect, it } from 'vitest';
import { openPage } from './harness';

/** Source of a worker that triples the numbers it is sent and posts them back. */
const TRIPLING_WORKER = `
  self.onmessage = async ({ data }) => {
    try {
      const adapter = await navigator.gpu.requestAdapter();
      const device = await adapter.requestDevice();
      const storage = device.createBuffer({
        size: data.byteLength,
        usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
      });
      const readback = device.createBuffer({
        size: data.byteLength,
        usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
      });
      const pipeline = await device.createComputePipelineAsync({
        layout: 'auto',
        compute: { module: device.createShaderModule({ code: \`
          @group(0) @binding(0) var<storage, read_write> values: array<f32>;
          @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
            if (id.x < arrayLength(&values)) { values[id.x] *= 3; }
          }\` }) },
      });
      device.queue.writeBuffer(storage, 0, data);
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, device.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: [{ binding: 0, resource: { buffer: storage } }],
      }));
      pass.dispatchWorkgroups(Math.ceil(data.length / 64));
      pass.end();
      encoder.copyBufferToBuffer(storage, 0, readback, 0, data.byteLength);
      device.queue.submit([encoder.finish()]);
      await readback.mapAsync(GPUMapMode.READ);
      self.postMessage([...new Float32Array(readback.getMappedRange())]);
    } catch (error) {
      self.postMessage(String(error));
    }
  };`;

describe('Chromium on the software adapter', () => {
  it('computes with WebGPU inside a module worker', async () => {
    const page = await openPage('');
    const answer = await page.evaluate(async (source) => {
      const address = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
      const worker = new Worker(address, { type: 'module' });
      return new Promise<number[] | string>((resolve) => {
        worker.onmessage = ({ data }: MessageEvent<number[] | string>) => resolve(data);
        worker.onerror = ({ message }) => resolve(message);
        worker.postMessage(new Float32Array([1, 0.5, -7, 1e20]));
      });
    }, TRIPLING_WORKER);
    expect(answer).toEqual(Array.from(new Float32Array([3, 1.5, -21, 3e20])));
  });

  it('shows the page the colour scheme and the size that the test chose', async () => {
    const page = await openPage('', { theme: 'dark', width: 1920, height: 1080 });
    const seen = await page.evaluate(() => ({
      dark: matchMedia('(prefers-color-scheme: dark)').matches,
      width: innerWidth,
      height: innerHeight,
    }));
    expect(seen).toEqual({ dark: true, width: 1920, height: 1080 });
  });

  it.fails('fails a test whose page logs an error', async () => {
    const page = await openPage('');
    await page.evaluate(() => console.error('meant to fail the test'));
  });

  it.fails('fails a test whose page asks for something that is not there', async () => {
    const page = await openPage('');
    await page.evaluate(() => fetch('./no_such_file.bin'));
  });

  it('lets a test expect trouble', async () => {
    const page = await openPage('', { expectedTrouble: [/meant to be seen/] });
    await page.evaluate(() => console.error('meant to be seen'));
  });
});
