/**
 * Whether models can be trained on some data at all, said before the first step: the width that they expect, and
 * numbers whose gradients float32 can hold. And whether a folder's model can be used on raw rows.
 */
import { LabError } from '../../base/lab_error';
import { displayName, shapeOf, type ModelConfig } from '../../sae/config';
import type { RunConfig } from '../run/run_config';
import { isNormOfOne, NORM_OF_ONE } from '../run/run_rules';
import type { MeasuredData } from './statistics';
import { inputScaleOf } from '../../sae/input_units';

/**
 * Throws LabError `bad_config` for a d_in that is not the width of the data, and for a layer norm of rows of one
 * number.
 */
export function checkModels(config: RunConfig, width: number): void {
  for (const [index, model] of config.models.entries()) {
    if (model.d_in !== undefined && model.d_in !== width) {
      throw new LabError(
        'bad_config',
        `models.${index}.d_in is ${model.d_in}, but the data have ${width} dimensions.`,
        'Leave d_in out; it is taken from the data.',
      );
    }
    refuseNormOfOne(model, width, `models.${index}.normalize_activations`);
  }
}

/** Throws LabError `bad_config`, beginning with `setting`, for a layer norm of rows of one number. */
export function refuseNormOfOne(model: ModelConfig, width: number, setting: string): void {
  if (!isNormOfOne(model, width)) return;
  throw new LabError('bad_config', `${setting} ${NORM_OF_ONE}.`, 'Choose none, or wider rows.');
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

/**
 * Throws LabError `bad_data` when the first step of this model could not be taken in float32: a gradient whose
 * square overflows, or rows of which layer_norm leaves nothing. Models that diverge later say so while they train.
 */
export function refuseUntrainable(model: ModelConfig, data: MeasuredData, label: string): void {
  const { statistics, mean, flatRows } = data;
  const { normalize_activations: normalization } = model;
  if (normalization === 'layer_norm' && flatRows === statistics.sampledRows) {
    throw new LabError(
      'bad_data',
      `${displayName(model)}: each of the ${flatRows} sampled rows of ${label} holds one number throughout, of which layer_norm leaves nothing.`,
      'Choose normalize_activations none, or other data.',
    );
  }
  const scale = inputScaleOf(normalization, statistics);
  // What the encoder reads is about the mean only where b_dec, which begins there, is taken off it.
  const centred = model.apply_b_dec_to_input && normalization !== 'layer_norm';
  const offset = centred ? 0 : mean.reduce((sum, value) => sum + value * value, 0);
  const energy = scale ** 2 * (statistics.power + offset);
  const most = mostEnergy(model);
  if (energy <= most) return;
  throw new LabError(
    'bad_data',
    `${displayName(model)}: the rows of ${label} have a mean square norm of ${energy.toExponential(2)}; the squares of its gradients exceed float32 beyond ${most.toExponential(2)}.`,
    'Divide all rows by the same number, or choose normalize_activations expected_average_only_in.',
  );
}

/**
 * Most mean square norm Q of the encoder's input for which the squared norm of the first gradient stays in float32.
 * A block's gradient (2/B) Σ_b (D_k e_b) u_bᵀ is at most 2Q, with ‖D_k,i‖ ≤ 1 and ‖e‖ ≤ ‖u‖; s·r rows of encoder
 * and decoder each can have that much, so that 2·s·r·(2Q)² ≤ 2¹²⁸ must hold.
 */
function mostEnergy(model: ModelConfig): number {
  const { slots, rank } = shapeOf(model);
  return 2 ** 64 / Math.sqrt(8 * slots * rank);
}
