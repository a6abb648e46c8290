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
  /** The dense product of the step, 2·B·N·d operations. */
  readonly encoder: {
    readonly gflops: number;
    /** The same inner loop without memory. */
    readonly peakGflops: number;
    readonly share: number;
  };
}

const MIB = 2 ** 20;
const TIMINGS = 5;

/** Median cost of one run of a recording, repeated to fill `budgetMs`. */
async function medianCost(
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
async function measurePeak(device: GPUDevice, budgetMs: number): Promise<number> {
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
  const { wall } = await medianCost(device, budgetMs, (pass) => runner.record(pass));
  runner.destroy();
  out.destroy();
  return (threads * rounds * (16 * 8 + 16)) / wall / 1e6;
}

/** Times every pass of a step, each for about `budgetMs` a timing. */
export async function measurePasses(
  device: GPUDevice,
  { step, runner }: Pick<GpuStep, 'step' | 'runner'>,
  budgetMs: number,
): Promise<PassReport> {
  const { plan, layout } = step;
  const sizes = new Map(plan.buffers.map((buffer) => [buffer.name, buffer.length * 4]));
  const imported = layout.batch * layout.d4 * 16;
  const passes: PassCost[] = [];
  for (const [index, pass] of plan.passes.entries()) {
    if (pass.onlyWhenLogging === true) continue;
    const bound = Object.values(pass.bindings).map((name) => sizes.get(name) ?? imported);
    passes.push({
      name: pass.name,
      kernel: pass.kernel.name,
      cost: await medianCost(device, budgetMs, (target) => runner.recordPass(target, index)),
      boundMiB: bound.reduce((sum, bytes) => sum + bytes, 0) / MIB,
    });
  }
  const encoder = passes.find((pass) => pass.name === 'score groups');
  if (encoder === undefined) throw new TypeError('the step has no pass "score groups"');
  const operations = 2 * layout.batch * layout.latents * layout.width;
  const gflops = operations / encoder.cost.wall / 1e6;
  const peakGflops = await measurePeak(device, budgetMs);
  return {
    method: 'each pass repeated in one submit, total divided',
    dispatches: runner.dispatches(false),
    dispatchesWhenLogging: runner.dispatches(true),
    submits: 1,
    stepMiB: planBytes(plan) / MIB,
    passes,
    encoder: { gflops, peakGflops, share: gflops / peakGflops },
  };
}
