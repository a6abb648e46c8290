/**
 * A mistake that WebGPU finds and nobody catches ends the runs that train: they would go on with numbers that
 * mean nothing. A finished run stays.
 */
import { expect, it } from 'vitest';
import { EngineHost } from '../../../src/lab/worker/engine_host';
import type { Event } from '../../../src/lab/protocol/protocol';
import type { RunInput } from '../../../src/lab/run/run_config';
import { testGpu } from '../adapter';

const run = (steps: number): RunInput => ({
  data: { kind: 'synthetic', preset: 'figure1', seed: 1 },
  models: [{ architecture: 'topk', d_sae: 16, k: 1 }],
  training: { training_samples: steps * 32, train_batch_size_samples: 32 },
});

it('ends the run that trains, and no other', async () => {
  let device: GPUDevice | null = null;
  const gpu = Object.create(testGpu(), {
    requestAdapter: {
      value: async () => {
        const adapter = await testGpu().requestAdapter();
        if (adapter === null) return null;
        const requestDevice = async (wanted: GPUDeviceDescriptor): Promise<GPUDevice> =>
          (device = await adapter.requestDevice(wanted));
        return new Proxy(adapter, {
          get: (own, name) =>
            name === 'requestDevice' ? requestDevice : (Reflect.get(own, name, own) as unknown),
        });
      },
    },
  }) as GPU;
  const events: Event[] = [];
  const host = new EngineHost(gpu, (event) => void events.push(event));
  const heard = (test: (event: Event) => boolean) =>
    expect.poll(() => events.some(test)).toBe(true);
  const statusOf = (id: string, status: string) => (event: Event) =>
    event.kind === 'status' && event.runId === id && event.status === status;

  await host.handle({ kind: 'start', runId: 'finished', config: run(2) });
  await heard(statusOf('finished', 'finished'));
  await host.handle({ kind: 'start', runId: 'going', config: run(10_000_000) });
  await heard((event) => event.kind === 'progress' && event.runId === 'going');

  const own = device as GPUDevice | null;
  const gone = own?.createBuffer({ size: 16, usage: GPUBufferUsage.COPY_DST });
  gone?.destroy();
  if (gone !== undefined) {
    const encoder = own?.createCommandEncoder();
    encoder?.clearBuffer(gone);
    if (encoder !== undefined) own?.queue.submit([encoder.finish()]);
  }
  await heard((event) => event.kind === 'failed');
  expect(events.filter((event) => event.kind === 'failed')).toMatchObject([
    { runId: 'going', error: { code: 'gpu_validation' } },
  ]);
});
