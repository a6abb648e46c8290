/**
 * The GPU against its float64 twin, pass by pass: the reference executor walks through a real training
 * step, and the passes under test run on the GPU on the same inputs. Selections, dead lists and marks must
 * agree exactly, numbers to the error that float32 sums may make (error_bounds.ts). The steps are those of
 * parity_cases.ts; whole steps on the GPU are held to the reference in whole_step.test.ts.
 */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import type { Pass } from '../../../src/gpu/plan';
import type { ReferenceBuffers } from '../../../src/sae/reference/executor';
import { randomStep, type RandomStep } from '../../unit/sae/random_step';
import { referenceBuffers } from '../../unit/sae/reference_step';
import { testDevice } from '../adapter';
import { copyOf, errorBounds, runTwin } from './error_bounds';
import { GpuStep, type BoundContents } from './gpu_step';
import { compareNuclear } from './nuclear_bounds';
import { parityCases } from './parity_cases';

describe.each(Object.entries(parityCases))('%s', (_name, { passes, ...test }) => {
  it('agrees with float64 in every pass under test', async () => {
    const step = randomStep(test);
    const checked = step.plan.passes.filter(({ name }) => passes?.includes(name) ?? true);
    expect(passes ?? []).toHaveLength(passes === undefined ? 0 : checked.length);
    const gpu = await GpuStep.create(await testDevice(), step, checked);
    const buffers = spoiled(step);
    for (const name of step.plan.clears) buffers.get(name)?.fill(0);
    for (const pass of step.plan.passes) {
      const before = boundTo(pass, buffers);
      const input = { pass, before, uniforms: step.uniforms };
      const twin = runTwin(input, copyOf(before));
      if (checked.includes(pass)) {
        const after = await gpu.runPass(pass, before);
        if (pass.kernel.name === 'nuclear_gradient') compareNuclear(pass, before, after, twin);
        else compare(pass, after, twin, errorBounds(input, Object.keys(after)));
      }
      // The next pass starts from float32 values, which both sides hold exactly.
      for (const [binding, values] of Object.entries(twin)) {
        buffers.get(pass.bindings[binding] ?? '')?.set(values.map(roundedLike(values)));
      }
    }
    gpu.destroy();
  });
});

/** What the step starts from; buffers that it must write before it reads hold what no step would leave. */
function spoiled(step: RandomStep): ReferenceBuffers {
  const buffers = referenceBuffers(step);
  for (const [name, values] of buffers) {
    if (!step.contents.has(name)) values.fill(values instanceof Uint32Array ? 0xdead : 7.5);
  }
  return buffers;
}

function boundTo(pass: Pass, buffers: ReferenceBuffers): BoundContents {
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

/** Largest ratio of error to bound, with its place, for a message that says something. */
interface Worst {
  readonly ratio: number;
  readonly place: string;
}

function compare(
  pass: Pass,
  after: BoundContents,
  twin: BoundContents,
  bounds: ReadonlyMap<string, Float64Array>,
): void {
  for (const [name, found] of Object.entries(after)) {
    const wanted = twin[name] ?? [];
    const bound = bounds.get(name);
    let worst: Worst = { ratio: 0, place: '' };
    found.forEach((value, i) => {
      const error = Math.abs(value - at(wanted, i));
      // Integers, and numbers that are only copied, must be the same.
      const ratio = error === 0 ? 0 : error / (bound === undefined ? 0 : at(bound, i));
      if (!(ratio <= worst.ratio)) {
        worst = { ratio, place: `${pass.name}: ${name}[${i}] is ${value}, not ${at(wanted, i)}` };
      }
    });
    expect(worst.ratio, worst.place).toBeLessThanOrEqual(1);
  }
}
