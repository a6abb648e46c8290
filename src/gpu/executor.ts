/**
 * Runs a plan on a device. Everything is compiled and bound once; recording a run of the plan then
 * only sets pipelines and dispatches, so the training loop allocates nothing. Uniform values live in a
 * ring with a slot for every run that can be recorded into one submit.
 */
import { LabError } from '../base/lab_error';
import { storageBindings, type StorageBinding } from './bindings';
import { bufferOf, type BufferMap } from './buffer_set';
import type { Pass, Plan } from './plan';
import { writeUniforms, type UniformValues } from './uniforms';
import { workgroupsWgsl } from './workgroups';

interface BoundBuffer extends Pick<StorageBinding, 'index' | 'access'> {
  readonly resource: GPUBufferBinding;
}

interface BoundPass {
  readonly pass: Pass;
  readonly layout: GPUBindGroupLayout;
  readonly bindGroup: GPUBindGroup;
}

interface ReadyPass extends BoundPass {
  readonly pipeline: GPUComputePipeline;
}

/** Dynamic offsets of uniform buffers must be multiples of this on every adapter. */
const UNIFORM_ALIGNMENT = 256;

export class PlanRunner {
  private readonly staging: DataView;

  private constructor(
    readonly device: GPUDevice,
    readonly plan: Plan,
    private readonly passes: readonly ReadyPass[],
    private readonly cleared: readonly GPUBuffer[],
    private readonly uniformBuffer: GPUBuffer,
    private readonly uniformGroup: GPUBindGroup,
    private readonly slotBytes: number,
    readonly slots: number,
  ) {
    this.staging = new DataView(new ArrayBuffer(slotBytes * slots));
  }

