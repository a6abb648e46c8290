/**
 * Holds the passes of a step on the GPU to their float64 twins, one by one: the float64 executor walks
 * through a real training step, and the passes under test run on the GPU on the same inputs. Says how large
 * the worst error of each pass is; whether that is allowed is for the caller. Knows no test runner, because
 * the table also runs on machines that have none (bench/portable).
 */
import { at } from '../../../src/base/array';
import type { Pass } from '../../../src/gpu/plan';
import type { TwinBuffers } from '../../../src/sae/twin/executor';
import { randomStep, type RandomStep } from '../../unit/sae/random_step';
import { twinBuffers } from '../../unit/sae/twin_step';
import { copyOf, errorBounds, runTwin } from './error_bounds';
import { GpuStep, type BoundContents } from './gpu_step';
import { worstNuclearError } from './nuclear_bounds';
import type { ParityCase } from '../../../src/sae/architectures/cases';
import { worse, type Worst } from './worst';

/** How far one pass is from its twin. */
export interface PassError extends Worst {
  readonly pass: string;
  readonly kernel: string;
}

/** Runs a case. Throws RangeError when it names a pass that the step does not have. */
export async function checkPasses(
  device: GPUDevice,
  { passes, ...test }: ParityCase,
): Promise<PassError[]> {
  const step = randomStep(test);
  const checked = step.plan.passes.filter(({ name }) => passes?.includes(name) ?? true);
  if (passes !== undefined && checked.length !== passes.length) {
    throw new RangeError(`not all of ${passes.join(', ')} are passes of the step`);
  }
  const gpu = await GpuStep.create(device, step, checked);
  const buffers = spoiled(step);
  for (const name of step.plan.clears) buffers.get(name)?.fill(0);
  const errors: PassError[] = [];
  // What comes after the last pass under test need not be walked through.
  const end = step.plan.passes.findLastIndex((pass) => checked.includes(pass)) + 1;
  for (const pass of step.plan.passes.slice(0, end)) {
    const before = boundTo(pass, buffers);
    const input = { pass, before, uniforms: step.uniforms };
    const twin = runTwin(input, copyOf(before));
    if (checked.includes(pass)) {
      const after = await gpu.runPass(pass, before);
      const worst =
        pass.kernel.name === 'nuclear_gradient'
          ? worstNuclearError(pass, before, after, twin)
          : worstError(after, twin, errorBounds(input, Object.keys(after)));
      errors.push({ pass: pass.name, kernel: pass.kernel.name, ...worst });
    }
    // The next pass starts from float32 values, which both sides hold exactly.
    for (const [binding, values] of Object.entries(twin)) {
      buffers.get(pass.bindings[binding] ?? '')?.set(values.map(roundedLike(values)));
    }
  }
  gpu.destroy();
  return errors;
}

/** What the step starts from; buffers that it must write before it reads hold what no step would leave. */
function spoiled(step: RandomStep): TwinBuffers {
  const buffers = twinBuffers(step);
  for (const [name, values] of buffers) {
    if (!step.contents.has(name)) values.fill(values instanceof Uint32Array ? 0xdead : 7.5);
  }
  return buffers;
}

function boundTo(pass: Pass, buffers: TwinBuffers): BoundContents {
  const bound: BoundContents = {};
  for (const [binding, name] of Object.entries(pass.bindings)) {
    const values = buffers.get(name);
    if (values !== undefined) bound[binding] = values.slice();
  }
  return bound;
}

function roundedLike(values: Float64Array | Uint32Array): (value: number) => number {
  return values instanceof Uint32Array ? (value) => value : Math.fround;
}

function worstError(
  after: BoundContents,
  twin: BoundContents,
  bounds: ReadonlyMap<string, Float64Array>,
): Worst {
  let worst: Worst = { ratio: 0, place: '' };
  for (const [name, found] of Object.entries(after)) {
    const wanted = twin[name] ?? [];
    const bound = bounds.get(name);
    found.forEach((value, i) => {
      const error = Math.abs(value - at(wanted, i));
      // Integers, and numbers that are only copied, must be the same.
      const ratio = error === 0 ? 0 : error / (bound === undefined ? 0 : at(bound, i));
      if (ratio <= worst.ratio) return;
      worst = worse(worst, { ratio, place: `${name}[${i}] is ${value}, not ${at(wanted, i)}` });
    });
  }
  return worst;
}
