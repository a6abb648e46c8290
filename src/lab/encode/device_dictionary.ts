/**
 * A trained dictionary on the device, as the forward plan reads it: a copy that does not follow training.
 */
import type { Dictionary } from '../../analysis/types';
import { allocate } from '../../gpu/buffers';
import type { ModelConfig } from '../../sae/config';
import { layoutOf, vectorLength, vectorsOf } from '../../sae/layout';
import { chooseVariant } from './choose_variant';
import { refuseNormOfOne } from './data_fit';
import type { EncoderWeights } from './encoding';
import { writeParameters } from './weights';

/** An input scale is in its weights, and its settings name none. */
export interface DeviceDictionary extends EncoderWeights {
  readonly dictionary: Dictionary;
  destroy(): void;
}

/**
 * Uploads weights in raw input units. Throws LabError `bad_config` for a layer norm of rows of one number,
 * `out_of_memory`.
 */
export async function uploadDictionary(
  device: GPUDevice,
  config: ModelConfig,
  dictionary: Dictionary,
): Promise<DeviceDictionary> {
  refuseNormOfOne(config, dictionary.width, 'normalize_activations');
  const variant = chooseVariant(device);
  const layout = layoutOf(config, dictionary.width, 1, variant);
  const matrix = layout.latents * layout.d4 * 4;
  const buffers = await allocate(device, {
    name: 'weights',
    buffers: [
      { name: 'encoder', type: 'f32', length: matrix, shape: '[K·r, d]' },
      { name: 'decoder', type: 'f32', length: matrix, shape: '[K·r, d]' },
      { name: 'biases', type: 'f32', length: layout.biasLength, shape: '[K·r | d]' },
      ...vectorsOf(config)
        .filter(({ name }) => !(name in layout.vectorsInBiases))
        .map(({ name, length }) => ({
          name,
          type: 'f32' as const,
          length: vectorLength(layout, length),
          shape: '[K]',
        })),
    ],
  });
  writeParameters(buffers, layout, '', dictionary);
  return {
    // The scale of `expected_average_only_in` is in the weights, and other settings have none.
    config:
      config.normalize_activations === 'expected_average_only_in'
        ? { ...config, normalize_activations: 'none' }
        : config,
    width: dictionary.width,
    inputScale: 1,
    dictionary,
    buffers,
    variant,
    destroy: () => buffers.destroy(),
  };
}
