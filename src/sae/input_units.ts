/**
 * What a model's relative strengths are relative to, and the factor by which its rows are multiplied before they are
 * trained on. Source: docs/method/training.md.
 */
import type { Normalization } from './architectures/shared_settings';

/** Sizes of the data, in their own units. */
export interface DataScale {
  /** d */
  readonly width: number;
  /** E‖x‖² after centring. */
  readonly power: number;
  /** Mean ‖x‖. */
  readonly meanNorm: number;
}

export interface InputUnits {
  /** E‖x‖² after centring, in the units of the data. */
  readonly power: number;
  /** c of `expected_average_only_in`, by which rows are multiplied before they are trained on; 1 otherwise. */
  readonly inputScale: number;
}

/** c of `expected_average_only_in`: √d / mean‖x‖; 1 for the other normalisations. */
export function inputScaleOf(normalization: Normalization, data: DataScale): number {
  if (normalization !== 'expected_average_only_in' || data.meanNorm === 0) return 1;
  return Math.sqrt(data.width) / data.meanNorm;
}

/** Root mean square of a number of the centred input, as it is trained on; a layer norm makes it 1. */
export function inputRms(
  normalization: Normalization,
  { power, inputScale }: InputUnits,
  width: number,
): number {
  return normalization === 'layer_norm' ? 1 : inputScale * Math.sqrt(power / width);
}

/** What λ_rel of a model is relative to. */
export function inputUnitsOf(normalization: Normalization, data: DataScale): InputUnits {
  return { power: data.power, inputScale: inputScaleOf(normalization, data) };
}
