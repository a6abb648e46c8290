/**
 * A random training step on the GPU: whole, or one pass at a time on contents that the caller gives.
 */
import { allocate } from '../../../src/gpu/buffers';
import { storageBindings } from '../../../src/gpu/bindings';
import { PlanRunner } from '../../../src/gpu/executor';
import type { Pass } from '../../../src/gpu/plan';
import { readBuffer } from '../../../src/gpu/readback';
import type { UniformValues } from '../../../src/gpu/uniforms';
import type { TwinBuffer } from '../../../src/sae/twin/kernel_call';
import type { RandomStep } from '../../unit/sae/random_step';

/** Contents of the buffers of a pass by binding name; float32 values widened. */
export type BoundContents = Record<string, TwinBuffer>;

export class GpuStep {
  private constructor(
    private readonly runner: PlanRunner,
    private readonly buffers: ReadonlyMap<string, GPUBuffer>,
  ) {}

  /** Compiles `passes` of the step's plan (all when absent) and uploads what the step starts from. */
  static async create(
    device: GPUDevice,
    step: RandomStep,
    passes: readonly Pass[] = step.plan.passes,
  ): Promise<GpuStep> {
    const buffers = await allocate(device, step.plan);
    for (const name of step.plan.imports) {
      const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
      const size = step.contents.get(name)?.byteLength ?? 16;
      buffers.set(name, device.createBuffer({ size, usage }));
    }
    const runner = await PlanRunner.create(device, { ...step.plan, passes }, buffers);
    const gpu = new GpuStep(runner, buffers);
    for (const [name, values] of step.contents) {
      if (buffers.has(name)) gpu.write(name, values);
    }
    gpu.setUniforms(step.uniforms);
    return gpu;
  }

  write(name: string, values: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>): void {
    this.runner.device.queue.writeBuffer(this.buffer(name), 0, values);
  }

  setUniforms(values: UniformValues): void {
    this.runner.setUniforms(0, values);
    this.runner.upload();
  }

  /** Takes one whole step. */
  run(): void {
    const encoder = this.runner.device.createCommandEncoder();
    this.runner.recordClears(encoder);
    const pass = encoder.beginComputePass();
    this.runner.record(pass);
    pass.end();
    this.runner.device.queue.submit([encoder.finish()]);
  }

  /** Runs one pass on the given contents of its buffers and returns what it leaves in those it writes. */
  async runPass(pass: Pass, before: BoundContents): Promise<BoundContents> {
    const { device } = this.runner;
    for (const [binding, values] of Object.entries(before)) {
      const name = pass.bindings[binding] ?? '';
      this.write(name, values instanceof Uint32Array ? values.slice() : Float32Array.from(values));
    }
    const outputs = storageBindings(pass.kernel)
      .filter(({ access }) => access === 'read_write')
      .map((binding) => {
        const length = before[binding.name]?.length ?? 0;
        return { ...binding, length, source: this.buffer(pass.bindings[binding.name] ?? '') };
      });
    const staging = device.createBuffer({
      size: outputs.reduce((sum, { length }) => sum + 4 * length, 0),
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    const encoder = device.createCommandEncoder();
    const compute = encoder.beginComputePass();
    this.runner.recordPass(compute, this.runner.plan.passes.indexOf(pass));
    compute.end();
    let offset = 0;
    for (const { source, length } of outputs) {
      encoder.copyBufferToBuffer(source, 0, staging, offset, 4 * length);
      offset += 4 * length;
    }
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    const mapped = staging.getMappedRange();
    offset = 0;
    const after: BoundContents = {};
    for (const { name, type, length } of outputs) {
      after[name] =
        type === 'u32'
          ? new Uint32Array(mapped, offset, length).slice()
          : Float64Array.from(new Float32Array(mapped, offset, length));
      offset += 4 * length;
    }
    staging.destroy();
    return after;
  }

  async read(name: string): Promise<Float32Array> {
    return new Float32Array(await readBuffer(this.runner.device, this.buffer(name)));
  }

  destroy(): void {
    this.runner.destroy();
    for (const buffer of this.buffers.values()) buffer.destroy();
  }

  private buffer(name: string): GPUBuffer {
    const buffer = this.buffers.get(name);
    if (buffer === undefined) throw new RangeError(`the step has no buffer "${name}"`);
    return buffer;
  }
}
