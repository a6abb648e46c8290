/**
 * What λ does, on the GPU: the trained map of one group has the gains of the closed form (docs/method/training.md).
 */
import { expect, it } from 'vitest';
import { at } from '../../../src/base/array';
import { energies, gains, mapOf, shrinkageStep, STEPS, uniformsOf } from '../../unit/sae/shrinkage';
import { testDevice } from '../adapter';
import { GpuStep } from './gpu_step';

it.each(['direct', 'tiled'] as const)(
  'shrinks every direction of energy σ to the gain (1 − λ/2σ)₊ (%s kernels)',
  async (variant) => {
    const device = await testDevice();
    const gpu = await GpuStep.create(device, shrinkageStep(variant));
    for (let t = 0; t < STEPS; t += 1) {
      gpu.setUniforms(uniformsOf(t));
      gpu.run();
      // A queue of thousands of submits would hold all of their memory.
      if (t % 100 === 0) await device.queue.onSubmittedWorkDone();
    }
    const map = mapOf(await gpu.read('encoder'), await gpu.read('decoder'));
    energies.forEach((_, a) => {
      energies.forEach((__, b) => {
        const wanted = a === b ? at(gains, a) : 0;
        expect(at(at(map, a), b), `M[${a}, ${b}]`).toBeCloseTo(wanted, 3);
      });
    });
    gpu.destroy();
  },
);
