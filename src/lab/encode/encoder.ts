/**
 * A trained model that only encodes: weights from a folder on a device of their own buffers.
 */
import type { Dictionary } from '../../analysis/types';
import { LabError } from '../../base/lab_error';
import type { ModelConfig } from '../../sae/config';
import { uploadDictionary } from './device_dictionary';
import type { Encoder, EncoderOptions } from './encoding';
import { BatchEncoder } from './batch_encoder';

/**
 * Puts a dictionary on the device. Throws LabError `bad_config` for an unfolded input scale and for a layer norm of
 * rows of one number.
 */
export async function createEncoder(options: EncoderOptions): Promise<Encoder> {
  const { device, config, dictionary } = options;
  refuseUnfolded(config);
  const uploaded = await uploadDictionary(device, config, dictionary);
  const { buffers, variant } = uploaded;
  const engine = await BatchEncoder.create(device, config, dictionary.width, buffers, variant, 1);
  return {
    encode: (x, rows, onProgress) => engine.encode(x, rows, onProgress),
    destroy: () => {
      engine.destroy();
      uploaded.destroy();
    },
  };
}

/**
 * The same for a model that was trained here, whose weights have its input scale folded in while its settings still
 * name it.
 */
export async function createFoldedEncoder(
  device: GPUDevice,
  config: ModelConfig,
  dictionary: Dictionary,
): Promise<Encoder> {
  const scaled = config.normalize_activations === 'expected_average_only_in';
  return createEncoder({
    device,
    config: scaled ? { ...config, normalize_activations: 'none' } : config,
    dictionary,
  });
}

/** Throws LabError `bad_config` for settings of a folder that expect a scaled input. */
export function refuseUnfolded(config: ModelConfig): void {
  if (config.normalize_activations === 'expected_average_only_in') {
    throw new LabError(
      'bad_config',
      'This model expects scaled inputs, but its scale is not in its folder.',
      'Export it with the scale folded into the weights (normalize_activations: none).',
    );
  }
}
