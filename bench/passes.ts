/**
 * Where a step spends its time and its memory, pass by pass. Each pass is repeated many times in one
 * submit and the whole is divided, on every adapter alike: timestamp queries, where there are any, are
 * rounded to a tenth of a millisecond in browsers, more than most passes take.
 */
import { PlanRunner } from '../src/gpu/executor';
import { planBytes, type Plan } from '../src/gpu/plan';
import { defineUniforms } from '../src/gpu/uniforms';
import type { GpuStep } from './gpu_step';
import { costOf, processClock, runsThatFill, spread, type Cost } from './measure';
import arithmeticPeak from './shaders/arithmetic_peak.wgsl?raw';

export interface PassCost {
  readonly name: string;
  readonly kernel: string;
  /** Milliseconds, medians. */
  readonly cost: Cost;
  /** MiB of the buffers it is bound to: what it could touch at most. */
  readonly boundMiB: number;
}

export interface PassReport {
  readonly method: string;
  readonly dispatches: number;
  readonly dispatchesWhenLogging: number;
  readonly submits: number;
  /** MiB of everything the step allocates. */
  readonly stepMiB: number;
  readonly passes: readonly PassCost[];
  /** The same of the dense step, to see where a ratio comes from. */
  readonly densePasses: readonly PassCost[];
  /** The dense product of the step, 2·B·N·d operations. */
  readonly encoder: {
    readonly gflops: Rate;
    /** The same inner loop without memory. */
    readonly peakGflops: Rate;
    /** Of the peak, in CPU time on a software adapter, else in wall time. */
    readonly share: number;
  };
}

/** Operations per second of wall time and per second of CPU time. */
export interface Rate {
  readonly wall: number;
  readonly cpu: number;
}

const MIB = 2 ** 20;
const TIMINGS = 5;

/** Median cost of one run of a recording, repeated to fill `budgetMs`. */
export async function medianCost(
  device: GPUDevice,
  budgetMs: number,
  record: (pass: GPUComputePassEncoder) => void,
): Promise<Cost> {
  const program = {
    name: 'pass',
    run: async (times: number) => {
      const encoder = device.createCommandEncoder();
      const pass = encoder.beginComputePass();
      for (let i = 0; i < times; i += 1) record(pass);
      pass.end();
      device.queue.submit([encoder.finish()]);
      await device.queue.onSubmittedWorkDone();
    },
  };
  const runs = await runsThatFill(program, budgetMs, processClock);
  const costs: Cost[] = [];
  for (let i = 0; i < TIMINGS; i += 1) costs.push(await costOf(program, runs, processClock));
  return {
    wall: spread(costs.map((cost) => cost.wall)).median,
    cpu: spread(costs.map((cost) => cost.cpu)).median,
  };
}

/** Floating-point operations per second that the inner loop of the encoder reaches without memory. */
async function measurePeak(device: GPUDevice, budgetMs: number): Promise<Rate> {
  const rounds = 1000;
  const threads = 64 * 256;
  const plan: Plan = {
    name: 'arithmetic peak',
    uniform: defineUniforms([['unused', 'f32']]),
    buffers: [{ name: 'out', type: 'f32', length: threads * 4, shape: '[threads, 4]' }],
    imports: [],
    clears: [],
    passes: [
      {
        name: 'arithmetic peak',
        kernel: { name: 'arithmetic_peak', source: arithmeticPeak },
        bindings: { out: 'out' },
        constants: { ROUNDS: rounds },
        workgroups: [threads / 64, 1, 1],
      },
    ],
  };
  const out = device.createBuffer({ size: threads * 16, usage: GPUBufferUsage.STORAGE });
  const runner = await PlanRunner.create(device, plan, new Map([['out', out]]));
  const cost = await medianCost(device, budgetMs, (pass) => runner.record(pass));
  runner.destroy();
  out.destroy();
  return rate(threads * rounds * (16 * 8 + 16), cost);
}

function rate(operations: number, cost: Cost): Rate {
  return { wall: operations / cost.wall / 1e6, cpu: operations / cost.cpu / 1e6 };
}

async function passCosts(
  device: GPUDevice,
  { step: { plan, layout }, runner }: GpuStep,
  budgetMs: number,
): Promise<PassCost[]> {
  const sizes = new Map(plan.buffers.map((buffer) => [buffer.name, buffer.length * 4]));
  const batchBytes = layout.batch * layout.d4 * 16;
  const passes: PassCost[] = [];
  for (const [index, pass] of plan.passes.entries()) {
    if (pass.onlyWhenLogging === true) continue;
    const bound = Object.values(pass.bindings).map((name) => sizes.get(name) ?? batchBytes);
    passes.push({
      name: pass.name,
      kernel: pass.kernel.name,
      cost: await medianCost(device, budgetMs, (target) => runner.recordPass(target, index)),
      boundMiB: bound.reduce((sum, bytes) => sum + bytes, 0) / MIB,
    });
  }
  return passes;
}

/** Times every pass of our step and of the dense one, each for about `budgetMs` a timing. */
export async function measurePasses(
  device: GPUDevice,
  sparse: GpuStep,
  dense: GpuStep,
  budgetMs: number,
  software: boolean,
): Promise<PassReport> {
  const { plan, layout } = sparse.step;
  // Both have taken a step: kernels that follow the active groups have groups to follow.
  await sparse.run(1);
  await dense.run(1);
  const passes = await passCosts(device, sparse, budgetMs);
  const encoder = passes.find((pass) => pass.name === 'score groups');
  if (encoder === undefined) throw new TypeError('the step has no pass "score groups"');
  const gflops = rate(2 * layout.batch * layout.latents * layout.width, encoder.cost);
  const peakGflops = await measurePeak(device, budgetMs);
  return {
    method: 'each pass repeated in one submit, total divided',
    dispatches: sparse.runner.dispatches(false),
    dispatchesWhenLogging: sparse.runner.dispatches(true),
    submits: 1,
    stepMiB: planBytes(plan) / MIB,
    passes,
    densePasses: await passCosts(device, dense, budgetMs),
    encoder: {
      gflops,
      peakGflops,
      share: software ? gflops.cpu / peakGflops.cpu : gflops.wall / peakGflops.wall,
    },
  };
}
