/**
 * Runs a source's stream plan once on the GPU and reads the batch back.
 */
import type { ActivationSource } from '../../../src/data/source';
import { allocate } from '../../../src/gpu/buffers';
import { PlanRunner } from '../../../src/gpu/executor';
import { readBuffer } from '../../../src/gpu/readback';

/** Batches of a source as the GPU makes them, [rows, 4·ceil(width/4)] each. */
export async function fillBatches(
  device: GPUDevice,
  source: ActivationSource,
  batchRows: number,
  batchIndices: readonly number[],
): Promise<Float32Array[]> {
  const stream = source.stream(batchRows);
  const { plan } = stream;
  const buffers = await allocate(device, plan);
  const runner = await PlanRunner.create(device, plan, buffers);
  const x = buffers.get('x');
  if (x === undefined) throw new Error('the plan has no buffer x');
  const batches: Float32Array[] = [];
  for (const batchIndex of batchIndices) {
    runner.setUniforms(0, stream.uniforms(batchIndex));
    runner.upload();
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    runner.record(pass);
    pass.end();
    device.queue.submit([encoder.finish()]);
    batches.push(new Float32Array(await readBuffer(device, x)));
  }
  runner.destroy();
  for (const buffer of buffers.values()) buffer.destroy();
  return batches;
}
