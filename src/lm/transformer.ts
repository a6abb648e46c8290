/**
 * The language model on the GPU: uploads the weights once and compiles forward passes and generators that
 * share them. See language_model.ts for what the rest of the lab may ask of it.
 */
import { describeAdapter } from '../gpu/device';
import { createForward } from './forward';
import { createGenerator } from './generator';
import type { LanguageModel, TransformerConfig, TransformerWeights } from './language_model';
import { layoutOf, type KernelFamily } from './transformer_layout';
import type { TransformerParts } from './transformer_passes';
import { uploadWeights } from './weight_buffers';

export interface LanguageModelOptions {
  /** Kernels to use; those that suit the device's adapter when absent. */
  readonly family?: KernelFamily;
}

/**
 * Puts a language model on the device. Throws LabError `bad_config` when its heads do not fit, and
 * `out_of_memory` with the MiB needed and given when a matrix or the whole does not.
 */
export async function createLanguageModel(
  device: GPUDevice,
  config: TransformerConfig,
  weights: TransformerWeights,
  options: LanguageModelOptions = {},
): Promise<LanguageModel> {
  const layout = layoutOf(config);
  const uploaded = await uploadWeights(device, config, layout, weights);
  const parts: TransformerParts = {
    config,
    layout,
    family: options.family ?? familyOf(device),
    formats: uploaded.formats,
  };
  return {
    config,
    bytes: uploaded.bytes,
    forward: (shape) => createForward(device, parts, uploaded.buffers, shape),
    generator: (shape) => createGenerator(device, parts, uploaded.buffers, shape),
    destroy: () => uploaded.buffers.destroy(),
  };
}

/** The kernels that suit the device's adapter. */
export function familyOf(device: GPUDevice): KernelFamily {
  if (!describeAdapter({ info: device.adapterInfo }).software) return 'tiled';
  return device.features.has('subgroups') ? 'quads' : 'direct';
}
