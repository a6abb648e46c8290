/**
 * The GPU against its float64 twin, pass by pass: a real training step runs on the GPU, and every pass's
 * twin runs on what that pass found in its buffers. Selections, dead lists and marks must agree exactly,
 * numbers to the error that float32 sums may make (error_bounds.ts). Shapes are ragged on purpose: sizes
 * below, at and above every tile, chunk and word of the kernels.
 */
import { describe, expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { randomStep, type StepCase } from '../../unit/sae/random_step';
import { testDevice } from '../adapter';
import { copyOf, errorBounds, runTwin } from './error_bounds';
import { GpuStep, type PassTrace } from './gpu_step';
import { norm, nuclearBounds, times, type Block } from './nuclear_bounds';

const sasa = (n_groups: number, group_rank: number, k_groups: number) =>
  ({ architecture: 'topk_sasa', n_groups, group_rank, k_groups }) as const;
const topk = (d_sae: number, k: number) => ({ architecture: 'topk', d_sae, k }) as const;

const cases: Record<string, StepCase> = {
  'topk_sasa, defaults': { model: sasa(17, 3, 2), width: 17, batch: 33, dead: 'some' },
  'topk, defaults': { model: topk(33, 5), width: 17, batch: 33, dead: 'some' },
};

/** Largest ratio of error to bound, with its place, for a message that says something. */
interface Worst {
  readonly ratio: number;
  readonly place: string;
}

describe.each(Object.entries(cases))('%s', (_name, test) => {
  it('agrees with float64 in every pass', async () => {
    const step = randomStep(test);
    const gpu = await GpuStep.create(await testDevice(), step);
    for await (const trace of gpu.passes()) {
      const input = { pass: trace.pass, before: trace.before, uniforms: step.uniforms };
      const twin = runTwin(input, copyOf(trace.before));
      if (trace.pass.kernel.name === 'nuclear_gradient') compareNuclear(trace, twin);
      else compare(trace, twin, errorBounds(input, trace.outputs));
    }
    gpu.destroy();
  });
});

function compare(
  { pass, after, outputs }: PassTrace,
  twin: PassTrace['after'],
  bounds: ReadonlyMap<string, Float64Array>,
): void {
  for (const name of outputs) {
    const [found, wanted] = [after[name], twin[name]];
    if (found === undefined || wanted === undefined) throw new RangeError(name);
    const bound = bounds.get(name);
    if (found instanceof Uint32Array || bound === undefined) {
      expect(found, `${pass.name}: ${name}`).toEqual(wanted);
      continue;
    }
    let worst: Worst = { ratio: 0, place: '' };
    found.forEach((value, i) => {
      const error = Math.abs(value - at(wanted, i));
      const ratio = error === 0 ? 0 : error / at(bound, i);
      if (!(ratio <= worst.ratio)) {
        worst = { ratio, place: `${pass.name}: ${name}[${i}] is ${value}, not ${at(wanted, i)}` };
      }
    });
    expect(worst.ratio, worst.place).toBeLessThanOrEqual(1);
  }
}

/** The gradients that the matrices make, and the singular values, group by group. */
function compareNuclear({ pass, before, after }: PassTrace, twin: PassTrace['after']): void {
  const [K, R] = [pass.constants['K'] ?? NaN, pass.constants['R'] ?? NaN];
  const mode = pass.constants['MODE'];
  const part = (contents: PassTrace['after'], name: string, start: number, length: number) => {
    const values = contents[name];
    if (!(values instanceof Float64Array)) throw new RangeError(name);
    return values.subarray(start, start + length);
  };
  const blockLength = R * 4 * (pass.constants['D4'] ?? NaN);
  for (let k = 0; k < K; k += 1) {
    const block = (name: string): Block => ({
      values: part(before, name, k * blockLength, blockLength),
      rank: R,
    });
    const [encoder, decoder] = [block('encoder'), block('decoder')];
    const matrices = (contents: PassTrace['after']) =>
      [0, K].map((first) => part(contents, 'penalty', (first + k) * R * R, R * R)) as [
        Float64Array,
        Float64Array,
      ];
    const values = part(twin, 'singular_values', k * R, R);
    const [xE, xD] = matrices(twin);
    const bounds = nuclearBounds(mode === 1 ? null : encoder, decoder, values, xE, xD);
    part(after, 'singular_values', k * R, R).forEach((value, i) => {
      const error = Math.abs(value - at(values, i));
      expect(error, `singular value ${i} of group ${k}`).toBeLessThanOrEqual(
        at(bounds.singularValues, i),
      );
    });
    if (mode === 2) continue;
    const [foundE, foundD] = matrices(after);
    const error = (found: Float64Array, wanted: Float64Array, of: Block) => {
      const exact = times(wanted, of);
      return norm(times(found, of).map((value, i) => value - at(exact, i)));
    };
    expect(error(foundE, xE, encoder), `∂R/∂E of group ${k}`).toBeLessThanOrEqual(bounds.encoder);
    expect(error(foundD, xD, decoder), `∂R/∂D of group ${k}`).toBeLessThanOrEqual(bounds.decoder);
  }
}
