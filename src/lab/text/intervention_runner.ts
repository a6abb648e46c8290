/**
 * A plan of lm/interventions.ts with its own buffers, compiled for a device: recorded into any pass, with
 * inputs written and results read by name.
 */
import { allocate } from '../../gpu/buffers';
import { PlanRunner } from '../../gpu/executor';
import type { Plan } from '../../gpu/plan';
import { readBuffer } from '../../gpu/readback';

export class InterventionRunner {
  private constructor(
    private readonly device: GPUDevice,
    private readonly runner: PlanRunner,
    private readonly own: ReadonlyMap<string, GPUBuffer>,
  ) {}

  /** `imports` holds at least the plan's imports. Throws LabError `out_of_memory` or `gpu_validation`. */
  static async create(
    device: GPUDevice,
    plan: Plan,
    imports: Readonly<Record<string, GPUBuffer>>,
  ): Promise<InterventionRunner> {
    const own = await allocate(device, plan);
    const buffers = new Map([...Object.entries(imports), ...own]);
    const runner = await PlanRunner.create(device, plan, buffers);
    runner.setUniforms(0, { one: 1 });
    runner.upload();
    return new InterventionRunner(device, runner, own);
  }

  record(pass: GPUComputePassEncoder): void {
    this.runner.record(pass);
  }

  /** Writes one of the plan's own buffers from its start. */
  write(name: string, values: Float32Array | Uint32Array): void {
    const { buffer, byteOffset, byteLength } = values;
    this.device.queue.writeBuffer(this.buffer(name), 0, buffer, byteOffset, byteLength);
  }

  /** Reads one of the plan's own buffers. */
  read(name: string): Promise<ArrayBuffer> {
    return readBuffer(this.device, this.buffer(name));
  }

  destroy(): void {
    this.runner.destroy();
    for (const buffer of this.own.values()) buffer.destroy();
  }

  private buffer(name: string): GPUBuffer {
    const found = this.own.get(name);
    if (found === undefined) throw new RangeError(`the plan has no buffer "${name}"`);
    return found;
  }
}
