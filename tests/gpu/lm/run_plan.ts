/**
 * Runs a plan once on given contents and reads one buffer back.
 */
import { allocate } from '../../../src/gpu/buffers';
import { PlanRunner } from '../../../src/gpu/executor';
import type { Plan } from '../../../src/gpu/plan';
import { readBuffer } from '../../../src/gpu/readback';

export type Contents = Readonly<Record<string, Float32Array | Uint32Array>>;

/** Contents of buffer `output` after the plan ran with `contents` (imports and own buffers) in its buffers. */
export async function runPlan(
  device: GPUDevice,
  plan: Plan,
  contents: Contents,
  output: string,
): Promise<Float32Array> {
  const buffers = await allocate(device, plan);
  for (const name of plan.imports) {
    const values = contents[name];
    if (values === undefined) throw new Error(`no contents for import ${name}`);
    buffers.set(
      name,
      device.createBuffer({
        size: Math.max(16, values.byteLength),
        usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
      }),
    );
  }
  for (const [name, values] of Object.entries(contents)) {
    const buffer = buffers.get(name);
    if (buffer === undefined) throw new Error(`the plan has no buffer ${name}`);
    device.queue.writeBuffer(buffer, 0, values.slice());
  }
  const runner = await PlanRunner.create(device, plan, buffers);
  runner.setUniforms(0, { one: 1 });
  runner.upload();
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  runner.record(pass);
  pass.end();
  device.queue.submit([encoder.finish()]);
  const read = buffers.get(output);
  if (read === undefined) throw new Error(`the plan has no buffer ${output}`);
  const length = contents[output]?.byteLength ?? read.size;
  const result = new Float32Array(await readBuffer(device, read, length));
  runner.destroy();
  for (const buffer of buffers.values()) buffer.destroy();
  return result;
}
