/** The float64 step finds the closed form of what λ does; tests/gpu/sae/shrinkage.test.ts asks the GPU. */
import { expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { runTwin } from '../../../src/sae/twin/executor';
import { floatsOf, twinBuffers } from './twin_step';
import { energies, gains, mapOf, shrinkageStep, STEPS, uniformsOf } from './shrinkage';

it('shrinks every direction of energy σ to the gain (1 − λ/2σ)₊', () => {
  const step = shrinkageStep('direct');
  const buffers = twinBuffers(step);
  for (let t = 0; t < STEPS; t += 1) runTwin(step.plan, buffers, uniformsOf(t), false);
  const map = mapOf(floatsOf(buffers, 'encoder'), floatsOf(buffers, 'decoder'));
  energies.forEach((_, a) => {
    energies.forEach((__, b) => {
      const wanted = a === b ? at(gains, a) : 0;
      expect(at(at(map, a), b), `M[${a}, ${b}]`).toBeCloseTo(wanted, 3);
    });
  });
});
