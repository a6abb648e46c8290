/**
 * Every pass of a language model against its float64 twin, on what the GPU had before the pass, in all kernel
 * families, on ragged shapes and for all three weight formats.
 */
import { expect, it } from 'vitest';
import type { Kernel } from '../../../src/gpu/plan';
import { defaultLimitsDevice, testDevice } from '../adapter';
import { checkPasses } from './check_passes';
import { passCases } from './forward_cases';
import {
  kernels,
  projectHeadsKernels,
  projectKernels,
  unembedKernels,
} from '../../../src/lm/kernels';

const checked = new Set<string>();

it.each(passCases)(
  '$family kernels agree pass by pass with float64: $name, weights $format',
  async (passCase) => {
    // Kernels for GPUs must live within the limits of any of them; quads need the feature.
    const device = await (passCase.family === 'tiled' ? defaultLimitsDevice() : testDevice());
    for (const { pass, kernel, ratio } of await checkPasses(device, passCase)) {
      checked.add(kernel);
      expect(ratio, `${pass}: largest error as a part of its bound`).toBeLessThanOrEqual(1);
    }
  },
);

it('leave no kernel of a forward pass out', () => {
  const linear = [projectKernels, projectHeadsKernels, unembedKernels].flatMap(
    Object.values<Kernel>,
  );
  const others = Object.values<Kernel>(kernels).filter(({ name }) => !name.startsWith('sample_'));
  const names = [...linear, ...others].map(({ name }) => name);
  expect([...checked].sort()).toEqual(names.sort());
});
