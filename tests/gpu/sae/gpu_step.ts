/**
 * Runs a random training step on the GPU, whole or pass by pass with every buffer of a pass read before
 * and after it. One submit and one map a pass, since software adapters are slow at both.
 */
import { allocate } from '../../../src/gpu/buffers';
import { storageBindings } from '../../../src/gpu/bindings';
import { PlanRunner } from '../../../src/gpu/executor';
import type { Pass } from '../../../src/gpu/plan';
import { readBuffer } from '../../../src/gpu/readback';
import type { UniformValues } from '../../../src/gpu/uniforms';
import type { ReferenceBuffer } from '../../../src/sae/reference/kernel_call';
import type { RandomStep } from '../../unit/sae/random_step';

/** Contents of bound buffers by binding name; float32 values widened. */
export type BoundContents = Record<string, ReferenceBuffer>;

export interface PassTrace {
  readonly pass: Pass;
  readonly before: BoundContents;
  readonly after: BoundContents;
  /** Bindings that the kernel may write. */
  readonly outputs: readonly string[];
}

export class GpuStep {
  private constructor(
    readonly step: RandomStep,
    private readonly runner: PlanRunner,
    private readonly buffers: ReadonlyMap<string, GPUBuffer>,
  ) {}

  static async create(device: GPUDevice, step: RandomStep): Promise<GpuStep> {
    const buffers = await allocate(device, step.plan);
    for (const name of step.plan.imports) {
      const size = step.contents.get(name)?.byteLength ?? 16;
      buffers.set(
        name,
        device.createBuffer({
          size,
          usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
        }),
      );
    }
    const gpu = new GpuStep(step, await PlanRunner.create(device, step.plan, buffers), buffers);
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

  /** Takes one step a pass at a time, with what each pass found and left. */
  async *passes(): AsyncGenerator<PassTrace> {
    for (const [index, pass] of this.step.plan.passes.entries())
      yield await this.trace(index, pass);
  }

  async read(name: string): Promise<Float32Array> {
    return new Float32Array(await readBuffer(this.runner.device, this.buffer(name)));
  }

  destroy(): void {
    this.runner.destroy();
    for (const buffer of this.buffers.values()) buffer.destroy();
  }

  private async trace(index: number, pass: Pass): Promise<PassTrace> {
    const { device } = this.runner;
    const bindings = storageBindings(pass.kernel).map((binding) => {
      const buffer = this.buffer(pass.bindings[binding.name] ?? '');
      return { ...binding, buffer, bytes: buffer.size };
    });
    const total = bindings.reduce((sum, { bytes }) => sum + bytes, 0);
    const staging = device.createBuffer({
      size: 2 * total,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    const encoder = device.createCommandEncoder();
    const copyAll = (start: number) => {
      let offset = start;
      for (const { buffer, bytes } of bindings) {
        encoder.copyBufferToBuffer(buffer, 0, staging, offset, bytes);
        offset += bytes;
      }
    };
    if (index === 0) this.runner.recordClears(encoder);
    copyAll(0);
    const compute = encoder.beginComputePass();
    this.runner.recordPass(compute, index);
    compute.end();
    copyAll(total);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    const mapped = staging.getMappedRange();
    const contents = (start: number): BoundContents => {
      let offset = start;
      const found: BoundContents = {};
      for (const { name, type, bytes } of bindings) {
        found[name] =
          type === 'u32'
            ? new Uint32Array(mapped, offset, bytes / 4).slice()
            : Float64Array.from(new Float32Array(mapped, offset, bytes / 4));
        offset += bytes;
      }
      return found;
    };
    const trace = {
      pass,
      before: contents(0),
      after: contents(total),
      outputs: bindings.filter(({ access }) => access === 'read_write').map(({ name }) => name),
    };
    staging.destroy();
    return trace;
  }

  private buffer(name: string): GPUBuffer {
    const buffer = this.buffers.get(name);
    if (buffer === undefined) throw new RangeError(`the step has no buffer "${name}"`);
    return buffer;
  }
}
