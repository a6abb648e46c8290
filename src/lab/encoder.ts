/**
 * A trained model that only encodes: weights from a folder on a device of their own buffers.
 */
import { LabError } from '../base/lab_error';
import { allocate } from '../gpu/buffers';
import type { Plan } from '../gpu/plan';
import { layoutOf } from '../sae/layout';
import { stepUniforms } from '../sae/schedule';
import { chooseVariant } from './choose_variant';
import type { Encoder, EncoderOptions } from './engine_types';
import { ForwardEngine } from './forward_engine';
import { writeParameters } from './weights';

/** Puts a dictionary on the device. Throws LabError `bad_config` for an unfolded input scale. */
export async function createEncoder(options: EncoderOptions): Promise<Encoder> {
  const { device, config, dictionary } = options;
  if (config.normalize_activations === 'expected_average_only_in') {
    throw new LabError(
      'bad_config',
      'This model expects scaled inputs, but its scale is not in its folder.',
      'Export it with the scale folded into the weights (normalize_activations: none).',
    );
  }
  const variant = chooseVariant(device);
  const layout = layoutOf(config, dictionary.width, 1, variant);
  const matrix = layout.latents * layout.d4 * 4;
  const plan: Plan = {
    name: 'weights',
    uniform: stepUniforms,
    buffers: [
      { name: 'encoder', type: 'f32', length: matrix, shape: '[K·r, d]' },
      { name: 'decoder', type: 'f32', length: matrix, shape: '[K·r, d]' },
      { name: 'biases', type: 'f32', length: layout.biasLength, shape: '[K·r | d]' },
    ],
    imports: [],
    clears: [],
    passes: [],
  };
  const buffers = await allocate(device, plan);
  writeParameters(device, buffers, layout, '', dictionary);
  const engine = await ForwardEngine.create(device, config, dictionary.width, buffers, variant, 1);
  return {
    encode: (x, rows, onProgress) => engine.encode(x, rows, onProgress),
    destroy: () => {
      engine.destroy();
      for (const buffer of buffers.values()) buffer.destroy();
    },
  };
}