  /**
   * Compiles the plan. `buffers` holds the plan's own buffers and its imports; `slots` is how many
   * runs fit one submit. Throws LabError `gpu_validation` naming the kernel and the compiler's words.
   */
  static async create(
    device: GPUDevice,
    plan: Plan,
    buffers: BufferMap,
    slots = 1,
  ): Promise<PlanRunner> {
    const slotBytes = Math.ceil(plan.uniform.byteLength / UNIFORM_ALIGNMENT) * UNIFORM_ALIGNMENT;
    const cleared = plan.clears.map((name) => bufferOf(buffers, name, plan.name));
    const bound = plan.passes.map((pass) => ({ pass, entries: bindingsOf(plan, pass, buffers) }));
    // Scopes are a stack of the device: nothing is waited for between push and pop, or plans that are compiled at
    // the same time would take each other's errors.
    device.pushErrorScope('validation');
    const uniformLayout = device.createBindGroupLayout({
      entries: [
        {
          binding: 0,
          visibility: GPUShaderStage.COMPUTE,
          buffer: {
            type: 'uniform',
            hasDynamicOffset: true,
            minBindingSize: plan.uniform.byteLength,
          },
        },
      ],
    });
    const uniformBuffer = device.createBuffer({
      label: `${plan.name}.uniforms`,
      size: slotBytes * slots,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
    const uniformGroup = device.createBindGroup({
      layout: uniformLayout,
      entries: [{ binding: 0, resource: { buffer: uniformBuffer, size: plan.uniform.byteLength } }],
    });
    const ready = bound.map(async ({ pass, entries }): Promise<ReadyPass> => {
      const made = bindPass(device, pass, entries);
      return {
        ...made,
        pipeline: await pipelineOf(device, plan, pass, [made.layout, uniformLayout]),
      };
    });
    const checked = device.popErrorScope();
    try {
      // A pipeline rejects by itself, with the compiler's words; what the scope has is told only without them.
      const [passes, error] = await Promise.all([Promise.all(ready), checked]);
      if (error !== null) {
        throw new LabError(
          'gpu_validation',
          `${plan.name}: ${error.message}`,
          'Please report this.',
        );
      }
      return new PlanRunner(
        device,
        plan,
        passes,
        cleared,
        uniformBuffer,
        uniformGroup,
        slotBytes,
        slots,
      );
    } catch (error) {
      uniformBuffer.destroy();
      throw error;
    }
  }

  /** Puts uniform values into a slot; `upload` sends all slots to the GPU. */
  setUniforms(slot: number, values: UniformValues): void {
    writeUniforms(this.plan.uniform, this.staging, slot * this.slotBytes, values);
  }

  /** Sends the first `count` uniform slots to the GPU. */
  upload(count = this.slots): void {
    this.device.queue.writeBuffer(
      this.uniformBuffer,
      0,
      this.staging.buffer,
      0,
      count * this.slotBytes,
    );
  }

  /** Zeroes the buffers that every run begins with. Recorded outside compute passes. */
  recordClears(encoder: GPUCommandEncoder): void {
    for (const buffer of this.cleared) encoder.clearBuffer(buffer);
  }

  /** Records the dispatches of one run with the uniforms of `slot`. */
  record(target: GPUComputePassEncoder, slot = 0, logging = true): void {
    for (const { pass, pipeline, bindGroup } of this.passes) {
      if (pass.onlyWhenLogging === true && !logging) continue;
      this.dispatch(target, pass, pipeline, bindGroup, slot);
    }
  }

  /** Records one pass alone, for tests and the profiler. */
  recordPass(target: GPUComputePassEncoder, index: number): void {
    const ready = this.passes[index];
    if (ready === undefined) throw new RangeError(`plan ${this.plan.name} has no pass ${index}`);
    this.dispatch(target, ready.pass, ready.pipeline, ready.bindGroup, 0);
  }

  /** Dispatches of one run. */
  dispatches(logging: boolean): number {
    return this.passes.filter(({ pass }) => logging || pass.onlyWhenLogging !== true).length;
  }

  destroy(): void {
    this.uniformBuffer.destroy();
  }

  private dispatch(
    target: GPUComputePassEncoder,
    pass: Pass,
    pipeline: GPUComputePipeline,
    bindGroup: GPUBindGroup,
    slot: number,
  ): void {
    target.setPipeline(pipeline);
    target.setBindGroup(0, bindGroup);
    target.setBindGroup(1, this.uniformGroup, [slot * this.slotBytes]);
    target.dispatchWorkgroups(...pass.workgroups);
  }
}

/** What a pass binds. Throws LabError `internal` for a plan that leaves something out. */
function bindingsOf(plan: Plan, pass: Pass, buffers: BufferMap): BoundBuffer[] {
  return storageBindings(pass.kernel).map(({ name, index, access }) => {
    const buffer = pass.bindings[name];
    if (buffer === undefined) {
      throw new LabError('internal', `pass ${pass.name} leaves "${name}" unbound`, 'Fix the plan.');
    }
    const view = plan.views?.find((known) => known.name === buffer);
    const resource = { buffer: bufferOf(buffers, view?.of ?? buffer, plan.name) };
    if (view === undefined) return { index, access, resource };
    const range = { offset: view.first * 4, size: view.length * 4 };
    return { index, access, resource: { ...resource, ...range } };
  });
}

function bindPass(device: GPUDevice, pass: Pass, bindings: readonly BoundBuffer[]): BoundPass {
  const layout = device.createBindGroupLayout({
    entries: bindings.map(({ index, access }) => ({
      binding: index,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type: access === 'read' ? 'read-only-storage' : 'storage' },
    })),
  });
  const bindGroup = device.createBindGroup({
    label: pass.name,
    layout,
    entries: bindings.map(({ index, resource }) => ({ binding: index, resource })),
  });
  return { pass, layout, bindGroup };
}

/**
 * Pipelines of a device by program and constants. Equal passes share one, in a plan (the blocks of a language
 * model) and from plan to plan: a software adapter compiles for a third of a second what a GPU does in
 * milliseconds. Their layouts are equal because they are read from the same program.
 */
const pipelines = new WeakMap<GPUDevice, Map<string, Promise<GPUComputePipeline>>>();

function pipelineOf(
  device: GPUDevice,
  plan: Plan,
  pass: Pass,
  layouts: readonly GPUBindGroupLayout[],
): Promise<GPUComputePipeline> {
  const known = pipelines.get(device) ?? new Map<string, Promise<GPUComputePipeline>>();
  pipelines.set(device, known);
  const { source, enables = [] } = pass.kernel;
  const enabled = enables.map((name) => `enable ${name};\n`).join('');
  const code = enabled + plan.uniform.wgsl + workgroupsWgsl + source;
  const key = JSON.stringify(pass.constants) + code;
  const found = known.get(key);
  if (found !== undefined) return found;
  const compiled = compile(device, pass, code, layouts);
  known.set(key, compiled);
  compiled.catch(() => known.delete(key));
  return compiled;
}

async function compile(
  device: GPUDevice,
  pass: Pass,
  code: string,
  layouts: readonly GPUBindGroupLayout[],
): Promise<GPUComputePipeline> {
  const module = device.createShaderModule({ label: pass.kernel.name, code });
  try {
    return await device.createComputePipelineAsync({
      label: pass.kernel.name,
      layout: device.createPipelineLayout({ bindGroupLayouts: [...layouts] }),
      compute: { module, entryPoint: 'main', constants: { ...pass.constants } },
    });
  } catch (cause) {
    const info = await module.getCompilationInfo();
    const words = info.messages.map((m) => `${m.lineNum}:${m.linePos} ${m.message}`).join('; ');
    throw new LabError(
      'gpu_validation',
      `Kernel ${pass.kernel.name} did not compile in pass ${pass.name}: ${words || String(cause)}`,
      'Please report this with the name of your GPU and driver.',
      { cause },
    );
  }
}
