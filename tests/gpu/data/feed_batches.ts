/** Runs a stream that is fed between submits, as the session does, and reads its batches back. */
import type { FeedPart, StreamFeeder, StreamPlan } from '../../../src/data/source';
import { allocate } from '../../../src/gpu/buffers';
import { PlanRunner } from '../../../src/gpu/executor';
import { readBuffer } from '../../../src/gpu/readback';
import { WorkClock } from '../../../src/gpu/work_clock';

export interface FedBatches {
  /** [batches], each [rows, 4·ceil(width/4)]. */
  readonly batches: Float32Array[];
  readonly clock: WorkClock<FeedPart>;
}

/** Batches `first` … `first` + `count` − 1, asking for `wanted` at a time and taking at most `taken` of them. */
export async function feedBatches(
  device: GPUDevice,
  stream: StreamPlan,
  first: number,
  count: number,
  wanted = 1,
  taken = wanted,
): Promise<FedBatches> {
  const buffers = await allocate(device, stream.plan);
  const clock = new WorkClock<FeedPart>(device.queue);
  const feeder: StreamFeeder | undefined = await stream.openFeeder?.(device, buffers, clock);
  if (feeder === undefined) throw new Error('this stream is not fed');
  const runner = await PlanRunner.create(device, stream.plan, buffers);
  const x = buffers.get('x');
  if (x === undefined) throw new Error('the plan has no buffer x');
  const batches: Float32Array[] = [];
  let next = first;
  while (next < first + count) {
    const granted = await feeder.feed(next, Math.min(wanted, first + count - next));
    const ready = Math.min(granted, taken);
    for (let i = 0; i < ready; i += 1) {
      runner.setUniforms(0, stream.uniforms(next + i));
      runner.upload();
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      runner.record(pass);
      pass.end();
      device.queue.submit([encoder.finish()]);
      batches.push(new Float32Array(await readBuffer(device, x)));
    }
    next += ready;
  }
  runner.destroy();
  feeder.destroy();
  for (const buffer of buffers.values()) buffer.destroy();
  return { batches, clock };
}
