/**
 * The strength λ of the nuclear penalty, absolute and relative to the data. The one place where either is made from
 * the other: the engine, the page and the tests' engine all ask here. Source: docs/method.md §2, docs/run-file.md.
 */
import type { ModelConfig } from './config';
import type { InputUnits } from './input_units';

/** λ, in the units of the input as it is trained on, from λ_rel: λ_rel · c² · E‖x‖². */
export function absoluteStrength(relative: number, { power, inputScale }: InputUnits): number {
  return relative * power * inputScale ** 2;
}

/** λ_rel from λ; not finite where the data have no power. */
export function relativeStrength(absolute: number, { power, inputScale }: InputUnits): number {
  return absolute / (power * inputScale ** 2);
}

/** The setting that decides λ, and its value: the absolute one where it is set, else the relative one. */
export interface StrengthSetting {
  readonly setting: 'nuclear_coefficient' | 'nuclear_coefficient_relative';
  readonly value: number;
}

/** What decides λ of a model; null for one without a nuclear penalty. */
export function strengthSetting(config: ModelConfig): StrengthSetting | null {
  if (config.architecture !== 'topk_sasa') return null;
  const { nuclear_coefficient: absolute, nuclear_coefficient_relative: relative = 0 } = config;
  return absolute === undefined
    ? { setting: 'nuclear_coefficient_relative', value: relative }
    : { setting: 'nuclear_coefficient', value: absolute };
}

/** λ of a model, in the units of the input as it is trained on; null for one without a nuclear penalty. */
export function nuclearStrength(config: ModelConfig, units: InputUnits): number | null {
  const decides = strengthSetting(config);
  if (decides === null) return null;
  return decides.setting === 'nuclear_coefficient'
    ? decides.value
    : absoluteStrength(decides.value, units);
}
