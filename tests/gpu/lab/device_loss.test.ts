/**
 * The engine when its graphics device is lost: a finished run keeps its weights and is read and exported
 * with the same numbers on the next device; a run that was going on is named as lost.
 */
import { unzipSync } from 'fflate';
import { expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { EngineHost } from '../../../src/lab/worker/engine_host';
import type { Event } from '../../../src/lab/protocol/protocol';
import type { RunInput } from '../../../src/lab/run/run_config';
import { testGpu } from '../adapter';

/** The adapter's GPU, whose devices can be lost on demand. */
function losableGpu(): { gpu: GPU; lose: () => void } {
  let lose = (): void => undefined;
  const gpu = Object.create(testGpu(), {
    requestAdapter: {
      value: async () => {
        const adapter = await testGpu().requestAdapter();
        if (adapter === null) return null;
        const requestDevice = async (descriptor: GPUDeviceDescriptor): Promise<GPUDevice> => {
          const device = await adapter.requestDevice(descriptor);
          const lost = new Promise((resolve) => {
            lose = () => {
              device.destroy();
              resolve({ reason: 'unknown', message: 'pulled out' });
            };
          });
          Object.defineProperty(device, 'lost', { value: lost });
          return device;
        };
        return new Proxy(adapter, {
          get: (own, name) =>
            name === 'requestDevice' ? requestDevice : (Reflect.get(own, name, own) as unknown),
        });
      },
    },
  }) as GPU;
  return { gpu, lose: () => lose() };
}

const run = (steps: number): RunInput => ({
  data: { kind: 'synthetic', preset: 'figure1', seed: 1 },
  models: [{ architecture: 'topk_sasa', n_groups: 8, group_rank: 4, k_groups: 1 }],
  training: { training_samples: steps * 32, train_batch_size_samples: 32, log_every: 5 },
});

it('keeps finished runs, and names those that are lost', async () => {
  const { gpu, lose } = losableGpu();
  const events: Event[] = [];
  const waiting: { kind: string; test: (event: Event) => boolean; done: () => void }[] = [];
  const host = new EngineHost(gpu, (event) => {
    events.push(event);
    for (const each of waiting) if (each.test(event)) each.done();
  });
  const heard = async <K extends Event['kind']>(
    kind: K,
    test: (event: Extract<Event, { kind: K }>) => boolean = () => true,
  ): Promise<Extract<Event, { kind: K }>> => {
    const fits = (event: Event): event is Extract<Event, { kind: K }> =>
      event.kind === kind && test(event as Extract<Event, { kind: K }>);
    const found = events.find(fits);
    if (found !== undefined) return found;
    await new Promise<void>((done) => waiting.push({ kind, test: fits, done }));
    return at(events.filter(fits), 0);
  };
  const files = async (requestId: number, runId: string) => {
    const ask = { runId, model: 0, format: 'saelens_folder' } as const;
    await host.handle({ kind: 'ask', requestId, name: 'export', ask });
    const event = await heard('answer', (answered) => answered.requestId === requestId);
    if (event.name !== 'export') throw new Error(event.name);
    return unzipSync(new Uint8Array(event.answer.bytes));
  };

  await host.handle({ kind: 'start', runId: 'finished', config: run(10) });
  await heard('status', (event) => event.runId === 'finished' && event.status === 'finished');
  // The same run, evaluated on the first device; an evaluation is not made twice.
  await host.handle({ kind: 'start', runId: 'twin', config: run(10) });
  await heard('status', (event) => event.runId === 'twin' && event.status === 'finished');
  const before = await files(1, 'twin');
  await host.handle({ kind: 'start', runId: 'going', config: run(100_000), paused: true });
  await heard('status', (event) => event.runId === 'going' && event.status === 'paused');

  lose();
  expect((await heard('device_lost')).lostRuns).toEqual(['going']);

  const after = await files(2, 'finished');
  expect(Object.keys(after)).toEqual(Object.keys(before));
  for (const [name, bytes] of Object.entries(before)) {
    // It says how long the steps took.
    if (name.endsWith('/metrics.jsonl')) continue;
    expect(Buffer.from(after[name] ?? []).equals(Buffer.from(bytes)), name).toBe(true);
  }
  await host.handle({ kind: 'resume', runId: 'going' });
  expect(await heard('command_failed')).toMatchObject({
    runId: 'going',
    command: 'resume',
    error: { code: 'not_found' },
  });
  expect(events.filter(({ kind }) => kind === 'failed')).toEqual([]);
  await host.handle({ kind: 'forget', runId: 'finished' });
});
