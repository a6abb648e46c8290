/**
 * A plan of lm/interventions.ts with its own buffers, compiled for a device: recorded into any pass, with
 * inputs written and results read by name.
 */
import type { BufferMap } from '../../gpu/buffer_set';
import { openPlan, type OpenPlan } from '../../gpu/open_plan';
import type { Plan } from '../../gpu/plan';

export class InterventionRunner {
  private constructor(private readonly opened: OpenPlan) {}

  /** `imports` holds at least the plan's imports. Throws LabError `out_of_memory` or `gpu_validation`. */
  static async create(
    device: GPUDevice,
    plan: Plan,
    imports: BufferMap,
  ): Promise<InterventionRunner> {
    const opened = await openPlan(device, plan, imports);
    opened.runner.setUniforms(0, { one: 1 });
    opened.runner.upload();
    return new InterventionRunner(opened);
  }

  record(pass: GPUComputePassEncoder): void {
    this.opened.runner.record(pass);
  }

  /** Writes one of the plan's own buffers from its start. */
  write(name: string, values: Float32Array | Uint32Array): void {
    this.opened.own.write(name, values);
  }

  /** Reads one of the plan's own buffers. */
  read(name: string): Promise<ArrayBuffer> {
    return this.opened.own.read(name);
  }

  destroy(): void {
    this.opened.destroy();
  }
}
