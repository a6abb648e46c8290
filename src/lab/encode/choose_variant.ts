/**
 * Picks the kernels of a step for a device: kernels whose threads share memory on GPUs, kernels whose
 * threads work alone on processors. The adapter's kind decides, not a timing, so the same adapter always
 * gets the same kernels and a seed the same weights.
 */
import { describeAdapter } from '../../gpu/device';
import type { KernelVariant } from '../../sae/layout';

/** The kernels for this device (its adapter's description says whether it is software). */
export function chooseVariant(device: GPUDevice): KernelVariant {
  if (!describeAdapter({ info: device.adapterInfo }).software) return 'tiled';
  return device.features.has('subgroups') ? 'quads' : 'direct';
}
